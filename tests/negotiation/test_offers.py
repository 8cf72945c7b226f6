"""Offers, counter-offers, the settlement and its payment."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from casetrack.cases.services import decide_executions, perform
from casetrack.firms.models import Membership
from casetrack.lib.clock import travel_to
from casetrack.lib.errors import Conflict, DomainError, IllegalTransition, InvalidInput, NotAllowed
from casetrack.mediation.services import decline_case
from casetrack.negotiation.models import Offer, Settlement
from casetrack.negotiation.proposal import Proposal, at_amount
from casetrack.negotiation.services import (
    accept_offer,
    approve_offer,
    counter_offer,
    lapse_offers,
    prepare_offer,
    record_payment,
    refuse_offer,
    reject_offer,
    resume_negotiation,
    withdraw_offer,
)
from casetrack.people.models import User
from tests.builders import Story

pytestmark = pytest.mark.django_db


def prepared(story: Story, amount: int = 14009500) -> Offer:
    with travel_to(story.at):
        return prepare_offer(
            story.case, story.run, proposal=at_amount(story.run, Decimal(amount), "x"), reasons="By our policy.",
            valid_until=story.at + dt.timedelta(days=14), actor=story.user("ivan"),
        )  # fmt: skip


def test_the_walk_offer_counter_offer_settlement_payment_receipt(story: Story) -> None:
    story.to_offer().wait(1).countered(Decimal(20000000), "The freeze was refused on the telephone.")
    story.wait(2).offered(Decimal(16000000)).wait(1).accepted().wait(3).paid().wait(1).receipt_confirmed()
    assert story.settlement.amount == Decimal(16000000)
    assert story.case.status == "closed"
    statuses = list(Offer.objects.filter(case=story.case).order_by("number").values_list("party", "status"))
    assert statuses == [("firm", "countered"), ("victim", "answered"), ("firm", "accepted")]


def test_an_offers_parts_add_up_to_its_amount(story: Story) -> None:
    story.to_assessment()
    offer = prepared(story, 15000000)
    assert sum(Decimal(v) for v in offer.components.values()) == Decimal(15000000)
    assert offer.components["adjustment"] == "990500"


def test_ivan_cannot_approve_what_he_prepared_nor_can_fiona(story: Story, ivan: User, fiona: User, vera: User) -> None:
    story.to_assessment()
    offer = prepared(story)
    for who in (ivan, fiona, vera):
        with pytest.raises(NotAllowed):
            approve_offer(offer, actor=who)


def test_ivan_cannot_approve_what_he_prepared_after_he_was_made_an_approver(story: Story, ivan: User) -> None:
    story.to_assessment()
    offer = prepared(story)
    Membership.objects.filter(user=ivan).update(role="approver")
    with pytest.raises(NotAllowed):
        approve_offer(offer, actor=User.objects.get(pk=ivan.pk))


def test_the_database_refuses_an_approver_who_prepared(story: Story) -> None:
    story.to_assessment()
    offer = prepared(story)
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.filter(pk=offer.pk).update(approved_by=offer.prepared_by)


def test_the_database_refuses_two_open_offers(story: Story) -> None:
    story.to_offer()
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.create(
            case=story.case, number=9, party="victim", status="open", amount=1, reasons="x",
            prepared_by=story.user("vera"), prepared_at=story.at,
        )  # fmt: skip


def test_facts_that_changed_since_the_run_stop_the_approval(story: Story, ivan: User, alma: User) -> None:
    story.to_assessment()
    offer = prepared(story)
    decide_executions(story.case, {story.executions()["c1"].pk: "genuine"}, actor=ivan)
    with travel_to(story.at), pytest.raises(Conflict):
        approve_offer(offer, actor=alma)


def test_alma_returns_an_offer_with_a_reason_and_ivan_prepares_another(story: Story, alma: User) -> None:
    story.to_assessment()
    offer = prepared(story)
    with pytest.raises(InvalidInput):
        reject_offer(offer, actor=alma, reason=" ")
    reject_offer(offer, actor=alma, reason="Explain the reduction.")
    assert prepared(story).number == 2


def test_vera_refuses_with_a_reason_and_the_negotiation_goes_on(story: Story, vera: User) -> None:
    story.to_offer()
    with travel_to(story.at), pytest.raises(InvalidInput):
        refuse_offer(story.offer, actor=vera, reason="")
    with travel_to(story.at):
        refuse_offer(story.offer, actor=vera, reason="Too little.")
    assert story.case.status == "negotiating"
    story.wait(1).offered()
    assert story.offer.status == "open"


def test_otto_cannot_answer_veras_offer(story: Story, otto: User) -> None:
    story.to_offer()
    for act in (
        lambda: accept_offer(story.offer, actor=otto),
        lambda: counter_offer(story.offer, proposal=Proposal({}, total=Decimal(5)), reason="x", actor=otto),
        lambda: refuse_offer(story.offer, actor=otto, reason="x"),
    ):
        with travel_to(story.at), pytest.raises(NotAllowed):
            act()


def test_a_withdrawn_offer_cannot_be_accepted(story: Story, alma: User, vera: User) -> None:
    story.to_offer()
    with travel_to(story.at):
        withdraw_offer(story.offer, actor=alma, reason="A wrong price.")
        with pytest.raises(Conflict):
            accept_offer(story.offer, actor=vera)


def test_an_expired_offer_cannot_be_accepted_and_lapses(story: Story, vera: User, cast: object) -> None:
    story.to_offer().wait(15)
    with travel_to(story.at), pytest.raises(Conflict):
        accept_offer(story.offer, actor=vera)
    system = User.objects.system()
    assert lapse_offers(story.at, actor=system) == 1
    assert lapse_offers(story.at, actor=system) == 0
    story.offer.refresh_from_db()
    assert story.offer.status == "lapsed"


def test_an_offer_of_a_declined_case_cannot_be_accepted(story: Story, vera: User, alma: User) -> None:
    story.to_offer()
    with travel_to(story.at):
        decline_case(story.case, actor=alma, reason="x")
        with pytest.raises(IllegalTransition):
            accept_offer(story.offer, actor=vera)


def test_an_offer_accepted_twice_makes_one_settlement(story: Story, vera: User) -> None:
    story.to_settlement()
    with travel_to(story.at), pytest.raises(DomainError):
        accept_offer(story.offer, actor=vera)
    assert Settlement.objects.filter(case=story.case).count() == 1


def test_a_settlement_is_locked_with_its_hash(story: Story) -> None:
    story.to_settlement()
    assert len(story.settlement.terms_sha256) == 64
    with pytest.raises(DatabaseError), transaction.atomic():
        Settlement.objects.filter(pk=story.settlement.pk).update(amount=1)


def test_alma_records_the_agreed_amount_and_no_other(story: Story, alma: User, ivan: User) -> None:
    story.to_settlement().countersigned().wait(4).cleared()
    with travel_to(story.at):
        with pytest.raises(InvalidInput):
            record_payment(
                story.settlement, amount=Decimal(1), paid_on=story.at.date(), actor=alma, note="Account checked."
            )
        with pytest.raises(NotAllowed):
            record_payment(
                story.settlement,
                amount=story.settlement.amount,
                paid_on=story.at.date(),
                actor=ivan,
                note="Account checked.",
            )
        record_payment(
            story.settlement,
            amount=story.settlement.amount,
            paid_on=story.at.date(),
            actor=alma,
            note="Account checked.",
        )
    story.case.refresh_from_db()
    assert story.case.status == "compensated"


@pytest.mark.parametrize("change", [{"amount": 1}, {"reasons": "others"}, {"components": {"margin": "1"}},
    {"in_kind": {"7203": "1"}}, {"waived": 5}, {"conditions": "others"}, {"component_reasons": {"margin": "x"}},
    {"relied_on": [{"id": 1}]},
])  # fmt: skip
def test_the_database_refuses_to_edit_an_offer(story: Story, change: dict[str, object]) -> None:
    story.to_offer()
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.filter(pk=story.offer.pk).update(**change)


def test_a_settled_case_is_not_negotiated_again_after_an_escalation_but_paid(story: Story, vera: User) -> None:
    story.to_settlement().wait(30)
    with travel_to(story.at):
        perform(story.case, "escalate", actor=vera, reason="No money came.")
        with pytest.raises(Conflict):
            resume_negotiation(story.case, actor=story.user("alma"), reason="x")
        with pytest.raises(Conflict):
            prepared(story)
    story.paid()
    assert story.case.status == "compensated"
