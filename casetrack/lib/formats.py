"""How values are written for readers, in the language of the request."""

import datetime as dt
from calendar import monthrange
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from django.utils.dates import MONTHS
from django.utils.translation import get_language

from casetrack.lib.clock import TOKYO
from casetrack.lib.money import plain, round_yen

NONE = "—"
MINUS = "−"
# First day of each era, newest first.
ERAS = (
    (dt.date(2019, 5, 1), "令和", "Reiwa"),
    (dt.date(1989, 1, 8), "平成", "Heisei"),
    (dt.date(1926, 12, 25), "昭和", "Showa"),
    (dt.date(1912, 7, 30), "大正", "Taisho"),
)


def is_japanese() -> bool:
    return (get_language() or "ja").startswith("ja")


def colon() -> str:
    """What stands between a word and what is said of it."""
    return "：" if is_japanese() else ": "


def bracketed(text: object) -> str:
    """What is added in brackets, in those of the language; nothing where there is nothing."""
    return "" if not text else f"（{text}）" if is_japanese() else f" ({text})"


def listed(parts: Iterable[object]) -> str:
    """A、B, or A, B."""
    return ("、" if is_japanese() else ", ").join(str(part) for part in parts)


def as_decimal(value: object) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def separated(number: Decimal) -> str:
    """Thousands separators, no trailing zeros, no exponent, no sign."""
    whole, _dot, fraction = plain(abs(number)).partition(".")
    return f"{int(whole):,}" + (f".{fraction}" if fraction else "")


def yen(value: object) -> str:
    """1,250,000円, or ¥1,250,000 in English."""
    number = as_decimal(value)
    if number is None:
        return NONE
    number = round_yen(number)
    sign = MINUS if number < 0 else ""
    return f"{sign}{separated(number)}円" if is_japanese() else f"{sign}¥{separated(number)}"


def quantity(value: object) -> str:
    number = as_decimal(value)
    return NONE if number is None else (MINUS if number < 0 else "") + separated(number)


def short_number(value: object) -> str:
    """For axes and key figures: 1.5万, 32.9億; 15K, 3.29B in English. One decimal at most (two from billions on)."""
    number = as_decimal(value)
    if number is None:
        return NONE
    steps: tuple[tuple[int, str], ...] = ((10**12, "兆"), (10**8, "億"), (10**4, "万"))
    if not is_japanese():
        steps = ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "K"))
    sign = MINUS if number < 0 else ""
    for size, mark in steps:
        if abs(number) >= size:
            return sign + separated(round(abs(number) / size, 1 if mark in "兆億万KM" else 2)) + mark
    return sign + separated(round(abs(number), 2))


def day_of(value: object) -> dt.date | None:
    """The calendar day in Tokyo of a date, an aware instant or ISO text."""
    if isinstance(value, str):
        try:
            value = dt.date.fromisoformat(value) if len(value) <= 10 else dt.datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, dt.datetime):
        return value.astimezone(TOKYO).date() if value.tzinfo else value.date()
    return value if isinstance(value, dt.date) else None


def jp_date(value: object) -> str:
    """2025年4月16日, or 16 April 2025."""
    day = day_of(value)
    if day is None:
        return NONE
    if is_japanese():
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {MONTHS[day.month]} {day.year}"


def period(value: str) -> str:
    """The month or half-month "2025-04-H1" as 2025年4月前半, or April 2025 (1–15)."""
    month, _dash, half = value.partition("-H")
    day = dt.date.fromisoformat(f"{month}-01")
    if is_japanese():
        return f"{day.year}年{day.month}月" + {"1": "前半", "2": "後半"}.get(half, "")
    last = monthrange(day.year, day.month)[1]
    return f"{MONTHS[day.month]} {day.year}" + {"1": " (1–15)", "2": f" (16–{last})"}.get(half, "")


def jp_datetime(value: object) -> str:
    """2025年4月16日 9時03分, or 16 April 2025, 09:03 JST; always in Asia/Tokyo."""
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value)
        except ValueError:
            return NONE
    if not isinstance(value, dt.datetime):
        return jp_date(value)
    local = value.astimezone(TOKYO) if value.tzinfo else value
    if is_japanese():
        return f"{jp_date(local)} {local.hour}時{local.minute:02}分"
    return f"{jp_date(local)}, {local:%H:%M} JST"


def era(value: object) -> str:
    """令和7年 (令和元年 for the first), or Reiwa 7."""
    day = day_of(value)
    found = next((e for e in ERAS if day and day >= e[0]), None)
    if day is None or found is None:
        return NONE
    start, kanji, latin = found
    year = day.year - start.year + 1
    if is_japanese():
        return f"{kanji}{'元' if year == 1 else year}年"
    return f"{latin} {year}"
