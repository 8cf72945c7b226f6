"""Vera brings her broker's list in a real Chromium, in both languages, at 375 px, each page checked by axe."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from casetrack.lib.scope import system_scope
from casetrack.people.models import User
from tests.intake.reports import filled_draft
from tests.intake.test_brought_trades import LIST, MAPPING

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NEXT = "main form .govuk-button:not(.govuk-button--secondary):visible >> nth=-1"


@pytest.mark.parametrize(("language", "width"), [("ja", "phone"), ("en", "wide")])
def test_she_brings_her_list_and_says_which_trades_were_not_hers(
    open_as: Callable[..., Page],
    check: Callable[[Page], None],
    shot: Callable[[Page, str], None],
    vera: User,
    language: str,
    width: str,
) -> None:
    with system_scope():
        draft = filled_draft(vera)
    page = open_as(vera, language=language, width=width)
    page.set_default_timeout(90_000)

    def look(what: str) -> None:
        check(page)
        shot(page, f"trades-{what}-{language}-{width}")

    def press(what: str, button: str = NEXT) -> None:
        with page.expect_navigation():
            page.click(button)
        look(what)

    page.goto(f"report/{draft.key}/trades/")
    page.check("[name='known'][value='brought']", force=True)
    look("choice")
    press("upload", "main form .govuk-button:not(.govuk-button--secondary):visible >> nth=0")
    page.set_input_files("[name='file']", {"name": "list.csv", "mimeType": "text/csv", "buffer": LIST})
    press("columns")
    for name, place in MAPPING.items():
        page.select_option(f"[name='{name}']", str(place))
    press("preview")
    press("list")
    press("day", "[name='many'][value='no:day:2025-04-16']")
    expect(page.locator("input[value='no']:checked")).to_have_count(2)
    press("undone", "[name='undo']")
    expect(page.locator("input[value='no']:checked")).to_have_count(0)
    page.check("input[value='not_sure'] >> nth=0", force=True)
    press("report", "main form .govuk-button[data-module]:not(.govuk-button--secondary)")
    with system_scope():
        assert draft.brought_trades.filter(answer="not_sure").count() == 1
