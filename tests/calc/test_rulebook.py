"""A clock goes by what its firm had decided when it began: no later decision moves a deadline."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casetrack.calc.clocks import TOKYO, Extension, StatusChange, derive, due_at
from casetrack.calc.rulebook import DayDecision, Rulebook, TargetDecision
from tests.calc.test_clocks import CALENDAR, TARGETS, changes, end_of, moments, tokyo

HOUR = timedelta(hours=1)
PLAIN = Rulebook(TARGETS, CALENDAR)


def with_days(*days: DayDecision) -> Rulebook:
    return Rulebook(TARGETS, CALENDAR, days=days)


def with_targets(*targets: TargetDecision) -> Rulebook:
    return Rulebook(TARGETS, CALENDAR, targets=targets)


def test_a_closed_day_counts_for_clocks_that_begin_after_it_was_decided_on() -> None:
    # Acknowledged on Monday 8 June 2026: 3 business days are 9, 10, 11; without Wednesday 10 they are 9, 11, 12.
    closed = DayDecision(date(2026, 6, 10), True, tokyo(6, 8, 12))
    before, after = (changes(("acknowledged", tokyo(6, 8, hour))) for hour in (11, 13))
    assert due_at(before, with_days(closed).at) == due_at(before, PLAIN.at) == end_of(6, 11)
    assert due_at(after, with_days(closed).at) == end_of(6, 12)
    # It is not closed after all: those that began between the two decisions keep the day that was told.
    opened = DayDecision(date(2026, 6, 10), False, tokyo(6, 8, 14))
    assert due_at(after, with_days(closed, opened).at) == end_of(6, 12)
    assert due_at(changes(("acknowledged", tokyo(6, 8, 15))), with_days(closed, opened).at) == end_of(6, 11)


def test_a_target_counts_for_clocks_that_begin_on_its_first_day_or_later() -> None:
    # Decided on Monday 8 June, valid from Wednesday 10: 5 business days then end on Wednesday 17.
    book = with_targets(TargetDecision("acknowledged", 5, date(2026, 6, 10), tokyo(6, 8)))
    assert due_at(changes(("acknowledged", tokyo(6, 9, 23, 59))), book.at) == end_of(6, 12)
    assert due_at(changes(("acknowledged", tokyo(6, 10, 0, 0))), book.at) == end_of(6, 17)
    assert due_at(changes(("agreed", tokyo(6, 10))), book.at) == due_at(changes(("agreed", tokyo(6, 10))), PLAIN.at)


@pytest.mark.parametrize(
    ("day", "target"), [(date(2026, 6, 9), 3), (date(2026, 6, 10), 8), (date(2026, 6, 14), 8), (date(2026, 6, 15), 3)]
)
def test_the_latest_first_day_holds_then_the_latest_decision_and_none_means_the_default(day: date, target: int) -> None:
    book = with_targets(
        TargetDecision("acknowledged", None, date(2026, 6, 15), tokyo(6, 1)),
        TargetDecision("acknowledged", 5, date(2026, 6, 10), tokyo(6, 2)),
        TargetDecision("acknowledged", 8, date(2026, 6, 10), tokyo(6, 3)),
    )
    assert book.targets_at(datetime(day.year, day.month, day.day, 9, tzinfo=TOKYO))["acknowledged"] == target


def test_a_target_that_claims_to_be_older_than_its_decision_is_not_believed() -> None:
    book = with_targets(TargetDecision("acknowledged", 1, date(2026, 1, 1), tokyo(6, 8)))
    assert due_at(changes(("acknowledged", tokyo(6, 5))), book.at) == end_of(6, 10)


days = st.dates(date(2026, 3, 1), date(2027, 2, 1))
day_decisions = st.builds(DayDecision, days, st.booleans(), moments)
target_decisions = st.builds(
    TargetDecision, st.sampled_from(list(TARGETS)), st.none() | st.integers(1, 60), days, moments
)
steps = st.lists(st.tuples(st.sampled_from([*TARGETS, "awaiting_victim", "closed"]), moments), max_size=12)
extensions = st.lists(st.builds(Extension, moments, st.sampled_from(list(TARGETS)), st.integers(1, 9)), max_size=3)


def book_of(closed: list[DayDecision], targets: list[TargetDecision], until: datetime | None = None) -> Rulebook:
    """What was decided, in order; only that before `until`."""
    return Rulebook(
        TARGETS,
        CALENDAR,
        tuple(sorted((one for one in targets if until is None or one.at < until), key=lambda one: one.at)),
        tuple(sorted((one for one in closed if until is None or one.at < until), key=lambda one: one.at)),
    )


@settings(max_examples=200, deadline=None)
@given(
    steps, extensions, st.lists(day_decisions, max_size=8), st.lists(target_decisions, max_size=8), moments, moments
)  # fmt: skip
def test_what_is_decided_later_changes_no_clock_that_had_begun(
    moves: list[tuple[str, datetime]],
    agreed: list[Extension],
    closed: list[DayDecision],
    targets: list[TargetDecision],
    decided: datetime,
    now: datetime,
) -> None:
    """Whatever is decided from `decided` on: clocks that began before it stay as they were, deadline, target, breach
    and all; so no deadline before it can have changed either."""
    events: list[StatusChange] = changes(*sorted(moves, key=lambda move: move[1]))
    known, later = book_of(closed, targets, decided), book_of(closed, targets)
    before = derive(events, known.at, now, extensions=agreed)
    after = derive(events, later.at, now, extensions=agreed)
    assert [clock for clock in after if clock.started_at < decided] == [
        clock for clock in before if clock.started_at < decided
    ]
    past = [clock.due_at for clock in before if clock.due_at and clock.due_at < decided]
    assert [clock.due_at for clock in after if clock.due_at and clock.due_at < decided] == past
    told = [event for event in events if event.at < decided]
    agreed_then = [one for one in agreed if one.at < decided]
    if told:
        assert due_at(told, known.at, extensions=agreed_then) == due_at(told, later.at, extensions=agreed_then)
