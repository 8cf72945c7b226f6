"""Vera is asked of the firm's ledger: by day, by security, page by page."""

import uuid
from typing import Any

import pytest
from django.test import Client

from casetrack.cases.models import Event, ExecutionAnswer
from casetrack.cases.services import undo_act
from casetrack.lib.errors import NotAllowed
from casetrack.people.models import User
from tests.builders import Story

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client_of: Any, vera: User) -> Client:
    return client_of(vera)


@pytest.fixture
def page(story: Story) -> str:
    """A ledger with 120 purchases of 7203 more, on two days after the first access."""
    for n in range(120):
        day = 20 + n // 60
        story.ledger += f"{{account}},m{n},2025-04-{day}T10:{n % 60:02}:00+09:00,buy,,7203,100,2500,,,,,,,,,,\n"
    story.to_ledger()
    return f"/en/cases/{story.case.reference}/trades/"


def listed(response: Any) -> list[int]:
    return [row.pk for _day, rows in response.context["days"] for row in rows]


def said(**of: Any) -> list[str]:
    return list(ExecutionAnswer.objects.filter(**of).values_list("answer", flat=True))


def key() -> dict[str, str]:
    return {"idempotency_key": str(uuid.uuid4())}


def test_every_trade_comes_once_and_the_way_back_is_the_same(browser: Client, page: str) -> None:
    seen, address = [], page
    while address:
        response = browser.get(address)
        seen.append(listed(response))
        address = page + response.context["following"] if response.context["following"] else ""
    assert [len(rows) for rows in seen] == [50, 50, 23]
    assert len({pk for rows in seen for pk in rows}) == 123
    assert listed(browser.get(page + response.context["previous"])) == seen[1]


def test_all_of_a_day_is_answered_at_once_with_what_was_typed(browser: Client, page: str) -> None:
    first = listed(browser.get(page))[0]
    response = browser.post(page, key() | {f"answer-{first}": "yes", "many": "no:day:2025-04-21"})
    assert response["Location"].endswith("#day-2025-04-21")
    assert said(execution=first) == ["yes"]
    assert said(execution__execution_id__startswith="m") == ["no"] * 60


def test_all_of_a_security_is_answered_at_once(browser: Client, page: str) -> None:
    response = browser.get(page + "?security=7203")
    assert "7203:" in response.content.decode()
    browser.post(page + "?security=7203", key() | {"many": "not_sure:security:7203"})
    assert set(said(execution__security="7203")) == {"not_sure"}
    assert not ExecutionAnswer.objects.exclude(execution__security="7203").exists()
    assert not listed(browser.get(page + "?security=7203&open=1"))


def test_saving_a_page_leads_to_the_next(browser: Client, page: str) -> None:
    following = browser.get(page).context["following_place"]
    response = browser.post(page, key() | {"next": following})
    assert response["Location"].endswith(f"?after={following}")


def test_an_execution_of_nobodys_is_refused(browser: Client, page: str) -> None:
    response = browser.post(page, key() | {"answer-999999": "no"})
    assert response.context["problems"]
    assert not said()


def undo(browser: Client, page: str) -> Any:
    return browser.get(page).context["undo"]


def test_an_answer_for_a_day_is_taken_back_and_each_row_says_what_it_said(browser: Client, page: str) -> None:
    first, second, *_rest = listed(browser.get(page))[3:]
    browser.post(page, key() | {f"answer-{first}": "yes", f"answer-{second}": "not_sure"})
    browser.post(page, key() | {"many": "no:day:2025-04-20"})
    act = undo(browser, page)
    assert (act.rows, said()) == (60, ["no"] * 60)
    twice = key() | {"undo": act.number}
    answer = browser.post(page, twice, follow=True)
    assert "60 rows are as before." in answer.content.decode()
    browser.post(page, twice)
    browser.post(page, key() | {"undo": act.number})
    assert said(execution=first) + said(execution=second) == ["yes", "not_sure"]
    assert ExecutionAnswer.objects.count() == 2
    assert Event.objects.filter(action="cases.answers_undone").count() == 1
    assert undo(browser, page) is None


def test_what_was_answered_one_by_one_since_stays(browser: Client, page: str) -> None:
    browser.post(page, key() | {"many": "no:day:2025-04-20"})
    own = ExecutionAnswer.objects.first().execution_id  # type: ignore[union-attr]
    browser.post(page, key() | {f"answer-{own}": "yes"})
    act = undo(browser, page)
    browser.post(page, key() | {"undo": act.number})
    assert (act.rows, said()) == (59, ["yes"])


def test_nobody_elses_act_is_taken_back(browser: Client, page: str, story: Story, ivan: User) -> None:
    browser.post(page, key() | {"many": "no:day:2025-04-20"})
    with pytest.raises(NotAllowed):
        undo_act(story.case, int(undo(browser, page).number), actor=ivan)
    assert browser.post(page, key() | {"undo": "999"}).context["problems"]
    assert len(said()) == 60


def test_the_script_saves_answers_without_a_page_and_is_told_why_not(browser: Client, page: str) -> None:
    first = listed(browser.get(page))[0]
    saved = browser.post(page, {f"answer-{first}": "no", "stay": "1"}, headers={"Accept": "application/json"})
    assert (saved.status_code, said(execution=first)) == (204, ["no"])
    refused = browser.post(page, {"answer-999999": "no"}, headers={"Accept": "application/json"})
    assert refused.status_code == 422
    assert refused.json()["message"] == "An execution of this list is not of this case."
    assert not list(browser.get(page).context["messages"])
