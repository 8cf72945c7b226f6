"""casetrack's own ledger format (docs/interfaces.md): UTF-8, comma-separated, columns by name in any order.

Columns that the format does not know are passed over and named in `Parsed.ignored`.
"""

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from casetrack.ledger.parsers.rows import Parsed, Rejection, Row, normal_form, normalized_account
from casetrack.ledger.parsers.rows import gettext_noop as _

FORMAT = "casetrack ledger"
YEN = "JPY"
FIRST_YEAR, LAST_YEAR = 1900, 2200
REQUIRED_COLUMNS = ("account", "executed_at", "type")
DECIMALS = ("quantity", "price", "unit", "fx", "fees", "tax", "interest", "open_price", "amount")
COLUMNS = (
    "account", "execution_id", "executed_at", "type", "side", "security", "quantity", "price", "unit", "currency",
    "fx", "settled_in", "fees", "tax", "interest", "open_price", "amount", "attribution",
)  # fmt: skip
NUMBER = re.compile(r"-?[0-9]{1,24}(\.[0-9]{1,10})?")
CURRENCY = re.compile(r"[A-Z]{3}")
_TRADE = ("genuine", "unauthorized", "mitigation")
ATTRIBUTIONS: dict[str, tuple[str, ...]] = {
    "opening_cash": ("genuine",),
    "opening_position": ("genuine",),
    "buy": _TRADE,
    "sell": (*_TRADE, "liquidation"),
    "margin_open": ("genuine", "unauthorized"),
    "margin_close": (*_TRADE, "liquidation"),
    "split": ("genuine",),
    "income": ("genuine", "unauthorized", "missed"),
    "charge": ("genuine", "unauthorized", "liquidation"),
    "cash_in": ("genuine", "unauthorized"),
    "cash_out": ("genuine", "unauthorized"),
}
REQUIRED: dict[str, tuple[str, ...]] = {
    "opening_cash": ("amount",),
    "opening_position": ("security", "quantity"),
    "buy": ("security", "quantity", "price"),
    "sell": ("security", "quantity", "price"),
    "margin_open": ("security", "side", "quantity", "price"),
    "margin_close": ("security", "side", "quantity", "price", "open_price"),
    "split": ("security", "quantity"),
    "income": ("security", "amount"),
    "charge": ("amount",),
    "cash_in": ("amount",),
    "cash_out": ("amount",),
}
WITHOUT_FX = ("opening_cash", "opening_position", "split")
STATING_CURRENCY = ("opening_position", "buy", "sell", "margin_open", "margin_close")
LONGEST = {"account": 40, "execution_id": 80, "security": 40}
MAY_BE_NEGATIVE = ("fees", "tax", "interest")

NOT_UTF8 = _("The file is not UTF-8 text.")
NO_HEADER = _("The header lacks the columns %(columns)s.")
TWICE = _("The header names the column %(column)s twice.")
NOT_CSV = _("This line cannot be read as comma-separated values.")
CELLS = _("The row has %(found)s cells, the header %(wanted)s.")
EMPTY = _("This is missing.")
BAD_TIME = _("“%(value)s” is not a time with offset such as 2025-04-16T09:03:00+09:00.")
BAD_NUMBER = _("“%(value)s” is not a number with a point and at most 10 decimals.")
NOT_POSITIVE = _("This must be above zero.")
NEGATIVE = _("This must not be negative.")
BAD_TYPE = _("“%(value)s” is not a known type.")
BAD_SIDE = _("“%(value)s” is neither long nor short.")
BAD_CURRENCY = _("“%(value)s” is not a currency of three capital letters.")
BAD_ATTRIBUTION = _("A row of the type %(type)s cannot be “%(value)s”.")
NEEDS_FX = _("A row in a foreign currency needs fx.")
YEN_FX = _("The fx of yen is 1.")
OTHER_CURRENCY = _("This must be JPY or the currency of the row, which is %(currency)s.")
TOO_LONG = _("This is longer than %(limit)s characters.")
SAME_ID = _("The execution_id “%(value)s” stands in this file twice with different facts.")


class _RejectedError(Exception):
    def __init__(self, column: str, reason: str, **params: str) -> None:
        super().__init__(reason)
        self.column, self.reason, self.params = column, reason, params


def recognizes(header: Sequence[str]) -> bool:
    return set(REQUIRED_COLUMNS) <= set(header)


def parse(data: bytes) -> Parsed:
    """Read a file. A file that is no ledger at all gives one rejection at line 1 and no rows; junk never raises."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Parsed(FORMAT, (), [], [Rejection(1, "", NOT_UTF8)])
    reader = csv.reader(io.StringIO(text.replace("\0", "\ufffd"), newline=""))
    try:
        header = tuple(cell.strip() for cell in next(reader, []))
    except csv.Error:
        header = ()
    fault = _header_fault(header)
    if fault:
        return Parsed(FORMAT, header, [], [fault])
    rows, rejections = _read(reader, header)
    rows, unpriced = _with_rates(rows)
    rows, twice, repeated = _without_repetitions(make_ids(rows))
    rejections = sorted([*rejections, *unpriced, *twice], key=lambda r: r.line)
    ignored = tuple(name for name in header if name and name not in COLUMNS)
    return Parsed(FORMAT, header, rows, rejections, ignored, repeated)


def _header_fault(header: tuple[str, ...]) -> Rejection | None:
    missing = [name for name in REQUIRED_COLUMNS if name not in header]
    if missing:
        return Rejection(1, "", NO_HEADER, {"columns": ", ".join(missing)}, header)
    for name, count in Counter(header).items():
        if count > 1 and name in COLUMNS:
            return Rejection(1, name, TWICE, {"column": name}, header)
    return None


def _read(reader: "csv._reader", header: tuple[str, ...]) -> tuple[list[Row], list[Rejection]]:  # type: ignore[name-defined]
    rows: list[Row] = []
    rejections: list[Rejection] = []
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return rows, rejections
        except csv.Error:
            rejections.append(Rejection(line, "", NOT_CSV))
            continue
        if not any(cell.strip() for cell in cells):
            continue
        try:
            if len(cells) != len(header):
                raise _RejectedError("", CELLS, found=str(len(cells)), wanted=str(len(header)))
            named = dict(zip(header, (cell.strip() for cell in cells), strict=True))
            rows.append(replace(_row(line, named), cells=tuple(cells)))
        except _RejectedError as rejected:
            rejections.append(Rejection(line, rejected.column, rejected.reason, rejected.params, tuple(cells)))


def _row(line: int, cells: dict[str, str]) -> Row:
    kind = _checked_type(cells)
    _check_words(cells, kind)
    allowed = ATTRIBUTIONS[kind]
    number = {name: _number(name, cells.get(name, ""), kind) for name in DECIMALS}
    return Row(
        line=line,
        account=cells["account"],
        execution_id=cells.get("execution_id", ""),
        executed_at=_instant(cells["executed_at"]),
        type=kind,
        side=cells.get("side", ""),
        security=cells.get("security", ""),
        quantity=number["quantity"],
        price=number["price"],
        unit=number["unit"],
        currency=cells.get("currency", ""),
        fx=number["fx"],
        settled_in=cells.get("settled_in", ""),
        fees=number["fees"],
        tax=number["tax"],
        interest=number["interest"],
        open_price=number["open_price"],
        amount=number["amount"],
        attribution=cells.get("attribution", "") or (allowed[0] if len(allowed) == 1 else ""),
    )


def _checked_type(cells: dict[str, str]) -> str:
    """The row's type, with everything there that the type needs."""
    if not normalized_account(cells["account"]):
        raise _RejectedError("account", EMPTY)
    kind = cells["type"]
    if kind not in REQUIRED:
        raise _RejectedError("type", BAD_TYPE, value=kind[:40])
    for name in REQUIRED[kind]:
        if not cells.get(name):
            raise _RejectedError(name, EMPTY)
    return kind


def _check_words(cells: dict[str, str], kind: str) -> None:
    for name, limit in LONGEST.items():
        if len(cells.get(name, "")) > limit:
            raise _RejectedError(name, TOO_LONG, limit=str(limit))
    side, attribution = cells.get("side", ""), cells.get("attribution", "")
    if side not in ("", "long", "short"):
        raise _RejectedError("side", BAD_SIDE, value=side[:40])
    if attribution and attribution not in ATTRIBUTIONS[kind]:
        raise _RejectedError("attribution", BAD_ATTRIBUTION, type=kind, value=attribution[:40])
    for name in ("currency", "settled_in"):
        if cells.get(name) and not CURRENCY.fullmatch(cells[name]):
            raise _RejectedError(name, BAD_CURRENCY, value=cells[name][:40])


def _with_rates(rows: list[Row]) -> tuple[list[Row], list[Rejection]]:
    """Take away the rows whose currency, rate and settlement do not fit together.

    A row that states no currency has the one that a good trade or opening position of the security states.
    """
    stated: dict[tuple[str, str], str] = {}
    for row in rows:
        if row.currency and row.type in STATING_CURRENCY and _rate_fault(row, row.currency) is None:
            stated.setdefault((row.account_key, row.security), row.currency)
    good, rejections = [], []
    for row in rows:
        of_security = stated.get((row.account_key, row.security), YEN) if row.type in STATING_CURRENCY else YEN
        fault = _rate_fault(row, row.currency or of_security)
        if fault is None:
            good.append(row)
        else:
            rejections.append(fault)
    return good, rejections


def _rate_fault(row: Row, currency: str) -> Rejection | None:
    if row.type in WITHOUT_FX:
        return None
    if currency == YEN and row.fx not in (None, Decimal(1)):
        return row.rejected("fx", YEN_FX)
    if currency != YEN and row.fx is None:
        return row.rejected("fx", NEEDS_FX)
    if row.settled_in not in ("", YEN, currency):
        return row.rejected("settled_in", OTHER_CURRENCY, currency=currency)
    return None


def _number(name: str, text: str, kind: str) -> Decimal | None:
    if not text:
        return None
    if not NUMBER.fullmatch(text):
        raise _RejectedError(name, BAD_NUMBER, value=text[:40])
    value = Decimal(text)
    if name in ("quantity", "unit", "fx") and value <= 0:
        raise _RejectedError(name, NOT_POSITIVE)
    if value < 0 and name not in MAY_BE_NEGATIVE and not (name == "amount" and kind == "opening_cash"):
        raise _RejectedError(name, NEGATIVE)
    return value


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or "T" not in text or not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise _RejectedError("executed_at", BAD_TIME, value=text[:40])
    return at


def make_ids(rows: list[Row]) -> list[Row]:
    """Give rows without an id one from a hash of the normalized row and its ordinal among equal rows of that day (the
    row's instant is part of the hash). Ids are unique per account, so the account's number stays out of it."""
    seen: Counter[tuple[str, str]] = Counter()
    done = []
    for row in rows:
        if not row.execution_id:
            body = normal_form(row.facts())
            seen[row.account_key, body] += 1
            digest = hashlib.sha256(f"{body}\0{seen[row.account_key, body]}".encode()).hexdigest()
            row = replace(row, execution_id=f"h-{digest[:32]}")
        done.append(row)
    return done


def _without_repetitions(rows: list[Row]) -> tuple[list[Row], list[Rejection], int]:
    """Take away rows that repeat an id of their account: equal ones are counted, different ones rejected."""
    first: dict[tuple[str, str], Row] = {}
    rejections, repeated = [], 0
    for row in rows:
        known = first.setdefault((row.account_key, row.execution_id), row)
        if known is row:
            continue
        if known.checksum == row.checksum and row.attribution in ("", known.attribution):
            repeated += 1
        else:
            rejections.append(row.rejected("execution_id", SAME_ID, value=row.execution_id))
    return list(first.values()), rejections, repeated
