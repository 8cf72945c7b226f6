"""What a victim follows after the submission: the case page with its clocks, in both languages and widths."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from casetrack.demo.cast import Cast
from casetrack.lib.scope import system_scope
from tests.builders import Story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", ["wide", "phone"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_case_page_has_its_clocks(
    open_as: Callable[..., Page], check: Callable[[Page], None], shot: Callable[[Page, str], None], cast: Cast,
    language: str, width: str,
) -> None:  # fmt: skip
    with system_scope():
        story = Story(cast).to_offer()
    page = open_as(story.user("vera"), language=language, width=width)
    page.goto(f"cases/{story.case.reference}/")
    assert page.locator("#clocks").is_visible()
    check(page)
    shot(page, f"follow-case-{language}-{width}")
