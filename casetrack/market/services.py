"""Market data: reading files of daily bars, and the price of a day."""

import csv
import datetime as dt
import io
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.db import transaction

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
FIRST_YEAR = 1900
LONGEST_CODE = 40
TOO_MUCH = Decimal(10) ** 14


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
    """Our names and theirs; None for anything but daily bars (minute bars have a Time as well)."""
    if not {"Date", "Code"} <= set(header) or "Time" in header:
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
    if not value.is_finite() or not 0 <= value < TOO_MUCH:
        raise InvalidOperation
    return value


def _bar(row: dict[str, str | None], columns: dict[str, str]) -> tuple[str, dt.date, dict[str, Decimal | None]]:
    """Code, day and values of a row; raises ValueError or InvalidOperation."""
    code = security_code(row["Code"] or "")
    on = dt.date.fromisoformat((row["Date"] or "").strip().replace("/", "-"))
    if not 0 < len(code) <= LONGEST_CODE or on.year < FIRST_YEAR or None in row:
        raise ValueError
    values = {ours: _value(row[theirs] or "") for ours, theirs in columns.items()}
    if values.get("adjustment_factor") is None:
        values["adjustment_factor"] = Decimal(1)
    elif not values["adjustment_factor"]:
        raise ValueError
    return code, on, values


def _bars(data: bytes, report: PricesReport) -> dict[tuple[str, dt.date], dict[str, Decimal | None]]:
    """The bars that can be read; the lines of the others go to the report. Junk never raises."""
    try:
        text = data.decode("utf-8-sig").replace("\0", "\ufffd")
    except UnicodeDecodeError:
        report.rejections.append((1, "The file is not UTF-8 text."))
        return {}
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        columns = _columns([name.strip() for name in reader.fieldnames or []])
    except csv.Error:
        columns = None
    if columns is None:
        report.rejections.append((1, "The header has neither the columns of J-Quants V1 nor those of V2."))
        return {}
    reader.fieldnames = [name.strip() for name in reader.fieldnames or []]
    bars: dict[tuple[str, dt.date], dict[str, Decimal | None]] = {}
    while True:
        try:
            code, on, values = _bar(next(reader), columns)
        except StopIteration:
            return bars
        except (ValueError, InvalidOperation, csv.Error):
            report.rejections.append((reader.line_num, "A date, code or number cannot be read."))
        else:
            bars[code, on] = values


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


Priced = dict[str, tuple[Decimal, dt.date, str]]


class PriceHistory:
    """What a price was on each day from `first` to `last`, for some securities. One query."""

    def __init__(self, codes: Iterable[str], first: dt.date, last: dt.date) -> None:
        self.bars: dict[str, list[DailyBar]] = {}
        bars = DailyBar.objects.filter(security__code__in=set(codes), on__lte=last, on__gte=first - LONGEST_GAP)
        for bar in bars.select_related("security").order_by("on"):
            self.bars.setdefault(bar.security.code, []).append(bar)

    @property
    def last_day(self) -> dt.date | None:
        """The last day of which there is a bar."""
        return max((bars[-1].on for bars in self.bars.values()), default=None)

    def on(self, day: dt.date) -> Priced:
        """(close, its day, source) by code, as `price_on` says it."""
        found: Priced = {}
        for code, bars in self.bars.items():
            start = bisect_left(bars, day - LONGEST_GAP, key=_day)
            for bar in bars[start : bisect_right(bars, day, key=_day)]:
                if bar.close is not None:
                    found[code] = (bar.close, bar.on, bar.source)
                elif code in found and bar.adjustment_factor != 1:
                    close, closed_on, source = found[code]
                    found[code] = (close * bar.adjustment_factor, closed_on, source)
        return found


def _day(bar: DailyBar) -> dt.date:
    return bar.on


def price_on(codes: Iterable[str], on: dt.date) -> Priced:
    """(close, its day, source) by code: the close of the day, or of the last day with trades in the ten before.

    It is the raw close of that day, per share as shares were on `on`: where a split took effect between the two, its
    factor is applied; a later split is not. Codes without such a bar are left out.
    """
    return PriceHistory(codes, on, on).on(on)
