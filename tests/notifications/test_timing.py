"""The hours at which a mail may go out, for every minute there is."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from casetrack.lib.clock import TOKYO, tokyo
from casetrack.notifications.timing import after_quiet_hours, next_evening

instants = st.integers(0, 6 * 365 * 24 * 60).map(lambda minutes: tokyo(2024, 1, 1) + dt.timedelta(minutes=minutes))


@given(instants)
def test_nothing_waits_longer_than_the_night_and_nothing_goes_out_in_it(at: dt.datetime) -> None:
    due = after_quiet_hours(at)
    assert 7 <= due.astimezone(TOKYO).hour < 21
    assert dt.timedelta(0) <= due - at <= dt.timedelta(hours=10)
    assert after_quiet_hours(due) == due


@given(instants)
def test_the_evening_is_the_next_one(at: dt.datetime) -> None:
    due = next_evening(at)
    assert due.astimezone(TOKYO).time() == dt.time(18)
    assert dt.timedelta(0) <= due - at < dt.timedelta(days=1)


def test_the_borders() -> None:
    assert after_quiet_hours(tokyo(2026, 4, 1, 20, 59)) == tokyo(2026, 4, 1, 20, 59)
    assert after_quiet_hours(tokyo(2026, 4, 1, 21)) == tokyo(2026, 4, 2, 7)
    assert after_quiet_hours(tokyo(2026, 4, 2, 6, 59)) == tokyo(2026, 4, 2, 7)
    assert next_evening(tokyo(2026, 4, 1, 18)) == tokyo(2026, 4, 1, 18)
    assert next_evening(tokyo(2026, 4, 1, 18, 1)) == tokyo(2026, 4, 2, 18)
