"""After a settlement in mediation: the firm offers that amount, and no other, until it is settled."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from casetrack.demo.mediation import applied, firm_says, hearing_set, proposed, taken_on, to_proposal, victim_says
from casetrack.lib.clock import travel_to
from casetrack.lib.errors import Conflict, InvalidInput
from casetrack.mediation.services import (
    agreed_amount,
    approve_bound_offer,
    is_held_by_mediation,
    prepare_bound_offer,
    revoke_bound_acceptance,
    settled_mediation,
)
from casetrack.negotiation.good_faith import good_faith_of
from casetrack.negotiation.good_faith_words import csv_text
from casetrack.negotiation.models import Offer, Settlement
from casetrack.negotiation.proposal import Proposal, at_amount
from casetrack.negotiation.services import accept_offer, live_settlements, revoke_acceptance
from tests.builders import Story

AGREED = 2_000_000


def prepared(story: Story, amount: int) -> Offer:
    with travel_to(story.at):
        return prepare_bound_offer(
            story.case, story.run, proposal=at_amount(story.run, Decimal(amount), "あっせんの結果です。"),
            reasons="特別調停案を受け入れました。", valid_until=story.at + dt.timedelta(days=14),
            actor=story.user("ivan"),
        )  # fmt: skip


@pytest.fixture
def mediated(story: Story) -> Story:
    proposal = to_proposal(story.to_offer(), AGREED)
    victim_says(story, proposal)
    firm_says(story, proposal)
    return story


def test_the_firm_offers_what_was_agreed_and_the_victim_accepts_it(mediated: Story) -> None:
    assert agreed_amount(mediated.case) == AGREED
    offer = prepared(mediated, AGREED)
    with travel_to(mediated.at):
        approve_bound_offer(offer, actor=mediated.user("alma"))
        accept_offer(offer, actor=mediated.user("vera"))
    mediated.case.refresh_from_db()
    assert mediated.case.status == "agreed"
    assert agreed_amount(mediated.case) is None


def test_another_amount_is_refused_by_the_service_and_by_the_database(mediated: Story) -> None:
    with pytest.raises(InvalidInput) as error:
        prepared(mediated, AGREED - 1)
    assert (error.value.field, error.value.params["amount"]) == ("adjustment", "2,000,000")
    with pytest.raises(DatabaseError, match="another amount"), transaction.atomic():
        mediated.offered(Decimal(AGREED - 1))


def test_no_part_of_it_is_settled_by_itself(mediated: Story) -> None:
    part = Proposal({"costs": Decimal(AGREED)}, {"costs": "…"}, settles=("costs",))
    until = mediated.at + dt.timedelta(days=14)
    with travel_to(mediated.at), pytest.raises(InvalidInput, match="for the whole") as error:
        prepare_bound_offer(
            mediated.case, mediated.run, proposal=part, reasons="…", valid_until=until, actor=mediated.user("ivan")
        )
    assert error.value.field == "settles"


def test_parts_that_were_settled_before_are_not_in_it(story: Story) -> None:
    story.to_assessment().wait(1).part_offered("costs", "solatium").wait(1).accepted().wait(1).rest_offered()
    proposal = to_proposal(story, AGREED)
    victim_says(story, proposal)
    firm_says(story, proposal)
    with travel_to(story.at):
        rest = at_amount(story.run, Decimal(AGREED), "あっせんの結果です。", {"costs", "solatium"})
        offer = prepare_bound_offer(
            story.case, story.run, proposal=rest, reasons="…", valid_until=story.at + dt.timedelta(days=14),
            actor=story.user("ivan"),
        )  # fmt: skip
        approve_bound_offer(offer, actor=story.user("alma"))
        accept_offer(offer, actor=story.user("vera"))
    assert [agreed.amount for agreed in live_settlements(story.case)] == [14_500, AGREED]


def test_an_offer_that_was_prepared_before_is_not_approved_after(story: Story) -> None:
    proposal = to_proposal(story.to_offer(), AGREED)
    stale = prepared(story, AGREED + 1)
    victim_says(story, proposal)
    firm_says(story, proposal)
    with travel_to(story.at), pytest.raises(Conflict):
        approve_bound_offer(stale, actor=story.user("alma"))


def test_an_acceptance_that_is_taken_back_binds_the_firm_again(mediated: Story) -> None:
    offer = prepared(mediated, AGREED)
    with travel_to(mediated.at):
        approve_bound_offer(offer, actor=mediated.user("alma"))
        agreed = accept_offer(offer, actor=mediated.user("vera"))
        revoke_acceptance(agreed, actor=mediated.user("vera"))
    assert agreed_amount(mediated.case) == AGREED


def in_part(story: Story) -> Settlement:
    """14,500 yen settled in part, and an offer for the rest."""
    story.to_assessment().wait(1).part_offered("costs", "solatium").wait(1)
    return story.accepted().settlement


def test_a_part_on_top_of_which_a_mediation_was_settled_is_not_taken_back(story: Story) -> None:
    """Without the part the 2,000,000 yen for the rest would be for the whole: 14,500 less than both agreed on."""
    part = in_part(story)
    story.rest_offered()
    mediation = taken_on(story)
    hearing_set(story, mediation)
    proposal = proposed(story.wait(1), mediation, AGREED)
    assert not is_held_by_mediation(part)
    victim_says(story, proposal)
    firm_says(story, proposal)
    assert story.at < part.revocable_until
    assert is_held_by_mediation(part)
    with travel_to(story.at), pytest.raises(Conflict, match="on top of this part"):
        revoke_bound_acceptance(part, actor=story.user("vera"))
    with (
        travel_to(story.at),
        pytest.raises(DatabaseError, match="on top of this part"),
        transaction.atomic(),
    ):
        revoke_acceptance(part, actor=story.user("vera"))
    assert agreed_amount(story.case) == AGREED


def test_a_part_may_be_taken_back_while_the_proposal_waits_which_then_is_accepted_by_nobody(story: Story) -> None:
    part = in_part(story)
    story.rest_offered()
    mediation = taken_on(story)
    hearing_set(story, mediation)
    proposal = proposed(story.wait(1), mediation, AGREED)
    victim_says(story, proposal)
    with travel_to(story.at):
        revoke_bound_acceptance(part, actor=story.user("vera"))
    with pytest.raises(Conflict, match="has changed since"):
        firm_says(story, proposal)
    firm_says(story, proposal, yes=False, words="条件が変わりました。")
    assert settled_mediation(story.case) is None


def test_the_settlement_of_the_mediation_itself_may_be_taken_back(mediated: Story) -> None:
    offer = prepared(mediated, AGREED)
    with travel_to(mediated.at):
        approve_bound_offer(offer, actor=mediated.user("alma"))
        whole = accept_offer(offer, actor=mediated.user("vera"))
        revoke_bound_acceptance(whole, actor=mediated.user("vera"))
    assert agreed_amount(mediated.case) == AGREED


def test_without_a_mediation_any_amount_may_be_offered(story: Story) -> None:
    story.to_assessment()
    assert agreed_amount(story.case) is None
    assert prepared(story, 1).amount == 1


def test_the_ledger_of_good_faith_tells_the_mediation_and_who_acted(mediated: Story) -> None:
    rows = good_faith_of(mediated.case, mediated.at).rows
    told = [(row.action, row.by) for row in rows if row.action.startswith("mediation.") and not row.of]
    assert told == [
        ("mediation.applied", "victim"),
        ("mediation.accepted", "body"),
        ("mediation.hearing_set", "body"),
        ("mediation.proposed", "body"),
        ("mediation.victim_accepted", "victim"),
        ("mediation.firm_accepted", "firm"),
        ("mediation.settled", "firm"),
    ]
    assert "あっせん機関" in csv_text(mediated.case)


def test_what_was_settled_is_not_mediated_again(mediated: Story) -> None:
    with pytest.raises(Conflict):
        applied(mediated)


def test_a_part_of_the_loss_is_no_longer_offered_by_itself(mediated: Story) -> None:
    """An offer of a part that happens to be of the agreed amount is another offer all the same."""
    proposal = replace(at_amount(mediated.run, Decimal(AGREED), "…"), settles=("margin",))
    with travel_to(mediated.at), pytest.raises(InvalidInput):
        prepare_bound_offer(
            mediated.case, mediated.run, proposal=proposal, reasons="…",
            valid_until=mediated.at + dt.timedelta(days=14), actor=mediated.user("ivan"),
        )  # fmt: skip
