"""Offers: how they were made, and the three answers."""

import datetime as dt
import time
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from casetrack.lib.clock import travel_to
from casetrack.negotiation.models import Offer, Settlement
from casetrack.people.models import User
from tests.builders import Story

pytestmark = pytest.mark.django_db


@pytest.fixture
def offered(story: Story) -> Any:
    """Vera's case with an open offer, in the time in which it may be answered."""
    story.to_offer().wait(1)
    with travel_to(story.at):
        yield story


@pytest.fixture
def browser(client_of: Any, vera: User) -> Client:
    return client_of(vera)


def page(story: Story, tail: str = "") -> str:
    return f"/en/cases/{story.case.reference}/offers/{story.offer.number}/{tail}"


def key() -> dict[str, str]:
    return {"idempotency_key": str(uuid.uuid4())}


def has_shown_again_who_she_is(browser: Client) -> None:
    session = browser.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session.save()


def test_the_offer_shows_every_line_and_both_methods(browser: Client, offered: Story) -> None:
    response = browser.get(page(offered))
    making = response.context["making"]
    assert [(line.loss, line.share) for line in making.lines] == [
        (Decimal(26000000), Decimal(50)), (Decimal(4500), Decimal(100)), (Decimal(1990000), Decimal(50))
    ]  # fmt: skip
    assert sum(line.loss for line in making.lines) == making.run.loss == Decimal(27994500)
    assert sum(part.payable for part in making.parts) == making.run.cash == Decimal(14009500)
    html = response.content.decode()
    for said in ("¥14,009,500", "¥28,004,500", "¥26,000,000", "6182: Margin purchase closed by selling"):
        assert said in html


def test_a_reduction_and_an_adjustment_are_told(browser: Client, story: Story) -> None:
    story.to_assessment().offered(amount=story.run.due + 5000)
    with travel_to(story.at):
        response = browser.get(page(story))
    assert response.context["making"].adjustment == 5000
    assert "¥5,000 higher than this" in response.content.decode()


def test_an_offer_that_is_not_approved_does_not_exist_for_her(browser: Client, story: Story) -> None:
    from casetrack.negotiation.proposal import at_amount
    from casetrack.negotiation.services import prepare_offer

    story.to_assessment()
    with travel_to(story.at):
        prepare_offer(
            story.case, story.run, proposal=at_amount(story.run, Decimal(1), "x"), reasons="x",
            valid_until=story.at + dt.timedelta(days=9),
            actor=story.user("ivan"),
        )  # fmt: skip
        assert browser.get(f"/en/cases/{story.case.reference}/offers/1/").status_code == 404
        assert "The firm is preparing" not in browser.get(f"/en/cases/{story.case.reference}/").content.decode()


def test_accepting_asks_again_who_she_is(client_of: Any, vera: User, offered: Story) -> None:
    vera.set_password("a long and good one")
    vera.save()
    browser = client_of(vera)
    for response in (browser.get(page(offered, "accept/")), browser.post(page(offered, "accept/"), {"agreed": "on"})):
        assert response.status_code == 302
        assert "/accounts/reauthenticate/" in response["Location"]
    assert not Settlement.objects.exists()


def test_she_accepts_once_however_often_she_presses(browser: Client, offered: Story) -> None:
    has_shown_again_who_she_is(browser)
    assert "you can take your acceptance back" in browser.get(page(offered, "accept/")).content.decode()
    sent = key() | {"agreed": "on"}
    for _ in range(2):
        response = browser.post(page(offered, "accept/"), sent)
        assert response["Location"] == f"/en/cases/{offered.case.reference}/"
    offered.case.refresh_from_db()
    assert offered.case.status == "agreed"
    assert Settlement.objects.get().amount == offered.offer.amount


def test_the_box_must_be_ticked(browser: Client, offered: Story) -> None:
    has_shown_again_who_she_is(browser)
    response = browser.post(page(offered, "accept/"), key())
    assert response.context["problems"] == [("id_agreed", "Tick the box: that you accept the offer")]
    assert not Settlement.objects.exists()


def test_she_refuses_with_a_reason_and_not_without(browser: Client, offered: Story) -> None:
    response = browser.post(page(offered, "refuse/"), key() | {"reason": ""})
    assert response.context["problems"] == [("id_reason", "Enter the reason")]
    browser.post(page(offered, "refuse/"), key() | {"reason": "The fund is missing."})
    offered.offer.refresh_from_db()
    assert (offered.offer.status, offered.offer.answer_reason) == ("refused", "The fund is missing.")


def test_she_names_an_amount_as_a_japanese_keyboard_types_it(browser: Client, offered: Story) -> None:
    sent = key() | {"amount": "２，０００万円", "reason": "凍結を断られたため"}
    for _ in range(2):
        browser.post(page(offered, "counter/"), sent)
    counter = Offer.objects.get(party="victim")
    assert (counter.amount, counter.reasons) == (20000000, "凍結を断られたため")
    html = browser.get(f"/en/cases/{offered.case.reference}/offers/{counter.number}/").content.decode()
    assert "The amount that you asked for" in html
    assert browser.get(f"/en/cases/{offered.case.reference}/offers/{counter.number}/accept/").status_code == 404


@pytest.mark.parametrize("amount", ["0", "-5", "a lot", "1.5", ""])
def test_an_amount_that_is_none_is_refused_and_stays(browser: Client, offered: Story, amount: str) -> None:
    response = browser.post(page(offered, "counter/"), key() | {"amount": amount, "reason": "my reason"})
    assert [target for target, _said in response.context["problems"]] == ["id_amount"]
    assert "my reason" in response.content.decode()


def test_she_answers_part_by_part_with_a_reason_for_each(browser: Client, offered: Story) -> None:
    sent = key() | {"margin": "２６００万円", "reason": "See the margin."}
    response = browser.post(page(offered, "counter/"), sent)
    assert [target for target, _said in response.context["problems"]] == ["id_why_margin"]
    assert "See the margin." in response.content.decode()
    browser.post(
        page(offered, "counter/"), sent | {"why_margin": "The freeze was refused.", "conditions": "My shares."}
    )
    counter = Offer.objects.get(party="victim")
    named = {name: value for name, value in offered.offer.components.items() if value != "0"}
    assert counter.components == named | {"margin": "26000000"}
    assert counter.amount == offered.offer.amount + 13_000_000
    assert (counter.component_reasons, counter.conditions) == ({"margin": "The freeze was refused."}, "My shares.")
    html = browser.get(f"/en/cases/{offered.case.reference}/offers/{counter.number}/").content.decode()
    for said in ("¥13,000,000", "¥26,000,000", "The freeze was refused.", "My shares."):
        assert said in html


def test_one_amount_that_is_not_the_sum_of_changed_parts_is_asked_about(browser: Client, offered: Story) -> None:
    sent = key() | {"margin": "26000000", "why_margin": "x", "amount": "5", "reason": "y"}
    response = browser.post(page(offered, "counter/"), sent)
    assert [target for target, _said in response.context["problems"]] == ["id_amount"]
    assert "¥27,009,500" in response.content.decode()
    assert not Offer.objects.filter(party="victim").exists()


def test_a_lapsed_offer_cannot_be_answered_and_says_so(browser: Client, offered: Story) -> None:
    has_shown_again_who_she_is(browser)
    with travel_to(offered.at + dt.timedelta(days=30)):
        for tail in ("accept/", "refuse/", "counter/"):
            assert browser.get(page(offered, tail))["Location"] == page(offered)
        response = browser.post(page(offered, "accept/"), key() | {"agreed": "on"})
        assert response.context["problems"] == [
            ("", "The time to answer this offer is over. Ask the firm for a new one.")
        ]
        assert "This offer cannot be answered now." in browser.get(page(offered)).content.decode()


def test_a_status_in_a_refusal_is_in_the_readers_language(browser: Client, offered: Story) -> None:
    has_shown_again_who_she_is(browser)
    browser.post(page(offered, "refuse/"), key() | {"reason": "no"})
    response = browser.post(page(offered, "accept/"), key() | {"agreed": "on"})
    assert response.context["problems"] == [("", "This offer can no longer be changed: it is at “Refused”.")]


def test_she_takes_her_acceptance_back_while_she_may(client_of: Any, vera: User, story: Story) -> None:
    browser = client_of(vera)
    story.to_settlement()
    with travel_to(story.at):
        assert "Take the acceptance back" in browser.get(page(story)).content.decode()
        assert browser.get(page(story, "revoke/")).status_code == 200
        key = "2b1f6f7e-0000-4000-8000-000000000001"
        for _time in range(2):
            browser.post(page(story, "revoke/"), {"reason": "", "idempotency_key": key})
    story.case.refresh_from_db()
    assert story.case.status == "negotiating"
    assert story.case.events.filter(action="negotiation.acceptance_revoked").count() == 1


def test_afterwards_the_page_leads_back_and_nobody_else_has_it(client_of: Any, vera: User, story: Story) -> None:
    story.to_settlement()
    assert client_of(story.user("otto")).get(page(story, "revoke/")).status_code == 404
    story.wait(3)
    with travel_to(story.at):
        browser = client_of(vera)
        assert browser.get(page(story, "revoke/"))["Location"] == page(story)
        assert "Take the acceptance back" not in browser.get(page(story)).content.decode()
        assert browser.post(page(story, "revoke/"), {"reason": ""}).status_code in (200, 400, 409)
    story.case.refresh_from_db()
    assert story.case.status == "agreed"
