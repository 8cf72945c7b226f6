"""What a victim follows after the submission: the case page with its clocks, in both languages and widths."""

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from casetrack.demo.cast import Cast
from casetrack.intake.services import submit_draft
from casetrack.lib import clock
from casetrack.lib.scope import system_scope
from tests.browser.conftest import LOOKS
from tests.builders import Story
from tests.intake.reports import TOPICS, filled_draft

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_the_case_page_has_its_clocks(
    open_as: Callable[..., Page], check: Callable[[Page], None], shot: Callable[[Page, str], None], cast: Cast,
    language: str, width: str,
) -> None:  # fmt: skip
    with system_scope():
        story = Story(cast, at=clock.now() - dt.timedelta(days=50)).to_ledger().answered({"u1": "yes", "c1": "yes"})
        story.decided().wait(25).assessed().wait(1).offered()
    page = open_as(story.user("vera"), language=language, width=width)
    page.goto(f"cases/{story.case.reference}/")
    assert page.locator("#clocks").is_visible()
    assert page.locator("[aria-labelledby=trades] .ct-diff").count() == 1
    check(page)
    shot(page, f"follow-case-{language}-{width}")


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_a_correction_in_the_browser_stands_beside_what_was_said_first(
    open_as: Callable[..., Page], check: Callable[[Page], None], shot: Callable[[Page, str], None], cast: Cast,
    language: str, width: str,
) -> None:  # fmt: skip
    vera = cast.user["vera"]
    with system_scope():
        case = submit_draft(filled_draft(vera, **TOPICS), actor=vera, key=None)
    page = open_as(vera, language=language, width=width)
    page.goto(f"cases/{case.reference}/said/")
    page.fill("#id_text", "4月10日に偽のメールが届いていました。")
    with page.expect_navigation():
        page.locator("form button.govuk-button").first.click()
    page.goto(f"cases/{case.reference}/said/noticed/")
    check(page)
    shot(page, f"follow-correct-{language}-{width}")
    page.fill("#id_noticed_at_time", "8:40")
    page.fill("#id_reason", "通知の時刻を確認しました。")
    with page.expect_navigation():
        page.locator("form button.govuk-button").last.click()
    assert page.locator("s").count() == 1
    check(page)
    shot(page, f"follow-said-{language}-{width}")
    page.goto(f"cases/{case.reference}/said/talks/")
    check(page)
    shot(page, f"follow-talks-{language}-{width}")
    office = open_as(cast.user["fiona"], language=language, width=width)
    office.goto(f"firm/cases/{case.reference}/")
    assert office.locator("#additions s").count() == 1
    check(office)
    shot(office, f"follow-firm-{language}-{width}")
