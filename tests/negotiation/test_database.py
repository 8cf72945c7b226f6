"""What the database refuses of offers, settlements and payments, whoever asks: here without any service."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from casetrack.lib import clock
from casetrack.lib.clock import travel_to
from casetrack.lib.errors import InvalidInput
from casetrack.negotiation.models import Offer, Payment, Settlement
from casetrack.negotiation.services import record_payment
from casetrack.negotiation.workflow import OFFER_ACTIONS, OfferStatus
from tests.builders import Story

pytestmark = pytest.mark.django_db
STEPS = {(source.value, action.target.value) for action in OFFER_ACTIONS.values() for source in action.sources}


def is_refused(queryset: Any, **changes: object) -> bool:
    try:
        with transaction.atomic():
            queryset.update(**changes)
    except IntegrityError:
        return True
    return False


def stand_at(offer: Offer, status: str) -> None:
    """Lead an offer to a status by the shortest allowed way."""
    ways: list[list[str]] = [["prepared"]]
    while ways[0][-1] != status:
        way = ways.pop(0)
        ways += [[*way, after] for before, after in sorted(STEPS) if before == way[-1]]
    for step in ways[0][1:]:
        Offer.objects.filter(pk=offer.pk).update(status=step)


@pytest.mark.parametrize("before", OfferStatus.values)
def test_an_offer_takes_the_steps_of_the_table_and_no_other(story: Story, before: str) -> None:
    story.to_offer().wait(1)
    first = Offer.objects.get()
    number = first.number
    for after in OfferStatus.values:
        if after == before:
            continue
        number += 1
        with transaction.atomic():
            first.pk, first.number, first.status = None, number, "prepared"
            first.save(force_insert=True)
            Offer.objects.filter(status="open").exclude(pk=first.pk).update(status="lapsed")
            stand_at(first, before)
            one = Offer.objects.filter(pk=first.pk)
            refused = is_refused(one, status=after)
            assert refused != ((before, after) in STEPS), (before, after)
            transaction.set_rollback(True)


def test_an_offer_cannot_be_accepted_without_its_settlement(story: Story) -> None:
    story.to_offer()
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
    assert is_refused(Offer.objects.all(), status="accepted")


def test_there_is_no_settlement_of_an_open_offer_nor_of_another_amount(story: Story) -> None:
    offer = story.to_offer().offer
    facts: dict[str, Any] = {
        "case": story.case, "offer": offer, "terms": {}, "terms_sha256": "0" * 64, "agreed_by": story.user("vera"),
        "agreed_at": clock.now(), "revocable_until": clock.now(),
    }  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Settlement.objects.create(amount=offer.amount, **facts)
    Offer.objects.update(status="accepted")
    with pytest.raises(IntegrityError), transaction.atomic():
        Settlement.objects.create(amount=offer.amount + 1, **facts)
    assert Settlement.objects.create(amount=offer.amount, **facts).pk


def test_a_payment_keeps_what_was_paid_and_that_it_came_back(story: Story) -> None:
    story.to_settlement().paid()
    payments = Payment.objects.all()
    assert is_refused(payments, amount=F("amount") + 1)
    assert is_refused(payments, note="Another account.")
    assert is_refused(payments, paid_on=story.at.date().replace(year=2020))
    story.payment_failed()
    assert is_refused(payments, failed_at=None)
    assert is_refused(payments, failed_because="It never came back.")
    assert not is_refused(payments, denied_at=clock.now())


def test_without_bank_details_a_payment_needs_a_word_on_whose_account_it_was(story: Story) -> None:
    story.to_settlement().countersigned().cleared()
    story.at = max(story.at, story.settlement.revocable_until)
    facts: dict[str, Any] = {"amount": story.settlement.amount, "paid_on": story.at.date(), "actor": story.user("alma")}
    with travel_to(story.at):
        with pytest.raises(InvalidInput, match="bank details") as refused:
            record_payment(story.settlement, **facts, note="  ")
        assert refused.value.field == "note"
        assert record_payment(story.settlement, **facts, note="Copy of her passbook.").amount == Decimal(14009500)
