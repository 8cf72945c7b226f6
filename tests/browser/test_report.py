"""The victim's pages in a real Chromium: with and without JavaScript, wide and at 375 px, in both languages, each page
and each error checked by axe. (The whole walk with sign-up and the firm's side is in test_walk.py.)"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from casetrack.cases.models import Case
from casetrack.evidence.services import add_file
from casetrack.intake.models import Draft
from casetrack.lib.clock import TOKYO, now
from casetrack.lib.scope import system_scope
from casetrack.people.models import User
from tests.builders import Cast, Story
from tests.evidence import files

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NEXT = "main form .govuk-button:not(.govuk-button--secondary):visible >> nth=0"
PASSWORD = "a long and quiet sentence 7"
# Every language at every width only when pictures are asked for: the pages are the same.
ALL = bool(os.environ.get("CASETRACK_SHOTS"))


@dataclass
class Reader:
    """Somebody at a page; `look` checks it (axe itself needs JavaScript) and takes its picture."""

    page: Page
    check: Callable[[Page], None]
    shot: Callable[[Page, str], None]
    name: str
    javascript: bool

    def look(self, what: str) -> None:
        if self.javascript:
            self.check(self.page)
        self.shot(self.page, f"victim-{what}-{self.name}")

    def go(self, path: str, what: str) -> None:
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"
        self.look(what)

    def press(self, what: str, button: str = NEXT) -> None:
        with self.page.expect_navigation():
            self.page.click(button)
        self.look(what)

    def fill(self, **values: str) -> None:
        for name, value in values.items():
            self.page.fill(f"[name='{name.replace('__', '-')}']", value)

    def choose(self, **values: str) -> None:
        for name, value in values.items():
            self.page.check(f"[name='{name.replace('__', '-')}'][value='{value}']", force=True)

    def expect_errors(self, count: int) -> None:
        expect(self.page.locator(".govuk-error-summary__list li")).to_have_count(count)
        for link in self.page.locator(".govuk-error-summary__list a").all():
            target = (link.get_attribute("href") or "").removeprefix("#")
            assert self.page.locator(f"[id='{target}']").count() == 1, target


@pytest.fixture
def reader(
    open_as: Callable[..., Page], check: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> Callable[..., Reader]:
    def begin(user: User, language: str, width: str, *, javascript: bool = True) -> Reader:
        page = open_as(user, language=language, width=width, javascript=javascript)
        page.set_default_timeout(90_000)  # two cores may have a whole suite to run
        return Reader(page, check, shot, f"{language}-{width}" + ("" if javascript else "-nojs"), javascript)

    return begin


@pytest.mark.parametrize(
    ("language", "width", "javascript"),
    [("ja", "phone", True), ("en", "wide", False)] + ([("ja", "wide", False), ("en", "phone", True)] if ALL else []),
)
def test_vera_reports_page_by_page(
    reader: Callable[..., Reader], cast: Cast, tmp_path: Path, language: str, width: str, javascript: bool
) -> None:
    vera = reader(cast.user["vera"], language, width, javascript=javascript)
    vera.go("cases/", "home-empty")
    vera.go("report/", "report-start")
    vera.press("task-list")
    base = vera.page.url
    vera.go(f"{base}check/", "check-unfinished")
    vera.go(f"{base}you/", "step-you")
    vera.fill(family_name="")
    vera.press("step-you-error")
    vera.expect_errors(1)
    vera.fill(family_name="髙橋", given_name="恵", family_name_kana="たかはし", given_name_kana="ﾒｸﾞﾐ")
    vera.press("step-account")
    vera.page.select_option("[name=row-0-firm]", "MINATO")
    vera.press("step-account-error")
    vera.expect_errors(1)
    vera.fill(row__0__number="０１２３-４５６７８９０")
    vera.choose(row__0__kinds="specified")
    vera.press("step-noticed")
    vera.fill(noticed_at_year="2025", noticed_at_month="4", noticed_at_day="31", noticed_note="通知が来ました。")
    vera.press("step-noticed-error")
    vera.expect_errors(2)
    assert vera.page.input_value("[name=noticed_at_day]") == "31"
    vera.fill(noticed_at_day="16", noticed_at_time="９：０５")
    vera.choose(noticed_how="notification")
    vera.press("step-told")
    vera.choose(firm_answer="refused")
    vera.fill(told_firm_at_year="2025", told_firm_at_month="4", told_firm_at_day="16", told_firm_at_time="9:20")
    vera.press("step-log-in")
    vera.choose(mfa_offered="unknown", vector="unknown")
    vera.press("step-trades")
    _trades(vera)
    _files(vera, tmp_path)
    _hand_in(vera, base)


def _trades(vera: Reader) -> None:
    vera.choose(known="known", row__0__side="buy")
    vera.fill(row__0__security="6182 DesignOne", row__0__amount="５，０００万円")
    vera.press("step-trades-two", "button[name=add]")
    assert vera.page.input_value("[name='row-0-security']") == "6182 DesignOne"
    vera.fill(row__1__amount="たくさん")
    vera.press("step-trades-error")
    vera.expect_errors(3)
    vera.press("step-trades-removed", "button[name=remove][value='1']")
    vera.press("step-files")


def _files(vera: Reader, folder: Path) -> None:
    good, liar, empty = folder / "取引報告書.pdf", folder / "invoice.png", folder / "empty.txt"
    good.write_bytes(files.PDF)
    liar.write_bytes(files.PDF + b"x")
    empty.write_bytes(b"")
    vera.page.set_input_files("[name=uploads]", [good, liar, empty])
    if vera.javascript:  # sent at once; the list comes anew when all are there or refused
        expect(vera.page.locator("[data-upload-files]")).to_contain_text(good.name)
        vera.look("step-files-refused")
    else:
        vera.press("step-files-error")
        vera.expect_errors(2)
    vera.press("task-list-ready")


def _hand_in(vera: Reader, base: str) -> None:
    vera.go(f"{base}check/", "check-answers")
    vera.press("check-answers-error")
    vera.expect_errors(1)
    vera.go(f"{base}delete/", "draft-delete")
    vera.go("/".join(base.split("/")[:4]) + "/cases/", "home-draft")
    vera.go(f"{base}check/", "check-answers-again")
    vera.page.check("[name=declared]", force=True)
    vera.press("receipt")
    with system_scope():
        case = Case.objects.get()
        assert case.reference in vera.page.inner_text("main")
        assert case.incidents.get().number == "0123-4567890"
        assert case.claimed_trades.get().amount == 50_000_000
        assert [file.name for file in case.evidence.all()] == ["取引報告書.pdf"]
        assert Draft.objects.get().case == case


@pytest.mark.parametrize(
    ("language", "width"),
    [("ja", "wide"), ("en", "phone")] + ([("ja", "phone"), ("en", "wide")] if ALL else []),
)
def test_vera_follows_her_case_to_the_end(
    reader: Callable[..., Reader], story: Story, language: str, width: str, settings: Any
) -> None:
    settings.SETTLEMENT_COOLING_OFF_HOURS = 0  # three days are long for a test
    user = story.user("vera")
    with system_scope():
        user.set_password(PASSWORD)
        user.save()
        story.reported()
    vera = reader(user, language, width)
    page = f"cases/{story.case.reference}/"
    vera.go(page, "case-submitted")
    vera.go(f"{page}trades/", "trades-none")
    vera.go(f"{page}files/", "files-none")
    expect(vera.page.locator("[data-upload-hidden]")).to_be_hidden()  # with script files go as soon as they are chosen
    with system_scope():
        story.wait(1).acknowledged().wait(1).investigating().does("ivan", "ask_victim", "4月17日の売却はご自身ですか。")
    vera.go(page, "case-question")
    vera.go(f"{page}answer/", "answer")
    vera.press("answer-error")
    vera.expect_errors(1)
    vera.fill(reason="はい、私が売りました。")
    vera.press("case-answered")
    vera.go(f"{page}withdraw/", "withdraw")
    _letters_and_trades(vera, story, page)
    _negotiation(vera, story, page)


def _letters_and_trades(vera: Reader, story: Story, page: str) -> None:
    with system_scope():
        add_file(files.upload("口座画面.png", files.PNG), actor=story.user("vera"), case=story.case)
        story.says(
            "ivan", "通話の記録を確認しています。\nもう少しお待ちください。"
        ).access_confirmed().ledger_imported()
        story.decided()
    vera.go(f"{page}messages/", "messages")
    vera.press("messages-error")
    vera.expect_errors(1)
    vera.fill(body="ありがとうございます。よろしくお願いします。")
    vera.press("messages-sent")
    vera.go(f"{page}files/", "files")
    vera.go(f"{page}trades/", "trades")
    for group, answer in zip(vera.page.locator("[role=radiogroup]").all(), ("yes", "yes", "no"), strict=True):
        group.locator(f"input[value={answer}]").check(force=True)
    vera.press("trades-answered")
    expect(vera.page.locator(".ct-diff")).to_have_count(1)


def _negotiation(vera: Reader, story: Story, page: str) -> None:
    with system_scope():
        story.at = now().astimezone(TOKYO)
        story.assessed().offered(
            amount=Decimal(14_000_000), reasons="当社の補償方針にもとづく金額です。\n端数を調整しました。"
        )
    vera.go(page, "case-offer")
    offer = f"{page}offers/{story.offer.number}/"
    vera.go(offer, "offer")
    vera.go(f"{page}escalate/", "escalate")
    vera.go(f"{offer}refuse/", "offer-refuse")
    vera.press("offer-refuse-error")
    vera.expect_errors(1)
    vera.go(f"{offer}counter/", "offer-counter")
    vera.press("offer-counter-error")
    vera.expect_errors(2)
    vera.fill(amount="２，０００万円", reason="凍結を断られたためです。")
    vera.press("case-countered")
    with system_scope():
        story.at = now().astimezone(TOKYO)
        story.offered()
    offer = f"{page}offers/{story.offer.number}/"
    vera.go(offer, "offer-second")
    vera.go(f"{offer}accept/", "reauthenticate")
    assert re.search("reauthenticate", vera.page.url)
    vera.fill(password=PASSWORD)
    vera.press("offer-accept")
    vera.press("offer-accept-error")
    vera.expect_errors(1)
    vera.page.check("[name=agreed]", force=True)
    vera.press("case-agreed")
    vera.go(offer, "offer-accepted")
    with system_scope():
        story.settlement = story.case.settlements.get()
        story.at = now().astimezone(TOKYO)
        story.paid()
    vera.go(page, "case-paid")
    vera.go(f"{offer}money-arrived/", "confirm-receipt")
    vera.page.check("[name=arrived]", force=True)
    vera.press("case-closed")
    vera.go("cases/", "home")
    with system_scope():
        story.case.refresh_from_db()
        assert story.case.status == "closed"


def test_what_is_typed_while_the_session_ends_is_there_after_signing_in(
    reader: Callable[..., Reader], cast: Cast, site: str, settings: Any
) -> None:
    user = cast.user["vera"]
    with system_scope():
        user.set_password(PASSWORD)
        user.save()
    vera = reader(user, "en", "wide")
    vera.go("report/", "report-start")
    vera.press("task-list")
    vera.go(f"{vera.page.url}noticed/", "step-noticed")
    vera.fill(noticed_note="Three notices at once.")
    cookies = [c for c in vera.page.context.cookies() if c["name"] != settings.SESSION_COOKIE_NAME]
    vera.page.context.clear_cookies()
    vera.page.context.add_cookies(cookies)  # type: ignore[arg-type]
    with vera.page.expect_navigation():
        vera.page.click(NEXT)
    vera.fill(login=user.email, password=PASSWORD)
    vera.press("step-after-expiry", "main form .govuk-button[type=submit]")
    assert vera.page.input_value("[name=noticed_note]") == "Three notices at once."
