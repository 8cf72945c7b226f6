"""A case that is settled in parts is one accident: who confirms it goes by what it comes to, not by the part."""

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from casetrack.demo.cast import Cast
from casetrack.lib.clock import travel_to
from casetrack.lib.errors import Conflict, InvalidInput
from casetrack.lib.scope import system_scope
from casetrack.negotiation.bases import Basis
from casetrack.negotiation.models import LegalBasis, Payment, Settlement
from casetrack.negotiation.services import (
    accept_offer,
    check_legal_basis,
    record_legal_basis,
    record_payment,
    return_legal_basis,
    revoke_acceptance,
)
from casetrack.negotiation.services.readiness import readiness_of
from casetrack.negotiation.services.results import record_executed
from casetrack.negotiation.services.transfers import (
    approve_batch,
    fetch_file,
    make_batch,
    next_business_day,
    set_remitter,
)
from casetrack.people.models import User
from tests.builders import Story
from tests.negotiation.test_concurrency import at_once
from tests.transfers import FIRMS, made, sent, with_bank

pytestmark = pytest.mark.django_db


def confirmed(story: Story, settlement: Settlement, kind: str = Basis.CONFIRMED_JSDA) -> LegalBasis:
    with travel_to(story.at):
        basis = record_legal_basis(
            settlement, kind=kind, reference="1", decided_on=story.at.date(), actor=story.user("ivan")
        )
        return check_legal_basis(basis, actor=story.user("alma"))


@pytest.fixture
def small(story: Story) -> Story:
    """Some thousand yen are settled and confirmed by the JSDA committee; thirteen million are in dispute."""
    story.to_assessment().wait(1).part_offered("costs", "solatium").wait(0.1).accepted().countersigned()
    confirmed(story, story.settlement)
    return story


def pays(story: Story, settlement: Settlement) -> Payment:
    settlement = Settlement.objects.select_related("case__firm", "offer").get(pk=settlement.pk)
    with travel_to(story.at):
        return record_payment(
            settlement,
            amount=settlement.amount,
            paid_on=story.at.date(),
            actor=story.user("alma"),
            note="Account checked.",
        )


def test_once_the_sum_is_above_the_limit_an_earlier_part_is_paid_only_on_another_basis(small: Story) -> None:
    first = small.settlement
    small.part_offered("margin").wait(0.1).accepted().countersigned().cleared().wait(4)
    with pytest.raises(Conflict, match="13,014,500 yen"):
        pays(small, first)
    assert pays(small, small.settlement).amount == 13_000_000, "its own basis does not go by the sum"
    confirmed(small, first, Basis.CONFIRMED_BUREAU)
    assert pays(small, first).amount == first.amount
    old, new = LegalBasis.objects.filter(settlement=first).order_by("pk")
    assert (old.status, bool(old.returned_because), new.status) == ("returned", True, "checked")


def test_the_whole_on_top_of_it_counts_too(small: Story) -> None:
    first = small.settlement
    small.wait(4).rest_offered().accepted()
    with pytest.raises(Conflict, match="record another legal basis"):
        pays(small, first)


def test_a_part_that_was_taken_back_counts_no_longer(small: Story, vera: User) -> None:
    first = small.settlement
    small.wait(3.9).part_offered("margin").accepted()
    with travel_to(small.at):
        revoke_acceptance(small.settlement, actor=vera)
    small.wait(1)
    assert pays(small, first).amount == first.amount


def test_another_of_the_same_body_does_not_do_and_one_that_waits_is_not_checked(small: Story) -> None:
    small.part_offered("liquidation").accepted()
    with travel_to(small.at):
        waiting = record_legal_basis(
            small.settlement, kind=Basis.CONFIRMED_JSDA, reference="2", decided_on=small.at.date(),
            actor=small.user("ivan"),
        )  # fmt: skip
    small.rest_offered().accepted()
    with travel_to(small.at):
        with pytest.raises(Conflict, match="has come to"):
            check_legal_basis(waiting, actor=small.user("alma"))
        return_legal_basis(waiting, actor=small.user("alma"), reason="Too much by now.")
        with pytest.raises(InvalidInput, match="Local Finance Bureau"):
            confirmed(small, waiting.settlement)


def test_a_basis_that_still_fits_is_not_replaced(small: Story) -> None:
    with pytest.raises(Conflict, match="recorded already"):
        confirmed(small, small.settlement, Basis.JUDGMENT)


def test_no_transfer_is_made_or_given_out_any_more_but_what_the_bank_has_paid_is_recorded(small: Story) -> None:
    first, alma, sora = small.settlement, small.user("alma"), small.user("sora")
    with_bank(small).wait(4)
    with travel_to(small.at):
        set_remitter(small.case.firm, FIRMS, actor=alma)
    given_out = sent(small)
    small.part_offered("margin").accepted()
    with travel_to(small.at):
        with pytest.raises(Conflict, match="has come to"):
            fetch_file(given_out, actor=sora)
        record_executed(given_out, paid_on=given_out.day, actor=alma)
    assert Payment.objects.get(settlement=first).amount == first.amount


def test_a_batch_that_was_approved_before_is_not_given_out(small: Story) -> None:
    with_bank(small).wait(4)
    with travel_to(small.at):
        set_remitter(small.case.firm, FIRMS, actor=small.user("alma"))
    batch = made(small)
    with travel_to(small.at):
        approve_batch(batch, actor=small.user("sora"))
    first = small.settlement
    small.part_offered("margin").accepted()
    assert any("has come to" in obstacle.message for obstacle in readiness_of(first).obstacles)
    with travel_to(small.at):
        with pytest.raises(Conflict, match="has come to"):
            fetch_file(batch, actor=small.user("sora"))
        with pytest.raises(Conflict, match="transfer batch"):
            make_batch(small.case.firm, [first], day=next_business_day(small.case.firm), actor=small.user("alma"))


def test_the_firms_pages_say_so_and_offer_to_record_another(small: Story, client_of: Any) -> None:
    small.part_offered("margin").accepted().wait(4)
    alma = client_of(small.user("alma"))
    with travel_to(small.at):
        for name in ("settlement", "payment", "legal-basis"):
            page = alma.get(reverse(f"firm:{name}", args=[small.case.reference, 1]))
            assert "13,014,500" in page.content.decode(), name
            if name == "settlement":
                assert reverse("firm:payment", args=[small.case.reference, 1]) not in page.content.decode()
        assert page.context["form"] is not None
        assert not page.context["can_pay"]
        page = alma.get(reverse("firm:legal-basis", args=[small.case.reference, 2]))
        assert "13,014,500" not in page.content.decode().replace("data-", "")


@pytest.mark.django_db(transaction=True)
def test_a_payment_and_an_acceptance_at_the_same_time_never_go_past_the_limit_unseen(cast: Cast) -> None:
    with system_scope():
        story = Story(cast).to_assessment().wait(1).part_offered("costs", "solatium").wait(0.1).accepted()
        story.countersigned()
        confirmed(story, story.settlement)
        first = story.settlement
        story.wait(4).part_offered("margin")

    def pay() -> Any:
        return pays(story, first)

    def accept() -> Any:
        with travel_to(story.at):
            return accept_offer(type(story.offer).objects.get(pk=story.offer.pk), actor=story.user("vera"))

    outcomes = at_once(pay, accept)
    assert outcomes in (["ok", "ok"], ["conflict", "ok"])
    with system_scope():
        paid = Payment.objects.filter(settlement=first).first()
        agreed = Settlement.objects.exclude(pk=first.pk).get()
        assert (paid is not None) == (outcomes[0] == "ok")
        assert agreed.amount == Decimal(13_000_000)
