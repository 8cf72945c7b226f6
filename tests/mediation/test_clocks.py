"""The clocks of both sides' answers to a mediation body's proposal: up to the end of its day in Japan."""

import datetime as dt
from decimal import Decimal

import pytest

from casetrack.calc.clocks import Clock
from casetrack.cases.models import Case, Event
from casetrack.cases.services import move
from casetrack.cases.side_clocks import PROPOSAL_FIRM, PROPOSAL_VICTIM, side_clocks_of
from casetrack.demo.mediation import firm_says, hearing_set, proposed, to_proposal, victim_says
from casetrack.lib import clock
from casetrack.lib.clock import travel_to
from casetrack.lib.scope import scoped
from casetrack.mediation.models import ConciliationProposal
from casetrack.mediation.services import apply_for_mediation, end_mediation, withdraw_case, withdraw_mediation
from casetrack.negotiation.good_faith import MET, MISSED, OVER, RUNNING, good_faith_of
from casetrack.negotiation.services import resume_negotiation
from casetrack.notifications.clock_watch import BREACHED, WARNED, watch
from tests.builders import Story
from tests.mediation.test_apply import another_mediator

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(story: Story) -> ConciliationProposal:
    """A proposal that can be answered for fourteen days."""
    return to_proposal(story.to_offer())


def clocks(story: Story, name: str) -> list[Clock]:
    events = list(story.case.events.order_by("at", "id"))
    return [one for one in side_clocks_of(story.case, events, story.at) if one.name == name]


def ended(story: Story, name: str) -> list[tuple[str, str, bool]]:
    """Outcome, side and whether the day binds, of each clock of the name that is over, by the ledger."""
    return [(r.outcome, r.side, r.is_binding) for r in good_faith_of(story.case, story.at).rows if r.of == name]


def pending(story: Story) -> dict[str, tuple[str, str]]:
    found = good_faith_of(story.case, story.at).pending
    return {one.of: (one.side, one.outcome) for one in found if one.of in (PROPOSAL_FIRM, PROPOSAL_VICTIM)}


def told(story: Story) -> list[tuple[str, str]]:
    steps = story.case.events.filter(clock__in=(PROPOSAL_FIRM, PROPOSAL_VICTIM)).order_by("pk")
    return list(steps.values_list("action", "clock"))


def test_both_sides_have_until_the_end_of_its_day(story: Story, asked: ConciliationProposal) -> None:
    assert asked.answer_by.astimezone(clock.TOKYO).time() == dt.time(23, 59, 59)
    for name in (PROPOSAL_FIRM, PROPOSAL_VICTIM):
        (one,) = clocks(story, name)
        assert one.due_at is not None
        assert clock.tokyo_date(one.due_at) == clock.tokyo_date(story.at) + dt.timedelta(days=14)
        assert dt.timedelta(0) < one.due_at - asked.answer_by < dt.timedelta(seconds=1)
    assert pending(story) == {PROPOSAL_FIRM: ("firm", RUNNING), PROPOSAL_VICTIM: ("victim", RUNNING)}


def test_each_answer_ends_the_own_clock_alone(story: Story, asked: ConciliationProposal) -> None:
    story.wait(1)
    victim_says(story, asked)
    assert ended(story, PROPOSAL_VICTIM) == [(MET, "victim", True)]
    assert pending(story) == {PROPOSAL_FIRM: ("firm", RUNNING)}
    firm_says(story, asked)
    assert ended(story, PROPOSAL_FIRM) == [(MET, "firm", True)]
    assert pending(story) == {}


def test_a_refusal_of_one_side_asks_nothing_more_of_the_other(story: Story, asked: ConciliationProposal) -> None:
    victim_says(story.wait(1), asked, yes=False)
    assert ended(story, PROPOSAL_VICTIM) == [(MET, "victim", True)]
    assert ended(story, PROPOSAL_FIRM) == [(OVER, "firm", True)]
    watch(asked.answer_by + dt.timedelta(days=1))
    assert told(story) == []


def test_the_firm_is_warned_once_and_its_breach_is_marked_once_and_the_victims_never(
    story: Story, asked: ConciliationProposal
) -> None:
    watch(story.at + dt.timedelta(days=5))
    assert told(story) == []
    for late in (dt.timedelta(minutes=-5), dt.timedelta(minutes=-1)):
        watch(asked.answer_by + late)
        assert told(story) == [(WARNED, PROPOSAL_FIRM)]
    for later in (dt.timedelta(minutes=1), dt.timedelta(days=3)):
        watch(asked.answer_by + later)
        assert told(story) == [(WARNED, PROPOSAL_FIRM), (BREACHED, PROPOSAL_FIRM)]
    story.wait(20)
    assert pending(story) == {}, "after its day there is nothing left to answer"
    breach = next(r for r in good_faith_of(story.case, story.at).rows if r.action == BREACHED and r.is_binding)
    assert (breach.side, breach.outcome) == ("firm", MISSED)
    assert breach.due_at is not None
    assert clock.tokyo_date(breach.due_at) == clock.tokyo_date(asked.answer_by)


def test_a_firm_that_has_answered_is_not_warned(story: Story, asked: ConciliationProposal) -> None:
    firm_says(story.wait(1), asked)
    watch(asked.answer_by - dt.timedelta(minutes=5))
    watch(asked.answer_by + dt.timedelta(minutes=5))
    assert told(story) == []


def test_another_proposal_begins_clocks_of_its_own(story: Story, asked: ConciliationProposal) -> None:
    story.wait(20)
    hearing_set(story, asked.mediation)
    second = proposed(story.wait(15), asked.mediation, 2_100_000)
    first, again = clocks(story, PROPOSAL_FIRM)
    assert (first.breached, again.breached, again.ended_at) == (True, False, None)
    assert again.due_at is not None
    assert clock.tokyo_date(again.due_at) == clock.tokyo_date(second.answer_by)
    assert ended(story, PROPOSAL_FIRM) == [(MISSED, "firm", True)]
    assert ended(story, PROPOSAL_VICTIM) == [(OVER, "victim", True)], "she is free not to answer"


def test_neither_a_question_of_the_firms_nor_a_day_of_rest_moves_it(story: Story, asked: ConciliationProposal) -> None:
    before = [one.due_at for one in clocks(story, PROPOSAL_FIRM)]
    story.case.events.create(
        at=story.wait(1).at, action="cases.victim_asked", actor=story.user("ivan"), actor_role="investigator",
        from_status="investigating", to_status="awaiting_victim",
    )  # fmt: skip
    (one,) = clocks(story.wait(2), PROPOSAL_FIRM)
    assert ([one.due_at], one.paused) == (before, False)


@pytest.mark.parametrize("how", ["end", "withdraw", "settled by themselves", "case withdrawn", "declined as until now"])
def test_what_makes_an_answer_needless_ends_both_clocks(story: Story, asked: ConciliationProposal, how: str) -> None:
    story.wait(1)
    if how in ("settled by themselves", "case withdrawn", "declined as until now"):
        with travel_to(story.at):
            resume_negotiation(story.case, actor=story.user("alma"), reason="…")
    if how == "settled by themselves":
        story.offered().accepted()
    with travel_to(story.at):
        if how == "end":
            end_mediation(asked.mediation, actor=story.user("mina"), reason="…")
        elif how == "withdraw":
            withdraw_mediation(asked.mediation, actor=story.user("vera"))
        elif how == "case withdrawn":
            withdraw_case(story.case, actor=story.user("vera"))
        elif how == "declined as until now":
            move(story.case, "decline", actor=story.user("alma"), reason="…")
    assert ended(story, PROPOSAL_FIRM) == [(OVER, "firm", True)]
    assert ended(story, PROPOSAL_VICTIM) == [(OVER, "victim", True)]
    watch(asked.answer_by + dt.timedelta(days=1))
    assert told(story) == []


def test_the_body_reads_the_clock_of_its_own_proposal_and_a_later_body_nothing_of_it(
    story: Story, asked: ConciliationProposal
) -> None:
    mina = story.user("mina")
    watch(asked.answer_by + dt.timedelta(minutes=1))
    story.wait(20)
    with scoped("mediator", user_id=mina.pk, body_id=story.cast.body.pk):
        assert Event.objects.filter(action=BREACHED, clock=PROPOSAL_FIRM).exists()
        rows = good_faith_of(Case.objects.select_related("firm").get(), story.at, is_outside=True).rows
        assert any(row.action == BREACHED and row.is_binding for row in rows)
    with travel_to(story.at):
        end_mediation(asked.mediation, actor=mina, reason="…")
    nora = another_mediator(mina)
    story.case.refresh_from_db()
    with travel_to(story.at):
        apply_for_mediation(
            story.case, nora.body, claimed=Decimal(1), asks="…", reason="…", has_consented=True,
            actor=story.user("vera"),
        )  # fmt: skip
    with scoped("mediator", user_id=nora.user.pk, body_id=nora.body.pk):
        assert not Event.objects.filter(clock=PROPOSAL_FIRM).exists()
        case = Case.objects.select_related("firm").get()
        assert not [r for r in good_faith_of(case, story.at, is_outside=True).rows if r.is_binding and r.of]
