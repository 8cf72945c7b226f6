"""Two of the three parties at once, on two database sessions."""

import datetime as dt

import pytest

from casetrack.cases.models import Case, Event
from casetrack.demo.mediation import applied, firm_says, hearing_set, proposed, taken_on, to_proposal, victim_says
from casetrack.lib.clock import travel_to
from casetrack.lib.scope import system_scope
from casetrack.mediation.models import ConciliationProposal, Mediation, MediationRecord
from casetrack.mediation.services import decline_case, end_mediation, revoke_bound_acceptance, withdraw_mediation
from casetrack.negotiation.models import Settlement
from tests.builders import Cast, Story
from tests.negotiation.test_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def story(cast: Cast) -> Story:
    with system_scope():
        return Story(cast).to_offer()


def fresh(proposal: ConciliationProposal) -> ConciliationProposal:
    return ConciliationProposal.objects.select_related("mediation__case__firm").get(pk=proposal.pk)


def live() -> Mediation:
    return Mediation.objects.select_related("case__firm").get()


def ended(story: Story) -> None:
    with travel_to(story.at):
        end_mediation(live(), actor=story.user("mina"), reason="…")


def withdrawn(story: Story) -> None:
    with travel_to(story.at):
        withdraw_mediation(live(), actor=story.user("vera"))


def test_two_applications_at_once_make_one_mediation(story: Story) -> None:
    outcomes = at_once(lambda: applied(story), lambda: applied(story))
    assert sorted(outcomes) == ["conflict", "ok"]
    with system_scope():
        assert Mediation.objects.count() == 1


def test_both_sides_accept_at_once_and_it_is_settled_once(story: Story) -> None:
    with system_scope():
        proposal = to_proposal(story)
    outcomes = at_once(lambda: victim_says(story, fresh(proposal)), lambda: firm_says(story, fresh(proposal)))
    assert outcomes == ["ok", "ok"]
    with system_scope():
        assert Mediation.objects.get().status == "settled"
        assert Event.objects.filter(action="mediation.settled").count() == 1


def test_an_end_and_an_acceptance_at_once_leave_one_of_them(story: Story) -> None:
    with system_scope():
        proposal = to_proposal(story)
        firm_says(story, fresh(proposal))
    outcomes = at_once(lambda: victim_says(story, fresh(proposal)), lambda: ended(story))
    assert sorted(outcomes) == ["conflict", "ok"]
    with system_scope():
        assert Mediation.objects.get().status == ("settled" if outcomes[0] == "ok" else "not_settled")


def test_a_withdrawal_and_a_hearing_at_once_leave_no_hearing_without_consent(story: Story) -> None:
    with system_scope():
        taken_on(story)
    outcomes = at_once(lambda: withdrawn(story), lambda: hearing_set(story, live()))
    assert outcomes[0] == "ok"
    with system_scope():
        mediation = Mediation.objects.get()
        assert mediation.status == "withdrawn"
        assert mediation.hearings.count() == (1 if outcomes[1] == "ok" else 0)


def test_two_proposals_at_once_are_one(story: Story) -> None:
    with system_scope():
        hearing_set(story, taken_on(story))
    story.at += dt.timedelta(days=15)
    outcomes = at_once(lambda: proposed(story, live(), 1_000_000), lambda: proposed(story, live(), 2_000_000))
    assert sorted(outcomes) == ["conflict", "ok"]


def test_a_part_taken_back_and_the_second_acceptance_at_once_never_bind_the_rest_to_the_whole(cast: Cast) -> None:
    """Vera has accepted; alma accepts while vera takes back the part on top of which the proposal was made."""
    with system_scope():
        story = Story(cast).to_assessment().wait(1).part_offered("costs", "solatium").wait(1).accepted()
        part = story.settlement
        mediation = taken_on(story.rest_offered())
        hearing_set(story, mediation)
        proposal = proposed(story.wait(1), mediation, 2_000_000)
        victim_says(story, fresh(proposal))

    def taken_back() -> None:
        with travel_to(story.at):
            found = Settlement.objects.select_related("case__firm", "offer__case__firm").get(pk=part.pk)
            revoke_bound_acceptance(found, actor=story.user("vera"))

    outcomes = at_once(taken_back, lambda: firm_says(story, fresh(proposal)))
    assert sorted(outcomes) == ["conflict", "ok"]
    with system_scope():
        is_settled = Mediation.objects.get().status == "settled"
        assert is_settled == Settlement.objects.live().partial().exists() == (outcomes[1] == "ok")


def test_the_firm_that_declines_while_the_victim_applies_ends_no_mediation(story: Story) -> None:
    def declined() -> None:
        with travel_to(story.at):
            decline_case(Case.objects.select_related("firm").get(), actor=story.user("alma"), reason="…")

    outcomes = at_once(declined, lambda: applied(story))
    assert outcomes[1] == "ok"
    with system_scope():
        case = Case.objects.get()
        assert (case.status, case.body_id, live().is_live) == ("escalated", story.cast.body.pk, True)


def test_an_end_and_a_withdrawal_at_once_are_one_end_with_one_record(story: Story) -> None:
    with system_scope():
        taken_on(story)
    assert sorted(at_once(lambda: ended(story), lambda: withdrawn(story))) in (
        ["conflict", "ok"],
        ["not_allowed", "ok"],  # the case is no longer before the body, so nothing there is mina's to end
    )
    with system_scope():
        assert Case.objects.get().body_id is None
        assert MediationRecord.objects.get().status == Mediation.objects.get().status
