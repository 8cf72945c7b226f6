"""The good-faith ledger: derived from what both sides know, appended to and never rewritten."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.cases.clocks import DEFAULT_TARGETS
from casetrack.lib.clock import TOKYO, travel_to
from casetrack.negotiation.good_faith import (
    ACCEPTED,
    BOTH,
    COUNTERED,
    LAPSED,
    OFFERED,
    OWNERS,
    WITHDRAWN,
    Row,
    gap_between,
    good_faith_of,
)
from casetrack.negotiation.services import lapse_offers, refuse_offer, withdraw_offer
from casetrack.people.models import User
from tests.builders import Story

AMOUNTS = st.none() | st.integers(min_value=0, max_value=10**12).map(Decimal)
db = pytest.mark.django_db


def rows(story: Story, at: dt.datetime | None = None) -> tuple[Row, ...]:
    return good_faith_of(story.case, at or story.at).rows


def haggled(story: Story) -> Story:
    """An offer of 3 million, an amount of 5 million in answer, an offer of 4 million, accepted, paid, received."""
    story.to_assessment().wait(1).offered(Decimal(3_000_000)).wait(2)
    story.countered(Decimal(5_000_000), "手数料も含めてください。").wait(3)
    return story.offered(Decimal(4_000_000)).wait(1).accepted().wait(3).paid().wait(1).receipt_confirmed()


@given(AMOUNTS, AMOUNTS)
def test_the_gap_is_what_is_asked_beyond_the_offer_or_nothing(firm: Decimal | None, victim: Decimal | None) -> None:
    gap = gap_between(firm, victim)
    if firm is None or victim is None:
        assert gap is None
    elif firm >= victim:
        assert gap == 0
    else:
        assert gap is not None
        assert gap > 0
        assert firm + gap == victim


@given(*[st.integers(min_value=0, max_value=10**12).map(Decimal)] * 3)
def test_a_firm_that_offers_more_never_widens_the_gap(firm: Decimal, more: Decimal, victim: Decimal) -> None:
    before, after = gap_between(firm, victim), gap_between(firm + more, victim)
    assert before is not None
    assert after is not None
    assert after <= before


def test_every_stage_with_a_target_has_who_must_act() -> None:
    assert set(OWNERS) == set(DEFAULT_TARGETS)


@db
def test_the_whole_way_of_a_case_that_was_haggled_over(story: Story) -> None:
    """Handed in on Wednesday 16 April 2025; the days are those of cases.clocks. The investigation took too long."""
    found = [
        (
            row.action.split(".")[1], row.side, row.by, row.outcome,
            row.due_at.astimezone(TOKYO).date().isoformat() if row.due_at else "", row.firm, row.victim, row.gap,
        )
        for row in rows(haggled(story))
    ]  # fmt: skip
    m3, m4, m5 = Decimal(3_000_000), Decimal(4_000_000), Decimal(5_000_000)
    assert found == [
        ("submitted", "victim", "victim", "untimed", "", None, None, None),
        ("acknowledged", "firm", "firm", "met", "2025-04-17", None, None, None),
        ("investigation_started", "firm", "firm", "met", "2025-04-22", None, None, None),
        ("access_confirmed", "firm", "firm", "met", "2025-05-12", None, None, None),  # the first answer
        ("assessed", "firm", "firm", "missed", "2025-05-21", None, None, None),
        ("offer_approved", "firm", "firm", "met", "2025-06-09", m3, None, None),
        ("counter_offer_made", "victim", "victim", "met", "2025-06-17", m3, m5, m5 - m3),
        ("offer_approved", "firm", "firm", "met", "2025-06-17", m4, m5, m5 - m4),
        ("offer_approved", "firm", "firm", "met", "2025-06-16", m4, m5, m5 - m4),  # the answer to the counter-offer
        ("offer_accepted", "victim", "victim", "met", "2025-06-22", m4, m4, Decimal(0)),
        ("payment_recorded", "firm", "firm", "met", "2025-06-16", m4, m4, Decimal(0)),
        ("receipt_confirmed", "victim", "victim", "met", "2025-06-26", m4, m4, Decimal(0)),
    ]


@db
def test_what_was_known_earlier_is_the_beginning_of_what_is_known_now(story: Story) -> None:
    whole = rows(haggled(story))
    for count, row in enumerate(whole, 1):
        assert rows(story, row.at)[:count] == whole[:count]
        before = rows(story, row.at - dt.timedelta(microseconds=1))
        assert before == whole[: len(before)]
        assert len(before) < count


@db
def test_who_accepts_or_lets_time_pass_is_seen_in_the_amounts(story: Story) -> None:
    story.to_offer()
    amount = story.offer.amount
    assert story.offer.valid_until is not None
    story.at = story.offer.valid_until + dt.timedelta(minutes=1)
    with travel_to(story.at):
        lapse_offers(story.at, actor=User.objects.system())
    last = rows(story)[-1]
    assert (last.action, last.side, last.by, last.outcome, last.is_binding) == (LAPSED, "victim", "", "missed", True)
    assert (last.firm, last.victim, last.gap) == (amount, None, None)


@db
def test_an_offer_taken_back_is_no_amount_of_the_firms_any_more(story: Story) -> None:
    story.to_offer().wait(1)
    with travel_to(story.at):
        withdraw_offer(story.offer, actor=story.user("alma"), reason="計算に誤りがありました。")
    last = rows(story)[-1]
    assert (last.action, last.firm, last.reason) == (WITHDRAWN, None, "計算に誤りがありました。")


@db
def test_an_offers_reasons_and_an_answers_reason_stand_with_their_steps(story: Story) -> None:
    story.to_assessment().wait(1).offered(reasons="補償方針による。").wait(1)
    with travel_to(story.at):
        refuse_offer(story.offer, actor=story.user("vera"), reason="利息がありません。")
    offered, refused = rows(story)[-2:]
    assert (offered.action, offered.reason, refused.reason) == (OFFERED, "補償方針による。", "利息がありません。")
    assert not offered.lacks_reason


@db
def test_what_the_victim_may_not_know_is_not_in_it(story: Story) -> None:
    """An internal reason is withheld from both; an offer that nobody approved is no step."""
    story.to_investigation().does("ivan", "ask_victim", "いつですか。").wait(1)
    story.does("ivan", "resume", "電話に出ない。")
    resumed = rows(story)[-1]
    assert (resumed.reason, resumed.is_withheld, resumed.lacks_reason) == ("", True, False)
    assert "電話に出ない。" not in repr(good_faith_of(story.case, story.at))


@db
def test_a_question_holds_the_firms_clock_and_waits_for_the_victim(story: Story) -> None:
    story.to_investigation().wait(3).does("ivan", "ask_victim", "いつですか。").wait(1)
    found = good_faith_of(story.case, story.at)
    assert (found.rows[-1].side, found.rows[-1].outcome) == ("firm", "paused")
    assert [(p.of, p.side, p.outcome, p.due_at) for p in found.pending] == [
        ("question", "victim", "running", None),
        ("investigating", "firm", "paused", None),
        ("first_answer", "firm", "paused", None),
    ]


@db
def test_an_open_offer_waits_for_the_victim_and_binds(story: Story) -> None:
    story.to_offer()
    offer, stage = good_faith_of(story.case, story.at).pending
    assert (offer.side, offer.due_at, offer.is_binding) == ("victim", story.offer.valid_until, True)
    assert (stage.of, stage.side, stage.is_binding) == ("negotiating", BOTH, False)
    story.wait(1).countered(Decimal(9_000_000), "理由です。")
    assert [p.of for p in good_faith_of(story.case, story.at).pending] == ["negotiating", "counter_answer"]


@db
def test_who_withdraws_early_leaves_no_target_missed(story: Story) -> None:
    story.to_investigation().wait(1).does("vera", "withdraw")
    last = rows(story)[-1]
    assert (last.side, last.by, last.outcome) == ("firm", "victim", "over")
    assert not good_faith_of(story.case, story.at).pending
    assert {OFFERED, COUNTERED, ACCEPTED}.isdisjoint(row.action for row in rows(story))
