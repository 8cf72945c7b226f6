"""Every clock of a case over Golden Week and New Year, counted by hand on the calendar of Japan.

Business days, by which everything below is counted (29 April and 3 to 6 May are closed; so are 31 December to 3
January, and Coming of Age Day):

  2025  April 21 22 23 24 25, 28 30          May 1 2, 7 8 9, 12 to 16, 19 to 23, 26 to 30
  2026  April 20 21 22 23 24, 27 28 30       May 1, 7 8, 11 to 15, 18 to 22, 25 to 29   June 1
  2025/26  December 22 23 24 25 26, 29 30    January 5 to 9, 13 to 16, 19 to 23, 26 to 30   February 2
"""

from datetime import date, datetime

import pytest

from casetrack.calc.clocks import TOKYO, Extension, current, due_at
from casetrack.calc.rulebook import DayDecision, Rulebook
from casetrack.cases.clocks import DEFAULT_TARGETS, SIDE_TARGETS
from casetrack.market.calendars import business_calendar
from tests.calc.test_clocks import changes

Day = tuple[int, int, int]
RECEIPT, START, ASSESSMENT = "submitted", "acknowledged", "investigating"
OFFER, TALKS, PAYMENT = "assessed", "negotiating", "agreed"
FIRST_ANSWER, COUNTER = "first_answer", "counter_answer"
WAITS = "awaiting_victim"


def at(day: Day, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(*day, hour, minute, tzinfo=TOKYO)


def book(*closed: Day) -> Rulebook:
    """The platform's targets, and a firm that closed these days long ago."""
    days = tuple(DayDecision(date(*day), True, at((2024, 1, 4))) for day in closed)
    return Rulebook({**DEFAULT_TARGETS, **SIDE_TARGETS}, business_calendar(), days=days)


def due(clock: str, begins: datetime, *, closed: tuple[Day, ...] = ()) -> date | None:
    end = due_at(changes((clock, begins)), book(*closed).at)
    return end.astimezone(TOKYO).date() if end else None


EVES: list[tuple[str, Day, Day]] = [
    # From Monday 28 April 2025.
    (RECEIPT, (2025, 4, 28), (2025, 4, 30)),  # 1: 30 April
    (START, (2025, 4, 28), (2025, 5, 2)),  # 3: 30 April, 1, 2 May
    (OFFER, (2025, 4, 28), (2025, 5, 8)),  # 5: 30, 1, 2, 7, 8
    (PAYMENT, (2025, 4, 28), (2025, 5, 8)),  # 5: the same
    (COUNTER, (2025, 4, 28), (2025, 5, 12)),  # 7: … 9 (6), 12
    (TALKS, (2025, 4, 28), (2025, 5, 15)),  # 10: … 12 (7), 13, 14, 15
    (FIRST_ANSWER, (2025, 4, 28), (2025, 5, 22)),  # 15: … 16 (11), 19, 20, 21, 22
    (ASSESSMENT, (2025, 4, 28), (2025, 5, 29)),  # 20: … 23 (16), 26, 27, 28, 29
    # From Tuesday 28 April 2026.
    (RECEIPT, (2026, 4, 28), (2026, 4, 30)),  # 1: 30 April
    (START, (2026, 4, 28), (2026, 5, 7)),  # 3: 30 April, 1, 7 May
    (OFFER, (2026, 4, 28), (2026, 5, 11)),  # 5: 30, 1, 7, 8, 11
    (PAYMENT, (2026, 4, 28), (2026, 5, 11)),  # 5: the same
    (COUNTER, (2026, 4, 28), (2026, 5, 13)),  # 7: … 12, 13
    (TALKS, (2026, 4, 28), (2026, 5, 18)),  # 10: … 14, 15, 18
    (FIRST_ANSWER, (2026, 4, 28), (2026, 5, 25)),  # 15: … 19, 20, 21, 22, 25
    (ASSESSMENT, (2026, 4, 28), (2026, 6, 1)),  # 20: … 26, 27, 28, 29 May, 1 June
    # From Tuesday 30 December 2025.
    (RECEIPT, (2025, 12, 30), (2026, 1, 5)),  # 1: Monday 5 January
    (START, (2025, 12, 30), (2026, 1, 7)),  # 3: 5, 6, 7
    (OFFER, (2025, 12, 30), (2026, 1, 9)),  # 5: … 8, 9
    (PAYMENT, (2025, 12, 30), (2026, 1, 9)),  # 5: the same
    (COUNTER, (2025, 12, 30), (2026, 1, 14)),  # 7: … 13, 14 (12 is a holiday)
    (TALKS, (2025, 12, 30), (2026, 1, 19)),  # 10: … 15, 16, 19
    (FIRST_ANSWER, (2025, 12, 30), (2026, 1, 26)),  # 15: … 20, 21, 22, 23, 26
    (ASSESSMENT, (2025, 12, 30), (2026, 2, 2)),  # 20: … 27, 28, 29, 30 January, 2 February
]


@pytest.mark.parametrize(("clock", "begins", "ends"), EVES)
def test_from_the_last_business_day_before_the_holidays(clock: str, begins: Day, ends: Day) -> None:
    assert due(clock, at(begins)) == date(*ends)
    assert due(clock, at(begins, 0, 0)) == due(clock, at(begins, 23, 59)) == date(*ends)


@pytest.mark.parametrize(
    ("begins", "receipt", "counter"),
    [
        # On a holiday or weekend nothing has passed yet: the first business day after it is the first.
        ((2025, 4, 29), (2025, 4, 30), (2025, 5, 12)),  # 30, 1, 2, 7, 8, 9, 12
        ((2025, 5, 3), (2025, 5, 7), (2025, 5, 15)),  # 7, 8, 9, 12, 13, 14, 15
        ((2025, 5, 6), (2025, 5, 7), (2025, 5, 15)),  # the day that stands in for the Sunday
        ((2026, 4, 29), (2026, 4, 30), (2026, 5, 13)),  # 30, 1, 7, 8, 11, 12, 13
        ((2026, 5, 2), (2026, 5, 7), (2026, 5, 15)),  # 7, 8, 11, 12, 13, 14, 15
        ((2025, 12, 31), (2026, 1, 5), (2026, 1, 14)),  # 5 to 9 (5), 13, 14
        ((2026, 1, 1), (2026, 1, 5), (2026, 1, 14)),
        ((2026, 1, 4), (2026, 1, 5), (2026, 1, 14)),
    ],
)
def test_from_a_day_on_which_nobody_works(begins: Day, receipt: Day, counter: Day) -> None:
    assert due(RECEIPT, at(begins, 23, 59)) == date(*receipt)
    assert due(COUNTER, at(begins, 0, 0)) == date(*counter)


PAUSES: list[tuple[str, Day, Day, Day, Day, int, Day]] = [
    # Without a question the 20 days from Monday 21 April 2025 are 22 to 25 (4), 28, 30, 1, 2 (8), 7, 8, 9 (11), 12 to
    # 16 (16), 19, 20, 21, 22 May. Asked on Friday 25 April, answered on Thursday 8 May: 28, 30, 1, 2, 7, 8 are lost.
    (ASSESSMENT, (2025, 4, 21), (2025, 5, 22), (2025, 4, 25), (2025, 5, 8), 6, (2025, 5, 30)),  # 23, 26 to 30 (6)
    # Asked on the eve of a holiday, answered on it: no business day was lost.
    (ASSESSMENT, (2025, 4, 21), (2025, 5, 22), (2025, 4, 28), (2025, 4, 29), 0, (2025, 5, 22)),
    # The first answer's 15 days end on Thursday 15 May; 6 more: 16, 19 to 23.
    (FIRST_ANSWER, (2025, 4, 21), (2025, 5, 15), (2025, 4, 25), (2025, 5, 8), 6, (2025, 5, 23)),
    # From Monday 20 April 2026: 21 to 24 (4), 27, 28, 30 (7), 1 (8), 7, 8 (10), 11 to 15 (15), 18 to 22 (20).
    # Asked on Friday 24 April, answered on Thursday 7 May: 27, 28, 30, 1, 7.
    (ASSESSMENT, (2026, 4, 20), (2026, 5, 22), (2026, 4, 24), (2026, 5, 7), 5, (2026, 5, 29)),  # 25 to 29
    # From Monday 22 December 2025: 23 to 26 (4), 29, 30 (6), 5 to 9 (11), 13 to 16 (15), 19 to 23 (20).
    # Asked on Friday 26 December, answered on Tuesday 6 January: 29, 30, 5, 6.
    (ASSESSMENT, (2025, 12, 22), (2026, 1, 23), (2025, 12, 26), (2026, 1, 6), 4, (2026, 1, 29)),  # 26 to 29
    # Asked on 30 December, answered on Sunday 4 January: nobody worked in between.
    (ASSESSMENT, (2025, 12, 22), (2026, 1, 23), (2025, 12, 30), (2026, 1, 4), 0, (2026, 1, 23)),
    # A counter-offer's 7 days from 22 December end on Monday 5 January; held from 26 December to 6 January: 4 more,
    # 6 to 9.
    (COUNTER, (2025, 12, 22), (2026, 1, 5), (2025, 12, 26), (2026, 1, 6), 4, (2026, 1, 9)),
]


@pytest.mark.parametrize(("clock", "begins", "plain", "asked", "answered", "waited", "ends"), PAUSES)
def test_while_the_victim_is_asked_the_clock_stands_still(
    clock: str, begins: Day, plain: Day, asked: Day, answered: Day, waited: int, ends: Day
) -> None:
    assert due(clock, at(begins)) == date(*plain)
    moves = changes((clock, at(begins)), (WAITS, at(asked, 11)), (clock, at(answered, 11)))
    assert due_at(moves[:2], book().at) is None
    end, found = due_at(moves, book().at), current(moves, book().at, at(answered, 12))
    assert end is not None
    assert found is not None
    assert (end.astimezone(TOKYO).date(), found.paused_days) == (date(*ends), waited)


EXTENSIONS: list[tuple[str, Day, Day, int, Day, Day]] = [
    # The 20 days from 21 April 2025 end on Thursday 22 May; 5 more: 23, 26, 27, 28, 29.
    (ASSESSMENT, (2025, 4, 21), (2025, 5, 22), 5, (2025, 5, 2), (2025, 5, 29)),
    (ASSESSMENT, (2025, 4, 21), (2025, 5, 22), 5, (2025, 5, 22), (2025, 5, 29)),  # agreed on the last day
    (ASSESSMENT, (2025, 4, 21), (2025, 5, 22), 5, (2025, 5, 23), (2025, 5, 22)),  # a day late: missed stays missed
    # The payment's 5 days from Friday 24 April 2026 are 27, 28, 30, 1, 7; 3 more: 8, 11, 12.
    (PAYMENT, (2026, 4, 24), (2026, 5, 7), 3, (2026, 5, 1), (2026, 5, 12)),
    (PAYMENT, (2026, 4, 24), (2026, 5, 7), 3, (2026, 5, 5), (2026, 5, 12)),  # agreed on a holiday
    # The offer's 5 days from Friday 26 December 2025 are 29, 30, 5, 6, 7; 2 more: 8, 9; 3 more: 13 as well.
    (OFFER, (2025, 12, 26), (2026, 1, 7), 2, (2025, 12, 30), (2026, 1, 9)),
    (OFFER, (2025, 12, 26), (2026, 1, 7), 3, (2026, 1, 2), (2026, 1, 13)),
    (OFFER, (2025, 12, 26), (2026, 1, 7), 2, (2026, 1, 8), (2026, 1, 7)),
]


@pytest.mark.parametrize(("clock", "begins", "plain", "days", "agreed", "ends"), EXTENSIONS)
def test_more_time_that_the_victim_agreed_to(
    clock: str, begins: Day, plain: Day, days: int, agreed: Day, ends: Day
) -> None:
    assert due(clock, at(begins)) == date(*plain)
    end = due_at(changes((clock, at(begins))), book().at, extensions=[Extension(at(agreed), clock, days)])
    assert end is not None
    assert end.astimezone(TOKYO).date() == date(*ends)


def test_a_pause_and_more_time_together() -> None:
    """From 22 December 2025 to 23 January; 4 days of waiting to the 29th; 3 more days: 30 January, 2 and 3 February."""
    moves = changes(
        (ASSESSMENT, at((2025, 12, 22))), (WAITS, at((2025, 12, 26))), (ASSESSMENT, at((2026, 1, 6)))
    )  # fmt: skip
    for agreed in ((2025, 12, 24), (2026, 1, 2), (2026, 1, 28)):  # before, during and after the pause
        end = due_at(moves, book().at, extensions=[Extension(at(agreed), ASSESSMENT, 3)])
        assert end is not None
        assert end.astimezone(TOKYO).date() == date(2026, 2, 3)


BRIDGE_2025: tuple[Day, ...] = ((2025, 4, 30), (2025, 5, 1), (2025, 5, 2))
BRIDGE_2026: tuple[Day, ...] = ((2026, 4, 30), (2026, 5, 1))
NEW_YEAR: tuple[Day, ...] = ((2025, 12, 29), (2025, 12, 30), (2026, 1, 5))


@pytest.mark.parametrize(
    ("clock", "begins", "closed", "ends"),
    [
        # A firm that closes for the whole of Golden Week 2025, from Monday 28 April: 7, 8, 9, 12 to 16, 19 to 23, 26 …
        (RECEIPT, (2025, 4, 28), BRIDGE_2025, (2025, 5, 7)),
        (OFFER, (2025, 4, 28), BRIDGE_2025, (2025, 5, 13)),  # 7, 8, 9, 12, 13
        (PAYMENT, (2025, 4, 28), BRIDGE_2025, (2025, 5, 13)),
        (COUNTER, (2025, 4, 28), BRIDGE_2025, (2025, 5, 15)),  # … 14, 15
        (FIRST_ANSWER, (2025, 4, 28), BRIDGE_2025, (2025, 5, 27)),  # … 16 (8), 23 (13), 26, 27
        (ASSESSMENT, (2025, 4, 28), BRIDGE_2025, (2025, 6, 3)),  # … 28, 29, 30 (18), 2, 3 June
        # 2026, from Tuesday 28 April: 7, 8, 11 to 15, 18 …
        (RECEIPT, (2026, 4, 28), BRIDGE_2026, (2026, 5, 7)),
        (OFFER, (2026, 4, 28), BRIDGE_2026, (2026, 5, 13)),  # 7, 8, 11, 12, 13
        (COUNTER, (2026, 4, 28), BRIDGE_2026, (2026, 5, 15)),  # … 14, 15
        # A longer New Year, from Friday 26 December: 6 to 9, 13 to 16, …
        (RECEIPT, (2025, 12, 26), NEW_YEAR, (2026, 1, 6)),
        (OFFER, (2025, 12, 26), NEW_YEAR, (2026, 1, 13)),  # 6, 7, 8, 9, 13
        (COUNTER, (2025, 12, 26), NEW_YEAR, (2026, 1, 15)),  # … 14, 15
        # Closed days that are none anyway change nothing.
        (OFFER, (2025, 4, 28), ((2025, 5, 3), (2025, 5, 5), (2025, 5, 11)), (2025, 5, 8)),
    ],
)
def test_over_days_on_which_the_firm_alone_is_closed(
    clock: str, begins: Day, closed: tuple[Day, ...], ends: Day
) -> None:
    assert due(clock, at(begins), closed=closed) == date(*ends)


def test_a_pause_over_the_firms_own_days_counts_only_days_on_which_it_works() -> None:
    """From 21 April 2025, closed on 30 April, 1 and 2 May: 22 to 25 (4), 28 (5), 7, 8, 9 (8), 12 to 16 (13), 19 to 23
    (18), 26, 27 May. Asked on 25 April, answered on 8 May: 28, 7 and 8 are lost, so 28, 29, 30 May."""
    assert due(ASSESSMENT, at((2025, 4, 21)), closed=BRIDGE_2025) == date(2025, 5, 27)
    moves = changes((ASSESSMENT, at((2025, 4, 21))), (WAITS, at((2025, 4, 25))), (ASSESSMENT, at((2025, 5, 8))))
    end = due_at(moves, book(*BRIDGE_2025).at)
    assert end is not None
    assert end.astimezone(TOKYO).date() == date(2025, 5, 30)
