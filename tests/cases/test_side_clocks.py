"""The clocks beside the stages, and the firm's own closed days, worked by hand over Golden Week and New Year."""

import datetime as dt
from decimal import Decimal

import pytest

from casetrack.calc.clocks import TOKYO, Clock, add_business_days
from casetrack.cases.clocks import due_at
from casetrack.cases.services import answer_extension, request_extension
from casetrack.cases.side_clocks import COUNTER_ANSWER, FIRST_ANSWER, side_clocks_of, was_answered
from casetrack.firms.models import ClosedDay
from casetrack.lib.clock import tokyo, travel_to
from casetrack.market.calendars import business_calendar
from tests.builders import Story

pytestmark = pytest.mark.django_db


def clocks(story: Story, name: str) -> list[Clock]:
    events = list(story.case.events.order_by("at", "id"))
    return [clock for clock in side_clocks_of(story.case, events, story.at) if clock.name == name]


def day(at: dt.datetime | None) -> dt.date | None:
    return at.astimezone(TOKYO).date() if at else None


@pytest.mark.parametrize(
    ("start", "days", "closed", "due"),
    [
        # Golden Week 2026: holidays on 29 April and 3 to 6 May. Business days after Monday 27 April: 28, 30 April,
        # 1, 7, 8, 11, 12 May …
        (tokyo(2026, 4, 27, 10), 1, [], (2026, 4, 28)),
        (tokyo(2026, 4, 27, 10), 4, [], (2026, 5, 7)),
        (tokyo(2026, 4, 27, 10), 7, [], (2026, 5, 12)),
        # Closed on 30 April and 1 May as well: 28 April, 7, 8, 11, 12, 13, 14 May.
        (tokyo(2026, 4, 27, 10), 1, [(2026, 4, 30), (2026, 5, 1)], (2026, 4, 28)),
        (tokyo(2026, 4, 27, 10), 4, [(2026, 4, 30), (2026, 5, 1)], (2026, 5, 11)),
        (tokyo(2026, 4, 27, 10), 7, [(2026, 4, 30), (2026, 5, 1)], (2026, 5, 14)),
        # New Year 2026/27: no work from Thursday 31 December to Sunday 3 January; Monday 11 January is a holiday.
        (tokyo(2026, 12, 28, 10), 3, [], (2027, 1, 4)),
        (tokyo(2026, 12, 28, 10), 8, [], (2027, 1, 12)),
        # Closed on 30 December and 4 January: 29 December, 5, 6, 7, 8, 12, 13, 14 January.
        (tokyo(2026, 12, 28, 10), 3, [(2026, 12, 30), (2027, 1, 4)], (2027, 1, 6)),
        (tokyo(2026, 12, 28, 10), 8, [(2026, 12, 30), (2027, 1, 4)], (2027, 1, 14)),
        # A closed day that is none anyway changes nothing.
        (tokyo(2026, 4, 27, 10), 4, [(2026, 5, 5), (2026, 5, 9)], (2026, 5, 7)),
    ],
)
def test_firms_do_not_work_on_holidays_and_their_own_closed_days(
    start: dt.datetime, days: int, closed: list[tuple[int, int, int]], due: tuple[int, int, int]
) -> None:
    calendar = business_calendar(dt.date(*one) for one in closed)
    assert day(add_business_days(start, days, calendar)) == dt.date(*due)


def test_a_closed_day_moves_the_deadlines_of_its_firm_alone(story: Story) -> None:
    """Reported on Wednesday 16 April 2025: 1 business day ends on the 17th, or on the 18th if that is closed."""
    firm, other = story.cast.firm["MINATO"], Story(story.cast, firm="AOZORA", account="90-2")
    decided_at = story.at - dt.timedelta(days=1)
    ClosedDay.objects.create(firm=firm, day=dt.date(2025, 4, 17), decided_at=decided_at)
    assert day(due_at(story.reported().case)) == dt.date(2025, 4, 18)
    assert day(due_at(other.reported().case)) == dt.date(2025, 4, 17)


def test_the_first_answer_is_due_after_fifteen_business_days_and_a_receipt_is_none(story: Story) -> None:
    """From 16 April 2025: 17, 18, 21 to 25, 28, 30 April, 1, 2, 7, 8, 9 and 12 May."""
    story.to_investigation()
    (clock,) = clocks(story, FIRST_ANSWER)
    assert (day(clock.due_at), clock.ended_at, clock.breached) == (dt.date(2025, 5, 12), None, False)
    story.wait(1).access_confirmed()
    (clock,) = clocks(story, FIRST_ANSWER)
    assert (clock.ended_at, clock.breached) == (story.at, False)
    assert was_answered(clock, list(story.case.events.all()))


def test_the_first_answer_stands_still_while_the_firm_waits_and_is_given_once(story: Story) -> None:
    story.to_investigation().does("ivan", "ask_victim", "いつお気づきですか。")
    (clock,) = clocks(story, FIRST_ANSWER)
    assert (clock.paused, clock.due_at) == (True, None)
    story.wait(3).does("vera", "answer_firm", "朝です。")  # Friday to Monday: one business day
    (clock,) = clocks(story, FIRST_ANSWER)
    assert (clock.paused, day(clock.due_at)) == (False, dt.date(2025, 5, 13))
    story.does("alma", "decline", "理由です。").wait(1).does("alma", "reopen", "再開します。")
    (clock,) = clocks(story, FIRST_ANSWER)
    assert clock.ended_at is not None


def test_a_case_that_its_victim_withdraws_needs_no_answer_any_more(story: Story) -> None:
    story.to_investigation().does("vera", "withdraw")
    (clock,) = clocks(story, FIRST_ANSWER)
    assert clock.ended_at == story.at
    assert not was_answered(clock, list(story.case.events.all()))


def test_each_counter_offer_has_a_clock_until_the_firm_answers_it(story: Story) -> None:
    story.to_offer().wait(1)
    assert clocks(story, COUNTER_ANSWER) == []
    story.countered(Decimal(30_000_000), "値下がり分も含めてください。")
    (clock,) = clocks(story, COUNTER_ANSWER)
    assert day(clock.due_at) == day(add_business_days(story.at, 7, business_calendar()))
    story.wait(2).offered().wait(1).countered(Decimal(29_000_000), "もう少しお願いします。")
    first, second = clocks(story, COUNTER_ANSWER)
    assert (first.ended_at is not None, first.breached, second.ended_at) == (True, False, None)
    story.wait(20)
    assert clocks(story, COUNTER_ANSWER)[1].breached


def test_more_time_that_was_agreed_to_moves_them_too(story: Story) -> None:
    story.to_investigation()
    with travel_to(story.at):
        request_extension(story.case, 2, reason="回答待ちです。", actor=story.user("ivan"))
        answer_extension(story.case, 1, agrees=True, actor=story.user("vera"))
    (clock,) = clocks(story, FIRST_ANSWER)
    assert (day(clock.due_at), clock.extended_days) == (dt.date(2025, 5, 14), 2)
