"""The Japanese business calendar: national holidays from the `holidays` library, year-end days from calc.clocks."""

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache

import holidays

from casetrack.calc.clocks import BusinessCalendar

FIRST_YEAR, LAST_YEAR = 2024, 2035


def business_calendar(closed: Iterable[dt.date] = ()) -> BusinessCalendar:
    """National holidays of 2024 to 2035; weekends and 31 December to 3 January are no business days either, and
    neither are the days on which the firm is `closed`."""
    return _calendar(frozenset(closed))


@lru_cache(maxsize=100)
def _calendar(closed: frozenset[dt.date]) -> BusinessCalendar:
    return BusinessCalendar(holidays=_national() | closed)


@lru_cache(maxsize=1)
def _national() -> frozenset[dt.date]:
    return frozenset(holidays.country_holidays("JP", years=range(FIRST_YEAR, LAST_YEAR + 1)))


def national_holidays(year: int, *, japanese: bool = True) -> dict[dt.date, str]:
    """Japan's holidays of a year with their names, in order; Sundays among them too."""
    found = holidays.country_holidays("JP", years=year, language="ja" if japanese else "en_US")
    return dict(sorted(found.items()))
