"""Paid, come back, paid again; and what happens when vera says that nothing arrived."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from casetrack.lib.clock import travel_to
from casetrack.lib.errors import Conflict, IllegalTransition, InvalidInput, NotAllowed
from casetrack.lib.scope import system_scope
from casetrack.negotiation.models import Payment
from casetrack.negotiation.services import (
    confirm_receipt,
    deny_receipt,
    fail_payment,
    record_payment,
    show_payment,
)
from casetrack.people.models import User
from tests.builders import Cast, Story
from tests.negotiation.test_concurrency import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(story: Story) -> Story:
    return story.to_payment()


def test_a_payment_that_came_back_is_paid_again(paid: Story, vera: User) -> None:
    first = paid.payment
    paid.wait(1).payment_failed()
    assert paid.case.status == "agreed"
    with travel_to(paid.at), pytest.raises(Conflict):
        confirm_receipt(first, actor=vera)
    paid.wait(1).paid().wait(1).receipt_confirmed()
    assert paid.case.status == "closed"
    assert [payment.failed_at is None for payment in Payment.objects.order_by("pk")] == [False, True]


def test_two_live_payments_cannot_be_even_by_sql(paid: Story) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.bulk_create([Payment(
            case=paid.case, settlement=paid.settlement, amount=1, paid_on=paid.at.date(),
            recorded_by=paid.user("alma"), recorded_at=paid.at,
        )])  # fmt: skip


@pytest.mark.parametrize("who", ["ivan", "fiona", "vera", "otto", "bruno"])
def test_only_an_approver_says_that_it_came_back(paid: Story, who: str) -> None:
    with pytest.raises(NotAllowed):
        fail_payment(paid.payment, actor=paid.user(who), reason="…")


def test_it_needs_a_reason_and_is_recorded_once(paid: Story, alma: User) -> None:
    with pytest.raises(InvalidInput):
        fail_payment(paid.payment, actor=alma, reason=" ")
    fail_payment(paid.payment, actor=alma, reason="Account closed")
    with pytest.raises(Conflict):
        fail_payment(paid.payment, actor=alma, reason="Account closed")


def test_money_that_vera_has_does_not_come_back(paid: Story, alma: User) -> None:
    paid.receipt_confirmed()
    with pytest.raises(IllegalTransition):
        fail_payment(paid.payment, actor=alma, reason="…")


def test_vera_says_that_it_is_missing_and_the_firm_shows_it_or_pays_again(paid: Story, vera: User, alma: User) -> None:
    with pytest.raises(InvalidInput):
        deny_receipt(paid.payment, actor=vera, reason="")
    with pytest.raises(Conflict):
        show_payment(paid.payment, actor=alma, reason="…")
    deny_receipt(paid.payment, actor=vera, reason="Nothing came.")
    paid.case.refresh_from_db()
    assert paid.case.status == "agreed"
    with pytest.raises(Conflict):
        record_payment(
            paid.settlement, amount=paid.settlement.amount, paid_on=paid.at.date(), actor=alma, note="Account checked."
        )
    show_payment(paid.payment, actor=alma, reason="Transfer 4711 of 10 June, to the account ending in 456.")
    paid.case.refresh_from_db()
    assert paid.case.status == "compensated"
    deny_receipt(paid.payment, actor=vera, reason="Still nothing.")
    paid.case.refresh_from_db()
    paid.payment_failed("The bank had it wrong.").wait(1).paid()
    assert paid.case.status == "compensated"


@pytest.mark.django_db(transaction=True)
def test_two_approvals_of_one_payment_at_once_pay_once(cast: Cast) -> None:
    with system_scope():
        story = Story(cast).to_settlement().countersigned().cleared().wait(4)

    def pay() -> Any:
        with travel_to(story.at):
            amount = story.settlement.amount
            return record_payment(
                story.settlement,
                amount=amount,
                paid_on=story.at.date(),
                actor=story.user("alma"),
                note="Account checked.",
            )

    assert sorted(at_once(pay, pay)) == ["conflict", "ok"]
    with system_scope():
        assert Payment.objects.count() == 1
