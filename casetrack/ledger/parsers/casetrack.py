"""casetrack's own ledger format (docs/interfaces.md): UTF-8, comma-separated, columns by name in any order."""

import csv
import hashlib
import io
import re
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from casetrack.ledger.parsers.rows import Parsed, Rejection, Row, normal_form

FORMAT = "casetrack ledger"
TOKYO = timezone(timedelta(hours=9))
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
    "income": ("amount",),
    "charge": ("amount",),
    "cash_in": ("amount",),
    "cash_out": ("amount",),
}
WITHOUT_FX = ("opening_cash", "opening_position", "split")
MAY_BE_NEGATIVE = ("fees", "tax", "interest")

# Message ids; the front ends translate them.
NOT_UTF8 = "The file is not UTF-8 text."
NO_HEADER = "The header lacks the columns %(columns)s."
TWICE = "The header names the column %(column)s twice."
CELLS = "The row has %(found)s cells, the header %(wanted)s."
EMPTY = "This is missing."
BAD_TIME = "“%(value)s” is not a time with offset such as 2025-04-16T09:03:00+09:00."
BAD_NUMBER = "“%(value)s” is not a number with a point and at most 10 decimals."
NOT_POSITIVE = "This must be above zero."
NEGATIVE = "This must not be negative."
BAD_TYPE = "“%(value)s” is not a known type."
BAD_SIDE = "“%(value)s” is neither long nor short."
BAD_CURRENCY = "“%(value)s” is not a currency of three capital letters."
BAD_ATTRIBUTION = "A row of the type %(type)s cannot be “%(value)s”."
NEEDS_FX = "A row in a foreign currency needs fx."
YEN_FX = "The fx of yen is 1."
TOO_LONG = "This is longer than %(limit)s characters."
SAME_ID = "The execution_id “%(value)s” stands in this file twice with different facts."


class _RejectedError(Exception):
    def __init__(self, column: str, reason: str, **params: str) -> None:
        super().__init__(reason)
        self.column, self.reason, self.params = column, reason, params


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
    rows, twice = _without_contradictions(make_ids(rows))
    return Parsed(FORMAT, header, rows, sorted([*rejections, *twice], key=lambda r: r.line))


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
        except csv.Error as error:
            rejections.append(Rejection(line, "", str(error).replace("%", "%%")))
            continue
        if not any(cell.strip() for cell in cells):
            continue
        try:
            if len(cells) != len(header):
                raise _RejectedError("", CELLS, found=str(len(cells)), wanted=str(len(header)))
            rows.append(_row(line, dict(zip(header, (cell.strip() for cell in cells), strict=True))))
        except _RejectedError as rejected:
            rejections.append(Rejection(line, rejected.column, rejected.reason, rejected.params, tuple(cells)))


def _row(line: int, cells: dict[str, str]) -> Row:
    for name, limit in (("account", 40), ("execution_id", 80), ("security", 40)):
        if len(cells.get(name, "")) > limit:
            raise _RejectedError(name, TOO_LONG, limit=str(limit))
    if not cells["account"]:
        raise _RejectedError("account", EMPTY)
    kind = cells["type"]
    if kind not in REQUIRED:
        raise _RejectedError("type", BAD_TYPE, value=kind)
    for name in REQUIRED[kind]:
        if not cells.get(name):
            raise _RejectedError(name, EMPTY)
    if cells.get("side", "") not in ("", "long", "short"):
        raise _RejectedError("side", BAD_SIDE, value=cells["side"])
    attribution = cells.get("attribution", "")
    if attribution and attribution not in ATTRIBUTIONS[kind]:
        raise _RejectedError("attribution", BAD_ATTRIBUTION, type=kind, value=attribution)
    numbers = {name: _number(name, cells.get(name, ""), kind) for name in DECIMALS}
    currency, settled_in = _currencies(cells, numbers["fx"], kind)
    only = ATTRIBUTIONS[kind][0] if len(ATTRIBUTIONS[kind]) == 1 else ""
    return Row(
        line=line,
        account=cells["account"],
        execution_id=cells.get("execution_id", ""),
        executed_at=_instant(cells["executed_at"]),
        type=kind,
        side=cells.get("side", ""),
        security=cells.get("security", ""),
        currency=currency,
        settled_in=settled_in,
        attribution=attribution or only,
        **numbers,
    )


def _currencies(cells: dict[str, str], fx: Decimal | None, kind: str) -> tuple[str, str]:
    currency, settled_in = cells.get("currency", ""), cells.get("settled_in", "")
    for name, value in (("currency", currency), ("settled_in", settled_in)):
        if value and not CURRENCY.fullmatch(value):
            raise _RejectedError(name, BAD_CURRENCY, value=value)
    if currency not in ("", "JPY") and fx is None and kind not in WITHOUT_FX:
        raise _RejectedError("fx", NEEDS_FX)
    if currency in ("", "JPY") and fx not in (None, Decimal(1)):
        raise _RejectedError("fx", YEN_FX)
    return currency, settled_in


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
    if at is None or at.tzinfo is None or "T" not in text:
        raise _RejectedError("executed_at", BAD_TIME, value=text[:40])
    return at


def make_ids(rows: list[Row]) -> list[Row]:
    """Give rows without an id one from a hash of the normalized row and its ordinal among equal rows of that day."""
    seen: Counter[tuple[str, str]] = Counter()
    done = []
    for row in rows:
        if not row.execution_id:
            body = f"{row.account}\0{normal_form(row.facts())}"
            day = row.executed_at.astimezone(TOKYO).date().isoformat()
            seen[day, body] += 1
            digest = hashlib.sha256(f"{body}\0{seen[day, body]}".encode()).hexdigest()
            row = replace(row, execution_id=f"h-{digest[:32]}")
        done.append(row)
    return done


def _without_contradictions(rows: list[Row]) -> tuple[list[Row], list[Rejection]]:
    """Take away rows that repeat an id of the file: equal ones silently, different ones as rejections."""
    first: dict[tuple[str, str], Row] = {}
    rejections = []
    for row in rows:
        known = first.setdefault((row.account, row.execution_id), row)
        if known is not row and known.checksum != row.checksum:
            rejections.append(Rejection(row.line, "execution_id", SAME_ID, {"value": row.execution_id}))
    return list(first.values()), rejections
