"""The back office without a mouse, and the pages that the walk does not visit."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from casetrack.cases.models import Case
from casetrack.lib import clock, references
from casetrack.lib.scope import system_scope
from tests.builders import Cast, Story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = [("ja", "wide"), ("en", "phone")]


def press_until(page: Page, selector: str, *, key: str = "Tab", most: int = 80) -> None:
    """Go on with the keyboard until what `selector` names has the focus."""
    for _press in range(most):
        page.keyboard.press(key)
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    pytest.fail(f"{selector} is not reached by {key}")


@pytest.fixture
def told(cast: Cast) -> Story:
    """Vera's case, reported an hour ago."""
    with system_scope():
        return Story(cast, at=clock.now() - dt.timedelta(hours=1)).reported()


def test_a_case_is_found_and_acknowledged_with_the_keyboard_alone(
    open_as: Callable[..., Page], cast: Cast, told: Story
) -> None:
    page = open_as(cast.user["fiona"], language="en")
    page.goto("firm/")
    press_until(page, f"a[href$='/cases/{told.case.reference}/']")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    press_until(page, "form[action$='/do/acknowledge/'] button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    press_until(page, "form[action$='/notes/'] textarea")
    page.keyboard.type("Telephoned; the account is frozen.")
    press_until(page, "form[action$='/notes/'] button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "Telephoned; the account is frozen." in page.inner_text("main")
    with system_scope():
        assert Case.objects.get(pk=told.case.pk).status == "acknowledged"


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_the_queue_empty_and_full(
    open_as: Callable[..., Page], check: Any, shot: Any, cast: Cast, language: str, width: str
) -> None:
    page = open_as(cast.user["fiona"], language=language, width=width)
    page.goto("firm/")
    check(page)
    shot(page, f"firm-queue-empty-{language}-{width}")
    with system_scope():
        Case.objects.bulk_create(
            Case(
                reference=references.make(2025, 500_000 + n),
                firm=cast.firm["MINATO"],
                victim=cast.victim["otto"],
                victim_user=cast.user["otto"],
                opened_by="victim",
                opened_at=clock.now() - dt.timedelta(days=n),
                due_at=clock.now() + dt.timedelta(days=n % 7 - 3),
            )
            for n in range(60)
        )
    page.goto("firm/")
    check(page)
    shot(page, f"firm-queue-full-{language}-{width}")
    with page.expect_navigation():
        page.click("a[rel=next]")
    assert page.locator("tbody tr").count() == 10
    check(page)


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_pages_of_reasons_and_their_errors(
    open_as: Callable[..., Page], check: Any, shot: Any, cast: Cast, told: Story, language: str, width: str
) -> None:
    with system_scope():
        told.acknowledged().investigating().access_confirmed().ledger_imported().decided().assessed().offered()
    case = f"firm/cases/{told.case.reference}/"
    page = open_as(cast.user["alma"], language=language, width=width)
    for tail in ("do/decline/", "offers/1/withdraw/"):
        page.goto(case + tail)
        check(page)
        with page.expect_navigation():
            page.click("main form button[type=submit]")
        assert page.locator(".govuk-error-summary").count() == 1
        check(page)
        shot(page, f"firm-{tail.strip('/').replace('/', '-')}-error-{language}-{width}")
    for form in ("notes", "messages"):
        page.goto(case)
        with page.expect_navigation():
            page.click(f"form[action$='/{form}/'] button")
        assert page.locator(".govuk-error-summary").count() == 1
        check(page)
        shot(page, f"firm-{form}-error-{language}-{width}")
