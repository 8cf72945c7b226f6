"""When a mail may go out: at once, at the evening's round, or after the quiet hours. Tokyo time, no database."""

import datetime as dt

from casetrack.lib.clock import TOKYO

QUIET_FROM, QUIET_UNTIL = 21, 7
EVENING = 18


def after_quiet_hours(at: dt.datetime) -> dt.datetime:
    """`at`, or the next 7:00 in Tokyo if `at` lies between 21:00 and 7:00."""
    there = at.astimezone(TOKYO)
    if QUIET_UNTIL <= there.hour < QUIET_FROM:
        return at
    day = there.date() + dt.timedelta(days=there.hour >= QUIET_FROM)
    return dt.datetime.combine(day, dt.time(QUIET_UNTIL), TOKYO)


def next_evening(at: dt.datetime) -> dt.datetime:
    """The first 18:00 in Tokyo that is not before `at`."""
    there = at.astimezone(TOKYO)
    evening = dt.datetime.combine(there.date(), dt.time(EVENING), TOKYO)
    return evening if there <= evening else evening + dt.timedelta(days=1)
