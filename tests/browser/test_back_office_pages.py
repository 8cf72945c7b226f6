"""Every page of the back office and every state in which it refuses, in a real browser, checked by axe."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page

from casetrack.lib.scope import system_scope
from tests.builders import ANSWERS_A, EXAMPLE_A, Cast, Story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = [("ja", "wide"), ("en", "phone")]
SEND = "main form button[type=submit]:not([name]):not(.ct-linklike)"
ACCOUNT = "accounts/1/"


class Visit:
    """Somebody's way through one case: every page on it is checked and pictured."""

    def __init__(self, page: Page, check: Callable[[Page], None], shot: Any, story: Story, look: str) -> None:
        self.page, self.check, self.shot, self.look = page, check, shot, look
        self.base = f"firm/cases/{story.case.reference}/"

    def see(self, name: str, *, errors: int = 0) -> None:
        assert self.page.locator(".govuk-error-summary").count() == errors, self.page.inner_text("main")
        self.check(self.page)
        self.shot(self.page, f"firm-{name}-{self.look}")

    def open(self, tail: str, name: str) -> None:
        answer = self.page.goto(self.base + tail)
        assert answer is not None
        assert answer.status == 200, tail
        self.see(name)

    def send(self, name: str, button: str = SEND, *, errors: int = 1) -> None:
        with self.page.expect_navigation():
            self.page.locator(button).last.click()
        self.see(name, errors=errors)

    def fill(self, **values: str) -> None:
        for name, value in values.items():
            self.page.fill(f"[name='{name}']", value)


@pytest.fixture
def visit(open_as: Callable[..., Page], check: Any, shot: Any, cast: Cast) -> Callable[..., Visit]:
    def begin(who: str, story: Story, language: str, width: str) -> Visit:
        page = open_as(cast.user[who], language=language, width=width)
        return Visit(page, check, shot, story, f"{language}-{width}")

    return begin


@pytest.fixture
def told(cast: Cast) -> Story:
    """Vera's case with its ledger, where she answers otherwise than the firm decides."""
    with system_scope():
        return Story(cast).to_ledger().answered({**ANSWERS_A, "u1": "yes"})


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_investigating(visit: Callable[..., Visit], told: Story, language: str, width: str) -> None:
    ivan = visit("ivan", told, language, width)
    ivan.open("", "case-investigating")
    ivan.open(ACCOUNT + "ledger/", "ledger")
    ivan.send("ledger-no-file")
    good, bad = EXAMPLE_A.format(account=told.account), f"{told.account},x1,yesterday,buy,,7992,1,1,,,,,,,,,,\n"
    ivan.page.set_input_files(
        "[name=file]", {"name": "台帳.csv", "mimeType": "text/csv", "buffer": (good + bad).encode()}
    )
    ivan.send("ledger-preview", errors=0)
    ivan.open(ACCOUNT + "executions/", "executions")
    ivan.send("executions-nothing-chosen", "button[name=bulk][value='1']")
    for row in ivan.page.locator("select[name^=decision-]").all():
        row.select_option("unauthorized")
    ivan.send("executions-decided", "form:has(.ct-decide) button:not([name])", errors=0)
    ivan.open(ACCOUNT + "executions/?show=undecided", "executions-none-left")
    ivan.open(ACCOUNT + "executions/?show=differences", "executions-differences")
    assert ivan.page.locator("tr.ct-diff").count() == 2
    ivan.open(ACCOUNT + "access/", "access")
    ivan.page.check("[value=refute]", force=True)
    ivan.send("access-error")


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_assessing_and_offering(visit: Callable[..., Visit], told: Story, language: str, width: str) -> None:
    ivan = visit("ivan", told, language, width)
    ivan.open("assess/", "assess-blocked")
    ivan.send("assess-blocked-error")
    with system_scope():
        told.decided()
    ivan.fill(price_1="twelve")
    ivan.send("assess-error")
    ivan.fill(price_1="28,000", valuation_on_year="2025", valuation_on_month="5", valuation_on_day="30")
    ivan.send("assess-no-source")
    with system_scope():
        told.wait(25).assessed()
    ivan.open("assessments/1/", "statement")
    ivan.page.locator("main details summary").first.click()
    ivan.see("statement-inputs")
    ivan.open("assessments/1/offer/", "offer-prepare")
    ivan.fill(margin="-5", reasons="")
    ivan.send("offer-error")


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_negotiating_and_paying(visit: Callable[..., Visit], told: Story, language: str, width: str) -> None:
    with system_scope():
        told.decided().wait(25).assessed().offered().countered(Decimal(20_000_000), "電話で凍結を断られました。")
    alma = visit("alma", told, language, width)
    alma.open("offers/2/", "counter-offer")
    alma.open(ACCOUNT + "access/", "access-decisions")
    with system_scope():
        told.offered(Decimal(16_000_000)).accepted()
    alma.open("offers/3/settlement/", "settlement")
    with system_scope():
        told.countersigned()
    alma.open("offers/3/settlement/", "settlement-signed")
    alma.open("offers/3/legal-basis/", "legal-basis")
    alma.send("legal-basis-error")
    with system_scope():
        told.cleared()
    alma.open("offers/3/legal-basis/", "legal-basis-checked")
    alma.page.locator("main details summary").click()
    alma.see("legal-basis-facts")
    alma.open("offers/3/payment/", "payment")
    alma.fill(paid_on_year="2025", paid_on_month="2", paid_on_day="30")
    alma.send("payment-error")
    with system_scope():
        told.paid()
    alma.open("offers/3/settlement/", "settlement-paid")
    alma.open("", "case-paid")
