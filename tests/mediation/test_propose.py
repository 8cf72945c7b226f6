"""Hearings, the special conciliation proposal, and the answers of both sides."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from casetrack.cases.models import Case
from casetrack.cases.permissions import is_within_limit
from casetrack.demo.mediation import (
    firm_says,
    hearing_set,
    proposed,
    taken_on,
    to_proposal,
    victim_says,
)
from casetrack.firms.services import limit_approver
from casetrack.lib.clock import travel_to
from casetrack.lib.errors import Conflict, InvalidInput, NotAllowed
from casetrack.mediation.models import ConciliationProposal, Mediation
from casetrack.mediation.services import (
    answer_as_firm,
    answer_as_victim,
    cancel_hearing,
    end_mediation,
    propose_settlement,
    set_hearing,
)
from casetrack.mediation.services.proposals import LONGEST_TO_ANSWER
from casetrack.negotiation.models import Offer
from casetrack.negotiation.services import resume_negotiation
from casetrack.people.models import User
from casetrack.web.firm.queue import waits_for
from tests.builders import Story


def test_hearings_are_set_for_both_sides_and_called_off_with_a_reason(story: Story) -> None:
    mediation = taken_on(story.to_offer())
    first = hearing_set(story, mediation)
    second = hearing_set(story, mediation, days=20, place="オンライン（接続先は別途）", is_online=True)
    assert (mediation.status, second.number) == ("hearing", 2)
    with travel_to(story.at):
        with pytest.raises(InvalidInput), transaction.atomic():
            cancel_hearing(first, actor=story.user("mina"), reason="")
        cancel_hearing(first, actor=story.user("mina"), reason="担当の都合がつきません。")
        with pytest.raises(Conflict):
            cancel_hearing(first, actor=story.user("mina"), reason="…")


def test_a_hearing_lies_ahead_and_has_a_place(story: Story) -> None:
    mediation = taken_on(story.to_offer())
    with pytest.raises(InvalidInput) as error, transaction.atomic():
        hearing_set(story, mediation, days=-1)
    assert error.value.field == "at"
    with pytest.raises(InvalidInput) as error, transaction.atomic():
        hearing_set(story, mediation, place=" ")
    assert error.value.field == "place"


@pytest.mark.parametrize("who", ["vera", "ivan", "alma", "otto", "rita"])
def test_nobody_but_the_body_sets_hearings_and_proposes(story: Story, who: str) -> None:
    mediation = taken_on(story.to_offer())
    hearing_set(story, mediation)
    actor, later = story.user(who), story.at + dt.timedelta(days=9)
    with travel_to(story.at):
        with pytest.raises(NotAllowed):
            set_hearing(mediation, at=later, place="…", actor=actor)
        with pytest.raises(NotAllowed):
            propose_settlement(mediation, amount=Decimal(1), text="…", reasons="…", answer_by=later, actor=actor)


def test_a_proposal_follows_a_hearing(story: Story) -> None:
    mediation = taken_on(story.to_offer())
    with pytest.raises(Conflict):
        proposed(story, mediation, 1)
    hearing_set(story, mediation)
    assert proposed(story, mediation, 1).number == 1
    assert mediation.status == "proposed"


def test_a_proposal_has_whole_yen_words_reasons_and_a_day(story: Story) -> None:
    mediation = taken_on(story.to_offer())
    hearing_set(story, mediation)
    good = {
        "amount": Decimal(100), "text": "…", "reasons": "…", "answer_by": story.at + dt.timedelta(days=7),
        "components": {"planted": Decimal(100)},
    }  # fmt: skip
    bad = [
        ("amount", {"amount": Decimal("-1"), "components": {}}),
        ("amount", {"amount": Decimal("1.5"), "components": {}}),
        ("amount", {"components": {"planted": Decimal(99)}}),
        ("amount", {"components": {"nothing_known": Decimal(100)}}),
        ("text", {"components": {}, "text": ""}),
        ("reasons", {"components": {}, "reasons": " "}),
        ("answer_by", {"components": {}, "answer_by": story.at}),
        ("answer_by", {"components": {}, "answer_by": story.at + LONGEST_TO_ANSWER + dt.timedelta(seconds=1)}),
    ]
    with travel_to(story.at):
        for field, change in bad:
            with pytest.raises(InvalidInput) as error, transaction.atomic():
                propose_settlement(mediation, actor=story.user("mina"), **{**good, **change})  # type: ignore[arg-type]
            assert error.value.field == field


def test_both_acceptances_settle_it_whoever_comes_last(story: Story) -> None:
    proposal = to_proposal(story.to_offer())
    victim_says(story, proposal)
    assert Mediation.objects.get().status == "proposed"
    firm_says(story, proposal)
    mediation = Mediation.objects.get()
    assert (mediation.status, mediation.amount) == ("settled", Decimal(2_000_000))


def test_one_acceptance_is_no_settlement_and_each_side_answers_once(story: Story) -> None:
    proposal = to_proposal(story.to_offer())
    firm_says(story, proposal)
    with pytest.raises(Conflict):
        firm_says(story, proposal, yes=False, words="…")
    assert Mediation.objects.get().status == "proposed"
    with pytest.raises(DatabaseError, match="answered once"), transaction.atomic():
        ConciliationProposal.objects.filter(pk=proposal.pk).update(firm_reply="refused", firm_said="…")


def test_the_firms_refusal_needs_a_reason_and_the_victims_does_not(story: Story) -> None:
    proposal = to_proposal(story.to_offer())
    with pytest.raises(InvalidInput), transaction.atomic():
        firm_says(story, proposal, yes=False)
    victim_says(story, proposal, yes=False)
    proposal.refresh_from_db()
    assert (proposal.victim_reply, proposal.ended_at) == ("refused", story.at)
    with pytest.raises(Conflict):
        firm_says(story, proposal)


def test_an_approver_accepts_within_the_limit_and_refuses_above_it(story: Story) -> None:
    proposal = to_proposal(story.to_offer())
    limit_approver("alma@minato.example", Decimal(1_999_999), actor=User.objects.system())
    story.cast.user["alma"] = User.objects.get(email="alma@minato.example")
    with pytest.raises(NotAllowed), transaction.atomic():
        firm_says(story, proposal)
    with travel_to(story.at):
        answer_as_firm(proposal, is_accepted=True, actor=story.user("sora"))


def test_what_was_settled_in_part_counts_towards_the_limit(story: Story) -> None:
    """2,000,000 before the body and 14,500 before that: one yen less than both is not enough."""
    story.to_assessment().wait(1).part_offered("costs", "solatium").wait(1).accepted().wait(1).rest_offered()
    proposal = to_proposal(story, 2_000_000)
    limit_approver("alma@minato.example", Decimal(2_014_499), actor=User.objects.system())
    story.cast.user["alma"] = User.objects.get(email="alma@minato.example")
    with pytest.raises(NotAllowed), transaction.atomic():
        firm_says(story, proposal)
    limit_approver("alma@minato.example", Decimal(2_014_500), actor=User.objects.system())
    story.cast.user["alma"] = User.objects.get(email="alma@minato.example")
    firm_says(story, proposal)


@pytest.mark.parametrize("who", ["ivan", "fiona", "bruno", "mina", "otto"])
def test_nobody_answers_for_a_side_that_is_not_theirs(story: Story, who: str) -> None:
    proposal = to_proposal(story.to_offer())
    with travel_to(story.at):
        with pytest.raises(NotAllowed):
            answer_as_firm(proposal, is_accepted=True, actor=story.user(who))
        with pytest.raises(NotAllowed):
            answer_as_victim(proposal, is_accepted=True, actor=story.user(who))


def test_after_its_day_a_proposal_is_answered_by_nobody_and_another_can_follow(story: Story) -> None:
    proposal = to_proposal(story.to_offer())
    with pytest.raises(Conflict):
        proposed(story, proposal.mediation, 2_100_000)
    story.wait(15)
    with pytest.raises(Conflict):
        victim_says(story, proposal)
    second = proposed(story, proposal.mediation, 2_100_000)
    proposal.refresh_from_db()
    assert (second.number, proposal.ended_at) == (2, proposal.answer_by)


def test_what_was_proposed_is_never_edited(story: Story) -> None:
    proposal = to_proposal(story.to_offer())
    with pytest.raises(DatabaseError, match="never edited"), transaction.atomic():
        ConciliationProposal.objects.filter(pk=proposal.pk).update(amount=1)


def test_a_settlement_ends_the_firms_other_offer(story: Story) -> None:
    proposal = to_proposal(story.to_offer())
    assert story.offer.status == "open"
    firm_says(story, proposal)
    victim_says(story, proposal)
    assert Offer.objects.get().status == "withdrawn"


def test_sides_that_settled_by_themselves_have_nothing_left_to_answer(story: Story) -> None:
    proposal = to_proposal(story.to_offer())
    with travel_to(story.at):
        resume_negotiation(story.case, actor=story.user("alma"), reason="…")
    story.offered().accepted()
    with pytest.raises(Conflict):
        victim_says(story, proposal)
    with travel_to(story.at):
        end_mediation(proposal.mediation, actor=story.user("mina"), reason="当事者間で解決しました。")


def test_what_was_settled_in_part_is_not_proposed_once_more(story: Story, client_of: Any) -> None:
    story.to_assessment().wait(1).part_offered("costs").wait(1).accepted().wait(1)
    mediation = taken_on(story)
    hearing_set(story, mediation)
    story.wait(15)
    with travel_to(story.at):
        page = client_of(story.user("mina")).get(reverse("mediator:propose", args=[story.case.reference]))
    assert "提案1" in page.content.decode()
    with travel_to(story.at), pytest.raises(InvalidInput, match="settled already") as refused:
        propose_settlement(
            mediation, amount=Decimal(4_500), components={"costs": Decimal(4_500)}, text="…", reasons="…",
            answer_by=story.at + dt.timedelta(days=9), actor=story.user("mina"),
        )  # fmt: skip
    assert refused.value.field == "part_costs"


def test_a_proposal_from_before_a_part_was_settled_is_refused_but_not_accepted(story: Story) -> None:
    proposal = to_proposal(story.to_assessment().wait(1).offered())
    with travel_to(story.at):
        resume_negotiation(story.case, actor=story.user("alma"), reason="…")
    story.part_offered("costs").accepted()
    for answers in (firm_says, victim_says):
        with pytest.raises(Conflict, match="has changed since"):
            answers(story, proposal)
    victim_says(story, proposal, yes=False)


def test_a_proposal_waits_in_the_list_of_every_approver_whose_limit_reaches(story: Story) -> None:
    proposal = to_proposal(story.to_offer())
    alma, sora = story.user("alma"), story.user("sora")
    with travel_to(story.at):
        assert Case.objects.filter(waits_for(alma)).get() == story.case
        sora.membership.approves_up_to = proposal.amount - 1
        assert not Case.objects.filter(waits_for(sora)).exists()
    firm_says(story, proposal)
    with travel_to(story.at):
        assert not Case.objects.filter(waits_for(alma)).exists()


def test_parts_that_were_settled_count_in_the_list_as_they_do_in_the_service(story: Story) -> None:
    """2,000,000 and the 14,500 from before: who accepts 2,014,499 alone does not find it in the list."""
    story.to_assessment().wait(1).part_offered("costs", "solatium").wait(1).accepted().countersigned()
    proposal = to_proposal(story.wait(1).rest_offered(), 2_000_000)
    assert ConciliationProposal.objects.burden_of(proposal) == 2_014_500
    alma = story.user("alma")
    for limit, reaches in ((2_014_499, False), (2_014_500, True)):
        alma.membership.approves_up_to = Decimal(limit)
        with travel_to(story.at):
            assert Case.objects.filter(waits_for(alma), pk=story.case.pk).exists() == reaches, limit
            assert is_within_limit(alma, ConciliationProposal.objects.burden_of(proposal)) == reaches
