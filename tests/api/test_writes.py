"""What the parties write through the API, and writing once."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from casetrack.cases.models import ExecutionAnswer
from casetrack.demo.mediation import taken_on
from casetrack.ledger.models import Execution
from casetrack.lib import clock
from casetrack.lib.clock import travel_to
from casetrack.mediation.services import end_mediation
from casetrack.negotiation.proposal import at_amount
from casetrack.negotiation.services import prepare_offer, resume_negotiation
from casetrack.people.models import User
from tests.api.conftest import Api
from tests.builders import Story

As = Callable[..., Api]


def test_ivan_decides_executions(story: Story, ivan: User, api: As) -> None:
    story.to_ledger()
    rows = {
        row["execution_id"]: row for row in api(ivan).get(f"cases/{story.case.reference}/executions/").json()["results"]
    }
    assert list(rows) == ["o1", "u1", "c1", "l1"]
    assert rows["u1"]["attribution"] == ""
    assert "unauthorized" in rows["u1"]["allowed_attributions"]
    body = {"executions": [rows["u1"]["id"]], "attribution": "unauthorized"}
    answer = api(ivan).post(f"cases/{story.case.reference}/executions/decide/", body)
    assert answer.json() == {"changed": 1}
    assert Execution.objects.get(execution_id="u1").attribution == "unauthorized"


def test_vera_answers_and_both_sides_read_it(story: Story, vera: User, ivan: User, api: As) -> None:
    story.to_ledger()
    row = story.executions()["u1"]
    body = {"answers": [{"execution": row.pk, "answer": "no"}]}
    assert api(vera).post(f"cases/{story.case.reference}/executions/answer/", body).json() == {"changed": 1}
    for reader in (vera, ivan):
        rows = api(reader).get(f"cases/{story.case.reference}/executions/").json()["results"]
        assert {r["execution_id"]: r["answer"] for r in rows}["u1"] == "no"


def test_nobody_answers_or_decides_for_the_other_side(story: Story, vera: User, ivan: User, api: As) -> None:
    story.to_ledger()
    row = story.executions()["u1"]
    path = f"cases/{story.case.reference}/executions"
    answers = {"answers": [{"execution": row.pk, "answer": "yes"}]}
    assert api(ivan).post(f"{path}/answer/", answers).status_code == 403
    decision = {"executions": [row.pk], "attribution": "genuine"}
    assert api(vera).post(f"{path}/decide/", decision).status_code == 403
    assert not ExecutionAnswer.objects.exists()


def test_vera_refuses_an_offer(recent: Story, vera: User, api: As) -> None:
    recent.to_offer()
    path = f"cases/{recent.case.reference}/offers/1/refuse/"
    assert api(vera).post(path).status_code == 400
    answer = api(vera).post(path, {"reason": "強制決済の損失も全額補償してください。"})
    assert (answer.status_code, answer.json()["status"]) == (200, "refused")


def test_vera_counters_with_an_amount_of_her_own(recent: Story, vera: User, api: As) -> None:
    recent.to_offer()
    body = {"amount": "20000000", "reason": "手数料も含めてください。"}
    answer = api(vera).post(f"cases/{recent.case.reference}/offers/1/counter/", body)
    assert answer.status_code == 201
    counter = answer.json()
    assert (counter["number"], counter["party"], counter["amount"]) == (2, "victim", "20000000")
    assert counter["in_answer_to"] == 1


@pytest.mark.parametrize("amount", ["0", "-1", "1.5", "many", ""])
def test_it_refuses_an_amount_that_is_none(amount: str, recent: Story, vera: User, api: As) -> None:
    recent.to_offer()
    body = {"amount": amount, "reason": "…"}
    answer = api(vera).post(f"cases/{recent.case.reference}/offers/1/counter/", body)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("field", "value"), [("settles", ["costs"]), ("component_reasons", {"margin": "I could not have it frozen."})]
)
def test_one_amount_names_no_parts_and_says_so(field: str, value: Any, recent: Story, vera: User, api: As) -> None:
    recent.to_offer()
    path = f"cases/{recent.case.reference}/offers/1/counter/"
    answer = api(vera).post(path, {"amount": "20000000", "reason": "…", field: value})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert recent.case.offers.count() == 1
    answer = api(vera).post(path, {"amount": "20000000", "reason": "…", field: type(value)()})
    assert answer.status_code == 201, "nothing is named, so nothing is lost"


def test_an_offer_cannot_be_accepted_here(recent: Story, vera: User, api: As) -> None:
    recent.to_offer()
    assert api(vera).post(f"cases/{recent.case.reference}/offers/1/accept/").status_code == 404


def test_vera_does_not_know_of_an_offer_before_it_is_approved(
    recent: Story, vera: User, ivan: User, alma: User, api: As
) -> None:
    recent.to_assessment()
    prepare_offer(
        recent.case, recent.run, proposal=at_amount(recent.run, recent.run.due), reasons="…",
        valid_until=clock.now() + dt.timedelta(days=7),
        actor=ivan,
    )  # fmt: skip
    path = f"cases/{recent.case.reference}/offers/"
    assert api(vera).get(path).json()["results"] == []
    assert api(vera).post(f"{path}1/refuse/", {"reason": "…"}).status_code == 404
    assert api(vera).get(f"cases/{recent.case.reference}/assessments/").json()["results"] == []
    assert api(ivan).post(f"{path}1/approve/").json()["code"] == "not_allowed"
    assert api(alma).post(f"{path}1/approve/").json()["status"] == "open"
    assert len(api(vera).get(path).json()["results"]) == 1
    assert api(vera).get(f"cases/{recent.case.reference}/assessments/1/").json()["accounts"][0]["account"] == "••••890"


def test_both_sides_write_to_each_other(story: Story, vera: User, fiona: User, api: As) -> None:
    story.reported()
    path = f"cases/{story.case.reference}/messages/"
    assert api(vera).post(path, {"body": "いつ連絡をもらえますか。"}).status_code == 201
    assert api(fiona).post(path, {"body": "明日お電話します。"}).status_code == 201
    hers = api(vera).get(path).json()["results"]
    assert [(row["party"], row["author"]) for row in hers] == [("victim", ""), ("firm", "")]
    assert api(fiona).get(path).json()["results"][1]["author"] == "Fiona 藤井"
    assert api(vera).post(path, {"body": "   "}).status_code == 400


def test_the_same_key_sends_one_message(story: Story, vera: User, api: As) -> None:
    story.reported()
    path = f"cases/{story.case.reference}/messages/"
    key = str(uuid.uuid4())
    first = api(vera).post(path, {"body": "一度だけ"}, key=key)
    second = api(vera).post(path, {"body": "一度だけ"}, key=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert story.case.messages.count() == 1


def test_the_same_key_with_another_body_is_refused(story: Story, vera: User, api: As) -> None:
    story.reported()
    path = f"cases/{story.case.reference}/messages/"
    key = str(uuid.uuid4())
    api(vera).post(path, {"body": "one"}, key=key)
    refused = api(vera).post(path, {"body": "two"}, key=key)
    assert (refused.status_code, refused.json()["code"]) == (422, "key_reused")
    elsewhere = api(vera).post(f"cases/{story.case.reference}/actions/withdraw/", {}, key=key)
    assert elsewhere.status_code == 422
    assert story.case.messages.count() == 1


def test_the_same_key_acknowledges_once_and_says_so_twice(story: Story, fiona: User, api: As) -> None:
    story.reported()
    path = f"cases/{story.case.reference}/actions/acknowledge/"
    key = str(uuid.uuid4())
    assert api(fiona).post(path, key=key).json()["status"] == "acknowledged"
    assert api(fiona).post(path, key=key).json()["status"] == "acknowledged"
    assert api(fiona).post(path).status_code == 409


def test_a_refused_request_leaves_its_key_unused(recent: Story, vera: User, api: As) -> None:
    recent.to_offer()
    path = f"cases/{recent.case.reference}/offers/1/counter/"
    key = str(uuid.uuid4())
    assert api(vera).post(path, {"amount": "0", "reason": "…"}, key=key).status_code == 400
    assert api(vera).post(path, {"amount": "15000000", "reason": "…"}, key=key).status_code == 201


def test_two_people_may_use_the_same_key(story: Story, vera: User, fiona: User, api: As) -> None:
    story.reported()
    path = f"cases/{story.case.reference}/messages/"
    key = str(uuid.uuid4())
    assert api(vera).post(path, {"body": "a"}, key=key).status_code == 201
    assert api(fiona).post(path, {"body": "b"}, key=key).status_code == 201


def test_a_key_is_a_uuid(story: Story, vera: User, api: As) -> None:
    story.reported()
    answer = api(vera).post(f"cases/{story.case.reference}/messages/", {"body": "a"}, key="17")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


def test_no_case_is_ended_by_a_program_while_a_body_mediates_in_it(story: Story, alma: User, api: As) -> None:
    mediation = taken_on(story.to_offer())
    path = f"cases/{story.case.reference}/"
    assert "close" not in [action["name"] for action in api(alma).get(path).json()["actions"]]
    assert api(alma).post(f"{path}actions/close/", {"reason": "…"}).status_code == 409
    with travel_to(story.at):
        resume_negotiation(story.case, actor=alma, reason="…")
    assert "decline" not in [action["name"] for action in api(alma).get(path).json()["actions"]]
    assert api(alma).post(f"{path}actions/decline/", {"reason": "…"}).status_code == 409
    with travel_to(story.at):
        end_mediation(mediation, actor=story.user("mina"), reason="…")
    assert "decline" in [action["name"] for action in api(alma).get(path).json()["actions"]]
    assert api(alma).post(f"{path}actions/decline/", {"reason": "…"}).json()["status"] == "declined"


def test_vera_is_told_that_she_may_withdraw_a_case_before_a_body(story: Story, vera: User, alma: User, api: As) -> None:
    taken_on(story.to_offer())
    with travel_to(story.at):
        resume_negotiation(story.case, actor=alma, reason="…")
    path = f"cases/{story.case.reference}/"
    assert "withdraw" in [action["name"] for action in api(vera).get(path).json()["actions"]]
    assert api(vera).post(f"{path}actions/withdraw/").json()["status"] == "withdrawn"
