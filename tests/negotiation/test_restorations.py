"""Shares in kind: instructed by ivan, confirmed by alma, and nothing is paid before."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from casetrack.lib.clock import travel_to
from casetrack.lib.errors import Conflict, DomainError, InvalidInput, NotAllowed
from casetrack.negotiation.models import RestorationInstruction
from casetrack.negotiation.services import record_payment
from casetrack.negotiation.services.readiness import readiness_of
from casetrack.negotiation.services.restorations import confirm_restoration, instruct_restoration, items_of
from tests.builders import Story

pytestmark = pytest.mark.django_db
IN_KIND = {"7203": Decimal(100), "6182": Decimal(-200_000)}


@pytest.fixture
def agreed(story: Story) -> Story:
    """A settlement that moves shares both ways, final and cleared."""
    story.to_assessment().wait(1).offered(in_kind=IN_KIND).wait(2).accepted().countersigned().cleared().wait(4)
    return story


def instruct(story: Story, security: str = "7203", who: str = "ivan", **changes: Any) -> RestorationInstruction:
    facts: dict[str, Any] = {"incident": story.case.incidents.get(), "custody": "specific", "lot": "2024-05-01, 2,000"}
    with travel_to(story.at):
        return instruct_restoration(story.settlement, security, actor=story.user(who), **facts | changes)


def confirm(story: Story, instruction: RestorationInstruction, who: str = "alma", day: int = 0) -> None:
    with travel_to(story.at):
        confirm_restoration(instruction, done_on=story.at.date() + dt.timedelta(days=day), actor=story.user(who))


def pay(story: Story) -> None:
    with travel_to(story.at):
        record_payment(
            story.settlement,
            amount=story.settlement.amount,
            paid_on=story.at.date(),
            actor=story.user("alma"),
            note="Account checked.",
        )


def test_the_payment_waits_until_every_share_is_moved(agreed: Story) -> None:
    for security in IN_KIND:
        with pytest.raises(Conflict):
            pay(agreed)
        with travel_to(agreed.at):
            assert any("Shares" in str(o.message) for o in readiness_of(agreed.settlement).obstacles)
        confirm(agreed, instruct(agreed, security))
    pay(agreed)
    agreed.case.refresh_from_db()
    assert agreed.case.status == "compensated"
    assert {item.security: item.quantity for item in items_of(agreed.settlement)} == IN_KIND


def test_a_settlement_of_money_alone_waits_for_no_shares(story: Story) -> None:
    story.to_payment()
    assert story.case.status == "compensated"
    assert items_of(story.settlement) == []


def test_nothing_is_instructed_while_the_acceptance_can_be_taken_back(story: Story) -> None:
    story.to_assessment().offered(in_kind=IN_KIND).accepted().countersigned().cleared()
    with pytest.raises(Conflict):
        instruct(story)


def test_nothing_is_instructed_without_a_legal_basis(story: Story) -> None:
    story.to_assessment().offered(in_kind=IN_KIND).accepted().countersigned().wait(4)
    with pytest.raises(Conflict):
        instruct(story)


@pytest.mark.parametrize(("changes", "error"), [
    ({"security": "8035"}, InvalidInput), ({"custody": "pocket"}, InvalidInput), ({"lot": " "}, InvalidInput),
    ({"who": "alma"}, NotAllowed), ({"who": "bruno"}, NotAllowed), ({"who": "vera"}, NotAllowed),
])  # fmt: skip
def test_an_instruction_that_cannot_be_is_refused(
    agreed: Story, changes: dict[str, Any], error: type[DomainError]
) -> None:
    with pytest.raises(error):
        instruct(agreed, **changes)
    assert not RestorationInstruction.objects.exists()


def test_an_account_of_another_case_is_refused(agreed: Story) -> None:
    other = Story(agreed.cast, victim="otto").reported()
    with pytest.raises(InvalidInput):
        instruct(agreed, incident=other.case.incidents.get())


def test_each_security_is_instructed_once_and_confirmed_once_by_another_person(agreed: Story) -> None:
    made = instruct(agreed)
    with pytest.raises(Conflict):
        instruct(agreed)
    for who in ("ivan", "fiona", "bruno", "vera"):
        with pytest.raises(NotAllowed):
            confirm(agreed, made, who)
    for day in (-1, 1):
        with pytest.raises(InvalidInput):
            confirm(agreed, made, day=day)
    confirm(agreed, made)
    with pytest.raises(Conflict):
        confirm(agreed, made)
    with pytest.raises(IntegrityError), transaction.atomic():
        RestorationInstruction.objects.update(done_by=made.instructed_by)


def test_the_pages_lead_through_it_and_vera_sees_what_was_moved(agreed: Story, client_of: Any) -> None:
    case = agreed.case.reference
    ivans, almas, hers = (client_of(agreed.user(name)) for name in ("ivan", "alma", "vera"))
    page = f"/en/firm/cases/{case}/offers/1/settlement/shares/1/"
    with travel_to(agreed.at):
        assert page in ivans.get(f"/en/firm/cases/{case}/offers/1/settlement/").content.decode()
        assert almas.get(page).status_code == 404
        wrong = ivans.post(page, {"incident": "1", "custody": "specific", "lot": ""})
        assert (wrong.status_code, set(wrong.context["form"].errors)) == (400, {"lot"})
        sent = {"incident": "1", "custody": "specific", "lot": "2024-05-01, 250"}
        assert ivans.post(page, sent).status_code == 302
        assert ivans.get(page).status_code == 404
        today = {"done_on_year": agreed.at.year, "done_on_month": agreed.at.month, "done_on_day": agreed.at.day}
        assert almas.post(page, today).status_code == 302
        html = hers.get(f"/en/cases/{case}/offers/1/").content.decode()
        assert "Moved" in html
        assert "not yet" in html
        for outsider in ("bruno", "otto", "rita"):
            browser: Client = client_of(agreed.user(outsider))
            assert browser.get(page).status_code == 404
        assert ivans.get(f"/en/firm/cases/{case}/offers/1/settlement/shares/3/").status_code == 404
