"""The whole walk, from the first report to the regulator's table, in a real browser and in both languages. Every page
on the way is checked by axe, and so is every error that it meets."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from casetrack.audit.models import Entry
from casetrack.audit.services import first_broken_entry
from casetrack.cases.models import Case
from casetrack.lib.clock import TOKYO
from casetrack.lib.scope import system_scope
from casetrack.negotiation.models import Settlement
from tests.builders import EXAMPLE_A, Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ACCOUNT = "0123-4567890"
MAIN_BUTTON = "main form .govuk-button:not(.govuk-button--secondary):visible >> nth=0"
SIGN_UP = "main form[action$='/signup/'] button[type=submit]"  # the passkey's is the page's main button
PASSWORD = "a long and quiet sentence 7"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@dataclass
class Walk:
    """Somebody's page, with the checks that every step runs."""

    page: Page
    check: Callable[[Page], None]
    shot: Callable[[Page, str], None]
    language: str
    who: str
    taken: list[str] = field(default_factory=list)

    def look(self, name: str) -> None:
        self.check(self.page)
        self.taken.append(name)
        self.shot(self.page, f"walk-{self.language}-{len(self.taken):02d}-{self.who}-{name}")

    def go(self, path: str, name: str) -> None:
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"
        self.look(name)

    def fill(self, **values: str) -> None:
        for name, value in values.items():
            self.page.fill(f"[name='{name}']", value)

    def choose(self, **values: str) -> None:
        for name, value in values.items():
            self.page.check(f"[name='{name}'][value='{value}']", force=True)

    def day(self, name: str, day: str, time: str = "") -> None:
        year, month, date = day.split("-")
        self.fill(**{f"{name}_year": year, f"{name}_month": month, f"{name}_day": date})
        if time:
            self.fill(**{f"{name}_time": time})

    def send(self, name: str, button: str = MAIN_BUTTON) -> None:
        """Press the button and look at what comes."""
        with self.page.expect_navigation():
            self.page.click(button)
        self.look(name)

    def errors(self) -> int:
        return self.page.locator(".govuk-error-summary").count()

    def text(self) -> str:
        return self.page.inner_text("main")


@pytest.fixture
def walk(
    open_as: Callable[..., Page], check: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> Callable[..., Walk]:
    def begin(user: Any, language: str, who: str, width: str = "wide") -> Walk:
        return Walk(open_as(user, language=language, width=width), check, shot, language, who)

    return begin


def code_in_mail() -> str:
    body = str(mail.outbox[-1].body)
    assert "http" not in body
    found = re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", body, re.M)
    assert found, body
    return found[1]


def vera_signs_up(vera: Walk) -> None:
    vera.go("", "start")
    assert "0120-000-111" in vera.text()
    vera.go("accounts/signup/", "sign-up")
    vera.fill(email="new-vera@example.com", password1="short")
    vera.send("sign-up-error", SIGN_UP)
    assert vera.errors()
    vera.fill(email="new-vera@example.com", password1=PASSWORD)
    vera.send("code", SIGN_UP)
    vera.fill(code=code_in_mail())
    vera.send("protect")
    vera.go("home/", "home")


def vera_reports(vera: Walk, tmp_path: Path) -> str:
    vera.go("report/", "report-start")
    vera.send("task-list-or-step")
    base = re.sub(r"(/report/[0-9a-f-]{36}/).*", r"\1", vera.page.url)
    vera.go(base, "task-list")
    vera.go(base + "you/", "you")
    vera.send("you-error")
    assert vera.errors()
    vera.fill(family_name="髙橋", given_name="恵", family_name_kana="たかはし", given_name_kana="ﾒｸﾞﾐ")
    vera.choose(language=vera.language)
    vera.send("account")
    vera.page.select_option("[name=row-0-firm]", "MINATO")
    vera.fill(**{"row-0-number": "０１２３-４５６７８９０"})
    vera.choose(**{"row-0-kinds": "margin"})
    vera.send("noticed")
    vera.day("noticed_at", "2025-4-31", "9:05")
    vera.choose(noticed_how="notification")
    vera.send("noticed-error")
    assert vera.errors()
    assert vera.page.input_value("[name=noticed_at_day]") == "31"
    vera.day("noticed_at", "2025-4-16", "9:05")
    vera.send("told")
    vera.choose(firm_answer="refused")
    vera.day("told_firm_at", "2025-4-16", "9:20")
    vera.day("freeze_asked_at", "2025-4-16", "9:20")
    vera.send("log-in")
    vera.choose(mfa_offered="unknown", vector="unknown")
    vera.send("trades")
    vera.choose(known="known")
    rows = [n for n in vera.page.eval_on_selector_all("[name]", "es => es.map(e => e.name)") if n.endswith("security")]
    prefix = rows[0].removesuffix("security")
    vera.choose(**{f"{prefix}side": "buy"})
    vera.fill(**{f"{prefix}security": "6182 DesignOne", f"{prefix}amount": "５０，０００，０００円"})
    vera.send("files")
    good, liar = tmp_path / "trade-report.pdf", tmp_path / "picture.png"
    good.write_bytes(PDF)
    liar.write_bytes(PDF)
    vera.page.set_input_files("[name=uploads]", [good, liar])
    expect(vera.page.locator("[data-upload-files]")).to_contain_text("trade-report.pdf")
    vera.look("files-refused")
    assert "picture.png" in vera.text()
    vera.go(base + "check/", "check-answers")
    assert "trade-report.pdf" in vera.text()
    assert "50,000,000" in vera.text()
    vera.send("check-error")
    assert vera.errors()
    vera.page.check("[name=declared]", force=True)
    vera.send("receipt")
    found = re.search(r"CT-\d{4}-\d{6,}-\d", vera.text())
    assert found
    return found[0]


def fiona_acknowledges(fiona: Walk, reference: str) -> None:
    fiona.go("firm/", "queue")
    assert reference in fiona.text()
    with fiona.page.expect_navigation():
        fiona.page.click(f"a:has-text('{reference}')")
    fiona.look("case")
    with fiona.page.expect_navigation():
        fiona.page.click("form[action$='/do/acknowledge/'] button")
    fiona.page.select_option("[name=assignee]", label=next(
        text for text in fiona.page.locator("[name=assignee] option").all_inner_texts() if "Ivan" in text
    ))  # fmt: skip
    with fiona.page.expect_navigation():
        fiona.page.click("form[action$='/assign/'] button")
    fiona.look("assigned")


def ivan_investigates(ivan: Walk, case: str, tmp_path: Path) -> None:
    ivan.go(case, "case")
    with ivan.page.expect_navigation():
        ivan.page.click("form[action$='/do/investigate/'] button")
    ivan.go(case + "accounts/1/access/", "access")
    ivan.choose(decision="refute")
    ivan.send("access-error")
    assert ivan.errors()
    ivan.choose(decision="confirm")
    ivan.day("first_access_at", "2025-4-16", "8:55")
    ivan.send("access-confirmed")
    ledger = tmp_path / "ledger.csv"
    broken = EXAMPLE_A.format(account=ACCOUNT).replace(",250,,,,,,,,,,\n", ",250x,,,,,,,,,,\n")
    ledger.write_text(broken, encoding="utf-8")
    ivan.go(case + "accounts/1/ledger/", "ledger")
    ivan.page.set_input_files("[name=file]", ledger)
    ivan.send("ledger-errors")
    assert "250x" in ivan.text()
    ledger.write_text(EXAMPLE_A.format(account=ACCOUNT), encoding="utf-8")
    ivan.go(case + "accounts/1/ledger/", "ledger-again")
    ivan.page.set_input_files("[name=file]", ledger)
    ivan.send("ledger-preview")
    ivan.send("executions", "main button[name=mode]")


def vera_answers(vera: Walk, case: str) -> None:
    vera.go(f"{case}trades/", "was-this-you")
    for row in vera.page.locator("main tbody tr").all():
        answer = "no" if "6182" in row.inner_text() and "09:03" in row.inner_text() else "yes"
        row.locator(f"input[value={answer}]").check(force=True)
    vera.send("answered")


def ivan_decides_and_assesses(ivan: Walk, case: str) -> None:
    ivan.go(case + "assess/", "assess-blocked")
    assert "u1" in ivan.text()
    assert "c1" in ivan.text()
    ivan.go(case + "accounts/1/executions/", "executions")
    for execution, value in {"u1": "unauthorized", "c1": "mitigation", "l1": "liquidation"}.items():
        ivan.page.locator(f"tr:has(.ct-table__sub:text-is('{execution}')) select").select_option(value)
    with ivan.page.expect_navigation():
        ivan.page.click("button[type=submit]:not([name]).govuk-button:not(.govuk-button--secondary)")
    ivan.look("decided")
    ivan.go(case + "assess/", "assess")
    ivan.day("valuation_on", "2025-5-30")
    ivan.send("assess-error")
    assert ivan.errors()
    assert "SP500F" in ivan.page.inner_text(".govuk-error-summary")
    ivan.page.get_by_label("SP500F").fill("28,000")
    ivan.fill(price_reason="2025-05-30 基準価額")
    ivan.send("statement")
    for amount in ("27,994,500", "14,009,500", "28,004,500", "26,000,000", "1,990,000"):
        assert amount in ivan.text()
    with ivan.page.expect_navigation():
        ivan.page.click("form[action$='/recompute/'] button")
    ivan.look("recomputed")


def an_offer_is_made(ivan: Walk, alma: Walk, case: str, number: int, adjustment: str) -> None:
    """What the policy gives, and `adjustment` beside it."""
    ivan.go(case + "assessments/1/offer/", f"offer-{number}-prepare")
    ivan.fill(adjustment=adjustment, why_adjustment="電話で凍結をお断りしたためです。", reasons="")
    ivan.send(f"offer-{number}-error")
    assert ivan.errors()
    ivan.fill(reasons="当社の補償方針による金額です。")
    until = dt.datetime.now(TOKYO) + dt.timedelta(days=10)
    ivan.day("valid_until", f"{until:%Y-%m-%d}")
    ivan.send(f"offer-{number}-prepared")
    assert ivan.page.locator("form[action$='/approve/']").count() == 0
    alma.go(case + f"offers/{number}/", f"offer-{number}")
    with alma.page.expect_navigation():
        alma.page.click("form[action$='/approve/'] button")
    alma.look(f"offer-{number}-approved")


def vera_counters(vera: Walk, case: str) -> None:
    vera.go(case, "case-with-offer")
    vera.go(f"{case}offers/1/", "offer")
    for amount in ("14,009,500", "27,994,500", "28,004,500", "13,000,000"):
        assert amount in vera.text()
    vera.go(f"{case}offers/1/counter/", "counter")
    vera.fill(amount="百万")
    vera.send("counter-error")
    assert vera.errors()
    vera.fill(amount="２０，０００，０００", reason="電話で凍結を断られました。")
    vera.send("countered")


def vera_accepts(vera: Walk, case: str) -> None:
    vera.go(f"{case}offers/3/", "second-offer")
    vera.page.goto(f"{case}offers/3/accept/")
    if "reauthenticate" in vera.page.url:
        vera.look("reauthenticate")
        vera.fill(password=PASSWORD)
        vera.send("accept")
    vera.send("accept-error")
    assert vera.errors()
    vera.page.check("[name=agreed]", force=True)
    vera.send("agreed")


def alma_countersigns(alma: Walk, case: str) -> None:
    alma.go(case + "offers/3/payment/", "payment-unsigned")
    alma.send("payment-unsigned-refused")
    assert alma.errors()
    alma.go(case + "offers/3/settlement/", "settlement")
    alma.send("settlement-signed", button="form[action$='/sign/'] .govuk-button")


def the_legal_basis_is_cleared(ivan: Walk, alma: Walk, case: str) -> None:
    """The court's paper of 30 days ago, which alma checks: without it the payment is refused."""
    alma.go(case + "offers/3/payment/", "payment-without-basis")
    alma.send("payment-refused")
    assert alma.errors()
    ivan.go(case + "offers/3/legal-basis/", "legal-basis")
    ivan.send("legal-basis-error")
    assert ivan.errors()
    ivan.page.check("[name=kind][value=court_settlement]", force=True)
    ivan.fill(reference="東京地裁 令和7年 41号", decided_on_year="2025", decided_on_month="5", decided_on_day="1")
    ivan.send("legal-basis-recorded")
    alma.go(case + "offers/3/legal-basis/", "legal-basis-to-check")
    alma.send("legal-basis-checked", button="form[action$='/check/'] .govuk-button")


def alma_pays_and_vera_confirms(alma: Walk, vera: Walk, case: str, own: str) -> None:
    alma.go(case + "offers/3/payment/", "payment")
    alma.send("payment-to-nobody-known")
    assert alma.errors() == 1
    alma.fill(note="通帳の写しで口座を確認しました。")
    alma.send("paid")
    vera.go(f"{own}offers/3/money-arrived/", "money-arrived")
    vera.page.check("[name=arrived]", force=True)
    vera.send("closed")


def rita_reads(rita: Walk, tmp_path: Path) -> None:
    rita.go("regulator/", "summary")
    assert "50,000,000" in rita.text()
    assert "髙橋" not in rita.page.content()
    assert "7890" not in rita.page.content()
    rita.go("regulator/?first=2025-05&last=2025-04&by=month", "summary-error")
    assert rita.errors()
    rita.go("regulator/?first=2025-04&last=2025-04&by=month", "summary-april")
    for suffix in ("csv", "json"):
        with rita.page.expect_download() as download:
            rita.page.click(f"a[href*='summary.{suffix}']")
        text = Path(download.value.path()).read_text(encoding="utf-8-sig")
        assert "50000000" in text


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_walk_from_the_first_report_to_the_regulators_table(
    language: str, cast: Cast, walk: Callable[..., Walk], tmp_path: Path, settings: Any
) -> None:
    settings.SETTLEMENT_COOLING_OFF_HOURS = 0  # three days are long for a walk
    vera = walk(None, language, "vera", "phone")
    people = {name: walk(cast.user[name], language, name) for name in ("fiona", "ivan", "alma", "bruno", "rita")}
    vera_signs_up(vera)
    reference = vera_reports(vera, tmp_path)
    own, case = f"cases/{reference}/", f"firm/cases/{reference}/"

    fiona_acknowledges(people["fiona"], reference)
    ivan_investigates(people["ivan"], case, tmp_path)
    vera_answers(vera, own)
    ivan_decides_and_assesses(people["ivan"], case)
    an_offer_is_made(people["ivan"], people["alma"], case, 1, "0")
    vera_counters(vera, own)
    an_offer_is_made(people["ivan"], people["alma"], case, 3, "1,990,500")
    vera_accepts(vera, own)
    alma_countersigns(people["alma"], case)
    the_legal_basis_is_cleared(people["ivan"], people["alma"], case)
    alma_pays_and_vera_confirms(people["alma"], vera, case, own)
    rita_reads(people["rita"], tmp_path)

    for path in (case, own, f"{case}offers/1/", f"{case}assessments/1/"):
        answer = people["bruno"].page.goto(path)
        assert answer is not None
        assert answer.status == 404
    people["bruno"].look("not-found")
    with system_scope():
        assert Case.objects.get(reference=reference).status == "closed"
        assert Settlement.objects.get().amount == 16_000_000
        assert first_broken_entry() is None
        actions = set(Entry.objects.filter(chain=reference).values_list("action", flat=True))
    assert {"cases.submitted", "negotiation.counter_offer_made", "negotiation.receipt_confirmed"} <= actions
