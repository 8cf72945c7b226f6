"""How a mediation ends, who still sees the case then, and what the firm may not end meanwhile."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from casetrack.bodies.services import add_body, add_mediator
from casetrack.cases.models import Case, Event
from casetrack.cases.services import move, perform
from casetrack.cases.workflow import MEDIATOR, VICTIM
from casetrack.correspondence.models import Message
from casetrack.demo.mediation import applied, firm_says, hearing_set, taken_on, to_proposal, victim_says
from casetrack.lib.clock import travel_to
from casetrack.lib.errors import Conflict, NotAllowed
from casetrack.lib.scope import scoped
from casetrack.mediation.models import Mediation, MediationRecord
from casetrack.mediation.services import (
    apply_for_mediation,
    approve_bound_offer,
    close_case,
    decline_application,
    decline_case,
    end_mediation,
    possible,
    prepare_bound_offer,
    withdraw_case,
    withdraw_mediation,
)
from casetrack.negotiation.proposal import at_amount
from casetrack.negotiation.services import lapse_offers, refuse_offer, resume_negotiation, withdraw_offer
from casetrack.people.models import User
from tests.builders import Story

WORDS = "双方の主張の隔たりが大きく、見込みがありません。"


def settled(story: Story, amount: int = 2_000_000) -> Mediation:
    """Both sides accept the body's proposal."""
    proposal = to_proposal(story, amount)
    victim_says(story, proposal)
    firm_says(story, proposal)
    story.case.refresh_from_db()
    return Mediation.objects.get(pk=proposal.mediation_id)


def ended(story: Story) -> Mediation:
    mediation = taken_on(story)
    hearing_set(story, mediation)
    with travel_to(story.at):
        end_mediation(mediation, actor=story.user("mina"), reason=WORDS)
    return mediation


def test_a_body_that_ends_a_mediation_no_longer_sees_the_case(story: Story, mina: User) -> None:
    ended(story.to_offer())
    story.case.refresh_from_db()
    assert (story.case.status, story.case.body) == ("escalated", None)
    story.wait(1).says("vera", "これは機関には関係のない話です。")
    assert not Case.objects.visible_to(mina).exists()
    with scoped("mediator", user_id=mina.pk, body_id=story.cast.body.pk):
        for model in (Case, Mediation, Message, Event):
            assert not model._default_manager.exists(), model


ENDS: dict[str, Callable[[Story, Mediation], object]] = {
    "not_accepted": lambda story, m: decline_application(m, actor=story.user("mina"), reason=WORDS),
    "withdrawn": lambda story, m: withdraw_mediation(m, actor=story.user("vera"), reason=WORDS),
    "not_settled": lambda story, m: end_mediation(taken_on(story, m), actor=story.user("mina"), reason=WORDS),
}


@pytest.mark.parametrize("how", ENDS)
def test_what_stays_with_the_body_is_a_record_without_a_word_of_the_case(story: Story, mina: User, how: str) -> None:
    mediation = applied(story.to_offer())
    assert not MediationRecord.objects.exists()
    with travel_to(story.at):
        ENDS[how](story, mediation)
    with scoped("mediator", user_id=mina.pk, body_id=story.cast.body.pk):
        kept = MediationRecord.objects.visible_to(mina).get()
        values = MediationRecord.objects.values().get()
    assert (kept.reference, kept.number, kept.status) == (story.case.reference, 1, how)
    assert (kept.applied_at, kept.ended_at) == (mediation.applied_at, story.at)
    assert WORDS not in repr(values)
    assert "3000000" not in repr(values)


def test_a_record_is_the_bodys_alone_and_never_changes(story: Story, mina: User) -> None:
    ended(story.to_offer())
    other = add_body("ELSEWHERE", name_ja="弁護士会", name_en="Bar association", actor=mina)
    nora = add_mediator("nora@elsewhere.example", other.code, actor=mina).user
    for who in (nora, *(story.user(name) for name in ("vera", "otto", "ivan", "bruno", "rita"))):
        assert not MediationRecord.objects.visible_to(who).exists()
        place = getattr(who, "body_membership", None)
        member = getattr(who, "membership", None)
        with scoped(who.audience, user_id=who.pk, body_id=place and place.body_id, firm_id=member and member.firm_id):
            assert not MediationRecord.objects.exists(), who
    row = MediationRecord.objects.get()
    with scoped("mediator", user_id=mina.pk, body_id=story.cast.body.pk):
        with pytest.raises(DatabaseError), transaction.atomic():
            MediationRecord.objects.update(status="settled")
        with pytest.raises(DatabaseError), transaction.atomic():
            MediationRecord.objects.all().delete()
        row.pk = None
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            row.save(force_insert=True)


def test_a_second_mediation_at_another_body_gives_the_first_nothing_back(story: Story, mina: User) -> None:
    ended(story.to_offer())
    other = add_body("ELSEWHERE", name_ja="弁護士会", name_en="Bar association", actor=mina)
    nora = add_mediator("nora@elsewhere.example", other.code, actor=mina).user
    first = story.cast.body
    with travel_to(story.wait(1).at):
        second = apply_for_mediation(
            story.case, other, claimed=Decimal(1), asks="Anew.", reason="…", has_consented=True,
            actor=story.user("vera"),
        )  # fmt: skip
    story.case.refresh_from_db()
    assert story.case.body == other
    assert Mediation.objects.visible_to(nora).get() == second
    assert not Case.objects.visible_to(mina).exists()
    with travel_to(story.at), pytest.raises(NotAllowed):
        decline_application(second, actor=mina, reason=WORDS)
    with scoped("mediator", user_id=mina.pk, body_id=first.pk):
        assert not Mediation.objects.exists()
        assert MediationRecord.objects.get().number == 1
        # Raw SQL of the first body's: neither the case nor the second mediation is there to be changed.
        assert Case.objects.filter(pk=story.case.pk).update(body=first) == 0
        assert Mediation.objects.filter(pk=second.pk).update(file_number="X") == 0


def test_a_second_mediation_at_the_same_body_shows_it_the_case_again(story: Story, mina: User) -> None:
    ended(story.to_offer())
    second = applied(story.wait(1))
    assert Case.objects.visible_to(mina).get() == story.case
    assert second.number == 2
    assert MediationRecord.objects.visible_to(mina).get().number == 1


def test_a_mediator_gives_no_case_away_and_takes_none_back(story: Story, mina: User) -> None:
    taken_on(story.to_offer())
    with scoped("mediator", user_id=mina.pk, body_id=story.cast.body.pk):
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Case.objects.update(body=None)
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Case.objects.update(status="withdrawn")


def test_a_settled_case_is_followed_until_it_is_closed(story: Story, mina: User) -> None:
    mediation = settled(story.to_offer())
    assert MediationRecord.objects.get().status == "settled"
    story.offered(mediation.amount).accepted()
    assert Case.objects.visible_to(mina).get() == story.case
    story.countersigned().wait(4).cleared().paid()
    assert Case.objects.visible_to(mina).get() == story.case
    story.receipt_confirmed()
    assert story.case.status == "closed"
    assert not Case.objects.visible_to(mina).exists()
    assert MediationRecord.objects.visible_to(mina).get().reference == story.case.reference


def test_a_settled_case_that_the_victim_withdraws_leaves_the_body(story: Story, mina: User) -> None:
    settled(story.to_offer())
    with travel_to(story.at):
        resume_negotiation(story.case, actor=story.user("alma"), reason="…")
        withdraw_case(story.case, actor=story.user("vera"))
    assert not Case.objects.visible_to(mina).exists()


def test_the_firm_does_not_get_round_a_mediation_by_resuming_and_declining(story: Story) -> None:
    mediation = taken_on(story.to_offer())
    alma = story.user("alma")
    with travel_to(story.at):
        resume_negotiation(story.case, actor=alma, reason="…")
        with pytest.raises(Conflict, match="mediates"):
            decline_case(story.case, actor=alma, reason="…")
        with pytest.raises(NotAllowed):
            perform(story.case, "decline", actor=alma, reason="…")
        end_mediation(mediation, actor=story.user("mina"), reason="…")
        assert decline_case(story.case, actor=alma, reason="…").status == "declined"


def test_a_victim_who_withdraws_the_case_withdraws_it_from_the_body_too(story: Story, mina: User) -> None:
    proposal = to_proposal(story.to_offer())
    with travel_to(story.at):
        resume_negotiation(story.case, actor=story.user("alma"), reason="…")
        withdraw_case(story.case, actor=story.user("vera"))
    assert story.case.status == "withdrawn"
    assert story.case.body is None
    mediation = Mediation.objects.get()
    assert (mediation.status, mediation.ended_at) == ("withdrawn", story.at)
    proposal.refresh_from_db()
    assert proposal.ended_at == story.at
    assert not Case.objects.visible_to(mina).exists()
    assert MediationRecord.objects.visible_to(mina).get().status == "withdrawn"


def test_the_firm_does_not_end_a_case_before_it_has_offered_what_was_settled(story: Story) -> None:
    mediation = settled(story.to_offer())
    alma = story.user("alma")
    with travel_to(story.at), pytest.raises(Conflict, match="First make the offer"):
        close_case(story.case, actor=alma, reason="…")
    story.offered(mediation.amount)
    with travel_to(story.at):
        with pytest.raises(Conflict, match="First make the offer"):
            decline_case(story.case, actor=alma, reason="…")
        withdraw_offer(story.offer, actor=alma, reason="…")
        with pytest.raises(Conflict, match="First make the offer"):
            decline_case(story.case, actor=alma, reason="…")
    story.offered(mediation.amount)
    with travel_to(story.at):
        refuse_offer(story.offer, actor=story.user("vera"), reason="…")
        assert decline_case(story.case, actor=alma, reason="…").status == "declined"


def test_an_agreed_offer_that_nobody_answers_does_not_keep_the_case_open_for_ever(story: Story) -> None:
    mediation = settled(story.to_offer())
    story.offered(mediation.amount).wait(60)
    with travel_to(story.at):
        lapse_offers(story.at, actor=User.objects.system())
        assert story.case.offers.latest("number").status == "lapsed"
        assert decline_case(story.case, actor=story.user("alma"), reason="…").status == "declined"


def test_an_agreed_offer_of_an_hour_does_not_free_the_firm(story: Story) -> None:
    mediation = settled(story.to_offer())
    ivan, alma = story.user("ivan"), story.user("alma")
    with travel_to(story.at):
        brief = prepare_bound_offer(
            story.case, story.run, proposal=at_amount(story.run, mediation.amount or Decimal(0), "…"), reasons="…",
            valid_until=story.at + dt.timedelta(hours=1), actor=ivan,
        )  # fmt: skip
        approve_bound_offer(brief, actor=alma)
    story.wait(1)
    with travel_to(story.at):
        lapse_offers(story.at, actor=User.objects.system())
        with pytest.raises(Conflict, match="First make the offer"):
            decline_case(story.case, actor=alma, reason="…")


def test_of_a_case_that_has_ended_only_the_end_of_the_mediation_is_left(story: Story) -> None:
    proposal = to_proposal(story.to_offer())
    mediation = proposal.mediation
    assert possible(mediation, MEDIATOR) >= {"propose", "set_hearing", "end"}
    assert possible(mediation, VICTIM) >= {"accept_as_victim", "withdraw"}
    with travel_to(story.at):
        resume_negotiation(story.case, actor=story.user("alma"), reason="…")
        move(story.case, "withdraw", actor=story.user("vera"))  # as until now: the mediation lived on
    mediation.case.refresh_from_db()
    assert possible(mediation, MEDIATOR) == {"end"}
    assert possible(mediation, VICTIM) == {"withdraw"}
    assert possible(mediation, "approver") == set()


def test_of_a_case_that_the_sides_settled_themselves_no_answer_is_asked(story: Story) -> None:
    proposal = to_proposal(story.to_offer())
    with travel_to(story.at):
        resume_negotiation(story.case, actor=story.user("alma"), reason="…")
    story.offered().accepted()
    proposal.mediation.case.refresh_from_db()
    assert possible(proposal.mediation, VICTIM) == {"withdraw"}
    assert "propose" not in possible(proposal.mediation, MEDIATOR)
