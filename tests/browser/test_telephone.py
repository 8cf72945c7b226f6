"""Fiona takes a report on the telephone, reads it back, and gives the caller a code."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from casetrack.cases.models import Case
from casetrack.lib.scope import system_scope
from tests.browser.conftest import LOOKS
from tests.builders import Cast

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
