"""A part of the loss is settled on the pages: ivan offers it, vera accepts it, alma pays it, and the rest goes on."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from casetrack.lib.clock import travel_to
from casetrack.negotiation.models import Offer, Settlement
from casetrack.negotiation.services import confirm_receipt, live_settlements
from tests.builders import DECISIONS_B, EXAMPLE_B, PRICES_B, Cast, Story
from tests.web.test_victim_offers import has_shown_again_who_she_is

pytestmark = pytest.mark.django_db
REASONS = "We agree about these."


@pytest.fixture
def assessed(story: Story) -> Story:
    return story.to_assessment().wait(1)


def firm(story: Story, tail: str) -> str:
    return f"/en/firm/cases/{story.case.reference}/{tail}"


def own(story: Story, tail: str = "") -> str:
    return f"/en/cases/{story.case.reference}/{tail}"


def typed(story: Story, *settles: str, **more: Any) -> dict[str, Any]:
    day = story.at + dt.timedelta(days=10)
    return {
        "settles": list(settles), "reasons": REASONS, "valid_until_year": day.year, "valid_until_month": day.month,
        "valid_until_day": day.day, **more,
    }  # fmt: skip


def key() -> dict[str, str]:
    return {"idempotency_key": str(uuid.uuid4())}


def test_ivan_offers_a_part_and_the_other_parts_are_left_out(assessed: Story, client_of: Any) -> None:
    ivan = client_of(assessed.user("ivan"))
    with travel_to(assessed.at):
        page = ivan.get(firm(assessed, "assessments/1/offer/")).content.decode()
        assert "Settle only a part now" in page
        ivan.post(firm(assessed, "assessments/1/offer/"), typed(assessed, "costs", "solatium"))
    offer = Offer.objects.get()
    assert offer.settles == ["costs", "solatium"]
    assert offer.components == {"costs": "4500", "solatium": "10000"}
    assert "Only these parts of the loss are settled:" in ivan.get(firm(assessed, "offers/1/")).content.decode()


def test_choosing_every_part_is_refused_and_keeps_what_was_typed(assessed: Story, client_of: Any) -> None:
    ivan = client_of(assessed.user("ivan"))
    with travel_to(assessed.at):
        answer = ivan.post(
            firm(assessed, "assessments/1/offer/"), typed(assessed, "margin", "costs", "liquidation", "solatium")
        )
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "That is all that is in dispute: make an offer for the whole." in page
    assert REASONS in page
    assert not Offer.objects.exists()


def test_vera_is_told_what_she_settles_and_what_she_does_not(assessed: Story, client_of: Any) -> None:
    assessed.part_offered("costs", "solatium")
    vera = client_of(assessed.user("vera"))
    with travel_to(assessed.at):
        shown = vera.get(own(assessed, "offers/1/")).content.decode()
        assert "The other parts stay in dispute. About them nobody gives anything up." in shown
        assert "It is about a part of the loss only." in vera.get(own(assessed)).content.decode()


def test_the_firm_and_vera_follow_the_payment_of_a_part(assessed: Story, client_of: Any) -> None:
    in_part = assessed.part_offered("costs", "solatium").wait(1).accepted()
    vera, alma = client_of(in_part.user("vera")), client_of(in_part.user("alma"))
    page = alma.get(firm(in_part, "offers/1/settlement/")).content.decode()
    assert "Settlement of a part" in page
    assert "A part settled on" in alma.get(firm(in_part, "")).content.decode()
    assert "Not yet paid" in vera.get(own(in_part)).content.decode()
    with travel_to(in_part.at):
        assert "Take the acceptance back" in vera.get(own(in_part, "offers/1/")).content.decode()
    in_part.wait(4).countersigned().cleared()
    with travel_to(in_part.at):
        day = in_part.at.date()
        assert "Record the payment" in alma.get(firm(in_part, "offers/1/settlement/")).content.decode()
        sent = {
            "paid_on_year": day.year,
            "paid_on_month": day.month,
            "paid_on_day": day.day,
            "note": "Account checked.",
        }
        assert alma.post(firm(in_part, "offers/1/payment/"), sent).status_code == 302
    assert "Record that the payment came back" in alma.get(firm(in_part, "offers/1/settlement/")).content.decode()
    assert vera.get(own(in_part, "offers/1/money-arrived/")).status_code == 200
    vera.post(own(in_part, "offers/1/money-missing/"), {"reason": "Nothing came.", **key()})
    assert vera.get(own(in_part, "offers/1/money-missing/")).status_code == 404
    assert "Show that it was paid" in alma.get(firm(in_part, "offers/1/settlement/")).content.decode()
    alma.post(firm(in_part, "offers/1/payment/show/"), {"reason": "Transfer 4711"})
    vera.post(own(in_part, "offers/1/money-arrived/"), {"arrived": "on", **key()})
    assert "Arrived" in vera.get(own(in_part)).content.decode()
    assert vera.get(own(in_part, "offers/1/money-arrived/")).status_code == 404
    in_part.case.refresh_from_db()
    assert in_part.case.status == "negotiating"


def test_alma_s_list_keeps_a_part_to_sign_after_the_rest_was_withdrawn(assessed: Story, client_of: Any) -> None:
    in_part = assessed.part_offered("costs").wait(1).accepted().wait(1).does("vera", "withdraw")
    with travel_to(in_part.at):
        page = client_of(in_part.user("alma")).get("/en/firm/", {"tab": "waiting"})
    assert in_part.case.reference in page.content.decode()
    tabs = page.context["tabs"]
    assert [tab.count for tab in tabs if tab.key == "waiting"] == [1]


@pytest.mark.parametrize("ends", ["", "decline", "withdraw", "whole"])
def test_vera_is_told_that_the_money_of_a_part_waits_for_her_word(assessed: Story, client_of: Any, ends: str) -> None:
    """Wherever the case is by then: her turn, and never that nothing has to be done."""
    in_part = assessed.part_offered("costs").wait(1).accepted().paid()
    first = in_part.payment
    if ends == "whole":
        in_part.wait(1).rest_offered().wait(1).accepted().paid().wait(1).receipt_confirmed()
    elif ends:
        in_part.wait(1).does("vera" if ends == "withdraw" else "alma", ends, "…")
    vera = client_of(in_part.user("vera"))
    with travel_to(in_part.at):
        for page in (own(in_part), "/en/cases/"):
            said = vera.get(page).content.decode()
            assert "The firm says that it has paid what was settled in part." in said
            assert "There is no open offer at present." not in said
            assert "Nothing has to be done." not in said
            assert "Nobody" not in said
        assert own(in_part, "offers/1/money-arrived/") in vera.get(own(in_part)).content.decode()
        confirm_receipt(first, actor=in_part.user("vera"))
        assert "has paid what was settled in part" not in vera.get(own(in_part)).content.decode()


def test_vera_is_told_that_the_firm_still_pays_a_part_of_a_case_that_ended(assessed: Story, client_of: Any) -> None:
    in_part = assessed.part_offered("costs").wait(1).accepted().wait(1)
    vera = client_of(in_part.user("vera"))
    with travel_to(in_part.at):
        assert "What was settled in part stands" in vera.get(own(in_part, "withdraw/")).content.decode()
    in_part.does("vera", "withdraw")
    with travel_to(in_part.at):
        page = vera.get(own(in_part))
    assert page.context["standing"].turn == "firm"
    assert "The firm pays what was settled in part." in page.content.decode()


def test_vera_reads_how_much_of_the_whole_an_offer_for_a_part_is(assessed: Story, client_of: Any) -> None:
    assessed.part_offered("costs", "solatium")
    vera = client_of(assessed.user("vera"))
    said = "Of the cash in table 2, ¥14,500 is for the parts that this offer is about."
    with travel_to(assessed.at):
        assert said in vera.get(own(assessed, "offers/1/")).content.decode()
    assessed.wait(1).accepted().wait(1).rest_offered(Decimal(14_000_000))
    with travel_to(assessed.at):
        rest = vera.get(own(assessed, "offers/2/")).content.decode()
    assert "Of the cash in table 2, ¥13,995,000 is for the parts that this offer is about." in rest
    assert "The offer is ¥5,000 higher than this." in rest


def test_each_settlement_has_its_own_pages(assessed: Story, client_of: Any) -> None:
    both = assessed.part_offered("costs").wait(1).accepted().wait(1).rest_offered().wait(1).accepted()
    alma, vera = client_of(both.user("alma")), client_of(both.user("vera"))
    assert [agreed.offer.number for agreed in live_settlements(both.case)] == [1, 2]
    assert "¥4,500" in alma.get(firm(both, "offers/1/settlement/")).content.decode()
    second = alma.get(firm(both, "offers/2/settlement/")).content.decode()
    assert "Settled before by offer 1, and not in this amount:" in second
    assert alma.get(firm(both, "offers/3/settlement/")).status_code == 404
    page = vera.get(own(both)).content.decode()
    assert "Settled in part" in page
    assert "What was settled in part before is paid" not in page


@pytest.mark.parametrize("who", ["otto", "bruno", "rita", "mina"])
@pytest.mark.parametrize("tail", ["offers/1/settlement/", "offers/1/payment/", "offers/1/legal-basis/"])
def test_nobody_else_sees_the_settlement_of_a_part(assessed: Story, client_of: Any, who: str, tail: str) -> None:
    in_part = assessed.part_offered("costs").wait(1).accepted()
    assert client_of(in_part.user(who)).get(firm(in_part, tail)).status_code == 404
    assert client_of(in_part.user(who)).get(own(in_part, "offers/1/money-arrived/")).status_code == 404


def test_vera_asks_to_settle_what_both_say(assessed: Story, client_of: Any) -> None:
    assessed.offered()
    vera, ivan = client_of(assessed.user("vera")), client_of(assessed.user("ivan"))
    sent = {"margin": "26,000,000", "why_margin": "The freeze was refused.", "settle_agreed": "on", "reason": "…"}
    with travel_to(assessed.at):
        vera.post(own(assessed, "offers/1/counter/"), {**sent, **key()})
        counter = Offer.objects.get(number=2)
        assert counter.settles == ["liquidation", "costs", "solatium"]
        page = ivan.get(firm(assessed, "assessments/1/offer/")).content.decode()
    assert "They are chosen below." in page
    assert page.count("checked") >= 3


def test_she_cannot_ask_for_it_where_nothing_is_agreed(assessed: Story, client_of: Any) -> None:
    assessed.offered()
    vera = client_of(assessed.user("vera"))
    sent = {"amount": "28000000", "settle_agreed": "on", "reason": "Everything."}
    with travel_to(assessed.at):
        answer = vera.post(own(assessed, "offers/1/counter/"), {**sent, **key()})
    page = answer.content.decode()
    assert "There is no part on which you agree and another on which you do not." in page
    assert "Everything." in page
    assert Offer.objects.count() == 1


def test_a_part_that_is_a_loss_but_not_paid_can_be_asked_for(cast: Cast, client_of: Any) -> None:
    """Own shares that were sold: the policy pays nothing for them, and that is just what is in dispute."""
    story = Story(cast, ledger=EXAMPLE_B, decisions=DECISIONS_B, prices=PRICES_B).to_assessment().wait(1).offered()
    vera = client_of(story.user("vera"))
    sent = {"own_holdings": "200,000", "why_own_holdings": "I would still have them.", "reason": "…", **key()}
    with travel_to(story.at):
        page = vera.get(own(story, "offers/1/counter/")).content.decode()
        vera.post(own(story, "offers/1/counter/"), sent)
    assert 'name="own_holdings"' in page
    assert 'name="income"' not in page, "nothing was lost of it"
    assert Offer.objects.get(number=2).components["own_holdings"] == "200000"


def test_no_form_asks_about_what_is_settled_or_not_offered(assessed: Story, client_of: Any) -> None:
    assessed.part_offered("costs", "solatium")
    vera, ivan = client_of(assessed.user("vera")), client_of(assessed.user("ivan"))
    with travel_to(assessed.at):
        page = vera.get(own(assessed, "offers/1/counter/")).content.decode()
    assert 'name="solatium"' in page
    assert not any(f'name="{name}"' in page for name in ("margin", "adjustment"))
    assessed.wait(1).accepted()
    with travel_to(assessed.at):
        page = ivan.get(firm(assessed, "assessments/1/offer/")).content.decode()
    assert 'name="margin"' in page
    assert not any(f'name="{name}"' in page for name in ("solatium", "costs"))


def test_accepting_a_part_twice_settles_it_once(assessed: Story, client_of: Any) -> None:
    assessed.part_offered("costs")
    vera: Client = client_of(assessed.user("vera"))
    has_shown_again_who_she_is(vera)
    sent = {"agreed": "on", **key()}
    with travel_to(assessed.at):
        assert "you give up nothing there" in vera.get(own(assessed, "offers/1/accept/")).content.decode()
        for _time in range(2):
            vera.post(own(assessed, "offers/1/accept/"), sent)
    assert Settlement.objects.get().amount == Decimal(4_500)


@pytest.mark.parametrize(("action", "goes_on"), [("", True), ("withdraw", False), ("escalate", False)])
def test_vera_takes_a_part_back_and_reads_what_becomes_of_her_case(
    assessed: Story, client_of: Any, action: str, goes_on: bool
) -> None:
    assessed.part_offered("costs", "solatium").accepted()
    if action:
        assessed.does("vera", action, "…")
    vera = client_of(assessed.user("vera"))
    with travel_to(assessed.at):
        asked = vera.get(own(assessed, "offers/1/revoke/")).content.decode()
        assert ("you negotiate again" in asked) is goes_on
        assert ("nobody has to make you another offer" in asked) is not goes_on
        done = vera.post(own(assessed, "offers/1/revoke/"), {"reason": "", **key()}, follow=True).content.decode()
    assert ("The negotiation goes on." in done) is goes_on
    assert ("This part is no longer settled" in done) is not goes_on
    assert live_settlements(assessed.case) == []
