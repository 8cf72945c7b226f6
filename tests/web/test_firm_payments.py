"""The pages about a payment that came back, or that vera misses."""

import uuid
from typing import Any

import pytest

from casetrack.lib.clock import travel_to
from casetrack.negotiation.models import Payment
from tests.builders import Story

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(story: Story) -> Story:
    return story.to_payment()


def firm(story: Story, tail: str) -> str:
    return f"/en/firm/cases/{story.case.reference}/{tail}"


def test_alma_records_that_it_came_back_and_pays_again(paid: Story, client_of: Any) -> None:
    alma = client_of(paid.user("alma"))
    assert alma.post(firm(paid, "offers/1/payment/failed/"), {"reason": ""}).status_code == 400
    alma.post(firm(paid, "offers/1/payment/failed/"), {"reason": "Account closed"})
    page = alma.get(firm(paid, "offers/1/settlement/")).content.decode()
    assert "Account closed" in page
    assert "It has to be paid again." in page
    paid.case.refresh_from_db()
    with travel_to(paid.at):
        day = paid.at.date()
        alma.post(
            firm(paid, "offers/1/payment/"),
            {"paid_on_year": day.year, "paid_on_month": day.month, "paid_on_day": day.day, "note": "Account checked."},
        )
    assert Payment.objects.live().count() == 1
    assert Payment.objects.count() == 2


def test_vera_says_once_that_it_is_missing_and_alma_shows_it(paid: Story, client_of: Any) -> None:
    vera, alma = client_of(paid.user("vera")), client_of(paid.user("alma"))
    own = f"/en/cases/{paid.case.reference}/offers/1/money-missing/"
    assert vera.get(own).status_code == 200
    sent = {"reason": "Nothing came.", "idempotency_key": str(uuid.uuid4())}
    for _time in range(2):
        vera.post(own, sent)
    assert paid.case.events.filter(action="negotiation.receipt_denied").count() == 1
    assert vera.get(own).status_code == 404
    assert "Show that it was paid" in alma.get(firm(paid, "")).content.decode()
    alma.post(firm(paid, "offers/1/payment/show/"), {"reason": "Transfer 4711"})
    paid.case.refresh_from_db()
    assert paid.case.status == "compensated"


def test_nobody_else_has_these_pages(paid: Story, client_of: Any) -> None:
    for who in ("ivan", "bruno", "rita", "vera"):
        assert client_of(paid.user(who)).get(firm(paid, "offers/1/payment/failed/")).status_code == 404
    for who in ("otto", "alma", "rita"):
        assert (
            client_of(paid.user(who)).get(f"/en/cases/{paid.case.reference}/offers/1/money-missing/").status_code == 404
        )
