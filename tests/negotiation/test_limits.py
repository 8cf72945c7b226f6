"""What is above an approver's limit another approver decides."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from casetrack.cases.models import Case
from casetrack.firms.services import limit_approver
from casetrack.lib.clock import travel_to
from casetrack.lib.errors import NotAllowed
from casetrack.negotiation.bases import Basis
from casetrack.negotiation.models import Countersignature, InterimMeasure, Measure, Offer
from casetrack.negotiation.proposal import at_amount
from casetrack.negotiation.services import accept_offer, approve_offer, countersign, prepare_offer, reject_offer
from casetrack.negotiation.services.measures import approve_measure, pay_ahead, propose_measure
from casetrack.people.models import User
from casetrack.web.firm.queue import waits_for
from tests.builders import Story

pytestmark = pytest.mark.django_db

AMOUNT = Decimal(14_009_500)


@pytest.fixture
def limited(alma: User) -> Callable[[Decimal | None], User]:
    """Alma as she comes to work after her limit was set."""

    def to(up_to: Decimal | None) -> User:
        limit_approver(alma.email, up_to, actor=User.objects.system())
        return User.objects.get(pk=alma.pk)

    return to


def prepared(story: Story) -> Offer:
    story.to_assessment()
    with travel_to(story.at):
        return prepare_offer(
            story.case, story.run, proposal=at_amount(story.run, AMOUNT, "x"), reasons="By our policy.",
            valid_until=story.at + dt.timedelta(days=14), actor=story.user("ivan"),
        )  # fmt: skip


def ahead(story: Story, amount: int, kind: str = Measure.PROVISIONAL_PAYMENT) -> InterimMeasure:
    with travel_to(story.at):
        return propose_measure(
            story.case, kind=kind, amount=Decimal(amount), reason="…", basis=Basis.NO_LOSS_COMPENSATION, reference="1",
            actor=story.user("ivan"),
        )  # fmt: skip


def test_help_that_is_cut_up_needs_the_limit_of_all_of_it(story: Story, limited: Any, client_of: Any) -> None:
    """Twice 600,000 yen are 1,200,000: above a limit of 1,000,000, and neither alma's list nor her page offers it."""
    story.to_investigation()
    alma = limited(Decimal(1_000_000))
    with travel_to(story.at):
        approve_measure(ahead(story, 600_000), actor=alma)
        second = ahead(story, 600_000, Measure.DEFICIT_WAIVED)
        assert Case.objects.filter(waits_for(story.user("sora"))).exists()
        assert not Case.objects.filter(waits_for(alma)).exists()
        page = client_of(alma).get(reverse("firm:interim", args=[story.case.reference])).content.decode()
        assert reverse("firm:interim-approve", args=[story.case.reference, 2]) not in page
        with pytest.raises(NotAllowed, match="above your limit"):
            approve_measure(second, actor=alma)
        assert approve_measure(second, actor=limited(Decimal(1_200_000))).status == "approved"


def test_help_after_a_part_was_settled_needs_the_limit_of_both(story: Story, limited: Any) -> None:
    """14,500 yen are settled and 990,000 paid ahead: 1,004,500. What was paid ahead of the part counts once."""
    story.to_assessment().wait(1).part_offered("costs", "solatium").wait(1).accepted().countersigned()
    assert story.settlement.amount == 14_500
    with travel_to(story.at):
        first = ahead(story, 990_000)
        with pytest.raises(NotAllowed, match="above your limit"):
            approve_measure(first, actor=limited(Decimal(1_004_499)))
        pay_ahead(
            approve_measure(first, actor=limited(Decimal(1_004_500))),
            paid_on=story.at.date(),
            actor=story.user("sora"),
            note="Account checked.",
        )
        assert approve_measure(ahead(story, 10_000), actor=limited(Decimal(1_000_000))).status == "approved"


def test_a_deficit_that_is_only_suspended_counts_towards_no_limit(story: Story, limited: Any) -> None:
    story.to_investigation()
    with travel_to(story.at):
        approve_measure(ahead(story, 900_000, Measure.DEFICIT_SUSPENDED), actor=limited(Decimal(1_000_000)))
        assert approve_measure(ahead(story, 900_000), actor=limited(Decimal(1_000_000))).status == "approved"


def test_alma_approves_an_offer_of_exactly_her_limit(story: Story, limited: Any) -> None:
    offer = prepared(story)
    with travel_to(story.at):
        assert approve_offer(offer, actor=limited(AMOUNT)).status == "open"


def test_one_yen_above_her_limit_alma_may_return_an_offer_but_not_approve_it(story: Story, limited: Any) -> None:
    offer = prepared(story)
    alma = limited(AMOUNT - 1)
    with travel_to(story.at):
        with pytest.raises(NotAllowed, match="above your limit"):
            approve_offer(offer, actor=alma)
        offer.refresh_from_db()
        assert offer.status == "prepared"
        assert reject_offer(offer, actor=alma, reason="Ask for less.").status == "rejected"


def test_a_deficit_that_is_given_up_counts_towards_her_limit(story: Story, limited: Any, client_of: Any) -> None:
    story.to_assessment()
    with travel_to(story.at):
        offer = prepare_offer(
            story.case, story.run, proposal=replace(at_amount(story.run, story.run.due), waived=Decimal(26_000_000)),
            reasons="…", valid_until=story.at + dt.timedelta(days=14), actor=story.user("ivan"),
        )  # fmt: skip
        both = offer.amount + 26_000_000
        for up_to, count in ((both - 1, 0), (both, 1)):
            tabs = client_of(limited(up_to)).get("/en/firm/").context["tabs"]
            assert next(tab.count for tab in tabs if tab.key == "waiting") == count
        with pytest.raises(NotAllowed, match="above your limit"):
            approve_offer(offer, actor=limited(both - 1))
        assert approve_offer(offer, actor=limited(both)).status == "open"


def test_a_settlement_above_her_limit_alma_does_not_countersign(story: Story, limited: Any) -> None:
    story.to_settlement()
    alma = limited(story.settlement.amount - 1)
    with travel_to(story.at), pytest.raises(NotAllowed, match="above your limit"):
        countersign(story.settlement, actor=alma)
    assert not Countersignature.objects.exists()
    with travel_to(story.at):
        countersign(story.settlement, actor=limited(None))
    assert Countersignature.objects.exists()


def test_a_case_cut_up_into_parts_needs_the_limit_of_their_sum(story: Story, limited: Any, client_of: Any) -> None:
    story.to_assessment().wait(1).part_offered("costs", "solatium").wait(1).accepted().wait(1)
    with travel_to(story.at):
        offer = prepare_offer(
            story.case, story.run, proposal=at_amount(story.run, AMOUNT - 14_500, "", ("costs", "solatium")),
            reasons="…", valid_until=story.at + dt.timedelta(days=14), actor=story.user("ivan"),
        )  # fmt: skip
        part = reverse("firm:offer", args=[story.case.reference, offer.number])
        for up_to, may in ((AMOUNT - 1, False), (AMOUNT, True)):
            browser = client_of(limited(up_to))
            assert browser.get(part).context["can_approve"] is may
        with pytest.raises(NotAllowed, match="above your limit"):
            approve_offer(offer, actor=limited(AMOUNT - 1))
        approve_offer(offer, actor=limited(AMOUNT))
        whole = accept_offer(offer, actor=story.user("vera"))
        countersign(story.settlement, actor=limited(Decimal(14_500)))
        for up_to, count in ((AMOUNT - 1, 0), (AMOUNT, 1)):
            tabs = client_of(limited(up_to)).get("/en/firm/").context["tabs"]
            assert next(tab.count for tab in tabs if tab.key == "waiting") == count
        with pytest.raises(NotAllowed, match="above your limit"):
            countersign(whole, actor=limited(AMOUNT - 1))
        countersign(whole, actor=limited(AMOUNT))


def test_help_above_her_limit_alma_does_not_approve(story: Story, limited: Any) -> None:
    story.to_assessment()
    with travel_to(story.at):
        help_ = propose_measure(
            story.case, kind=Measure.DEFICIT_SUSPENDED, amount=Decimal(1000), reason="The talks go on.",
            until=story.at.date() + dt.timedelta(days=30), actor=story.user("ivan"),
        )  # fmt: skip
        with pytest.raises(NotAllowed, match="above your limit"):
            approve_measure(help_, actor=limited(Decimal(999)))
        assert approve_measure(help_, actor=limited(Decimal(1000))).status == "approved"


def test_her_page_says_so_and_her_list_leaves_it_to_others(client_of: Any, story: Story, limited: Any) -> None:
    offer = prepared(story)
    for up_to, may in ((AMOUNT - 1, False), (AMOUNT, True)):
        browser = client_of(limited(up_to))
        with travel_to(story.at):
            page = browser.get(reverse("firm:offer", args=[story.case.reference, offer.number]))
            queue = browser.get(reverse("firm:queue"), {"tab": "waiting"})
        assert page.context["can_approve"] is may
        assert page.context["can_return"] is True
        assert page.context["is_above_limit"] is not may
        assert (story.case.reference in queue.content.decode()) is may
