"""Fiona takes a report on the telephone, reads it back, and gives the caller a code."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from casetrack.cases.models import Case
from casetrack.intake.calls import begin_call
from casetrack.intake.services import save_step
from casetrack.intake.steps import STEPS
from casetrack.lib.scope import system_scope
from tests.browser.conftest import LOOKS
from tests.builders import Cast
from tests.intake.reports import ANSWERS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NEXT = "main form .govuk-button:not(.govuk-button--secondary):visible >> nth=0"


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_a_report_from_the_call_to_the_code(
    open_as: Callable[..., Page], check: Callable[[Page], None], shot: Callable[[Page, str], None], cast: Cast,
    language: str, width: str,
) -> None:  # fmt: skip
    page = open_as(cast.user["fiona"], language=language, width=width)

    def look(what: str) -> None:
        check(page)
        shot(page, f"telephone-{what}-{language}-{width}")

    def press(what: str) -> None:
        with page.expect_navigation():
            page.click(NEXT)
        look(what)

    def choose(**values: str) -> None:
        for name, value in values.items():
            page.check(f"[name='{name}'][value='{value}']", force=True)

    page.goto("firm/telephone/")
    press("who-is-missing")
    choose(identified="called_back")
    press("list")
    page.click(".govuk-task-list__link >> nth=0")
    press("you-with-errors")
    page.fill("[name=family_name]", "髙橋")
    choose(language=language)
    press("account")
    page.fill("[name=row-0-number]", "0123-4567890")
    press("noticed")
    date: Any = {"year": "2025", "month": "4", "day": "16"}
    for part, value in date.items():
        page.fill(f"[name=noticed_at_{part}]", value)
    choose(noticed_how="notification")
    press("told")
    choose(firm_answer="not_asked")
    press("log-in")
    choose(mfa_offered="unknown", vector="unknown")
    press("trades")
    choose(known="firm_list")
    press("list-again")
    page.click("a[href$='/check/']")
    look("check")
    press("check-with-error")
    page.check("[name=declared]", force=True)
    press("code")
    choose(channel="telephone")
    press("code-made")
    assert re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", page.inner_text("main"))
    with system_scope():
        assert Case.objects.get().opened_by == "firm"
    page.goto("firm/telephone/")
    look("start")
    page.goto("firm/")
    look("queue")


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_ivan_takes_over_what_fiona_writes_and_she_is_told(
    open_as: Callable[..., Page], check: Callable[[Page], None], shot: Callable[[Page, str], None], cast: Cast,
    language: str, width: str,
) -> None:  # fmt: skip
    with system_scope():
        draft = begin_call("asked", "", actor=cast.user["fiona"])
        save_step(draft, STEPS["you"], ANSWERS["you"], actor=cast.user["fiona"])
    hers = open_as(cast.user["fiona"], language=language, width=width)
    hers.goto(f"firm/telephone/{draft.key}/noticed/")
    hers.type("[name=noticed_note]", "気づいたのは")
    expect(hers.locator("#autosave")).to_have_attribute("data-state", "saved")

    his = open_as(cast.user["ivan"], language=language, width=width)

    def look(page: Page, what: str) -> None:
        check(page)
        shot(page, f"telephone-{what}-{language}-{width}")

    his.goto("firm/telephone/")
    look(his, "of-colleagues")
    his.click(f"a[href$='{draft.key}/take-over/']")
    look(his, "take-over")
    with his.expect_navigation():
        his.click(NEXT)
    look(his, "taken-over")
    his.goto(f"firm/telephone/{draft.key}/noticed/")
    assert his.input_value("[name=noticed_note]") == "気づいたのは"

    hers.type("[name=noticed_note]", "朝です")
    expect(hers.locator("#autosave")).to_have_attribute("data-state", "conflict")
    look(hers, "taken-while-typing")
    with hers.expect_navigation():
        hers.click(NEXT)
    assert hers.input_value("[name=noticed_note]") == "気づいたのは朝です"
    look(hers, "taken-when-saving")
    hers.goto("firm/telephone/")
    look(hers, "taken-in-the-list")
