"""What was paid ahead in full: nothing is due, so nothing is asked of anybody."""

from typing import Any

import pytest
from django.urls import reverse

from casetrack.cases.side_clocks import PART_PAYMENT, side_clocks_of, was_answered
from casetrack.demo.cast import Cast
from casetrack.lib.clock import travel_to
from casetrack.lib.errors import Conflict
from casetrack.lib.scope import system_scope
from casetrack.negotiation.good_faith import good_faith_of
from casetrack.negotiation.models import LegalBasis, Payment
from casetrack.negotiation.partial import money_open
from casetrack.negotiation.services import confirm_receipt, deny_receipt, fail_payment, record_covered, record_payment
from casetrack.negotiation.services.measures import still_due
from casetrack.negotiation.services.readiness import unpaid
from casetrack.people.models import User
from tests.builders import Story
from tests.negotiation.test_concurrency import at_once
from tests.negotiation.test_partial import COSTS, LIQUIDATION, SOLATIUM, paid_ahead

pytestmark = pytest.mark.django_db


@pytest.fixture
def ahead(story: Story) -> Story:
    """A hundred thousand yen were paid ahead, and then costs and solatium settled, which come to less."""
    story.to_assessment().wait(1)
    paid_ahead(story, 100_000)
    return story.wait(0.1).part_offered("costs", "solatium").wait(0.1).accepted()


def covers(story: Story) -> int:
    with travel_to(story.at):
        return record_covered(story.at, actor=User.objects.system())


def test_a_part_is_done_with_once_it_is_signed_and_final(ahead: Story) -> None:
    assert covers(ahead.countersigned()) == 0, "vera may still take it back"
    assert covers(ahead.wait(4)) == 1
    assert covers(ahead) == 0
    payment = Payment.objects.get()
    assert (payment.amount, payment.received_at, payment.settlement) == (0, None, ahead.settlement)
    events = list(ahead.case.events.order_by("at", "id"))
    (clock,) = (c for c in side_clocks_of(ahead.case, events, ahead.at) if c.name == PART_PAYMENT)
    assert (clock.ended_at, clock.breached, was_answered(clock, events)) == (ahead.at, False, True)
    assert money_open([ahead.case]) == {}
    assert unpaid(ahead.case.firm) == []
    assert ahead.case.status == "negotiating"
    assert not LegalBasis.objects.exists(), "what was paid ahead had its own"
    assert good_faith_of(ahead.case, ahead.at).rows[-2].action == "negotiation.part_covered"


def test_not_before_the_firm_has_signed(ahead: Story) -> None:
    assert covers(ahead.wait(4)) == 0


def test_what_is_left_of_it_counts_towards_the_next(ahead: Story) -> None:
    covers(ahead.countersigned().wait(4))
    ahead.part_offered("liquidation").accepted().countersigned().wait(4)
    assert covers(ahead) == 0, "it is not enough for this one"
    assert still_due(ahead.settlement) == LIQUIDATION - (100_000 - COSTS - SOLATIUM)


def test_nobody_says_anything_about_the_arrival_of_nothing(ahead: Story, vera: User, alma: User) -> None:
    covers(ahead.countersigned().wait(4))
    payment = Payment.objects.select_related("case", "settlement__offer").get()
    with travel_to(ahead.at):
        for act in (
            lambda: confirm_receipt(payment, actor=vera),
            lambda: deny_receipt(payment, actor=vera, reason="…"),
            lambda: fail_payment(payment, actor=alma, reason="…"),
        ):
            with pytest.raises(Conflict, match="Nothing was left to be paid"):
                act()


def test_neither_sides_page_asks_for_anything(ahead: Story, client_of: Any) -> None:
    ahead.countersigned()
    alma, vera = client_of(ahead.user("alma")), client_of(ahead.user("vera"))
    case, of = reverse("victim:case", args=[ahead.case.reference]), [ahead.case.reference, 1]
    for state in ("can be taken back", "recorded"):
        with travel_to(ahead.at):
            page = vera.get(case)
            assert [part["is_covered"] for part in page.context["parts"]] == [True], state
            assert "confirm-receipt" not in page.content.decode(), state
            assert vera.get(reverse("victim:confirm-receipt", args=of)).status_code == 404, state
            firm = alma.get(reverse("firm:settlement", args=of))
            assert firm.context["is_covered"], state
            assert reverse("firm:payment", args=of) not in firm.content.decode(), state
        covers(ahead.wait(4))
    assert Payment.objects.exists()


def test_the_whole_is_recorded_too_and_vera_has_the_last_word(story: Story) -> None:
    story.to_assessment().wait(1)
    paid_ahead(story, 1_000_000)
    story.offered(amount=story.run.due.__class__(900_000)).wait(1).accepted().countersigned()
    assert covers(story) == 0
    assert covers(story.wait(4)) == 1
    story.case.refresh_from_db()
    assert story.case.status == "compensated"
    story.payment = Payment.objects.select_related("case", "settlement__offer").get()
    assert story.receipt_confirmed().case.status == "closed"


def test_what_is_not_paid_ahead_in_full_or_gives_no_money_waits_for_an_approver(story: Story) -> None:
    story.to_assessment().wait(1)
    paid_ahead(story, 10_000)
    story.part_offered("costs", "solatium").accepted().countersigned().wait(4)
    assert covers(story) == 0


@pytest.mark.django_db(transaction=True)
def test_an_approver_and_two_workers_at_the_same_time_record_one_payment(cast: Cast) -> None:
    with system_scope():
        story = Story(cast).to_assessment().wait(1)
        paid_ahead(story, 100_000)
        story.part_offered("costs").accepted().countersigned().cleared().wait(4)

    def by_hand() -> Any:
        with travel_to(story.at):
            return record_payment(
                type(story.settlement).objects.select_related("case__firm", "offer").get(),
                amount=story.settlement.amount - story.settlement.amount, paid_on=story.at.date(),
                actor=story.user("alma"), note="Account checked.")  # fmt: skip

    outcomes = at_once(by_hand, lambda: covers(story), lambda: covers(story))
    assert outcomes[1:] == ["ok", "ok"]
    with system_scope():
        assert Payment.objects.get().amount == 0
        steps = list(story.case.events.filter(action__in=["negotiation.part_paid", "negotiation.part_covered"]))
        assert len(steps) == 1
