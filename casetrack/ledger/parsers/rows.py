"""What every reader of ledger files gives."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from decimal import Decimal


def gettext_noop(message: str) -> str:
    """Marks a message id for the catalogue; the front ends translate it."""
    return message


def normalized_account(number: str) -> str:
    """NFKC, upper case, only 0-9 and A-Z: rows of one account, however each writes it. As lib.crypto does, which a
    parser cannot import."""
    return re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", number).upper())


@dataclass(frozen=True)
class Rejection:
    """A row that cannot be taken: its line in the file (the header is line 1), the column, and why.

    `reason` is an English message id, `params` fill it; `cells` are the row's original cells.
    """

    line: int
    column: str
    reason: str
    params: dict[str, str] = field(default_factory=dict)
    cells: tuple[str, ...] = ()

    def __str__(self) -> str:
        reason = self.reason % self.params
        return f"{self.column}: {reason}" if self.column else reason


@dataclass(frozen=True)
class Row:
    """One ledger row: the columns of docs/interfaces.md. None or "": unknown or not applicable.

    `account` is the number as the file has it. `execution_id` may have been made (`make_ids`). `cells` are the
    original cells, should the row be rejected later.
    """

    line: int
    account: str
    execution_id: str
    executed_at: datetime
    type: str
    side: str = ""
    security: str = ""
    quantity: Decimal | None = None
    price: Decimal | None = None
    unit: Decimal | None = None
    currency: str = ""
    fx: Decimal | None = None
    settled_in: str = ""
    fees: Decimal | None = None
    tax: Decimal | None = None
    interest: Decimal | None = None
    open_price: Decimal | None = None
    amount: Decimal | None = None
    attribution: str = ""
    cells: tuple[str, ...] = field(default=(), compare=False, repr=False)

    @property
    def account_key(self) -> str:
        return normalized_account(self.account)

    def rejected(self, column: str, reason: str, **params: str) -> Rejection:
        return Rejection(self.line, column, reason, params, self.cells)

    def facts(self) -> dict[str, object]:
        """The columns that the ledger stores besides account, id and attribution."""
        return {name: getattr(self, name) for name in FACTS}

    @property
    def checksum(self) -> str:
        """SHA-256 (hex) of the normalized facts: equal for rows that say the same."""
        return hashlib.sha256(normal_form(self.facts()).encode()).hexdigest()


NO_FACTS = {"line", "account", "execution_id", "attribution", "cells"}
FACTS = tuple(f.name for f in fields(Row) if f.name not in NO_FACTS)


def normal_form(facts: dict[str, object]) -> str:
    """One line of text for a row's facts: instants in UTC, decimals without trailing zeros."""
    parts = []
    for name, value in sorted(facts.items()):
        if isinstance(value, datetime):
            text = value.astimezone(UTC).isoformat()
        elif isinstance(value, Decimal):
            text = format(value, "f")
            text = (text.rstrip("0").rstrip(".") or "0") if "." in text else text
        else:
            text = "" if value is None else str(value)
        parts.append(f"{name}={text}")
    return "\0".join(parts)


@dataclass(frozen=True)
class Parsed:
    """A whole file. `header` are the original column names, for the file of rejected rows; `ignored` those of them
    that the format does not know. `repeated` counts rows that only say again what an earlier one said."""

    format: str
    header: tuple[str, ...]
    rows: list[Row]
    rejections: list[Rejection]
    ignored: tuple[str, ...] = ()
    repeated: int = 0
