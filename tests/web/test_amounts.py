"""The figures of a case: seven names for seven things, the same on both sides' pages."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from casetrack.assessment.figures import FIGURES, MEANINGS, gross_in
from casetrack.ledger.gross import gross_of
from casetrack.ledger.services import import_ledger
from casetrack.lib.clock import travel_to
from casetrack.negotiation.bases import Basis
from casetrack.negotiation.models import Measure
from casetrack.negotiation.services.measures import approve_measure, pay_ahead, propose_measure
from casetrack.people.models import User
from casetrack.reports.services import compile_summary
from casetrack.web.amounts import amounts_of
from tests.builders import DECISIONS_B, EXAMPLE_B, HEADER, Cast, Story

pytestmark = pytest.mark.django_db
APRIL = dt.date(2025, 4, 1)
ClientOf = Callable[[User], Client]


def told(story: Story, who: str) -> dict[str, str]:
    return {amount.key: amount.text for amount in amounts_of(story.case, story.user(who))}


def test_every_figure_has_a_name_and_a_meaning_of_its_own() -> None:
    assert list(FIGURES) == list(MEANINGS)
    assert len({str(name) for name in FIGURES.values()}) == len({str(m) for m in MEANINGS.values()}) == 7


def test_each_figure_appears_when_it_comes_about_and_keeps_its_place(story: Story) -> None:
    story.to_ledger()
    assert told(story, "vera") == {}
    story.decided()
    gross = {"gross": "売却0円、買付50,000,000円"}
    assert told(story, "vera") == told(story, "ivan") == gross
    story.wait(25).assessed()
    loss = {"loss": "27,994,500円", "assessed": "14,009,500円"}
    assert told(story, "ivan") == gross | loss
    assert told(story, "vera") == gross
    story.wait(1).offered(Decimal(14_009_501))
    assert told(story, "vera") == told(story, "ivan") == gross | loss | {"offered": "14,009,501円"}
    story.countered(Decimal(20_000_000), "…")
    story.wait(1).offered(Decimal(15_000_000)).wait(1).accepted()
    assert list(told(story, "vera").items()) == list(
        {
            **gross,
            **loss,
            "claimed": "20,000,000円",
            "offered": "15,000,000円",
            "agreed": "15,000,000円",
        }.items()
    )
    story.paid()
    assert told(story, "vera")["paid"] == told(story, "ivan")["paid"] == "15,000,000円"


def test_what_was_taken_back_is_not_agreed(story: Story) -> None:
    story.to_settlement().revoked()
    assert "agreed" not in told(story, "vera")
    assert told(story, "vera")["offered"] == "14,009,500円"


def test_a_prepared_offer_is_not_yet_offered(story: Story, client_of: ClientOf) -> None:
    story.to_assessment()
    assert "offered" not in told(story, "ivan")


def test_money_ahead_is_paid_and_said_to_be_ahead(story: Story) -> None:
    story.to_offer()
    with travel_to(story.at):
        ahead = propose_measure(
            story.case, kind=Measure.PROVISIONAL_PAYMENT, amount=Decimal(300_000), reason="…",
            basis=Basis.NO_LOSS_COMPENSATION, reference="1", actor=story.user("ivan"),
        )  # fmt: skip
        approve_measure(ahead, actor=story.user("alma"))
        pay_ahead(ahead, paid_on=story.at.date(), actor=story.user("alma"), note="Account checked.")
    (paid,) = [amount for amount in amounts_of(story.case, story.user("vera")) if amount.key == "paid"]
    assert (paid.text, paid.note) == ("300,000円", "うち合意前の支払い：300,000円")


ODD = (
    "{account},f1,2025-04-16T09:20:00+09:00,buy,,FUND,12345,10001,10000,,,,,,,,,unauthorized\n"
    "{account},f2,2025-04-16T09:21:00+09:00,sell,,FUND,12345,10003,,,,,,,,,,unauthorized\n"
    "{account},m1,2025-04-16T09:22:00+09:00,margin_open,short,6182,3,0.5,,,,,,,,,,unauthorized\n"
    "{account},m2,2025-04-16T09:23:00+09:00,margin_close,short,6182,3,0.5,,,,,,,,0.5,,unauthorized\n"
    "{account},d1,2025-04-16T09:24:00+09:00,buy,,AAPL,3,201.37,,USD,142.335,,,,,,,unauthorized\n"
)


def test_gross_amounts_are_those_that_the_regulators_table_counts(cast: Cast) -> None:
    story = Story(cast, victim="otto", account="7-1", ledger=EXAMPLE_B, decisions=dict(DECISIONS_B), prices={})
    story.to_ledger().decided()
    with travel_to(story.at):
        report = import_ledger(
            story.case.firm, "odd.csv", (HEADER + ODD.format(account="7-1")).encode(), actor=story.user("ivan")
        )
    assert report.rejections == []
    gross = gross_of([story.incident.account_id])
    total = compile_summary(APRIL, APRIL, actor=User.objects.system()).total
    assert (gross.sold, gross.bought) == (total.sell_amount, total.buy_amount)
    assert gross.sold > 2_500_000
    run = (
        story.wait(25)
        .assessed(
            prices={code: Decimal(1) for code in ("7203", "7992", "FUND", "6182", "AAPL")}, rates={"USD": Decimal(140)}
        )
        .run
    )
    assert gross_in(row.inputs for row in run.accounts.all()) == gross


@pytest.mark.parametrize(("name", "place"), [("vera", "cases"), ("ivan", "firm/cases")])
def test_both_case_pages_name_them(client_of: ClientOf, story: Story, name: str, place: str) -> None:
    story.to_offer()
    page = client_of(story.user(name)).get(f"/en/{place}/{story.case.reference}/").content.decode()
    card = page.partition('id="amounts"')[2].partition("</section>")[0]
    assert f"/{story.run.number}/" in card
    for said in ("Gross amounts", "Loss", "Assessed", "Offered", "¥27,994,500", "¥14,009,500", "bought ¥50,000,000"):
        assert said in card
    assert "Agreed" not in card


def test_a_case_without_figures_shows_no_card(client_of: ClientOf, story: Story) -> None:
    story.reported()
    page: Any = client_of(story.user("vera")).get(f"/en/cases/{story.case.reference}/")
    assert 'id="amounts"' not in page.content.decode()
