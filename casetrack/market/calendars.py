"""The Japanese business calendar: national holidays from the `holidays` library, year-end days from calc.clocks."""

from functools import lru_cache

import holidays

from casetrack.calc.clocks import BusinessCalendar

FIRST_YEAR, LAST_YEAR = 2024, 2035


@lru_cache(maxsize=1)
def business_calendar() -> BusinessCalendar:
    """National holidays of 2024 to 2035; weekends and 31 December to 3 January are no business days either."""
    days = holidays.country_holidays("JP", years=range(FIRST_YEAR, LAST_YEAR + 1))
    return BusinessCalendar(holidays=frozenset(days))
