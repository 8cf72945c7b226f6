"""What is on offer in a case ends with the case: on the pages of both sides, for programs and in the ledger."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from casetrack.cases.services import move
from casetrack.demo.cast import Cast
from casetrack.lib.clock import travel_to
from casetrack.lib.errors import DomainError
from casetrack.lib.scope import system_scope
from casetrack.mediation.services import decline_case, withdraw_case
from casetrack.negotiation.good_faith import good_faith_of
from casetrack.negotiation.models import Offer
from casetrack.negotiation.services import accept_offer, lapse_offers, resume_negotiation
from casetrack.notifications.clock_watch import watch
from casetrack.people.models import User
from casetrack.reports.good_faith import figures_of
from casetrack.web.victim.clocks import OVER, clock_rows
from tests.builders import Story
from tests.negotiation.test_concurrency import at_once

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
ENDS = [("vera", "withdraw"), ("alma", "decline")]


@pytest.fixture
def offered(story: Story) -> Story:
    return story.to_offer().wait(2)


@pytest.mark.parametrize(("who", "action"), ENDS)
def test_an_open_offer_lapses_when_its_case_ends(offered: Story, who: str, action: str) -> None:
    offered.does(who, action, "…")
    offered.offer.refresh_from_db()
    assert (offered.offer.status, offered.offer.ended_at) == ("lapsed", offered.at)
    assert not offered.case.events.filter(action="negotiation.offer_lapsed").exists(), "the end of the case says it"
    assert lapse_offers(offered.at + 60 * DAY, actor=User.objects.system()) == 0


def test_so_does_her_own_amount_that_the_firm_has_not_answered(offered: Story) -> None:
    offered.countered(Decimal(20_000_000), "…").wait(1).does("vera", "withdraw")
    assert list(Offer.objects.order_by("number").values_list("status", flat=True)) == ["countered", "lapsed"]


def test_a_case_that_is_closed_at_an_outside_body_leaves_nothing_on_offer(offered: Story) -> None:
    offered.does("vera", "escalate", "…").wait(1)
    assert Offer.objects.get().status == "open", "the firm may come back to it"
    offered.does("alma", "close", "…")
    assert Offer.objects.get().status == "lapsed"


@pytest.mark.parametrize(("who", "action"), ENDS)
def test_both_sides_read_that_it_is_over(offered: Story, who: str, action: str, client_of: Any) -> None:
    offered.does(who, action, "…")
    vera, alma = client_of(offered.user("vera")), client_of(offered.user("alma"))
    with travel_to(offered.at):
        page = vera.get(reverse("victim:case", args=[offered.case.reference]))
        assert page.context["offer"] is None
        assert 'aria-labelledby="offer"' not in page.content.decode(), "no card asks for an answer"
        assert "案件とともに終了" in page.content.decode(), "it stands among the offers so far"
        assert vera.get(reverse("victim:home")).status_code == 200
        seen = vera.get(f"/api/v1/cases/{offered.case.reference}/offers/").json()["results"][0]
        assert (seen["status"], seen["status_name"]) == ("lapsed", "案件とともに終了")
        assert seen["ended_at"] is not None
        firm = alma.get(reverse("firm:offer", args=[offered.case.reference, 1]))
        assert not firm.context["can_withdraw"]
        assert "案件とともに終了" in firm.content.decode()
        rows = clock_rows(offered.case, [], [Offer.objects.get()], [], offered.at)
        assert [row.state for row in rows] == [OVER], "nobody was late"


def test_the_ledger_waits_for_no_answer_even_when_the_negotiation_is_taken_up_again(offered: Story) -> None:
    offered.does("alma", "decline", "…").wait(1).does("vera", "escalate", "…").wait(1)
    with travel_to(offered.at):
        resume_negotiation(offered.case, actor=offered.user("alma"), reason="…")
    ledger = good_faith_of(offered.case, offered.at)
    assert [row.of for row in ledger.pending] == ["negotiating"]
    assert ledger.rows[-1].firm == offered.offer.amount, "it stays the firm's last word"
    assert watch(offered.at + 60 * DAY), "the firm's clock is watched: no offer waits for vera"
    with travel_to(offered.at), pytest.raises(DomainError):
        accept_offer(offered.offer, actor=offered.user("vera"))


def test_the_figures_count_it_neither_as_answered_nor_as_left_to_lapse(offered: Story) -> None:
    def answered() -> int:
        year = (dt.date(2025, 1, 1), dt.date(2027, 1, 1))
        return figures_of(*year, offered.at + 60 * DAY)[offered.case.firm_id].answered

    offered.does("vera", "withdraw")
    assert answered() == 0
    other = Story(offered.cast, account="90-1").to_offer().wait(20)
    assert lapse_offers(other.at, actor=User.objects.system()) == 1
    assert answered() == 1


def test_an_offer_of_a_case_that_ended_before_is_tidied_up_as_of_then(offered: Story) -> None:
    """As withdrawn cases were until now: their offers stayed open."""
    with travel_to(offered.at):
        move(offered.case, "withdraw", actor=offered.user("vera"))
    assert Offer.objects.get().status == "open"
    with travel_to(offered.at + 60 * DAY):
        assert lapse_offers(offered.at + 60 * DAY, actor=User.objects.system()) == 1
    offer = Offer.objects.get()
    assert (offer.status, offer.ended_at) == ("lapsed", offered.at)
    assert not offered.case.events.filter(action="negotiation.offer_lapsed").exists()


@pytest.mark.django_db(transaction=True)
def test_an_acceptance_and_an_end_at_the_same_time_leave_one_truth(cast: Cast) -> None:
    with system_scope():
        story = Story(cast).to_offer()

    def accept() -> Any:
        with travel_to(story.at):
            return accept_offer(Offer.objects.get(), actor=story.user("vera"))

    def end(act: Any, who: str, **more: str) -> Any:
        with travel_to(story.at):
            return act(type(story.case).objects.get(), actor=story.user(who), **more)

    outcomes = at_once(accept, lambda: end(withdraw_case, "vera"), lambda: end(decline_case, "alma", reason="…"))
    assert outcomes.count("ok") == 1
    with system_scope():
        case = type(story.case).objects.get()
        ended = "withdrawn" if outcomes[1] == "ok" else "declined"
        won = ("accepted", "agreed") if outcomes[0] == "ok" else ("lapsed", ended)
        assert (Offer.objects.get().status, case.status) == won
