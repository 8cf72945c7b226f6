"""What a broker's trade history gives, and why a file or a row of it cannot be read."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from casetrack.ledger.parsers.rows import gettext_noop as _
from casetrack.lib.errors import InvalidInput

FIELDS = ("traded_on", "security_code", "security_name", "side", "quantity", "price", "amount")
"""What a column of an unknown file can be mapped to."""

CAUSES: dict[str, str] = {
    "cells": _("The row does not have as many cells as the header."),
    "quotes": _("The quotation marks of this row do not match."),
    "characters": _("The row holds characters that cannot be read."),
    "missing": _("This is missing."),
    "date": _("This is not a date."),
    "number": _("This is not a number."),
    "not_positive": _("This must be above zero."),
    "too_large": _("This is too large to be a number of a trade."),
    "kind": _("The kind of trade is missing."),
}
"""Why a row cannot be taken: stable slug → English message id, without parameters."""


class UnknownFormat(InvalidInput):
    """No header that we know was found: the columns can be mapped by hand."""

    code = "unknown_format"


class UnreadableFile(InvalidInput):
    """Not text, empty, or too large."""

    code = "unreadable_file"


@dataclass(frozen=True)
class BroughtTrade:
    """One row of a broker's history.

    `account_kind` is specified, general, nisa or ""; `side` buy, sell, in, out, income or other; `deal` cash,
    margin_open, margin_close, delivery, fund, transfer, tax or other. `amount` is the contract value in `currency`
    (quantity × price; funds are priced per 10,000 units) or what the file states; `result` the realized profit or
    loss of a sale or margin closing; `words` the broker's own words for the kind of trade.
    """

    line: int
    traded_on: date
    settled_on: date | None
    security_code: str
    security_name: str
    market: str
    account_kind: str
    side: str
    deal: str
    quantity: Decimal | None
    price: Decimal | None
    amount: Decimal | None
    currency: str
    fees: Decimal | None
    result: Decimal | None
    words: str


@dataclass(frozen=True)
class Problem:
    """A row that cannot be taken: its line in the file (from 1), the column as the file names it ("": the whole row),
    the cause (a key of CAUSES) and its English message id."""

    line: int
    column: str
    cause: str
    text: str


@dataclass(frozen=True)
class Control:
    """A total that the file states, and what its rows come to."""

    name: str
    stated: Decimal
    found: Decimal


@dataclass(frozen=True)
class BrokerFile:
    """A whole file. `skipped` counts rows that are no trades and say nothing of one."""

    format: str
    name: str
    trades: tuple[BroughtTrade, ...]
    problems: tuple[Problem, ...]
    controls: tuple[Control, ...] = ()
    skipped: int = 0


@dataclass(frozen=True)
class Columns:
    """The header of an unknown file, its first three rows, and which field each column seems to be (field → index)."""

    header_line: int
    names: tuple[str, ...]
    samples: tuple[tuple[str, ...], ...]
    suggested: dict[str, int]


class RowError(Exception):
    """Inside the readers: this row becomes a Problem."""

    def __init__(self, column: str, cause: str) -> None:
        super().__init__(cause)
        self.column, self.cause = column, cause

    def at(self, line: int) -> Problem:
        return Problem(line, self.column, self.cause, CAUSES[self.cause])
