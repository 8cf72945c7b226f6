"""Vera accepts, the firm countersigns, and for three days she may take it back; nothing is paid before."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from casetrack.lib.clock import travel_to
from casetrack.lib.errors import Conflict, NotAllowed
from casetrack.lib.scope import system_scope
from casetrack.negotiation.models import Countersignature, Payment, Settlement
from casetrack.negotiation.services import (
    countersign,
    live_settlement,
    record_payment,
    revoke_acceptance,
)
from casetrack.people.models import User
from tests.builders import Cast, Story
from tests.negotiation.test_concurrency import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def agreed(story: Story) -> Story:
    return story.to_settlement()


def pays(story: Story) -> Payment:
    with travel_to(story.at):
        amount, day = story.settlement.amount, story.at.date()
        return record_payment(
            story.settlement, amount=amount, paid_on=day, actor=story.user("alma"), note="Account checked."
        )


def test_nothing_is_paid_before_the_countersignature_nor_while_it_can_be_taken_back(agreed: Story) -> None:
    agreed.cleared()
    with pytest.raises(Conflict, match="countersign"):
        pays(agreed)
    agreed.countersigned().wait(2)
    with pytest.raises(Conflict, match="may take the acceptance back until 2025-06-0"):
        pays(agreed)
    assert pays(agreed.wait(1)).amount == agreed.settlement.amount


def test_what_both_saw_is_locked_with_the_time_to_take_it_back(agreed: Story, alma: User) -> None:
    terms = agreed.settlement.terms
    assert terms["revocable_until"] == agreed.settlement.revocable_until.isoformat()
    assert agreed.settlement.revocable_until - agreed.settlement.agreed_at == dt.timedelta(hours=72)
    signature = countersign(agreed.settlement, actor=alma)
    assert signature.terms_sha256 == agreed.settlement.terms_sha256
    with pytest.raises(Conflict):
        countersign(agreed.settlement, actor=alma)
    with pytest.raises(DatabaseError), transaction.atomic():
        Countersignature.objects.update(terms_sha256="")


@pytest.mark.parametrize("who", ["vera", "otto", "fiona", "ivan", "bruno", "rita"])
def test_only_an_approver_of_the_firm_countersigns(agreed: Story, who: str) -> None:
    with pytest.raises(NotAllowed):
        countersign(agreed.settlement, actor=agreed.user(who))


def test_vera_takes_it_back_and_they_negotiate_again(agreed: Story, vera: User) -> None:
    agreed.countersigned().wait(2).revoked("I had been hurried.")
    assert agreed.case.status == "negotiating"
    assert live_settlement(agreed.case) is None
    assert Settlement.objects.count() == 1, "what was agreed stays on record"
    with pytest.raises(Conflict, match="taken back"):
        pays(agreed)
    with pytest.raises(Conflict):
        revoke_acceptance(agreed.settlement, actor=vera)
    agreed.offered().accepted()
    assert live_settlement(agreed.case) == agreed.settlement
    assert agreed.case.status == "agreed"
    agreed.paid()
    assert agreed.case.status == "compensated"


def test_after_three_days_it_stands(agreed: Story, vera: User) -> None:
    agreed.wait(3)
    with travel_to(agreed.at), pytest.raises(Conflict, match="is over"):
        revoke_acceptance(agreed.settlement, actor=vera)


@pytest.mark.parametrize("who", ["otto", "fiona", "ivan", "alma", "bruno"])
def test_only_vera_takes_it_back(agreed: Story, who: str) -> None:
    with travel_to(agreed.at), pytest.raises(NotAllowed):
        revoke_acceptance(agreed.settlement, actor=agreed.user(who))


@pytest.mark.django_db(transaction=True)
def test_taking_back_and_countersigning_at_once_leave_one_state(cast: Cast) -> None:
    with system_scope():
        agreed = Story(cast).to_settlement()

    def at_the_time(act: Any) -> Any:
        def run() -> None:
            with travel_to(agreed.at):
                act()

        return run

    back = at_the_time(lambda: revoke_acceptance(agreed.settlement, actor=agreed.user("vera")))
    sign = at_the_time(lambda: countersign(agreed.settlement, actor=agreed.user("alma")))
    assert at_once(back, sign)[0] == "ok"
    with system_scope():
        agreed.case.refresh_from_db()
        assert agreed.case.status == "negotiating"
        assert live_settlement(agreed.case) is None
