"""More time by consent: the firm asks, vera answers, and the deadline is always what the events say."""

import datetime as dt

import pytest

from casetrack.cases.clocks import due_at
from casetrack.cases.extensions import Answer, open_request, requests_of
from casetrack.cases.models import Event
from casetrack.cases.services import answer_extension, request_extension
from casetrack.lib.clock import TOKYO, travel_to
from casetrack.lib.errors import Conflict, InvalidInput, NotAllowed
from casetrack.people.models import User
from tests.builders import Story

pytestmark = pytest.mark.django_db
WHY = "取引所からの回答を待っています。"


def events(story: Story) -> list[Event]:
    return list(story.case.events.order_by("at", "id"))


def day(story: Story) -> dt.date | None:
    story.case.refresh_from_db()
    assert story.case.due_at == due_at(story.case)
    return story.case.due_at.astimezone(TOKYO).date() if story.case.due_at else None


@pytest.fixture
def investigated(story: Story) -> Story:
    """Since 18 April 2025: 20 business days, over Golden Week, end on 21 May."""
    story.to_investigation()
    assert day(story) == dt.date(2025, 5, 21)
    return story.wait(3)


def ask(story: Story, user: User, days: int = 5) -> None:
    with travel_to(story.at):
        request_extension(story.case, days, reason=WHY, actor=user)


def answer(story: Story, user: User, *, agrees: bool, number: int = 1) -> None:
    with travel_to(story.at):
        answer_extension(story.case, number, agrees=agrees, actor=user)


def test_the_deadline_moves_when_the_victim_agrees_and_not_before(investigated: Story, ivan: User, vera: User) -> None:
    ask(investigated, ivan)
    assert day(investigated) == dt.date(2025, 5, 21)
    answer(investigated.wait(1), vera, agrees=True)
    assert day(investigated) == dt.date(2025, 5, 28)
    answer(investigated.wait(1), vera, agrees=True)
    assert day(investigated) == dt.date(2025, 5, 28)
    steps = [event for event in events(investigated) if event.clock]
    assert [(e.action, e.days, e.is_public) for e in steps] == [
        ("cases.extension_requested", 5, True),
        ("cases.extension_agreed", 5, True),
    ]


def test_a_declined_request_changes_nothing_and_the_firm_may_ask_again(
    investigated: Story, ivan: User, vera: User
) -> None:
    ask(investigated, ivan)
    answer(investigated, vera, agrees=False)
    assert day(investigated) == dt.date(2025, 5, 21)
    with pytest.raises(Conflict):
        answer(investigated, vera, agrees=True)
    ask(investigated.wait(1), ivan, days=1)
    answer(investigated, vera, agrees=True, number=2)
    assert day(investigated) == dt.date(2025, 5, 22)


def test_at_most_one_request_is_open(investigated: Story, ivan: User, fiona: User) -> None:
    ask(investigated, ivan)
    with pytest.raises(Conflict):
        ask(investigated, fiona)
    assert len(requests_of(investigated.case, events(investigated), investigated.at)) == 1


def test_a_clock_that_ran_out_is_not_extended(investigated: Story, ivan: User, vera: User) -> None:
    ask(investigated, ivan)
    investigated.wait(40)
    (request,) = requests_of(investigated.case, events(investigated), investigated.at)
    assert request.answer == Answer.MOOT
    with pytest.raises(Conflict):
        answer(investigated, vera, agrees=True)
    with pytest.raises(Conflict):
        ask(investigated, ivan)
    assert day(investigated) == dt.date(2025, 5, 21)


def test_a_request_ends_with_its_stage_and_never_comes_back(investigated: Story, ivan: User, vera: User) -> None:
    ask(investigated, ivan)
    investigated.wait(1).does("alma", "decline", "理由です。").wait(1).does("alma", "reopen", "再開します。")
    assert open_request(investigated.case, events(investigated), investigated.at) is None
    with pytest.raises(Conflict):
        answer(investigated, vera, agrees=True)
    ask(investigated, ivan, days=2)
    assert [r.answer for r in requests_of(investigated.case, events(investigated), investigated.at)] == [
        Answer.MOOT,
        Answer.OPEN,
    ]


def test_it_is_agreed_while_the_clock_stands_still_too(investigated: Story, ivan: User, vera: User) -> None:
    ask(investigated, ivan, days=3)
    investigated.does("ivan", "ask_victim", "いつお気づきですか。")
    answer(investigated, vera, agrees=True)
    assert day(investigated) is None
    investigated.does("vera", "answer_firm", "朝です。")
    assert day(investigated) == dt.date(2025, 5, 26)


def test_only_the_firms_caseworkers_ask_and_only_the_victim_answers(
    investigated: Story, ivan: User, alma: User, otto: User, bruno: User, rita: User
) -> None:
    for somebody in (investigated.user("vera"), otto, bruno, rita):
        with pytest.raises(NotAllowed):
            ask(investigated, somebody)
    ask(investigated, alma)
    for somebody in (ivan, otto, bruno, rita):
        with pytest.raises(NotAllowed):
            answer(investigated, somebody, agrees=True)


def test_the_victims_own_clock_is_not_the_firms_to_extend(story: Story, alma: User) -> None:
    story.to_payment()
    with pytest.raises(Conflict):
        ask(story, alma)


@pytest.mark.parametrize("days", [0, -1, 21])
def test_days_are_one_to_twenty(investigated: Story, ivan: User, days: int) -> None:
    with pytest.raises(InvalidInput):
        ask(investigated, ivan, days=days)


def test_a_request_needs_its_reason(investigated: Story, ivan: User) -> None:
    with pytest.raises(InvalidInput):
        request_extension(investigated.case, 3, reason="  ", actor=ivan)
