"""The API's page under the strict policy: it draws, and what it sends arrives. (Its markup is Swagger UI's.)"""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from casetrack.lib.scope import system_scope
from casetrack.people.models import User
from tests.builders import Story

pytestmark = pytest.mark.browser


def test_the_page_lists_the_operations(
    open_as: Callable[..., Page], site: str, shot: Callable[[Page, str], None]
) -> None:
    page = open_as(language="en")
    page.goto(f"{site}/api/v1/docs/")
    expect(page.get_by_text("/api/v1/assessments/preview/")).to_be_visible(timeout=20000)
    schema = (Path(settings.BASE_DIR) / "docs" / "openapi.yaml").read_text(encoding="utf-8")
    expect(page.locator(".opblock")).to_have_count(schema.count("operationId:"))
    shot(page, "api-docs")


def test_vera_reads_her_cases_from_the_page_and_writes_a_message(
    open_as: Callable[..., Page], site: str, story: Story, vera: User
) -> None:
    with system_scope():
        case = story.reported().case
    page = open_as(vera, language="en")
    page.goto(f"{site}/api/v1/docs/")
    listing = page.locator("#operations-cases-cases_list")
    listing.click()
    listing.get_by_role("button", name="Try it out").click()
    listing.get_by_role("button", name="Execute").click()
    expect(listing.locator(".live-responses-table")).to_contain_text(case.reference)
    send = page.locator("#operations-messages-messages_send")
    send.click()
    send.get_by_role("button", name="Try it out").click()
    send.get_by_placeholder("reference").fill(case.reference)
    send.locator("textarea").fill('{"body": "from the page"}')
    send.get_by_role("button", name="Execute").click()
    expect(send.locator(".live-responses-table")).to_contain_text("201")
    with system_scope():
        assert case.messages.get().body == "from the page"
