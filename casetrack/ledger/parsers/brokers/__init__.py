"""Readers of the trade histories that Japanese brokers let customers download. Pure: bytes in, trades and problems out.

A format is known by the names in its header, never by the number of columns: brokers share those. To add one: a module
with its Profile, and a place in PROFILES. docs/formats.md lists them.
"""

from collections.abc import Sequence

from casetrack.ledger.parsers.brokers import monex, nikko, okasan, rakuten, sbi
from casetrack.ledger.parsers.brokers.brought import (
    CAUSES,
    FIELDS,
    BrokerFile,
    BroughtTrade,
    Columns,
    Control,
    Problem,
    UnknownFormat,
    UnreadableFile,
)
from casetrack.ledger.parsers.brokers.mapped import columns, fingerprint, read_mapped
from casetrack.ledger.parsers.brokers.profile import Profile
from casetrack.ledger.parsers.brokers.table import Line, lines
from casetrack.ledger.parsers.rows import gettext_noop as _

__all__ = [
    "CAUSES", "FIELDS", "FORMATS", "BrokerFile", "BroughtTrade", "Columns", "Control", "Problem", "UnknownFormat",
    "UnreadableFile", "columns", "detect", "fingerprint", "read", "read_mapped",
]  # fmt: skip

PROFILES: tuple[Profile, ...] = (
    *rakuten.PROFILES,
    *sbi.PROFILES,
    *monex.PROFILES,
    *nikko.PROFILES,
    *okasan.PROFILES,
)
FORMATS: dict[str, str] = {profile.format: profile.name for profile in PROFILES}
UNKNOWN = _("We do not know this file's columns.")


def detect(content: bytes) -> str | None:
    """The slug of the file's format (a key of FORMATS); None for a file that is of none or cannot be read."""
    try:
        found = _found(lines(content))
    except UnreadableFile:
        return None
    return found[0].format if found else None


def read(content: bytes) -> BrokerFile:
    """Read a history of any known broker. Raises UnknownFormat, UnreadableFile (both InvalidInput); a row that cannot
    be read becomes a Problem, and the others stand."""
    table = lines(content)
    found = _found(table)
    if found is None:
        raise UnknownFormat(UNKNOWN)
    profile, header = found
    return profile.read(table, header)


def _found(table: Sequence[Line]) -> tuple[Profile, int] | None:
    """The format and the place of its header."""
    for index, line in enumerate(table):
        if line.cells and not line.damaged:
            for profile in PROFILES:
                if profile.recognizes(line.cells):
                    return profile, index
    return None
