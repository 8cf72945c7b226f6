"""The two pages of more time: the firm asks, the victim answers with one of two buttons."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from casetrack.lib.clock import TOKYO, travel_to
from casetrack.people.models import User
from tests.builders import Story

pytestmark = pytest.mark.django_db
WHY = "取引所からの回答を待っています。"


@pytest.fixture
def investigated(story: Story) -> Story:
    return story.to_investigation().wait(3)


def at(story: Story, side: str) -> str:
    return reverse(f"{side}:more-time", args=[story.case.reference])


def asked(story: Story, client_of: Any, days: str = "5") -> Any:
    with travel_to(story.at):
        return client_of(story.user("ivan")).post(at(story, "firm"), {"days": days, "reason": WHY})


def day(story: Story) -> dt.date | None:
    story.case.refresh_from_db()
    return story.case.due_at.astimezone(TOKYO).date() if story.case.due_at else None


def test_the_firm_asks_and_both_sides_see_it(investigated: Story, client_of: Any, ivan: User, vera: User) -> None:
    with travel_to(investigated.at):
        assert client_of(ivan).get(at(investigated, "firm")).status_code == 200
        assert asked(investigated, client_of).status_code == 302
        assert client_of(ivan).get(at(investigated, "firm")).status_code == 302  # one waits already
        firm = client_of(ivan).get(reverse("firm:case", args=[investigated.case.reference]))
        mine = client_of(vera).get(reverse("victim:case", args=[investigated.case.reference]))
        page = client_of(vera).get(at(investigated, "victim"))
    for response in (firm, mine, page):
        assert WHY in response.content.decode()
    assert at(investigated, "victim") in mine.content.decode()
    assert page.context["would_be"].astimezone(TOKYO).date() == dt.date(2025, 5, 28)


@pytest.mark.parametrize(("answer", "due"), [("agree", dt.date(2025, 5, 28)), ("decline", dt.date(2025, 5, 21))])
def test_the_victim_answers_once(investigated: Story, client_of: Any, vera: User, answer: str, due: dt.date) -> None:
    asked(investigated, client_of)
    browser = client_of(vera)
    with travel_to(investigated.at):
        key = browser.get(at(investigated, "victim")).context["form"]["idempotency_key"].value()
        sent = {"idempotency_key": key, "number": "1", "answer": answer}
        for _again in range(2):
            assert browser.post(at(investigated, "victim"), sent).status_code == 302
        assert browser.get(at(investigated, "victim")).status_code == 302
        shown = browser.get(reverse("victim:case", args=[investigated.case.reference])).content.decode()
    assert day(investigated) == due
    assert investigated.case.events.filter(clock="investigating").count() == 2
    assert WHY in shown


@pytest.mark.parametrize(
    "sent", [{"answer": ""}, {"answer": "maybe"}, {"number": "", "answer": "agree"}, {"number": "9", "answer": "agree"}]
)
def test_what_is_no_answer_changes_nothing(
    investigated: Story, client_of: Any, vera: User, sent: dict[str, str]
) -> None:
    asked(investigated, client_of)
    with travel_to(investigated.at):
        response = client_of(vera).post(at(investigated, "victim"), {"number": "1", **sent})
    assert response.status_code == 200
    assert day(investigated) == dt.date(2025, 5, 21)


@pytest.mark.parametrize("days", ["", "0", "21", "five"])
def test_a_bad_number_of_days_keeps_the_reason(investigated: Story, client_of: Any, days: str) -> None:
    response = asked(investigated, client_of, days)
    assert response.status_code == 400
    assert WHY in response.content.decode()
    assert not investigated.case.events.exclude(clock="").exists()
