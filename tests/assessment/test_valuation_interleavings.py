"""Proposals and answers in any order: what both sides read of the valuation date always fits together."""

import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casetrack.assessment.models import ValuationBasis, ValuationProposal
from casetrack.assessment.services import answer_date, fixed_date, policy_for, propose_date
from casetrack.correspondence.models import Party
from casetrack.lib.clock import travel_to
from casetrack.lib.errors import Conflict
from casetrack.people.models import Role
from casetrack.web.valuation import proposals_of
from tests.builders import Story

pytestmark = pytest.mark.django_db
DAYS = [dt.date(2025, 5, day) for day in (1, 9, 15, 30)]
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["vera", "ivan", "alma"]),
        st.sampled_from(["propose", "accept", "decline"]),
        st.integers(0, 3),
    ),
    max_size=12,
)


def act(story: Story, who: str, what: str, place: int) -> ValuationProposal | None:
    """One act of one person; the proposal that was agreed by it. Acts that cannot be are refused."""
    user: Any = story.user(who)
    if what == "propose":
        propose_date(story.case, DAYS[place], reason=f"{who} {place}", actor=user)
        return None
    found = list(story.case.valuation_proposals.order_by("-number")[: place + 1])
    if not found:
        return None
    had = hasattr(found[-1], "answer")
    try:
        answer_date(found[-1], accepts=what == "accept", reason="…", actor=user)
    except Conflict:
        return None
    return found[-1] if what == "accept" and not had else None


@pytest.fixture
def ready(story: Story) -> Story:
    return story.to_ledger().wait(25)


few = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)  # fmt: skip


@few
@given(ACTS)
def test_the_date_is_the_last_one_that_one_side_proposed_and_the_other_accepted(
    ready: Story, acts: list[tuple[str, str, int]]
) -> None:
    before = transaction.savepoint()
    try:
        check(ready, acts)
    finally:
        transaction.savepoint_rollback(before)


def check(story: Story, acts: list[tuple[str, str, int]]) -> None:
    agreed = None
    for who, what, place in acts:
        story.wait(0.01)
        with travel_to(story.at):
            agreed = act(story, who, what, place) or agreed
    fixed = fixed_date(story.case, policy_for(story.case))
    assert (fixed.proposal if fixed else None) == agreed
    assert fixed is None or (fixed.on, fixed.basis) == (agreed.valuation_on, ValuationBasis.AGREED)  # type: ignore[union-attr]
    rows = [proposals_of(story.case, story.user(name)) for name in ("vera", "ivan", "fiona")]
    assert rows[0] == rows[1] == rows[2]
    waiting = [row.proposal for row in rows[0] if row.state == "open"]
    assert len({proposal.party for proposal in waiting}) == len(waiting)
    assert set(story.case.valuation_proposals.open()) == set(waiting)
    for row in rows[0]:
        by_victim = row.answer is not None and row.answer.answered_by.role == Role.VICTIM
        assert row.answer is None or by_victim == (row.proposal.party == Party.FIRM)
