from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casetrack.demo.mediation import taken_on
from casetrack.people.models import User
from tests.api.conftest import Api
from tests.builders import Story

As = Callable[..., Api]


def test_it_shows_vera_her_case_in_public_words(story: Story, vera: User, api: As) -> None:
    story.to_investigation()
    answer = api(vera).get(f"cases/{story.case.reference}/")
    case = answer.json()
    assert answer.status_code == 200
    assert case["status"] == "investigating"
    assert case["status_name"] == "The firm is investigating"
    assert case["firm"] == {"code": "MINATO", "name": "Minato Securities"}
    assert "victim" not in case
    assert "assigned_to" not in case


def test_it_shows_the_firm_who_works_on_it_and_for_whom(story: Story, fiona: User, api: As) -> None:
    story.to_investigation()
    case = api(fiona).get(f"cases/{story.case.reference}/").json()
    assert case["victim"]["name"] == "髙橋 恵"
    assert case["assigned_to"] == "Ivan 井上"
    assert case["status_name"] == "Investigating"


@pytest.mark.parametrize("name", ["vera", "fiona", "ivan", "alma"])
def test_it_never_shows_a_whole_account_number(name: str, story: Story, api: As) -> None:
    story.to_ledger()
    somebody = api(story.user(name))
    for path in ("", "executions/", "timeline/"):
        text = somebody.get(f"cases/{story.case.reference}/{path}").content.decode()
        assert "4567890" not in text
        assert "••••890" in text or path == "timeline/"


@pytest.mark.parametrize("name", ["otto", "bruno", "rita", "mina"])
def test_a_case_of_others_does_not_exist(name: str, story: Story, api: As) -> None:
    story.to_offer()
    somebody = api(story.user(name))
    assert somebody.get("cases/").json()["results"] == []
    for path in ("", "timeline/", "executions/", "offers/", "messages/", "assessments/", "assessments/1/"):
        answer = somebody.get(f"cases/{story.case.reference}/{path}")
        assert answer.status_code == 404
        assert answer.headers["Content-Type"] == "application/problem+json"
    for path in ("actions/withdraw/", "executions/decide/", "offers/1/approve/", "messages/"):
        assert somebody.post(f"cases/{story.case.reference}/{path}", {"body": "x"}).status_code == 404


def test_a_mistyped_reference_is_not_looked_up(story: Story, vera: User, api: As) -> None:
    story.reported()
    reference = story.case.reference
    wrong = reference[:-1] + str((int(reference[-1]) + 1) % 10)
    assert api(vera).get(f"cases/{wrong}/").status_code == 404


def test_it_lists_what_the_reader_may_do_now(story: Story, vera: User, fiona: User, api: As) -> None:
    story.reported()
    reference = story.case.reference
    at_the_firm = api(fiona).get(f"cases/{reference}/").json()["actions"]
    assert [action["name"] for action in at_the_firm] == ["acknowledge"]
    assert at_the_firm[0]["url"].endswith(f"/api/v1/cases/{reference}/actions/acknowledge/")
    assert {action["name"] for action in api(vera).get(f"cases/{reference}/").json()["actions"]} == {
        "withdraw",
        "escalate",
    }  # fmt: skip  (the clock of April 2025 ran out long ago)


def test_an_action_with_its_own_page_has_no_address(story: Story, vera: User, api: As) -> None:
    story.to_offer()
    actions = {row["name"]: row for row in api(vera).get(f"cases/{story.case.reference}/").json()["actions"]}
    assert actions["agree"]["url"] is None
    answer = api(vera).post(f"cases/{story.case.reference}/actions/agree/")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_fiona_acknowledges_and_gets_the_case_as_it_is_then(story: Story, fiona: User, api: As) -> None:
    story.reported()
    answer = api(fiona).post(f"cases/{story.case.reference}/actions/acknowledge/")
    assert answer.status_code == 200
    assert answer.json()["status"] == "acknowledged"
    story.case.refresh_from_db()
    assert story.case.status == "acknowledged"


def test_an_action_that_does_not_exist_is_not_found(story: Story, fiona: User, api: As) -> None:
    story.reported()
    assert api(fiona).post(f"cases/{story.case.reference}/actions/vanish/").status_code == 404


def test_it_filters_by_status(story: Story, fiona: User, api: As) -> None:
    story.reported()
    assert len(api(fiona).get("cases/", status="submitted").json()["results"]) == 1
    assert api(fiona).get("cases/", status="closed").json()["results"] == []
    refused = api(fiona).get("cases/", status="lost")
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["field"] == "status"


def test_it_pages_by_cursor_newest_first(story: Story, fiona: User, api: As) -> None:
    cases = [story.reported().case.reference]
    cases += [Story(story.cast, account=f"77-{number}").wait(number).reported().case.reference for number in (1, 2)]
    first = api(fiona).get("cases/", page_size=2).json()
    assert [row["reference"] for row in first["results"]] == [cases[2], cases[1]]
    second = api(fiona).client.get(first["next"]).json()
    assert [row["reference"] for row in second["results"]] == [cases[0]]
    assert second["next"] is None


def test_what_the_mediation_body_did_is_not_told_as_the_firms_doing(story: Story, vera: User, api: As) -> None:
    taken_on(story.to_offer())
    steps = api(vera).get(f"cases/{story.case.reference}/timeline/").json()["results"]
    by = {step["action"]: step["by"] for step in steps}
    assert (by["mediation.applied"], by["mediation.accepted"], by["cases.acknowledged"]) == (
        "victim",
        "mediator",
        "firm",
    )


def test_the_timeline_hides_from_vera_what_is_not_meant_for_her(story: Story, vera: User, ivan: User, api: As) -> None:
    story.to_ledger()
    path = f"cases/{story.case.reference}/timeline/"
    hers = {row["action"]: row for row in api(vera).get(path).json()["results"]}
    his = {row["action"]: row for row in api(ivan).get(path).json()["results"]}
    assert "cases.assigned" not in hers
    assert "cases.assigned" in his
    assert hers["cases.access_confirmed"]["reason"] == ""
    assert his["cases.access_confirmed"]["reason"] == story.case.events.get(action="cases.access_confirmed").reason
    assert his["cases.access_confirmed"]["reason"]
    assert hers["cases.acknowledged"]["by"] == "firm"
    assert his["cases.acknowledged"]["by"] == "intake"
    assert hers["cases.acknowledged"]["title"] == "The firm confirmed that it has your report"


def test_the_list_takes_the_same_queries_for_one_case_and_for_many(story: Story, fiona: User, api: As) -> None:
    story.reported().acknowledged()
    as_fiona = api(fiona)
    as_fiona.get("cases/")  # the first request writes the session's facts

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            as_fiona.get("cases/")
        return len(captured)

    one = queries()
    for number in range(4):
        Story(story.cast, account=f"88-{number}").reported().acknowledged()
    assert queries() == one
