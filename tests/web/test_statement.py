"""The statement of loss as one page for both sides: its date, its prices, the curve, what is known of taxes."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import override

from casetrack.assessment.services import publish_policy
from casetrack.assessment.services.policies import DEFAULT_POLICY
from casetrack.assessment.statement import statement
from casetrack.assessment.taxes import BOTH, FACTS, facts_for
from casetrack.demo.prices import daily_bars
from casetrack.evidence.services import add_file
from casetrack.lib.clock import travel_to
from casetrack.market.services import import_prices
from casetrack.people.models import User
from casetrack.web.formats import yen
from tests.builders import DECISIONS_B, EXAMPLE_B, Cast, Story

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


@pytest.fixture
def priced(cast: Cast) -> Story:
    """Otto's case like example B, priced by market data, decided."""
    import_prices("bars.csv", daily_bars(), actor=User.objects.system())
    story = Story(cast, victim="otto", account="7-1", ledger=EXAMPLE_B, decisions=dict(DECISIONS_B), prices={})
    return story.to_ledger().decided().wait(25)


def pages(client_of: ClientOf, story: Story, number: int = 1) -> list[str]:
    """The victim's and the firm's, in English."""
    victim = client_of(story.user(story.victim)).get(f"/en/cases/{story.case.reference}/statements/{number}/")
    firm = client_of(story.user("ivan")).get(f"/en/firm/cases/{story.case.reference}/assessments/{number}/")
    assert (victim.status_code, firm.status_code) == (200, 200)
    return [page.content.decode().partition("<main")[2] for page in (victim, firm)]


def test_both_sides_read_the_same_figures(client_of: ClientOf, priced: Story) -> None:
    priced.assessed().offered()
    figures = [re.findall(r"[−]?¥[\d,]+", page) for page in pages(client_of, priced)]
    assert figures[0] == figures[1]
    with override("en"):
        row = statement(priced.run)[0]
        for amount in (
            priced.run.loss,
            priced.run.due,
            priced.run.cash,
            priced.run.restoration,
            row.row.result["loss"],
        ):
            assert yen(amount) in figures[0]


def test_both_sides_read_the_policys_text_and_its_last_day(client_of: ClientOf, priced: Story, alma: User) -> None:
    last = dt.date(2026, 6, 30)
    fields = {"summary_ja": "損失の半分です。", "summary_en": "Half of the loss.", "application_until": last}
    publish_policy(priced.case.firm, actor=alma, **{**DEFAULT_POLICY, **fields})
    priced.assessed().offered()
    for page in pages(client_of, priced):
        policy = page.partition("The firm's policy, version 2")[2].partition("</details>")[0]
        assert "Half of the loss." in policy
        assert "Last day for an application" in policy
        assert "30 June 2026" in policy
        assert "This case was opened on" in policy


def test_a_victim_finds_no_statement_that_did_not_come_with_an_offer(client_of: ClientOf, priced: Story) -> None:
    priced.assessed()
    address = f"/en/cases/{priced.case.reference}/statements/1/"
    ottos = client_of(priced.user("otto"))
    assert ottos.get(address).status_code == 404
    priced.offered()
    assert ottos.get(address).status_code == 200
    assert client_of(priced.user("vera")).get(address).status_code == 404
    offer = ottos.get(f"/en/cases/{priced.case.reference}/offers/{priced.offer.number}/").content.decode()
    assert address in offer


def test_the_curve_stands_with_a_table_of_the_same_numbers(client_of: ClientOf, priced: Story) -> None:
    priced.assessed().offered()
    for page in pages(client_of, priced):
        chart, table = page.partition('id="curve"')[2].split("</svg>", 1)
        days = re.findall(r'<th scope="row">([^<]+)', table.partition("</table>")[0])
        assert days[0] == "16 April 2025"
        assert days[-1] == "30 May 2025"
        dots = re.findall(r"<circle[^>]*><title>([^:]+): ", chart)
        assert dots == days * 2
        assert "Valuation date of this statement: 30 May 2025" in chart
        assert "this statement" in table
        assert "577,400" in table


def test_what_was_entered_says_its_source_its_files_and_that_it_was_held(client_of: ClientOf, priced: Story) -> None:
    with travel_to(priced.at):
        file = add_file(SimpleUploadedFile("prices.csv", b"7203,2710\n"), actor=priced.user("ivan"), case=priced.case)
    priced.assessed(prices={"7203": Decimal(2710)}, source="Web page of the exchange", files=[file]).offered()
    for page in pages(client_of, priced):
        assert "Entered by hand: Web page of the exchange" in page
        assert file.sha256 in page
        assert "prices.csv" in page
        assert "Entered by hand and held at the entered price on every day: 7203." in page
        assert "J-Quants: bars.csv 2025-05-30" in page


def test_the_page_says_where_the_date_comes_from(client_of: ClientOf, priced: Story) -> None:
    priced.assessed().offered()
    assert all("Neither the policy nor an agreement fixed the date." in page for page in pages(client_of, priced))
    priced.date_proposed("otto", dt.date(2025, 5, 15), "The day of our talk.", accepted_by="ivan").wait(1)
    priced.assessed(dt.date(2025, 5, 15)).offered()
    for page in pages(client_of, priced, 2):
        assert "Agreed between customer and firm" in page
        assert "The day of our talk." in page
        assert "Where the date comes from" in page  # among what changed
    priced.wait(1).assessed(dt.date(2025, 5, 20), reason="There were no trades on the 15th.").offered()
    assert all("There were no trades on the 15th." in page for page in pages(client_of, priced, 3))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_what_is_known_of_taxes_has_its_source_and_what_is_open_says_so(language: str) -> None:
    with override(language):
        for fact in FACTS:
            assert fact.text
            assert fact.is_open or (fact.source and fact.source.name and fact.source.on <= dt.date(2026, 12, 31))
    assert [fact.slug for fact in FACTS if fact.is_open] == ["nisa"]
    assert [fact.slug for fact in facts_for("cash")] == ["not_restored", "money", "deduction", "nisa"]
    assert [fact.slug for fact in facts_for("restoration")] == ["restored", "money", "deduction", "nisa"]
    assert len(facts_for(*BOTH)) == len(FACTS)


def test_the_facts_on_taxes_stand_with_statement_and_offer(client_of: ClientOf, priced: Story) -> None:
    priced.assessed().offered()
    offer = client_of(priced.user("otto")).get(f"/en/cases/{priced.case.reference}/offers/{priced.offer.number}/")
    firms = client_of(priced.user("ivan")).get(f"/en/firm/cases/{priced.case.reference}/offers/{priced.offer.number}/")
    for page in (*pages(client_of, priced), offer.content.decode(), firms.content.decode()):
        assert "Taxes and NISA: facts, not advice" in page
        assert "Not settled" in page
        assert all(fact.source.address in page for fact in FACTS if fact.source)
