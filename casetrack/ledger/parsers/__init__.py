"""Readers of ledger files. Pure: bytes in, rows and rejections out; they know no Django.

A format is recognized by the names in its header, never by the number of its columns. To add one: a module with a
`parse`, and a line in FORMATS.
"""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from casetrack.ledger.parsers import casetrack
from casetrack.ledger.parsers.rows import Parsed, Rejection, Row

__all__ = ["FORMATS", "Format", "Parsed", "Rejection", "Row", "detect", "parse"]


@dataclass(frozen=True)
class Format:
    """A kind of ledger file. `recognizes` is asked with the column names, `parse` never raises."""

    name: str
    recognizes: Callable[[Sequence[str]], bool]
    parse: Callable[[bytes], Parsed]


FORMATS: tuple[Format, ...] = (Format(casetrack.FORMAT, casetrack.recognizes, casetrack.parse),)


def detect(header: Sequence[str]) -> Format | None:
    """The format whose column names these are."""
    return next((known for known in FORMATS if known.recognizes(header)), None)


def parse(data: bytes) -> Parsed:
    """Read a ledger file of any known format. One of none is read as casetrack's own, which says what it lacks."""
    return (detect(_header(data)) or FORMATS[0]).parse(data)


def _header(data: bytes) -> list[str]:
    """The first line's cells, whatever the encoding: names that are compared are ASCII or decode in one of these."""
    start = data[:65536].split(b"\n", 1)[0]
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return [cell.strip() for cell in next(csv.reader(io.StringIO(start.decode(encoding))), [])]
        except (UnicodeDecodeError, csv.Error):
            continue
    return []
