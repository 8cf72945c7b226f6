"""Instants as exact integers, and the Tokyo calendar they are told in.

Japan has kept UTC+9 without daylight saving since 1952, so that "Asia/Tokyo" needs no time zone database here.
"""

import re
from datetime import date
from typing import NamedTuple

_DAY = 86_400
_TOKYO = 9 * 3_600
_AT = re.compile(
    r"(?P<date>[0-9W-]+)T(?P<hour>[01][0-9]|2[0-3])"
    r"(?::?(?P<minute>[0-5][0-9])(?::?(?P<second>[0-5][0-9])(?:[.,](?P<fraction>[0-9]+))?)?)?"
    r"(?:Z|(?P<sign>[+-])(?P<ahead>[01][0-9]|2[0-3])(?::?(?P<ahead_minute>[0-5][0-9]))?)"
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
    day = date.fromisoformat(match["date"]).toordinal()
    second = int(match["hour"]) * 3_600 + int(match["minute"] or 0) * 60 + int(match["second"] or 0)
    ahead = int(match["ahead"] or 0) * 3_600 + int(match["ahead_minute"] or 0) * 60
    offset = -ahead if match["sign"] == "-" else ahead
    return Instant(day * _DAY + second - offset, (match["fraction"] or "").rstrip("0"))


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
