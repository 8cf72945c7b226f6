"""Typing that survives a closed tab, a cut network, an expired session and a second device, in a real Chromium."""

import re
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from playwright.sync_api import Error, Page, expect

from casetrack.intake.models import Draft
from casetrack.intake.services import start_draft, typed_in
from casetrack.intake.steps import NOTICED
from casetrack.lib.scope import system_scope
from casetrack.people.models import User
from tests.browser.conftest import django_settings
from tests.builders import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PATIENCE = 60_000  # two cores may have a whole suite to run
TEXT = "[name=noticed_note]"
SAVED = re.compile(r"^Saved at \d\d:\d\d$")


@pytest.fixture
def vera(cast: Cast) -> User:
    return cast.user["vera"]


@pytest.fixture
def draft(vera: User) -> Draft:
    with system_scope():
        return start_draft(actor=vera)


@pytest.fixture
def at_the_page(open_as: Callable[..., Page], vera: User, draft: Draft) -> Callable[..., Page]:
    def go() -> Page:
        page = open_as(vera, language="en")
        page.set_default_timeout(PATIENCE)
        page.goto(f"report/{draft.key}/noticed/")
        return page

    return go


def says(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.locator("#autosave")).to_have_text(words, timeout=PATIENCE)


def note(draft: Draft) -> list[str]:
    with system_scope():
        draft.refresh_from_db()
        return typed_in(draft, NOTICED).get("noticed_note", [])


def test_it_says_when_it_saved_and_passes_axe(
    at_the_page: Callable[..., Page], check: Callable[[Page], None], shot: Callable[[Page, str], None], draft: Draft
) -> None:
    page = at_the_page()
    page.type(TEXT, "An app told me")
    says(page, SAVED)

    assert page.locator("#autosave").get_attribute("aria-live") == "polite"
    assert note(draft) == ["An app told me"]
    check(page)
    shot(page, "autosave-saved")


def test_a_closed_tab_loses_nothing(at_the_page: Callable[..., Page], draft: Draft) -> None:
    page = at_the_page()
    page.type(TEXT, "typed just before the lid closed")
    page.on("dialog", lambda dialog: dialog.accept())  # "Leave this page?", sooner than the pause after the last key
    page.close(run_before_unload=True)
    again = at_the_page()
    for _ in range(20):
        if again.input_value(TEXT):
            break
        again.wait_for_timeout(500)
        again.reload()

    assert again.input_value(TEXT) == "typed just before the lid closed"


def test_a_cut_network_is_said_and_made_good(
    at_the_page: Callable[..., Page], shot: Callable[[Page, str], None], draft: Draft
) -> None:
    page = at_the_page()
    page.context.set_offline(True)
    page.type(TEXT, "in the tunnel")
    says(page, "Not saved yet: no connection. We keep trying.")
    shot(page, "autosave-offline")
    assert note(draft) == []

    page.context.set_offline(False)
    says(page, SAVED)
    assert note(draft) == ["in the tunnel"]


def test_an_expired_session_loses_nothing(
    at_the_page: Callable[..., Page], vera: User, site: str, draft: Draft
) -> None:
    page = at_the_page()
    with system_scope():
        Session.objects.all().delete()
    page.type(TEXT, "typed after twelve hours")
    expect(page.locator("#autosave")).to_contain_text("You are signed out", timeout=PATIENCE)
    assert note(draft) == []

    client = Client()  # she signs in again, in another window
    client.force_login(vera, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    cookie = client.cookies[django_settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": site}])
    says(page, SAVED)
    assert note(draft) == ["typed after twelve hours"]


def test_a_second_device_is_not_written_over(
    at_the_page: Callable[..., Page], shot: Callable[[Page, str], None], draft: Draft
) -> None:
    laptop, phone = at_the_page(), at_the_page()
    phone.type(TEXT, "from the phone")
    says(phone, SAVED)

    laptop.type(TEXT, "from the laptop")
    expect(laptop.locator("#autosave")).to_contain_text("changed on another device", timeout=PATIENCE)
    shot(laptop, "autosave-conflict")

    assert note(draft) == ["from the phone"]
    assert laptop.input_value(TEXT) == "from the laptop"
    laptop.click("main form .govuk-button:visible >> nth=0")
    expect(laptop.locator(".govuk-error-summary")).to_contain_text("another device", timeout=PATIENCE)
    assert laptop.input_value(TEXT) == "from the laptop"
    assert note(draft) == ["from the phone"]


def test_leaving_with_unsaved_text_asks_first(at_the_page: Callable[..., Page]) -> None:
    page = at_the_page()
    page.context.set_offline(True)
    page.type(TEXT, "not sent")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))

    page.close(run_before_unload=True)
    for _ in range(40):
        if asked:
            break
        try:
            page.wait_for_timeout(250)
        except Error:  # the page is gone
            break

    assert asked == ["beforeunload"]
