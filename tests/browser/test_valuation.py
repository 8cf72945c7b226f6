"""The valuation date in a real browser: proposed, declined, agreed; a run at another date; the statement and its curve
on both sides; checked by axe."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import Page

from casetrack.demo.prices import daily_bars
from casetrack.evidence.services import add_file
from casetrack.lib import clock
from casetrack.lib.clock import travel_to
from casetrack.lib.scope import system_scope
from casetrack.market.services import import_prices
from casetrack.people.models import User
from tests.browser.conftest import LOOKS
from tests.builders import DECISIONS_B, EXAMPLE_B, Cast, Story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def told(cast: Cast) -> Story:
    """Vera's case like example B, priced by market data, decided, with a file."""
    with system_scope():
        import_prices("bars.csv", daily_bars(), actor=User.objects.system())
        story = Story(cast, ledger=EXAMPLE_B, decisions=dict(DECISIONS_B), prices={}).to_ledger().decided().wait(25)
        story.at = clock.now() - dt.timedelta(days=5)
        with travel_to(story.at):
            add_file(SimpleUploadedFile("終値.csv", b"7203,2705\n"), actor=story.user("ivan"), case=story.case)
        return story


def day(page: Page, on: dt.date) -> None:
    for part, value in (("year", on.year), ("month", on.month), ("day", on.day)):
        page.fill(f"[name=valuation_on_{part}]", str(value))


def send(page: Page, selector: str = "main form button[type=submit]:not([name])") -> None:
    with page.expect_navigation():
        page.locator(selector).last.click()


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_proposed_declined_agreed_and_read_in_the_statement(
    open_as: Callable[..., Page], check: Any, shot: Any, cast: Cast, told: Story, language: str, width: str
) -> None:
    reference, look = told.case.reference, f"{language}-{width}"

    def see(page: Page, name: str, *, errors: int = 0) -> None:
        assert page.locator(".govuk-error-summary").count() == errors, page.inner_text("main")
        check(page)
        shot(page, f"valuation-{name}-{look}")

    vera = open_as(cast.user["vera"], language=language, width=width)
    vera.goto(f"cases/{reference}/valuation/")
    see(vera, "victim-none")
    send(vera)
    see(vera, "victim-empty", errors=1)
    day(vera, dt.date(2025, 5, 15))
    vera.fill("[name=reason]", "この日に電話でご相談しました。")
    send(vera)
    see(vera, "victim-asked")
    ivan = open_as(cast.user["ivan"], language=language, width=width)
    ivan.goto(f"firm/cases/{reference}/valuation/")
    see(ivan, "firm-waiting")
    send(ivan, "button[value=decline]")
    see(ivan, "firm-unsaid", errors=1)
    ivan.fill("[name=answer-reason]", "月末の価格のほうが、双方にとって確かめやすいと考えます。")
    send(ivan, "button[value=decline]")
    day(ivan, dt.date(2025, 5, 30))
    ivan.fill("[name=reason]", "月末の終値で計算することを提案します。")
    send(ivan)
    see(ivan, "firm-asked")
    vera.goto(f"cases/{reference}/valuation/")
    see(vera, "victim-waiting")
    send(vera, "button[value=accept]")
    see(vera, "victim-agreed")
    ivan.goto(f"firm/cases/{reference}/assess/")
    see(ivan, "assess")
    day(ivan, dt.date(2025, 5, 20))
    send(ivan)
    see(ivan, "assess-unsaid", errors=1)
    day(ivan, dt.date(2025, 5, 30))
    ivan.fill("[name=price_0]", "2705")
    ivan.fill("[name=price_reason]", "取引所のウェブサイト（2025年5月30日）")
    ivan.check("[name=price_evidence]")
    send(ivan)
    see(ivan, "firm-statement")
    with system_scope():
        told.case.refresh_from_db()
        told.run = told.case.assessments.get()
        told.at = clock.now() - dt.timedelta(minutes=5)
        told.offered()
    vera.goto(f"cases/{reference}/statements/1/")
    vera.locator("#curve ~ details summary").click()
    see(vera, "victim-statement")
    rows = vera.locator("#curve ~ details tbody tr")
    assert rows.count() == vera.locator(".ct-chart-dot--a:visible").count() > 20
    assert rows.count() == vera.locator(".ct-chart-dot--b:visible").count()
    assert vera.locator("tr.ct-here").count() == 1
    for page, address in ((vera, f"cases/{reference}/"), (ivan, f"firm/cases/{reference}/")):
        page.goto(address)
        see(page, f"case-{'victim' if page is vera else 'firm'}")
    vera.goto(f"cases/{reference}/offers/{told.offer.number}/")
    see(vera, "offer")


def test_without_scripts_a_date_is_proposed_and_the_curve_is_there(
    open_as: Callable[..., Page], cast: Cast, told: Story
) -> None:
    with system_scope():
        told.assessed().offered()
    vera = open_as(cast.user["vera"], language="en", javascript=False)
    vera.goto(f"cases/{told.case.reference}/valuation/")
    day(vera, dt.date(2025, 5, 30))
    vera.fill("[name=reason]", "The end of the month.")
    send(vera)
    assert "Not answered yet" in vera.inner_text("main")
    vera.goto(f"cases/{told.case.reference}/statements/1/")
    assert vera.locator(".ct-chart svg:visible").count() == 1
    assert "577,400" in vera.inner_text("main")


def test_a_policys_rule_is_drafted_and_shown(open_as: Callable[..., Page], check: Any, shot: Any, cast: Cast) -> None:
    alma = open_as(cast.user["alma"], language="ja")
    alma.goto("firm/policies/draft/")
    alma.check("[name=valuation_rule][value=first_trade]")
    alma.fill("[name=valuation_days]", "5")
    check(alma)
    shot(alma, "valuation-policy-form")
    send(alma)
    assert "最初の不正取引の日" in alma.inner_text("main")
    check(alma)
    shot(alma, "valuation-policy")
