"""Readers of ledger files. Pure: bytes in, rows and rejections out; they know no Django.

A format is recognized by the names in its header, never by the number of its columns.
"""

from casetrack.ledger.parsers.casetrack import FORMAT, parse
from casetrack.ledger.parsers.rows import Parsed, Rejection, Row

__all__ = ["FORMAT", "Parsed", "Rejection", "Row", "parse"]
