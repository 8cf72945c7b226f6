"""With the keyboard alone, in forced colors: vera comes through all the same. (Enlarged: `test_every_page`.)"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from casetrack.cases.models import Case
from casetrack.lib.scope import system_scope
from tests.builders import Cast, Story
from tests.intake.reports import filled_draft

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAVE = "main form .govuk-button:not(.govuk-button--secondary)"


class Keys:
    """A page that is used by the keyboard alone."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, selector: str, most: int = 120) -> None:
        """Tab on to what the selector names."""
        for _time in range(most):
            if self.page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
                return
            self.page.keyboard.press("Tab")
        pytest.fail(f"{selector} is not reached by Tab on {self.page.url}")

    def value(self) -> Any:
        return self.page.evaluate("document.activeElement.value")

    def types(self, name: str, text: str) -> None:
        self.to(f"[name='{name}']")
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def chooses(self, name: str, value: str) -> None:
        """A radio button by the arrows, an option of a list too, a checkbox by the space bar."""
        self.to(f"[name='{name}']")
        kind = self.page.evaluate("document.activeElement.type")
        for _time in range(40):
            if self.value() == value:
                break
            self.page.keyboard.press("Tab" if kind == "checkbox" else "ArrowDown")
        assert self.value() == value
        if kind != "select-one" and not self.page.evaluate("document.activeElement.checked"):
            self.page.keyboard.press("Space")

    def day(self, name: str) -> None:
        for part, text in (("year", "2025"), ("month", "4"), ("day", "16")):
            self.types(f"{name}_{part}", text)

    def presses(self, selector: str = SAVE) -> None:
        self.to(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")


def test_vera_reports_with_the_keyboard_alone(open_as: Callable[..., Page], cast: Cast) -> None:
    page = open_as(cast.user["vera"], language="ja")
    page.goto("report/")
    keys = Keys(page)
    keys.presses()
    page.goto(re.sub(r"(/report/[0-9a-f-]{36}/).*", r"\1you/", page.url))
    for name, text in {
        "family_name": "髙橋", "given_name": "恵", "family_name_kana": "タカハシ", "given_name_kana": "メグミ",
    }.items():  # fmt: skip
        keys.types(name, text)
    keys.presses()
    keys.chooses("row-0-firm", "MINATO")
    keys.types("row-0-number", "0123-4567890")
    keys.chooses("row-0-kinds", "margin")
    keys.presses()
    keys.day("noticed_at")
    keys.chooses("noticed_how", "notification")
    keys.presses()
    keys.chooses("firm_answer", "refused")
    keys.day("told_firm_at")
    keys.presses()
    keys.chooses("mfa_offered", "unknown")
    keys.chooses("vector", "unknown")
    keys.presses()
    keys.chooses("known", "firm_list")
    keys.presses()
    page.goto(re.sub(r"(/report/[0-9a-f-]{36}/).*", r"\1check/", page.url))
    keys.chooses("declared", "on")
    keys.presses()
    with system_scope():
        assert Case.objects.get().reference in page.inner_text("main")


def pages_of(cast: Cast) -> list[str]:
    """Pages of a case with an offer, and of a report that is being written."""
    with system_scope():
        story = Story(cast).to_offer()
        draft = filled_draft(cast.user["vera"])
    case, report = f"cases/{story.case.reference}/", f"report/{draft.key}/"
    tails = (
        "",
        "trades/",
        "trades/type/",
        "said/",
        "messages/",
        "files/",
        "good-faith/",
        "offers/1/",
        "offers/1/counter/",
    )
    steps = ("", "you/", "account/", "noticed/", "trades/", "files/", "check/")
    return ["cases/", "notices/", "bank/change/", *(case + t for t in tails), *(report + s for s in steps)]


def test_in_forced_colors_veras_pages_hold(
    open_as: Callable[..., Page], check: Callable[[Page], None], shot: Callable[[Page, str], None], cast: Cast
) -> None:
    page = open_as(cast.user["vera"], language="en")
    page.emulate_media(forced_colors="active")
    for address in (a for a in pages_of(cast) if a.endswith(("offers/1/", "account/")) or a.count("/") == 2):
        page.goto(address)
        check(page)
        shot(page, f"bare-forced-colors-{len(address)}-{address.strip('/').split('/')[-1]}")
