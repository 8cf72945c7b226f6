"""Whatever goes wrong, the answer is a problem of RFC 9457."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from casetrack.api.views.cases import SERVICES
from casetrack.people.models import User
from tests.api.conftest import Api
from tests.builders import Story

As = Callable[..., Api]
PROBLEM = "application/problem+json"


def is_problem(answer: Any, status: int) -> bool:
    body = answer.json()
    assert answer.headers["Content-Type"] == PROBLEM
    assert body["status"] == answer.status_code == status
    return {"type", "title", "status", "code", "detail"} <= set(body)


def test_without_a_log_in_it_is_a_problem_and_no_redirect(db: None) -> None:
    assert is_problem(Client().get("/api/v1/cases/"), 403)
    assert is_problem(Client().post("/api/v1/assessments/preview/", {}, content_type="application/json"), 403)


def test_an_address_that_does_not_exist_is_a_problem(vera: User, api: As) -> None:
    assert is_problem(api(vera).get("nowhere/at/all/"), 404)
    assert is_problem(api(vera).get(""), 404)


def test_a_browser_gets_a_problem_too(vera: User, client_of: Callable[[User], Client]) -> None:
    assert is_problem(client_of(vera).get("/api/v1/cases/CT-1/", headers={"accept": "text/html,*/*;q=0.8"}), 404)


def test_a_refused_move_is_a_conflict_in_the_language_of_the_request(story: Story, fiona: User, api: As) -> None:
    story.reported().acknowledged()
    path = f"cases/{story.case.reference}/actions/acknowledge/"
    english = api(fiona).post(path)
    assert is_problem(english, 409)
    assert english.json()["code"] == "illegal_transition"
    assert english.json()["detail"] == "This is not possible now: the case is at “Acknowledged”."
    japanese = api(fiona, "ja").post(path)
    assert japanese.json()["detail"] == "今はこの操作ができません。案件の状況は「受付確認済み」です。"


def test_a_missing_reason_names_its_field(story: Story, fiona: User, api: As) -> None:
    story.to_investigation()
    answer = api(fiona).post(f"cases/{story.case.reference}/actions/ask_victim/")
    assert is_problem(answer, 400)
    assert answer.json()["field"] == "reason"


def test_errors_of_the_body_are_listed_with_their_place(story: Story, vera: User, api: As) -> None:
    story.to_ledger()
    body = {"answers": [{"execution": 1, "answer": "no"}, {"execution": "x", "answer": "perhaps"}]}
    answer = api(vera).post(f"cases/{story.case.reference}/executions/answer/", body)
    assert is_problem(answer, 400)
    assert {(error["field"], error["code"]) for error in answer.json()["errors"]} == {
        ("answers.1.execution", "invalid"), ("answers.1.answer", "invalid_choice"),
    }  # fmt: skip


def test_a_body_that_is_no_json_is_a_problem(vera: User, client_of: Callable[[User], Client]) -> None:
    sent = client_of(vera).post("/api/v1/assessments/preview/", "{", content_type="application/json")
    assert is_problem(sent, 400)
    assert is_problem(client_of(vera).post("/api/v1/assessments/preview/", "a=b", content_type="text/plain"), 415)


def test_a_body_that_is_too_large_is_a_problem(vera: User, api: As, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert is_problem(api(vera).post("assessments/preview/", {"events": ["x" * 200]}), 413)


def test_a_method_that_is_not_there_is_a_problem(vera: User, api: As) -> None:
    assert is_problem(api(vera).post("cases/"), 405)


def test_a_forged_request_is_a_problem(story: Story, vera: User) -> None:
    story.reported()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(vera, backend="allauth.account.auth_backends.AuthenticationBackend")
    path = f"/api/v1/cases/{story.case.reference}/actions/withdraw/"
    assert is_problem(browser.post(path, {}, content_type="application/json"), 403)
    story.case.refresh_from_db()
    assert story.case.status == "submitted"


def test_a_fault_of_ours_is_a_problem_and_changes_nothing(
    story: Story, vera: User, api: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.reported()

    def fault(*_args: Any, **_options: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setitem(SERVICES, "withdraw", fault)
    answer = api(vera).post(f"cases/{story.case.reference}/actions/withdraw/")
    assert is_problem(answer, 500)
    assert "secret" not in answer.content.decode()


def test_staff_without_a_second_factor_get_a_problem_and_no_redirect(story: Story, ivan: User) -> None:
    story.reported()
    browser = Client()
    browser.force_login(ivan, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = browser.get("/api/v1/cases/")
    assert is_problem(answer, 403)
    assert answer.json()["code"] == "mfa_required"
