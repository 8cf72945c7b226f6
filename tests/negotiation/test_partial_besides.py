"""What a settled part gives besides money is given once: shares are moved once, a deficit is waived once."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db.models import prefetch_related_objects

from casetrack.lib.clock import travel_to
from casetrack.lib.errors import InvalidInput
from casetrack.negotiation.models import Offer
from casetrack.negotiation.partial import check_besides, names_in, settled_parts
from casetrack.negotiation.proposal import Proposal, at_amount, expected_parts
from casetrack.negotiation.services import prepare_offer, revoke_acceptance
from casetrack.people.models import User
from tests.builders import Story

pytestmark = pytest.mark.django_db
WAIVED = Decimal(300_000)


@pytest.fixture
def given(story: Story) -> Story:
    """With the costs, 100 shares of 7203 were settled and 300,000 yen of a deficit waived."""
    besides = {"in_kind": {"7203": Decimal(100)}, "waived": WAIVED}
    story.to_assessment().wait(1)
    with travel_to(story.at):
        proposal = Proposal({"costs": Decimal(4_500)}, settles=("costs",), **besides)  # type: ignore[arg-type]
        story._offers(proposal, "…")
    return story.accepted()


def prepares(story: Story, **besides: object) -> Offer:
    settled = names_in(settled_parts(story.case))
    whole = sum(expected_parts(story.run, (), settled).values(), Decimal(0))
    with travel_to(story.at):
        return prepare_offer(
            story.case, story.run, proposal=replace(at_amount(story.run, whole, "", settled), **besides), reasons="…",
            actor=story.user("ivan"), valid_until=story.at + dt.timedelta(days=9),
        )  # fmt: skip


@pytest.mark.parametrize("security", ["7203", "７２０３", " 7203 "])
@pytest.mark.parametrize("quantity", [50, -100])
def test_a_security_that_a_settled_part_moves_is_not_moved_again(given: Story, security: str, quantity: int) -> None:
    with pytest.raises(InvalidInput, match="moved already by the settlement of offer 1") as refused:
        prepares(given, in_kind={security: Decimal(quantity)})
    assert refused.value.field == "in_kind"
    assert prepares(given, in_kind={"6758": Decimal(quantity)}).in_kind == {"6758": str(quantity)}


def test_a_deficit_is_not_waived_beyond_what_there_is(given: Story) -> None:
    with pytest.raises(InvalidInput, match="300,000 yen are waived already") as refused:
        prepares(given, waived=Decimal(1))
    assert refused.value.field == "waived"


@pytest.mark.parametrize(("more", "fits"), [(200_000, True), (200_001, False), (0, True)])
def test_parts_of_it_may_be_waived_by_several_settlements(given: Story, more: int, fits: bool) -> None:
    prefetch_related_objects([given.run], "accounts")
    for row in given.run.accounts.all():
        row.result["outstanding_deficit"] = "500000"
    proposal = Proposal({}, waived=Decimal(more))
    if fits:
        check_besides(proposal, given.run, given.case)
        return
    with pytest.raises(InvalidInput, match="500,000 yen in all"):
        check_besides(proposal, given.run, given.case)


def test_what_was_taken_back_gives_nothing(given: Story, vera: User) -> None:
    with travel_to(given.at):
        revoke_acceptance(given.settlement, actor=vera)
    offer = prepares(given, in_kind={"7203": Decimal(100)}, waived=WAIVED)
    assert (offer.in_kind, offer.waived) == ({"7203": "100"}, WAIVED)
