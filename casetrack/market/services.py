"""Market data: reading files of daily bars, and the price of a day."""

import csv
import datetime as dt
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.db.models import Max

from casetrack.audit.services import PLATFORM, record
from casetrack.lib.crypto import keyed_hash
from casetrack.market.models import DailyBar, Security
from casetrack.people.models import User

# J-Quants: column names of V1 `/prices/daily_quotes` and V2 `/equities/bars/daily`.
V1 = {
    "open": "Open", "high": "High", "low": "Low", "close": "Close", "volume": "Volume", "turnover": "TurnoverValue",
    "adjustment_factor": "AdjustmentFactor",
}  # fmt: skip
V2 = {
    "open": "O", "high": "H", "low": "L", "close": "C", "volume": "Vo", "turnover": "Va",
    "adjustment_factor": "AdjFactor",
}  # fmt: skip
LONGEST_GAP = dt.timedelta(days=10)
CHUNK = 2000


@dataclass
class PricesReport:
    """Counts of a file, and (line, reason) of rows that could not be read."""

    accepted: int = 0
    rejections: list[tuple[int, str]] = field(default_factory=list)


def security_code(code: str) -> str:
    """J-Quants' five characters with a last 0 become the four that firms write."""
    code = code.strip().upper()
    return code[:4] if len(code) == 5 and code.endswith("0") else code


def _columns(header: list[str]) -> dict[str, str] | None:
    if not {"Date", "Code"} <= set(header):
        return None
    for columns in (V1, V2):
        if columns["close"] in header:
            return {ours: theirs for ours, theirs in columns.items() if theirs in header}
    return None


def _value(text: str) -> Decimal | None:
    text = text.strip()
    if text.lower() in ("", "null", "none", "nan"):
        return None
    value = Decimal(text)
    if not value.is_finite() or value < 0:
        raise InvalidOperation
    return value


def _bars(data: bytes, report: PricesReport) -> dict[tuple[str, dt.date], dict[str, Decimal | None]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        report.rejections.append((1, "The file is not UTF-8 text."))
        return {}
    reader = csv.DictReader(io.StringIO(text, newline=""))
    columns = _columns(list(reader.fieldnames or []))
    if columns is None:
        report.rejections.append((1, "The header has neither the columns of J-Quants V1 nor those of V2."))
        return {}
    bars: dict[tuple[str, dt.date], dict[str, Decimal | None]] = {}
    for row in reader:
        try:
            code = security_code(row["Code"] or "")
            if not code:
                raise ValueError
            on = dt.date.fromisoformat((row["Date"] or "").strip().replace("/", "-"))
            values = {ours: _value(row[theirs] or "") for ours, theirs in columns.items()}
        except (ValueError, InvalidOperation):
            report.rejections.append((reader.line_num, "A date, code or number cannot be read."))
            continue
        values["adjustment_factor"] = values.get("adjustment_factor") or Decimal(1)
        bars[code, on] = values
    return bars


@transaction.atomic
def import_prices(file_name: str, data: bytes, *, actor: User) -> PricesReport:
    """Store daily bars from a J-Quants CSV (V1 or V2, by its header); a bar given again replaces the old one."""
    report = PricesReport()
    bars = _bars(data, report)
    codes = {code for code, _on in bars}
    Security.objects.bulk_create((Security(code=code) for code in sorted(codes)), ignore_conflicts=True)
    keys = dict(Security.objects.filter(code__in=codes).values_list("code", "pk"))
    DailyBar.objects.bulk_create(
        (
            DailyBar(security_id=keys[code], on=on, source=f"J-Quants: {file_name}"[:80], **values)
            for (code, on), values in bars.items()
        ),
        batch_size=CHUNK,
        update_conflicts=True,
        unique_fields=["security", "on"],
        update_fields=["open", "high", "low", "close", "volume", "turnover", "adjustment_factor", "source"],
    )
    report.accepted = len(bars)
    record(
        chain=PLATFORM, action="market.prices_imported", actor=actor,
        data={"bars": len(bars), "rejected": len(report.rejections), "name_hash": keyed_hash(file_name)},
    )  # fmt: skip
    return report


def price_on(codes: Iterable[str], on: dt.date) -> dict[str, tuple[Decimal, dt.date, str]]:
    """(close, its day, source) by code: the close of the day, or of the last day with trades in the ten before.

    The raw close of that day, per share as the share then was. Codes without such a bar are left out.
    """
    wanted = DailyBar.objects.filter(
        security__code__in=set(codes), on__lte=on, on__gte=on - LONGEST_GAP, close__isnull=False
    )
    latest = {row["security"]: row["day"] for row in wanted.values("security").annotate(day=Max("on"))}
    bars = wanted.filter(on__in=set(latest.values())).select_related("security")
    return {
        bar.security.code: (bar.close, bar.on, bar.source)
        for bar in bars
        if bar.close is not None and latest[bar.security_id] == bar.on
    }
