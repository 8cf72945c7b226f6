"""Two of the three parties at once, on two database sessions."""

import datetime as dt

import pytest

from casetrack.cases.models import Event
from casetrack.demo.mediation import applied, firm_says, hearing_set, proposed, taken_on, to_proposal, victim_says
from casetrack.lib.clock import travel_to
from casetrack.lib.scope import system_scope
from casetrack.mediation.models import ConciliationProposal, Mediation
from casetrack.mediation.services import end_mediation, withdraw_mediation
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
