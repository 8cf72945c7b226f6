"""Instants as exact integers, and the Tokyo calendar they are told in.

Japan has kept UTC+9 without daylight saving since 1952, so that "Asia/Tokyo" needs no time zone database here.
"""

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

_DAY = 86_400
_TOKYO = 9 * 3_600
_AT = re.compile(
    r"([0-9W-]+)T([01][0-9]|2[0-3])"  # date, hour
    r"(?::?([0-5][0-9])(?::?([0-5][0-9])(?:[.,]([0-9]+))?)?)?"  # minute, second, fraction
    r"(?:Z|([+-])([01][0-9]|2[0-3])(?::?([0-5][0-9]))?)"  # offset: sign, hours, minutes
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Instant(NamedTuple):
    """Seconds since 0001-01-01 minus one day in UTC, and the digits of the fraction without trailing zeros.

    Tuples of the two compare as the instants do, however many digits the fraction has.
    """

    second: int
    fraction: str = ""


def parse_instant(text: str) -> Instant:
    """An ISO 8601 date and time with an offset (`2025-04-16T09:05:00+09:00`, `…Z`); anything else is a ValueError."""
    match = _AT.fullmatch(text)
    if match is None:
        raise ValueError("not an ISO 8601 time with an offset")
    day, hour, minute, second, fraction, sign, ahead, ahead_minute = match.groups()
    seconds = _days(day) * _DAY + int(hour) * 3_600 + int(minute or 0) * 60 + int(second or 0)
    if sign:
        offset = int(ahead) * 3_600 + int(ahead_minute or 0) * 60
        seconds += offset if sign == "-" else -offset
    return Instant(seconds, (fraction or "").rstrip("0"))


@lru_cache(maxsize=1_024)
def _days(day: str) -> int:
    return date.fromisoformat(day).toordinal()


def parse_date(text: str) -> date:
    """A calendar date `YYYY-MM-DD`; anything else is a ValueError."""
    if _DATE.fullmatch(text) is None:
        raise ValueError("not a date of the form YYYY-MM-DD")
    return date.fromisoformat(text)


def end_of_tokyo_day(day: date) -> Instant:
    """00:00 in Tokyo of the day after `day`: the first instant that takes no part in a valuation of that day."""
    return Instant((day.toordinal() + 1) * _DAY - _TOKYO)


def in_tokyo(at: Instant) -> str:
    """The instant in words, for a message: `2025-04-16 at 09:05:00 (Asia/Tokyo)`."""
    day, second = divmod(at.second + _TOKYO, _DAY)
    if not 1 <= day <= date.max.toordinal():
        return "a day outside the calendar"
    clock = f"{second // 3_600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
    return f"{date.fromordinal(day).isoformat()} at {clock} (Asia/Tokyo)"
