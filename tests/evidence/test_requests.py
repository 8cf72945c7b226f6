"""What the firm asks for by a day, and how it is answered."""

import datetime as dt

import pytest
from django.utils.translation import override

from casetrack.cases.timeline import timeline
from casetrack.evidence.models import Request
from casetrack.evidence.services import add_file, answer_request, ask_for, withdraw_request
from casetrack.lib.clock import tokyo, travel_to
from casetrack.lib.errors import Conflict, DomainError, InvalidInput, NotAllowed
from casetrack.people.models import User
from tests.builders import Story
from tests.evidence import files
from tests.evidence.files import upload

pytestmark = pytest.mark.django_db
WHAT = "2025年4月16日の取引報告書"
DAY = dt.date(2025, 5, 30)


@pytest.fixture
def asked(story: Story, ivan: User) -> Request:
    with travel_to(tokyo(2025, 5, 1)):
        return ask_for(story.to_investigation().case, WHAT, why="金額の確認のため", due_on=DAY, actor=ivan)


def test_ivan_asks_and_both_read_it_in_the_timeline(asked: Request, story: Story, vera: User, ivan: User) -> None:
    assert asked.is_open
    assert asked.due_at == tokyo(2025, 5, 30, 23, 59) + dt.timedelta(seconds=59)
    for somebody, said in ((vera, "The firm asked you for evidence"), (ivan, "Evidence asked for")):
        step = timeline(story.case, user=somebody)[-1]
        with override("en"):
            assert (str(step.title), step.note) == (said, WHAT)


def test_vera_answers_with_a_file_and_a_second_answer_is_refused(asked: Request, vera: User) -> None:
    row = add_file(upload("a.pdf", files.PDF), actor=vera, case=asked.case, request=asked)
    answer_request(asked, actor=vera)
    assert (row.request, asked.is_open, asked.answer) == (asked, False, "")
    with pytest.raises(Conflict):
        answer_request(asked, "again", actor=vera)
    with pytest.raises(Conflict):
        add_file(upload("b.png", files.PNG), actor=vera, case=asked.case, request=asked)


def test_she_answers_that_she_does_not_have_it_and_the_firm_reads_why(
    asked: Request, story: Story, vera: User, ivan: User
) -> None:
    answer_request(asked, "  届いていません。 ", actor=vera)
    assert asked.answer == "届いていません。"
    assert timeline(story.case, user=ivan)[-1].note == "届いていません。"


def test_an_answer_with_neither_is_refused(asked: Request, vera: User) -> None:
    with pytest.raises(InvalidInput, match="Add a file, or say why"):
        answer_request(asked, "  ", actor=vera)
    assert asked.is_open


def test_a_file_that_was_in_the_case_already_answers_too(asked: Request, vera: User) -> None:
    before = add_file(upload("a.pdf", files.PDF), actor=vera, case=asked.case)
    again = add_file(upload("the-same.pdf", files.PDF), actor=vera, case=asked.case, request=asked)
    assert (again.pk, again.request) == (before.pk, asked)
    answer_request(asked, actor=vera)


@pytest.mark.parametrize("name", ["otto", "bruno", "rita", "ivan"])
def test_nobody_else_answers(asked: Request, story: Story, name: str) -> None:
    with pytest.raises(NotAllowed):
        answer_request(asked, "…", actor=story.user(name))


@pytest.mark.parametrize("name", ["vera", "bruno", "rita"])
def test_only_the_firms_people_ask_and_take_back(asked: Request, story: Story, name: str) -> None:
    with pytest.raises(NotAllowed):
        ask_for(story.case, WHAT, due_on=DAY, actor=story.user(name))
    with pytest.raises(NotAllowed):
        withdraw_request(asked, actor=story.user(name))


@pytest.mark.parametrize(
    ("what", "why", "due_on", "field"),
    [(" ", "", DAY, "what"), ("x" * 201, "", DAY, "what"), (WHAT, "x" * 2001, DAY, "why"),
     (WHAT, "", dt.date(2025, 4, 30), "due_on")],
)  # fmt: skip
def test_what_is_not_clear_or_over_already_is_not_asked(
    story: Story, ivan: User, what: str, why: str, due_on: dt.date, field: str
) -> None:
    case = story.to_investigation().case
    with travel_to(tokyo(2025, 5, 1)), pytest.raises(DomainError) as caught:
        ask_for(case, what, why=why, due_on=due_on, actor=ivan)
    assert caught.value.field == field


def test_what_was_taken_back_is_not_answered(asked: Request, vera: User, ivan: User) -> None:
    withdraw_request(asked, actor=ivan)
    with pytest.raises(Conflict):
        answer_request(asked, "…", actor=vera)
    with pytest.raises(Conflict):
        withdraw_request(asked, actor=ivan)


def test_nothing_is_asked_or_answered_once_the_case_has_ended(
    asked: Request, story: Story, vera: User, ivan: User
) -> None:
    story.does("vera", "withdraw")
    with pytest.raises(NotAllowed):
        ask_for(story.case, WHAT, due_on=DAY, actor=ivan)
    with pytest.raises(NotAllowed):
        answer_request(asked, "…", actor=vera)
