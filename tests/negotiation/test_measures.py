"""Help while the case runs: two people for each, and what was paid ahead counts towards the settlement."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casetrack.lib.clock import travel_to
from casetrack.lib.errors import Conflict, IllegalTransition, InvalidInput, NotAllowed
from casetrack.negotiation.bases import Basis
from casetrack.negotiation.models import InterimMeasure, Measure, Payment
from casetrack.negotiation.services import (
    approve_measure,
    end_measure,
    pay_ahead,
    propose_measure,
    record_payment,
    return_measure,
)
from casetrack.negotiation.services.measures import credit_of, still_due
from casetrack.people.models import User
from tests.builders import Cast, Story

pytestmark = pytest.mark.django_db
AHEAD: dict[str, Any] = {
    "kind": Measure.PROVISIONAL_PAYMENT, "amount": Decimal(500_000), "reason": "家賃の支払いのため",
    "basis": Basis.NO_LOSS_COMPENSATION, "reference": "法務 41",
}  # fmt: skip
DEFICIT: dict[str, Any] = {"kind": Measure.DEFICIT_SUSPENDED, "amount": Decimal(26_000_000), "reason": "調査中のため"}


def proposed(story: Story, **more: Any) -> InterimMeasure:
    with travel_to(story.at):
        return propose_measure(story.case, **(DEFICIT | more), actor=story.user("ivan"))


def paid(story: Story, **more: Any) -> InterimMeasure:
    measure = proposed(story, **(AHEAD | more))
    with travel_to(story.at):
        approve_measure(measure, actor=story.user("alma"))
        return pay_ahead(measure, paid_on=story.at.date(), actor=story.user("alma"), note="Account checked.")


def test_what_was_paid_ahead_is_taken_off_what_is_still_paid(story: Story, alma: User) -> None:
    paid(story.to_ledger())
    story.decided().wait(25).assessed().offered().wait(1).accepted().countersigned().cleared().wait(3)
    agreed = story.settlement.amount
    assert still_due(story.settlement) == agreed - 500_000
    with travel_to(story.at):
        with pytest.raises(InvalidInput, match="still to be paid"):
            record_payment(
                story.settlement, amount=agreed, paid_on=story.at.date(), actor=alma, note="Account checked."
            )
        record_payment(
            story.settlement, amount=agreed - 500_000, paid_on=story.at.date(), actor=alma, note="Account checked."
        )
    assert Payment.objects.get().amount + credit_of(story.settlement) == agreed


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(amounts=st.lists(st.integers(1, 30_000_000), max_size=4))
def test_never_less_than_nothing_is_still_due(cast: Cast, amounts: list[int]) -> None:
    with transaction.atomic():
        story = Story(cast).to_settlement()
        InterimMeasure.objects.bulk_create(
            InterimMeasure(
                case=story.case, number=n, kind=Measure.PROVISIONAL_PAYMENT, status="paid", amount=amount, reason="…",
                basis=Basis.JUDGMENT, reference="1", proposed_by=story.user("ivan"), proposed_at=story.at,
                approved_by=story.user("alma"), approved_at=story.at, paid_on=story.at.date(),
            )
            for n, amount in enumerate(amounts, 1)
        )  # fmt: skip
        assert still_due(story.settlement) == max(story.settlement.amount - sum(amounts), 0)
        transaction.set_rollback(True)


def test_the_body_that_confirms_is_that_of_all_that_is_paid_ahead(story: Story) -> None:
    """6 and 4 million yen are 10, which the JSDA's committee confirms; one yen more is the Local Finance Bureau's."""
    story.to_investigation()
    by_jsda = {"amount": Decimal(6_000_000), "basis": Basis.CONFIRMED_JSDA}
    paid(story, **by_jsda)
    proposed(story, **(AHEAD | by_jsda | {"amount": Decimal(4_000_000)}))
    with pytest.raises(InvalidInput) as refused:
        proposed(story, **(AHEAD | by_jsda | {"amount": Decimal(4_000_001)}))
    assert refused.value.field == "basis"
    assert proposed(story, **(AHEAD | {"amount": Decimal(4_000_001), "basis": Basis.CONFIRMED_BUREAU})).number == 3


def test_the_body_that_confirms_is_that_of_what_was_settled_in_part_too(story: Story) -> None:
    """13 million yen are settled in part: whatever is paid ahead besides is confirmed by the Local Finance Bureau."""
    story.to_assessment().wait(1).part_offered("margin").wait(1).accepted()
    assert story.settlement.amount == 13_000_000
    with pytest.raises(InvalidInput) as refused:
        proposed(story, **(AHEAD | {"amount": Decimal(100_000), "basis": Basis.CONFIRMED_JSDA}))
    assert refused.value.field == "basis"
    assert proposed(story, **(AHEAD | {"amount": Decimal(100_000), "basis": Basis.CONFIRMED_BUREAU})).number == 1


def test_two_proposals_that_together_need_the_bureau_are_not_both_approved(story: Story, alma: User) -> None:
    story.to_investigation()
    by_jsda = AHEAD | {"amount": Decimal(6_000_000), "basis": Basis.CONFIRMED_JSDA}
    first, second = proposed(story, **by_jsda), proposed(story, **by_jsda)
    with travel_to(story.at):
        approve_measure(first, actor=alma)
        with pytest.raises(InvalidInput, match="JSDA"):
            approve_measure(second, actor=alma)


def test_nobody_approves_an_own_proposal_and_ivan_never(story: Story, ivan: User) -> None:
    measure = proposed(story.to_ledger())
    with pytest.raises(NotAllowed):
        approve_measure(measure, actor=ivan)
    with pytest.raises(IntegrityError), transaction.atomic():
        InterimMeasure.objects.filter(pk=measure.pk).update(status="approved", approved_by=ivan)


@pytest.mark.parametrize("who", ["vera", "otto", "fiona", "alma", "bruno", "rita"])
def test_only_an_investigator_of_the_firm_proposes(story: Story, who: str) -> None:
    story.to_ledger()
    with pytest.raises(NotAllowed):
        propose_measure(story.case, **DEFICIT, actor=story.user(who))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "gift"}, "kind"), ({"amount": Decimal(0)}, "amount"), ({"amount": Decimal("0.5")}, "amount"),
        ({"reason": " "}, "reason"), ({"until": dt.date(2025, 1, 1)}, "until"), (AHEAD | {"basis": ""}, "basis"),
        (AHEAD | {"reference": ""}, "reference"),
        (AHEAD | {"basis": Basis.CONFIRMED_JSDA, "amount": Decimal(10_000_001)}, "basis"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_its_field(story: Story, change: dict[str, Any], field: str) -> None:
    story.to_ledger()
    with pytest.raises(InvalidInput) as refused:
        proposed(story, **change)
    assert refused.value.field == field


def test_a_suspension_ends_with_a_reason_a_waiver_stays(story: Story, alma: User) -> None:
    suspended = proposed(story.to_ledger())
    waived = proposed(story, kind=Measure.DEFICIT_WAIVED)
    with travel_to(story.at):
        for measure in (suspended, waived):
            approve_measure(measure, actor=alma)
        with pytest.raises(InvalidInput):
            end_measure(suspended, actor=alma, reason="")
        end_measure(suspended, actor=alma, reason="It was waived instead.")
        with pytest.raises(Conflict):
            end_measure(waived, actor=alma, reason="…")
        with pytest.raises(Conflict):
            pay_ahead(waived, paid_on=story.at.date(), actor=alma)
    told = story.case.events.filter(action__startswith="negotiation.measure", is_public=True)
    assert set(told.values_list("action", flat=True)) == {"negotiation.measure_approved", "negotiation.measure_ended"}


def test_a_returned_proposal_is_over(story: Story, alma: User) -> None:
    measure = proposed(story.to_ledger())
    with travel_to(story.at):
        return_measure(measure, actor=alma, reason="Which deficit?")
        with pytest.raises(Conflict):
            approve_measure(measure, actor=alma)


def test_after_the_agreement_there_is_none(story: Story) -> None:
    story.to_settlement()
    with pytest.raises(IllegalTransition):
        proposed(story)
