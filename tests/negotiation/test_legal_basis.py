"""Nothing is paid before it is recorded, and checked by a second person, on what legal basis."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from casetrack.evidence.services import add_file
from casetrack.lib.clock import travel_to
from casetrack.lib.errors import Conflict, InvalidInput, NotAllowed
from casetrack.lib.scope import system_scope
from casetrack.negotiation.bases import LIMITS, Basis, limit_on
from casetrack.negotiation.models import LegalBasis, Payment
from casetrack.negotiation.services import check_legal_basis, record_legal_basis, record_payment, return_legal_basis
from casetrack.negotiation.services.legal import basis_of, check_body
from casetrack.people.models import User
from tests.builders import Cast, Story
from tests.negotiation.test_concurrency import at_once

pytestmark = pytest.mark.django_db
BASIS: dict[str, Any] = {"kind": Basis.NO_LOSS_COMPENSATION, "reference": "法務 41", "decided_on": dt.date(2025, 4, 1)}


@pytest.fixture
def agreed(story: Story) -> Story:
    return story.to_settlement().countersigned().wait(4)


def pays(story: Story, who: User) -> Payment:
    with travel_to(story.at):
        amount, day = story.settlement.amount, story.at.date()
        return record_payment(story.settlement, amount=amount, paid_on=day, actor=who, note="Account checked.")


def test_without_a_basis_and_with_an_unchecked_one_nothing_is_paid(agreed: Story, ivan: User, alma: User) -> None:
    with pytest.raises(Conflict, match="on what legal basis"):
        pays(agreed, alma)
    basis = record_legal_basis(agreed.settlement, **BASIS, actor=ivan)
    with pytest.raises(Conflict, match="second person"):
        pays(agreed, alma)
    check_legal_basis(basis, actor=alma)
    assert pays(agreed, alma).amount == agreed.settlement.amount
    told = agreed.case.events.filter(action__startswith="negotiation.legal_basis").order_by("pk")
    assert list(told.values_list("action", "is_public")) == [
        ("negotiation.legal_basis_recorded", False),
        ("negotiation.legal_basis_checked", True),
    ]


def test_nobody_checks_what_they_recorded(agreed: Story, alma: User) -> None:
    basis = record_legal_basis(agreed.settlement, **BASIS, actor=alma)
    with pytest.raises(NotAllowed):
        check_legal_basis(basis, actor=alma)
    with pytest.raises(IntegrityError), transaction.atomic():
        LegalBasis.objects.filter(pk=basis.pk).update(status="checked", checked_by=alma)


@pytest.mark.parametrize("who", ["fiona", "vera", "otto", "bruno", "rita"])
def test_only_investigator_and_approver_record_and_only_the_approver_checks(agreed: Story, who: str) -> None:
    with pytest.raises(NotAllowed):
        record_legal_basis(agreed.settlement, **BASIS, actor=agreed.user(who))
    basis = record_legal_basis(agreed.settlement, **BASIS, actor=agreed.user("alma"))
    for other in (who, "ivan"):
        with pytest.raises(NotAllowed):
            check_legal_basis(basis, actor=agreed.user(other))


def test_a_returned_one_makes_room_for_another(agreed: Story, ivan: User, alma: User) -> None:
    first = record_legal_basis(agreed.settlement, **BASIS, actor=ivan)
    with pytest.raises(Conflict):
        record_legal_basis(agreed.settlement, **BASIS, actor=ivan)
    with pytest.raises(InvalidInput):
        return_legal_basis(first, actor=alma, reason=" ")
    return_legal_basis(first, actor=alma, reason="The paper is of another case")
    with pytest.raises(Conflict):
        check_legal_basis(first, actor=alma)
    second = record_legal_basis(agreed.settlement, **BASIS, actor=ivan)
    assert basis_of(agreed.settlement) == second


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "because"}, "kind"),
        ({"kind": Basis.CONFIRMED_JSDA}, "kind"),  # the investor of 16 April lost more than the committee confirms
        ({"reference": " "}, "reference"),
        ({"decided_on": dt.date(2999, 1, 1)}, "decided_on"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(agreed: Story, ivan: User, change: dict[str, Any], field: str) -> None:
    assert agreed.settlement.amount > LIMITS[0].amount
    with pytest.raises(InvalidInput) as refused:
        record_legal_basis(agreed.settlement, **(BASIS | change), actor=ivan)
    assert refused.value.field == field


def test_the_paper_is_a_file_of_this_case(agreed: Story, cast: Cast, ivan: User) -> None:
    other = Story(cast, account="0999-0000001", victim="otto").reported()
    with travel_to(other.at):
        strange = add_file(SimpleUploadedFile("a.txt", b"of otto"), actor=other.user("otto"), case=other.case)
    with travel_to(agreed.at):
        own = add_file(SimpleUploadedFile("b.txt", b"confirmation"), actor=ivan, case=agreed.case)
    with pytest.raises(InvalidInput):
        record_legal_basis(agreed.settlement, **BASIS, evidence=strange, actor=ivan)
    assert record_legal_basis(agreed.settlement, **BASIS, evidence=own, actor=ivan).evidence == own


@given(amount=st.integers(0, 10**9))
def test_exactly_one_of_the_two_bodies_confirms_an_amount(amount: int) -> None:
    day, able = dt.date(2025, 6, 1), []
    for kind in (Basis.CONFIRMED_JSDA, Basis.CONFIRMED_BUREAU):
        try:
            check_body(kind, Decimal(amount), day)
            able.append(kind)
        except InvalidInput:
            pass
    assert able == [Basis.CONFIRMED_JSDA if amount <= limit_on(day) else Basis.CONFIRMED_BUREAU]


@pytest.mark.django_db(transaction=True)
def test_two_who_record_at_once_leave_one(cast: Cast) -> None:
    with system_scope():
        agreed = Story(cast).to_settlement()

    def record(who: str) -> Any:
        return lambda: record_legal_basis(agreed.settlement, **BASIS, actor=agreed.user(who))

    assert sorted(at_once(record("ivan"), record("alma"))) == ["conflict", "ok"]
    with system_scope():
        assert LegalBasis.objects.count() == 1
