"""Offers: prepared by one, approved by another, answered by the victim, paid."""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from django.test import Client

from casetrack.cases.models import Case
from casetrack.evidence import services as evidence
from casetrack.lib.clock import travel_to
from casetrack.lib.errors import InvalidInput
from casetrack.negotiation.models import Offer, Payment
from casetrack.negotiation.proposal import Proposal, assessed_parts
from casetrack.negotiation.services import approve_offer, counter_offer, prepare_offer
from casetrack.people.models import User
from tests.builders import Cast, Story
from tests.evidence.files import PDF, upload

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


def at(story: Story, tail: str = "") -> str:
    return f"/en/firm/cases/{story.case.reference}/{tail}"


@pytest.fixture
def assessed(story: Story) -> Iterator[Story]:
    story.to_assessment()
    with travel_to(story.at):
        yield story


def terms(story: Story, reasons: str = "By our policy.", days: int = 10, **more: str) -> dict[str, str]:
    until = story.at + dt.timedelta(days=days)
    return {
        **more, "reasons": reasons, "valid_until_year": str(until.year),
        "valid_until_month": str(until.month), "valid_until_day": str(until.day),
    }  # fmt: skip


def status(number: int = 1) -> str:
    return Offer.objects.get(number=number).status


def prepare(client_of: ClientOf, ivan: User, story: Story) -> None:
    assert client_of(ivan).post(at(story, "assessments/1/offer/"), terms(story)).status_code == 302


def test_the_amount_begins_as_what_the_policy_gives(client_of: ClientOf, ivan: User, assessed: Story) -> None:
    html = client_of(ivan).get(at(assessed, "assessments/1/offer/")).content.decode()
    assert "14,009,500" in html or "14009500" in html
    assert "27,994,500" in html


@pytest.mark.parametrize(("wrong", "field"), [
    ({"margin": "百万"}, "margin"), ({"margin": "-1"}, "margin"), ({"margin": "1"}, "why_margin"),
    ({"adjustment": "-99,999,999", "why_adjustment": "x"}, "adjustment"), ({"reasons": " "}, "reasons"),
    ({"in_kind": "7203"}, "in_kind"), ({"in_kind": "7203 1\n7203 2"}, "in_kind"), ({"in_kind": "7203 0"}, "in_kind"),
    ({"waived": "-5"}, "waived"), ({"days": -1}, "valid_until"),
])  # fmt: skip
def test_an_offer_with_a_slip_is_refused_and_keeps_what_was_typed(
    client_of: ClientOf, ivan: User, assessed: Story, wrong: dict[str, str], field: str
) -> None:
    response = client_of(ivan).post(at(assessed, "assessments/1/offer/"), terms(assessed, **wrong))  # type: ignore[arg-type]
    assert response.status_code == 400
    assert field in response.context["form"].errors
    if field != "reasons":
        assert "By our policy." in response.content.decode()
    assert not Offer.objects.exists()


def test_an_offer_names_each_part_what_goes_besides_and_the_files_it_relies_on(
    client_of: ClientOf, ivan: User, vera: User, assessed: Story
) -> None:
    file = evidence.add_file(upload("talk.pdf", PDF), actor=vera, case=assessed.case)
    sent = terms(
        assessed, margin="13,500,000円", why_margin="The freeze came late.", in_kind="7203 100\n6182 -200,000",
        waived="26,000,000", conditions="The account is closed.", relied_on=str(file.key),
    )  # fmt: skip
    assert client_of(ivan).post(at(assessed, "assessments/1/offer/"), sent).status_code == 302
    offer = Offer.objects.get()
    assert offer.amount == sum(Decimal(value) for value in offer.components.values())
    assert offer.components["margin"] == "13500000"
    assert offer.component_reasons == {"margin": "The freeze came late."}
    assert offer.in_kind == {"7203": "100", "6182": "-200000"}
    assert (offer.waived, offer.conditions) == (26_000_000, "The account is closed.")
    assert offer.relied_on == [{"id": file.pk, "name": file.name, "sha256": file.sha256}]
    approve_offer(offer, actor=assessed.user("alma"))
    for who, page in ((ivan, at(assessed, "offers/1/")), (vera, f"/en/cases/{assessed.case.reference}/offers/1/")):
        html = client_of(who).get(page).content.decode()
        for said in ("The freeze came late.", "6182", "200,000", "¥26,000,000", "The account is closed.", file.name):
            assert said in html, (who, said)


def test_an_offer_relies_on_files_of_its_own_case_alone(client_of: ClientOf, ivan: User, assessed: Story) -> None:
    of_otto = Story(assessed.cast, victim="otto").reported()
    own = evidence.add_file(upload("hers.pdf", PDF), actor=assessed.user("vera"), case=assessed.case)
    his = evidence.add_file(upload("his.pdf", PDF), actor=assessed.user("otto"), case=of_otto.case)
    page = at(assessed, "assessments/1/offer/")
    refused = client_of(ivan).post(page, terms(assessed, relied_on=str(his.key)))
    assert "relied_on" in refused.context["form"].errors
    assert "his.pdf" not in refused.content.decode()
    with pytest.raises(InvalidInput):
        prepare_offer(
            assessed.case, assessed.run, proposal=Proposal(assessed_parts(assessed.run), relied_on=(own, his)),
            reasons="x", valid_until=assessed.at + dt.timedelta(days=9), actor=ivan,
        )  # fmt: skip


def test_who_prepared_an_offer_cannot_approve_it_and_another_can(
    client_of: ClientOf, ivan: User, alma: User, assessed: Story
) -> None:
    prepare(client_of, ivan, assessed)
    page = at(assessed, "offers/1/")
    assert b"offers/1/approve/" not in client_of(ivan).get(page).content
    client_of(ivan).post(page + "approve/")
    assert status() == "prepared"
    assert b"offers/1/approve/" in client_of(alma).get(page).content
    client_of(alma).post(page + "approve/")
    assert status() == "open"
    assert Offer.objects.get().amount == 14_009_500


def test_vera_sees_nothing_of_a_prepared_offer(client_of: ClientOf, ivan: User, vera: User, assessed: Story) -> None:
    prepare(client_of, ivan, assessed)
    hers = client_of(vera)
    assert "14,009,500" not in hers.get(f"/en/cases/{assessed.case.reference}/").content.decode()
    assert hers.get(f"/en/cases/{assessed.case.reference}/offers/1/").status_code == 404


def test_an_offer_is_returned_with_a_reason_or_dropped(
    client_of: ClientOf, ivan: User, alma: User, assessed: Story
) -> None:
    prepare(client_of, ivan, assessed)
    page = at(assessed, "offers/1/reject/")
    assert client_of(alma).post(page, {"reason": ""}).status_code == 400
    assert status() == "prepared"
    client_of(alma).post(page, {"reason": "Please round."})
    assert status() == "rejected"
    assert "Please round." in client_of(ivan).get(at(assessed, "offers/1/")).content.decode()
    prepare(client_of, ivan, assessed)
    client_of(ivan).post(at(assessed, "offers/2/discard/"))
    assert status(2) not in ("prepared", "open")


def test_an_open_offer_is_taken_back_by_an_approver_with_a_reason(
    client_of: ClientOf, cast: Cast, assessed: Story
) -> None:
    assessed.offered()
    page = at(assessed, "offers/1/withdraw/")
    assert client_of(cast.user["alma"]).post(page, {"reason": " "}).status_code == 400
    client_of(cast.user["fiona"]).post(page, {"reason": "x"})
    assert status() == "open"
    client_of(cast.user["alma"]).post(page, {"reason": "A price was wrong."})
    assert status() != "open"


def test_only_an_investigator_prepares(client_of: ClientOf, cast: Cast, assessed: Story) -> None:
    for name, code in (("ivan", 200), ("fiona", 404), ("alma", 404), ("bruno", 404)):
        assert client_of(cast.user[name]).get(at(assessed, "assessments/1/offer/")).status_code == code, name


def test_a_counter_offer_part_by_part_stands_beside_the_firms_figures(
    client_of: ClientOf, ivan: User, assessed: Story
) -> None:
    assessed.offered()
    asked = Proposal(
        {**assessed_parts(assessed.run), "margin": Decimal(26_000_000)}, {"margin": "The freeze was refused."},
        conditions="A letter that says sorry.",
    )  # fmt: skip
    counter_offer(assessed.offer, proposal=asked, reason="See the margin.", actor=assessed.user("vera"))
    for page in ("assessments/1/offer/", "offers/2/"):
        html = client_of(ivan).get(at(assessed, page)).content.decode()
        for said in ("¥13,000,000", "¥26,000,000", "The freeze was refused.", "A letter that says sorry."):
            assert said in html, (page, said)


def test_a_counter_offer_is_shown_with_its_reason_and_distance(
    client_of: ClientOf, ivan: User, assessed: Story
) -> None:
    assessed.offered().countered(Decimal(20_000_000), "The freeze was refused by telephone.")
    ivans = client_of(ivan)
    form = ivans.get(at(assessed, "assessments/1/offer/")).content.decode()
    assert "20,000,000" in form
    assert "The freeze was refused by telephone." in form
    page = ivans.get(at(assessed, "offers/2/")).content.decode()
    assert "Counter-offer" in page
    assert "The freeze was refused by telephone." in page
    assert "5,990,500" in page


def test_alma_records_the_payment_of_exactly_what_was_agreed(client_of: ClientOf, cast: Cast, story: Story) -> None:
    story.to_settlement().countersigned().wait(3).cleared()
    with travel_to(story.at):
        day = {
            "paid_on_year": "2025",
            "paid_on_month": str(story.at.month),
            "paid_on_day": str(story.at.day),
            "note": "Account checked.",
        }
        for name in ("fiona", "ivan", "bruno"):
            assert client_of(cast.user[name]).post(at(story, "offers/1/payment/"), day).status_code == 404
        almas = client_of(cast.user["alma"])
        assert almas.post(at(story, "offers/1/payment/"), {**day, "paid_on_day": "40"}).status_code == 400
        assert not Payment.objects.exists()
        almas.post(at(story, "offers/1/payment/"), day)
        assert Payment.objects.get().amount == 14_009_500
        assert Case.objects.get(pk=story.case.pk).status == "compensated"
        almas.post(at(story, "offers/1/payment/"), day)
        assert Payment.objects.count() == 1
