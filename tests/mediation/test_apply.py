"""Turning to a body, and what it says to the application."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from casetrack.audit.models import Entry
from casetrack.bodies.models import Body, BodyMembership
from casetrack.bodies.services import add_body, add_mediator
from casetrack.cases.models import Case, Event
from casetrack.cases.services import perform
from casetrack.cases.timeline import timeline
from casetrack.demo.mediation import ASKS, applied, taken_on, to_proposal
from casetrack.lib.clock import travel_to
from casetrack.lib.errors import Conflict, IllegalTransition, InvalidInput, NotAllowed
from casetrack.lib.scope import scoped
from casetrack.mediation.models import Mediation
from casetrack.mediation.services import (
    accept_application,
    apply_for_mediation,
    close_case,
    decline_application,
    end_mediation,
    withdraw_mediation,
)
from casetrack.negotiation.good_faith import good_faith_of
from casetrack.people.models import User
from tests.builders import Story


def test_applying_hands_the_case_to_the_body_in_the_same_act(story: Story, mina: User) -> None:
    story.to_offer()
    assert not Case.objects.visible_to(mina).exists()
    mediation = applied(story)
    assert (mediation.status, mediation.number, mediation.fee) == ("applied", 1, Decimal(5_700))
    assert (story.case.status, story.case.body) == ("escalated", story.cast.body)
    assert Case.objects.visible_to(mina).get() == story.case
    steps = story.case.events.order_by("pk").values_list("action", flat=True)
    assert list(steps)[-2:] == ["cases.escalated", "mediation.applied"]


def test_no_word_of_the_applicant_enters_the_audit_log(story: Story) -> None:
    applied(story.to_offer())
    assert ASKS not in str(list(Entry.objects.values("data", "subject")))


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"claimed": Decimal(0)}, "claimed"),
        ({"claimed": Decimal("0.5")}, "claimed"),
        ({"asks": " "}, "asks"),
        ({"asks": "あ" * 8001}, "asks"),
        ({"has_consented": False}, "consent"),
        ({"reason": ""}, "reason"),
    ],
)
def test_an_application_that_lacks_something_changes_nothing(story: Story, other: dict[str, Any], field: str) -> None:
    story.to_offer()
    with pytest.raises(InvalidInput) as error, transaction.atomic():
        applied(story, **other)
    assert error.value.field == field
    assert (Case.objects.get().status, Mediation.objects.count()) == ("negotiating", 0)


def test_a_body_without_people_takes_no_case(story: Story) -> None:
    story.to_offer()
    BodyMembership.objects.update(is_active=False)
    with pytest.raises(InvalidInput) as error:
        applied(story)
    assert error.value.field == "body"


@pytest.mark.parametrize("who", ["otto", "ivan", "alma", "mina"])
def test_nobody_but_the_victim_applies(story: Story, who: str) -> None:
    story.to_offer()
    with pytest.raises(NotAllowed):
        apply_for_mediation(
            story.case, story.cast.body, claimed=Decimal(1), asks="…", reason="…", has_consented=True,
            actor=story.user(who),
        )  # fmt: skip


def test_a_case_under_work_cannot_be_taken_to_a_body_before_its_time(story: Story) -> None:
    story.to_investigation()
    with pytest.raises(IllegalTransition):
        applied(story)
    assert not Mediation.objects.exists()


def test_there_is_one_live_mediation_at_a_time_and_another_after_it(story: Story) -> None:
    first = applied(story.to_offer())
    with pytest.raises(Conflict):
        applied(story)
    with pytest.raises(DatabaseError), transaction.atomic():
        Mediation.objects.create(
            case=story.case, body=story.cast.body, number=2, claimed=1, asks="…", applied_by=story.user("vera"),
            applied_at=story.at,
        )  # fmt: skip
    with travel_to(story.at):
        withdraw_mediation(first, actor=story.user("vera"))
    assert applied(story).number == 2


def test_a_case_that_was_marked_before_can_be_taken_to_a_body_later(story: Story) -> None:
    story.to_offer().does("vera", "escalate", "…")
    assert story.case.body is None
    applied(story)
    assert Event.objects.filter(case=story.case, action="cases.escalated").count() == 1
    assert story.case.body == story.cast.body


def test_a_settled_case_has_nothing_to_mediate(story: Story) -> None:
    story.to_settlement().wait(60)
    with pytest.raises(Conflict):
        applied(story)


def test_the_body_takes_it_on_under_its_own_number(story: Story) -> None:
    mediation = taken_on(story.to_offer(), file_number=" F-2025-17 ")
    assert (mediation.status, mediation.file_number) == ("accepted", "F-2025-17")
    step = story.case.events.get(action="mediation.accepted")
    assert (step.actor_role, step.is_public) == ("mediator", True)
    with pytest.raises(Conflict):
        accept_application(mediation, actor=story.user("mina"))


def test_the_body_declines_with_a_reason_and_not_without(story: Story) -> None:
    mediation = applied(story.to_offer())
    with travel_to(story.at):
        with pytest.raises(InvalidInput), transaction.atomic():
            decline_application(mediation, actor=story.user("mina"), reason=" ")
        decline_application(mediation, actor=story.user("mina"), reason="当センターの対象ではありません。")
    mediation.refresh_from_db()
    assert (mediation.status, mediation.is_live) == ("not_accepted", False)
    story.case.refresh_from_db()
    assert (story.case.status, story.case.body) == ("escalated", None)
    assert not Case.objects.visible_to(story.user("mina")).exists(), "what it does not take on it does not read"


def test_a_mediator_of_another_body_may_do_nothing(story: Story, mina: User) -> None:
    mediation = applied(story.to_offer())
    other = Body.objects.create(code="ELSEWHERE", name_ja="…", name_en="…")
    mina.body_membership.body = other
    mina.body_membership.save()
    for act in (accept_application, end_mediation):
        with pytest.raises(NotAllowed):
            act(mediation, actor=mina, **({} if act is accept_application else {"reason": "…"}))


def test_withdrawing_takes_the_consent_back(story: Story, mina: User) -> None:
    proposal = to_proposal(story.to_offer())
    with travel_to(story.at):
        withdraw_mediation(proposal.mediation, actor=story.user("vera"))
    proposal.refresh_from_db()
    assert proposal.ended_at is not None
    assert not Case.objects.visible_to(mina).exists()
    assert not Mediation.objects.visible_to(mina).exists()
    assert Mediation.objects.visible_to(story.user("vera")).get().status == "withdrawn"


def test_the_body_ends_it_with_a_reason_once_it_was_taken_on(story: Story) -> None:
    mediation = applied(story.to_offer())
    with pytest.raises(Conflict):
        end_mediation(mediation, actor=story.user("mina"), reason="…")
    taken_on(story, mediation)
    with travel_to(story.at):
        end_mediation(mediation, actor=story.user("mina"), reason="双方の主張の隔たりが大きく、見込みがありません。")
    assert mediation.status == "not_settled"


def test_the_firm_closes_no_case_in_which_a_body_mediates(story: Story) -> None:
    mediation = taken_on(story.to_offer())
    with travel_to(story.at):
        with pytest.raises(Conflict):
            close_case(story.case, actor=story.user("alma"), reason="…")
        with pytest.raises(NotAllowed):
            perform(story.case, "close", actor=story.user("alma"), reason="…")
        end_mediation(mediation, actor=story.user("mina"), reason="…")
        assert close_case(story.case, actor=story.user("alma"), reason="…").status == "closed"


def test_what_was_applied_for_and_what_has_ended_never_changes(story: Story) -> None:
    mediation = applied(story.to_offer())
    with pytest.raises(DatabaseError, match="never edited"), transaction.atomic():
        Mediation.objects.filter(pk=mediation.pk).update(claimed=1)
    with pytest.raises(DatabaseError, match="both acceptances"), transaction.atomic():
        Mediation.objects.filter(pk=mediation.pk).update(status="settled", amount=1, ended_at=story.at)
    with travel_to(story.at):
        withdraw_mediation(mediation, actor=story.user("vera"))
    with pytest.raises(DatabaseError, match="does not change"), transaction.atomic():
        Mediation.objects.filter(pk=mediation.pk).update(status="applied", ended_at=None)
    with pytest.raises(DatabaseError), transaction.atomic():
        mediation.delete()


def another_mediator(actor: User) -> BodyMembership:
    """Nora, of a body of her own."""
    body = add_body("ELSEWHERE", name_ja="弁護士会", name_en="Bar association", actor=actor)
    return add_mediator("nora@elsewhere.example", body.code, actor=actor)


def test_another_body_does_not_see_what_was_before_the_first(story: Story, mina: User) -> None:
    first = applied(story.to_offer())
    with travel_to(story.at):
        decline_application(first, actor=mina, reason="対象ではありません。")
    other = another_mediator(mina)
    with travel_to(story.at):
        second = apply_for_mediation(
            story.case, other.body, claimed=Decimal(1), asks="…", reason="…", has_consented=True,
            actor=story.user("vera"),
        )  # fmt: skip
    assert second.fee is None
    assert Mediation.objects.visible_to(other.user).get() == second
    assert not Mediation.objects.visible_to(mina).exists()
    assert Mediation.objects.visible_to(story.user("vera")).count() == 2
    with scoped("mediator", body_id=other.body.pk, user_id=other.user.pk):
        assert Mediation.objects.get() == second
        steps = Event.objects.filter(action__startswith="mediation.").values_list("action", flat=True)
        assert list(steps) == ["mediation.applied"]
    with scoped("mediator", body_id=story.cast.body.pk, user_id=mina.pk):
        assert not Mediation.objects.exists()


def test_another_body_reads_no_step_of_the_first_in_timeline_and_ledger(story: Story, mina: User) -> None:
    first = applied(story.to_offer(), asks="The first body should know this.")
    with travel_to(story.at):
        decline_application(first, actor=mina, reason="Not for us.")
    nora = another_mediator(mina)
    with travel_to(story.at):
        apply_for_mediation(
            story.case, nora.body, claimed=Decimal(1), asks="Anew.", reason="…", has_consented=True,
            actor=story.user("vera"),
        )  # fmt: skip
        case = Case.objects.visible_to(nora.user).select_related("firm", "victim").get()
        theirs = [repr(timeline(case, user=nora.user)), repr(good_faith_of(case, story.at, is_outside=True))]
        hers = [repr(timeline(case, user=story.user("vera"))), repr(good_faith_of(case, story.at))]
    for words in ("The first body should know this.", "Not for us."):
        assert all(words in told for told in hers)
        assert not any(words in told for told in theirs)
    assert all("Anew." in told for told in theirs)
