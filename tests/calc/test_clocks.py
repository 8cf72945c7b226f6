"""Deadlines in business days, worked by hand on the calendars of 2026 and 2027."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casetrack.calc.clocks import (
    TOKYO,
    BusinessCalendar,
    Extension,
    StatusChange,
    Terms,
    add_business_days,
    business_days_between,
    current,
    derive,
    due_at,
)

# Golden Week 2026: Wednesday 29 April, then Sunday 3 to Wednesday 6 May (the last one stands in for the Sunday).
# New Year 2026/27: Thursday 31 December to Sunday 3 January, and Coming of Age Day on Monday 11 January.
CALENDAR = BusinessCalendar(
    frozenset(
        {
            date(2026, 4, 29),
            date(2026, 5, 3),
            date(2026, 5, 4),
            date(2026, 5, 5),
            date(2026, 5, 6),
            date(2027, 1, 1),
            date(2027, 1, 11),
        }
    )
)
TARGETS = {
    "submitted": 1,
    "acknowledged": 3,
    "investigating": 20,
    "assessed": 5,
    "negotiating": 10,
    "agreed": 5,
}


def TERMS(started: datetime) -> Terms:
    return Terms(TARGETS, CALENDAR)


def tokyo(month: int, day: int, hour: int = 10, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=TOKYO)


def end_of(month: int, day: int, year: int = 2026) -> datetime:
    return datetime(year, month, day, 23, 59, 59, 999_999, tzinfo=TOKYO)


def changes(*moves: tuple[str, datetime]) -> list[StatusChange]:
    names = ["", *(name for name, _ in moves)]
    return [StatusChange(at, before, name) for before, (name, at) in zip(names, moves, strict=False)]


@pytest.mark.parametrize(
    ("at", "days", "due"),
    [
        (tokyo(4, 27), 1, end_of(4, 28)),  # Monday to Tuesday
        (tokyo(4, 28), 1, end_of(4, 30)),  # over 29 April
        (tokyo(4, 28), 3, end_of(5, 7)),  # Thursday 30, Friday 1, then Thursday 7
        (tokyo(5, 2), 1, end_of(5, 7)),  # from a Saturday
        (tokyo(5, 5), 1, end_of(5, 7)),  # from a holiday
        (tokyo(4, 27, 23, 59), 1, end_of(4, 28)),
        (tokyo(4, 27, 0, 0), 1, end_of(4, 28)),
        (datetime(2026, 4, 27, 15, 0, tzinfo=UTC), 1, end_of(4, 30)),  # already the 28th in Tokyo
        (datetime(2026, 4, 27, 14, 59, tzinfo=UTC), 1, end_of(4, 28)),
        (tokyo(12, 29), 1, end_of(12, 30)),
        (tokyo(12, 30), 1, end_of(1, 4, 2027)),
        (tokyo(12, 28), 5, end_of(1, 6, 2027)),  # 29, 30, 4, 5, 6
        (tokyo(12, 28), 9, end_of(1, 13, 2027)),  # 29, 30, 4 to 8, 12, 13
        (tokyo(4, 28), 0, end_of(4, 28)),
        (tokyo(4, 29), 0, end_of(4, 30)),
    ],
)
def test_it_adds_business_days(at: datetime, days: int, due: datetime) -> None:
    assert add_business_days(at, days, CALENDAR) == due


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (tokyo(4, 28, 9), tokyo(4, 28, 18), 0),
        (tokyo(4, 28), tokyo(4, 29), 0),
        (tokyo(4, 28), tokyo(4, 30), 1),
        (tokyo(4, 28), tokyo(5, 7), 3),
        (tokyo(5, 7), tokyo(4, 28), -3),
        (tokyo(12, 30), tokyo(1, 4, year=2027), 1),
        (tokyo(12, 31), tokyo(1, 3, year=2027), 0),
    ],
)
def test_it_counts_the_business_days_between(start: datetime, end: datetime, days: int) -> None:
    assert business_days_between(start, end, CALENDAR) == days


def test_it_refuses_times_without_a_zone_and_negative_days() -> None:
    naive = datetime(2026, 4, 28, 10)  # noqa: DTZ001
    with pytest.raises(ValueError, match="zone"):
        add_business_days(naive, 1, CALENDAR)
    with pytest.raises(ValueError, match="zone"):
        business_days_between(tokyo(4, 28), naive, CALENDAR)
    with pytest.raises(ValueError, match="negative"):
        add_business_days(tokyo(4, 28), -1, CALENDAR)


def test_it_gives_every_stage_its_own_clock() -> None:
    # Submitted on Monday 27 April: due on the 28th. Acknowledged in time; 3 business days from the 28th end on 7 May.
    events = changes(("submitted", tokyo(4, 27)), ("acknowledged", tokyo(4, 28)))
    first, second = derive(events, TERMS, tokyo(5, 1))
    assert (first.name, first.due_at, first.ended_at, first.breached) == (
        "submitted",
        end_of(4, 28),
        tokyo(4, 28),
        False,
    )
    assert (second.name, second.started_at, second.due_at, second.ended_at) == (
        "acknowledged",
        tokyo(4, 28),
        end_of(5, 7),
        None,
    )
    assert (second.target, second.remaining, second.breached, second.paused) == (3, 1, False, False)
    assert due_at(events, TERMS) == end_of(5, 7)


def test_it_is_breached_from_midnight_of_the_last_day_on() -> None:
    events = changes(("submitted", tokyo(4, 27)))
    for now, breached, remaining in (
        (tokyo(4, 28, 23, 59), False, 0),
        (tokyo(4, 29, 0, 0), True, 0),
        (tokyo(4, 30, 0, 0), True, -1),
    ):
        clock = current(events, TERMS, now)
        assert clock
        assert (clock.breached, clock.remaining, clock.due_at) == (breached, remaining, end_of(4, 28))


def test_a_stage_that_ended_late_stays_breached() -> None:
    events = changes(("submitted", tokyo(4, 27)), ("acknowledged", tokyo(4, 30)))
    late = derive(events, TERMS, tokyo(5, 1))[0]
    assert (late.breached, late.remaining, late.ended_at) == (True, -1, tokyo(4, 30))


ASKED = changes(
    ("investigating", tokyo(4, 6)),  # a Monday; 20 business days end on Friday 8 May
    ("awaiting_victim", tokyo(4, 8)),
    ("investigating", tokyo(4, 13)),  # Thursday 9, Friday 10 and Monday 13 were paused
    ("awaiting_victim", tokyo(4, 28)),
    ("investigating", tokyo(5, 5)),  # Thursday 30 April and Friday 1 May
)


def test_waiting_for_the_victim_moves_the_deadline_by_the_days_waited() -> None:
    # April: 7 to 10 (4), 13 to 17 (9), 20 to 24 (14), 27, 28, 30 (17), 1 May (18), 7 and 8 May (20).
    assert due_at(ASKED[:1], TERMS) == end_of(5, 8)
    assert due_at(ASKED[:2], TERMS) is None
    assert due_at(ASKED[:3], TERMS) == end_of(5, 13)  # 3 more: 11, 12, 13 May
    assert due_at(ASKED, TERMS) == end_of(5, 15)  # and 2 more
    (clock,) = derive(ASKED, TERMS, tokyo(5, 8))
    assert (clock.started_at, clock.paused_days, clock.remaining) == (tokyo(4, 6), 5, 5)


def test_a_paused_clock_stands_still() -> None:
    for now in (tokyo(4, 8), tokyo(4, 10), tokyo(5, 30)):
        clock = current(ASKED[:2], TERMS, now)
        assert clock
        # Used by 8 April: 7 and 8; left 18.
        assert (clock.paused, clock.due_at, clock.breached, clock.remaining) == (True, None, False, 18)
    assert clock.paused_days == 33  # 9 to 30 April: 15; May: 1, 7, 8 and three full weeks: 18


def test_a_deadline_missed_before_a_pause_stays_missed() -> None:
    # Acknowledged on Thursday 16 April, started too late: due on Tuesday 21, paused on Saturday 25, back on Monday 27.
    events = changes(("acknowledged", tokyo(4, 16)), ("awaiting_victim", tokyo(4, 25)), ("acknowledged", tokyo(4, 27)))
    for known, now in ((2, tokyo(4, 26)), (3, tokyo(4, 27))):
        clock = current(events[:known], TERMS, now)
        assert clock
        assert (clock.breached, clock.due_at, clock.paused_days) == (True, end_of(4, 21), 0)
    # Missed over a weekend: due on Friday 17, paused on Saturday, back on Monday. The pause does not heal it.
    over = changes(("submitted", tokyo(4, 16)), ("awaiting_victim", tokyo(4, 18)), ("submitted", tokyo(4, 20)))
    assert due_at(over, TERMS) == end_of(4, 17)


def test_leaving_a_pause_for_another_stage_starts_that_stages_clock() -> None:
    events = changes(("investigating", tokyo(4, 6)), ("awaiting_victim", tokyo(4, 8)), ("assessed", tokyo(4, 13)))
    ended, clock = derive(events, TERMS, tokyo(4, 14))
    assert (ended.ended_at, ended.paused, ended.breached, ended.paused_days) == (tokyo(4, 13), False, False, 3)
    assert (clock.name, clock.due_at) == ("assessed", end_of(4, 20))


def test_coming_back_to_a_stage_later_starts_it_anew() -> None:
    events = changes(("investigating", tokyo(4, 6)), ("assessed", tokyo(4, 13)), ("investigating", tokyo(4, 14)))
    assert due_at(events[2:], TERMS) == due_at(events, TERMS) == end_of(5, 18)


def test_a_new_turn_starts_the_negotiations_clock_anew() -> None:
    events = changes(("negotiating", tokyo(4, 6)), ("negotiating", tokyo(4, 9)))
    assert due_at(events, TERMS) == end_of(4, 23)


def test_a_status_without_a_target_has_no_clock() -> None:
    events = changes(("submitted", tokyo(4, 6)), ("closed", tokyo(4, 7)))
    assert current(events, TERMS, tokyo(4, 8)) is None
    assert due_at(events, TERMS) is None
    assert due_at([], TERMS) is None
    assert [clock.name for clock in derive(events, TERMS, tokyo(4, 8))] == ["submitted"]


def test_what_lies_after_now_has_not_happened_yet() -> None:
    for number, event in enumerate(ASKED, start=1):
        known = [e for e in ASKED if e.at <= event.at]
        assert derive(ASKED, TERMS, event.at) == derive(known, TERMS, event.at)
        assert len(known) == number


moments = st.datetimes(datetime(2026, 3, 1), datetime(2027, 2, 1)).map(lambda at: at.replace(tzinfo=TOKYO))  # noqa: DTZ001
steps = st.lists(st.tuples(st.sampled_from([*TARGETS, "awaiting_victim", "closed"]), moments), max_size=12)
few = settings(max_examples=150, deadline=None)


@few
@given(moments, st.integers(0, 60))
def test_adding_and_counting_are_inverse(at: datetime, days: int) -> None:
    due = add_business_days(at, days, CALENDAR)
    assert CALENDAR.is_business_day(due.date())
    assert due > at
    if CALENDAR.is_business_day(at.date()) or days:
        assert business_days_between(at, due, CALENDAR) == days


@few
@given(moments, moments, st.integers(0, 30), st.integers(0, 30))
def test_a_later_start_or_more_days_never_end_earlier(one: datetime, other: datetime, few: int, more: int) -> None:
    early, late = sorted((one, other))
    assert add_business_days(early, few, CALENDAR) <= add_business_days(late, few, CALENDAR)
    assert add_business_days(early, few, CALENDAR) <= add_business_days(early, few + more, CALENDAR)
    assert business_days_between(early, late, CALENDAR) >= 0


@few
@given(steps, moments, moments)
def test_a_replay_gives_the_same_deadlines(moves: list[tuple[str, datetime]], one: datetime, other: datetime) -> None:
    events = changes(*sorted(moves, key=lambda move: move[1]))
    early, late = sorted((one, other))
    clocks = derive(events, TERMS, late)
    assert clocks == derive(iter(events), TERMS, late.astimezone(UTC))
    assert [clock for clock in clocks if clock.ended_at and clock.ended_at <= early] == [
        clock for clock in derive(events, TERMS, early) if clock.ended_at
    ]
    assert all(clock.ended_at for clock in clocks[:-1])


@few
@given(steps, moments)
def test_a_breach_never_heals_while_the_stage_lasts(moves: list[tuple[str, datetime]], now: datetime) -> None:
    events = changes(*sorted(moves, key=lambda move: move[1]))
    clock = current(events, TERMS, now)
    later = current([e for e in events if e.at <= now], TERMS, now + timedelta(days=9))
    assert (clock is None) == (later is None)
    if clock and later and clock.breached:
        assert later.breached
        assert later.due_at == clock.due_at
    if clock and not clock.paused:
        known = [event for event in events if event.at <= now]
        assert clock.due_at == due_at(known, TERMS)


INVESTIGATED = changes(("investigating", tokyo(4, 1)))


@pytest.mark.parametrize(
    ("at", "name", "days", "due"),
    [
        # 20 business days from Wednesday 1 April: to the 30th, over 29 April; 3 more: 1, 7 and 8 May.
        (tokyo(4, 10), "investigating", 3, end_of(5, 8)),
        (tokyo(4, 30, 23, 59), "investigating", 1, end_of(5, 1)),
        (tokyo(5, 1, 0, 1), "investigating", 5, end_of(4, 30)),  # it had run out: what was missed stays missed
        (tokyo(4, 10), "assessed", 3, end_of(4, 30)),  # another clock's
    ],
)
def test_an_extension_moves_the_deadline_of_its_clock_while_it_runs(
    at: datetime, name: str, days: int, due: datetime
) -> None:
    agreed = [Extension(at, name, days)]
    assert due_at(INVESTIGATED, TERMS, extensions=agreed) == due
    assert due_at(INVESTIGATED, TERMS) == end_of(4, 30)
    clock = current(INVESTIGATED, TERMS, tokyo(5, 1, 9), extensions=agreed)
    assert clock is not None
    assert (clock.extended_days > 0, clock.target) == (due > end_of(4, 30), 20)
    assert clock.breached == (due == end_of(4, 30))


def test_an_extension_during_a_pause_counts_once_it_is_over() -> None:
    events = changes(("investigating", tokyo(4, 1)), ("awaiting_victim", tokyo(4, 28)), ("investigating", tokyo(5, 8)))
    agreed = [Extension(tokyo(5, 7), "investigating", 2)]
    # The pause lasts 4 business days (30 April, 1, 7, 8 May); 20 + 4 + 2 days from 1 April.
    assert due_at(events[:2], TERMS, extensions=agreed) is None
    assert due_at(events, TERMS, extensions=agreed) == add_business_days(tokyo(4, 1), 26, CALENDAR)


def test_an_extension_of_a_stage_that_is_over_changes_nothing() -> None:
    events = changes(("submitted", tokyo(4, 27)), ("acknowledged", tokyo(4, 28)))
    late = [Extension(tokyo(4, 30), "submitted", 5)]
    now = tokyo(5, 1)
    assert derive(events, TERMS, now, extensions=late) == derive(events, TERMS, now)
    with pytest.raises(ValueError, match="one day or more"):
        derive(events, TERMS, now, extensions=[Extension(tokyo(4, 30), "acknowledged", 0)])


extended = st.lists(
    st.builds(Extension, moments, st.sampled_from(list(TARGETS)), st.integers(1, 20)), max_size=5
)  # fmt: skip


@few
@given(steps, extended, moments, moments)
def test_a_replay_with_extensions_gives_the_same_deadlines_and_none_is_shortened(
    moves: list[tuple[str, datetime]], agreed: list[Extension], one: datetime, other: datetime
) -> None:
    events = changes(*sorted(moves, key=lambda move: move[1]))
    early, late = sorted((one, other))
    clocks = derive(events, TERMS, late, extensions=agreed)
    assert clocks == derive(iter(events), TERMS, late, extensions=reversed(agreed))
    assert [clock for clock in clocks if clock.ended_at and clock.ended_at < early] == [
        clock for clock in derive(events, TERMS, early, extensions=agreed) if clock.ended_at and clock.ended_at < early
    ]
    for clock, plain in zip(clocks, derive(events, TERMS, late), strict=True):
        assert clock.started_at == plain.started_at
        if clock.due_at and plain.due_at:
            assert clock.due_at >= plain.due_at
        assert plain.breached or not clock.breached
        if not clock.extended_days:
            assert clock == plain


@few
@given(steps, extended, moments)
def test_an_extension_never_heals_a_breach(
    moves: list[tuple[str, datetime]], agreed: list[Extension], now: datetime
) -> None:
    events = [event for event in changes(*sorted(moves, key=lambda move: move[1])) if event.at <= now]
    known = [extension for extension in agreed if extension.at <= now]
    clock = current(events, TERMS, now, extensions=known)
    if clock and clock.breached:
        more = [*known, Extension(now + timedelta(hours=1), clock.name, 9)]
        later = current(events, TERMS, now + timedelta(hours=2), extensions=more)
        assert later is not None
        assert (later.breached, later.due_at) == (True, clock.due_at)
