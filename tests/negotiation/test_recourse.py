"""Vera asks for the reasons in writing, and that somebody else looks: somebody who had no hand in the case."""

from typing import Any

import pytest

from casetrack.cases.side_clocks import REASONS, SECOND_REVIEW, side_clocks_of
from casetrack.firms.models import Membership
from casetrack.lib.clock import travel_to
from casetrack.lib.errors import Conflict, IllegalTransition, InvalidInput, NotAllowed
from casetrack.negotiation.good_faith import good_faith_of
from casetrack.negotiation.services import ask_reasons, ask_review, close_review, give_reasons
from casetrack.negotiation.services.recourse import waiting
from casetrack.people.models import Role, User
from tests.builders import Story

pytestmark = pytest.mark.django_db


@pytest.fixture
def offered(story: Story) -> Story:
    return story.to_offer()


@pytest.fixture
def nina(offered: Story) -> User:
    """An investigator of the firm who has not seen the case yet."""
    user = User.objects.create(email="nina@minato.example", role=Role.FIRM, language="ja")
    Membership.objects.create(user=user, firm=offered.case.firm, role="investigator", display_name="Nina 西")
    return user


def test_the_reasons_are_asked_for_and_given(offered: Story, vera: User, ivan: User) -> None:
    with travel_to(offered.at):
        ask_reasons(offered.case, "Why half?", actor=vera)
        with pytest.raises(Conflict):
            ask_reasons(offered.case, "Why half?", actor=vera)
        give_reasons(offered.case, "The policy of 2 May pays half.", actor=ivan)
        with pytest.raises(Conflict):
            give_reasons(offered.case, "Again", actor=ivan)
    assert waiting(offered.case, REASONS) is None


def test_somebody_who_took_part_does_not_review(offered: Story, vera: User, nina: User) -> None:
    with travel_to(offered.at):
        ask_review(offered.case, "The lock was refused.", actor=vera)
        for who in ("ivan", "alma"):
            with pytest.raises(NotAllowed, match="took part"):
                close_review(offered.case, "upheld", "…", actor=offered.user(who))
        with pytest.raises(InvalidInput):
            close_review(offered.case, "perhaps", "…", actor=nina)
        with pytest.raises(InvalidInput):
            close_review(offered.case, "changed", " ", actor=nina)
        close_review(offered.case, "changed", "The refusal to freeze was overlooked.", actor=nina)
    assert offered.case.events.filter(action="negotiation.review_changed", is_public=True).count() == 1
    assert waiting(offered.case, SECOND_REVIEW) is None


def test_the_firm_has_a_day_for_each_and_both_read_it_in_the_ledger(offered: Story, vera: User, ivan: User) -> None:
    with travel_to(offered.at):
        ask_reasons(offered.case, "Why half?", actor=vera)
    events = list(offered.case.events.order_by("at", "id"))
    clock = next(c for c in side_clocks_of(offered.case, events, offered.at) if c.name == REASONS)
    assert clock.due_at is not None
    assert clock.ended_at is None
    offered.wait(1)
    with travel_to(offered.at):
        give_reasons(offered.case, "Because.", actor=ivan)
    rows = [row.action for row in good_faith_of(offered.case, offered.at).rows]
    assert rows[-3:-1] == ["negotiation.reasons_asked", "negotiation.reasons_given"]


@pytest.mark.parametrize("ask", [ask_reasons, ask_review])
def test_only_vera_asks_and_only_after_the_firms_word(story: Story, ask: Any) -> None:
    story.to_investigation()
    with pytest.raises(IllegalTransition):
        ask(story.case, "Why?", actor=story.user("vera"))
    for who in ("otto", "ivan", "bruno"):
        with pytest.raises(NotAllowed):
            ask(story.case, "Why?", actor=story.user(who))
