"""Who is told of a mediation: both sides of what the body does, the body of what the sides do, nobody of themselves."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.core import mail

from casetrack.cases.models import Case
from casetrack.demo.mediation import applied, firm_says, hearing_set, proposed, taken_on, victim_says
from casetrack.lib import clock
from casetrack.lib.clock import travel_to
from casetrack.mediation.services import withdraw_mediation
from casetrack.negotiation.services import resume_negotiation
from casetrack.notifications import services
from casetrack.notifications.reminders import PROPOSAL, remind
from tests.builders import Cast, Story

pytestmark = pytest.mark.django_db
VERA, IVAN, MINA = "vera@example.com", "ivan@minato.example", "mina@adr.example"


@pytest.fixture
def told(cast: Cast) -> Callable[[], set[str]]:
    """Who got a mail since the last time; none of them says anything of the case."""

    def drain() -> set[str]:
        mail.outbox.clear()
        services.drain(clock.now())
        reference = Case.objects.get().reference
        assert all(reference not in f"{m.subject}{m.body}" and "http" not in str(m.body) for m in mail.outbox)
        return {message.to[0] for message in mail.outbox}

    return drain


def test_each_act_is_told_to_those_who_did_not_do_it(cast: Cast, told: Callable[[], set[str]]) -> None:
    story = Story(cast, at=clock.now() - dt.timedelta(days=60)).to_offer()
    story.at = clock.now()
    told()
    mediation = applied(story)
    assert told() == {IVAN, MINA}
    taken_on(story, mediation)
    assert told() >= {IVAN}
    hearing_set(story, mediation)
    assert told() >= {VERA, IVAN}
    proposal = proposed(story, mediation, 2_000_000)
    assert told() >= {VERA, IVAN}
    victim_says(story, proposal)
    assert told() == {IVAN, MINA}
    firm_says(story, proposal)
    assert told() >= {MINA}


def test_the_body_is_told_of_a_withdrawal_though_it_no_longer_sees_the_case(
    cast: Cast, told: Callable[[], set[str]]
) -> None:
    story = Story(cast, at=clock.now() - dt.timedelta(days=60)).to_offer()
    story.at = clock.now()
    mediation = taken_on(story)
    told()
    with travel_to(story.at):
        withdraw_mediation(mediation, actor=story.user("vera"))
    assert told() == {IVAN, MINA}


def test_she_is_reminded_of_a_proposal_while_the_firm_negotiates_beside_the_mediation(cast: Cast) -> None:
    story = Story(cast, at=clock.now() - dt.timedelta(days=60)).to_offer()
    story.at = clock.now() - dt.timedelta(days=13)
    mediation = taken_on(story)
    hearing_set(story, mediation)
    proposed(story, mediation, 2_000_000, days=14)
    with travel_to(story.at):
        resume_negotiation(story.case, actor=story.user("alma"), reason="…")
    remind(clock.now())
    assert story.case.events.filter(action=PROPOSAL).count() == 1


def test_she_is_reminded_once_of_a_proposal_that_runs_out(cast: Cast) -> None:
    story = Story(cast, at=clock.now() - dt.timedelta(days=60)).to_offer()
    story.at = clock.now() - dt.timedelta(days=13)
    mediation = taken_on(story)
    hearing_set(story, mediation)
    proposal = proposed(story, mediation, 2_000_000, days=14)
    assert remind(clock.now()) == 1
    assert remind(clock.now()) == 0
    assert story.case.events.filter(action=PROPOSAL).count() == 1
    story.at = clock.now()
    victim_says(story, proposal)
    assert remind(clock.now()) == 0
