"""The calculator over HTTP: takes and returns what `manage.py assess` does."""

from collections.abc import Callable
from typing import Any

import pytest

from casetrack.calc.loss import assess
from casetrack.people.models import User
from tests.api.conftest import Api
from tests.builders import Story

As = Callable[..., Api]
POLICY = {"method": "cash", "ratios": {"margin": "0.5"}, "solatium": "10000"}


def document(**changes: Any) -> dict[str, Any]:
    events = [
        {
            "id": "u1", "at": "2025-04-16T09:03:00+09:00", "type": "margin_open", "side": "long", "security": "6182",
            "quantity": "200000", "price": "250", "attribution": "unauthorized",
        },
        {
            "id": "c1", "at": "2025-04-16T13:20:00+09:00", "type": "margin_close", "side": "long", "security": "6182",
            "quantity": "200000", "price": "120", "open_price": "250", "attribution": "mitigation",
        },
    ]  # fmt: skip
    return {"valuation": {"date": "2025-05-30"}, "events": events, "policy": POLICY} | changes


@pytest.mark.parametrize("name", ["vera", "ivan", "rita", "mina"])
def test_anybody_signed_in_may_compute(name: str, story: Story, api: As) -> None:
    answer = api(story.user(name)).post("assessments/preview/", document())
    assert answer.status_code == 200
    assert answer.json() == assess(document())
    assert answer.json()["due"] == "13010000"


def test_a_refused_input_names_code_and_event(vera: User, api: As) -> None:
    given = document()
    given["events"][1]["quantity"] = "200001"
    answer = api(vera).post("assessments/preview/", given)
    problem = answer.json()
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (problem["code"], problem["event"]) == ("no_open_position", "c1")


@pytest.mark.parametrize("given", [[], '"text"', {}, {"events": 1}, document(policy=None)])
def test_what_is_no_input_is_malformed(given: Any, vera: User, api: As) -> None:
    answer = api(vera).client.post("/api/v1/assessments/preview/", given, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["code"] == "malformed"
    assert answer.json()["event"] is None


def test_a_stored_run_gives_the_same_digits(story: Story, ivan: User, api: As) -> None:
    story.to_assessment()
    account = api(ivan).get(f"cases/{story.case.reference}/assessments/1/").json()["accounts"][0]
    assert api(ivan).post("assessments/preview/", account["inputs"]).json() == account["result"]
