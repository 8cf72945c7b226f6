"""Ivan imports a ledger in a real Chromium: chooses the file, sees what cannot be read, stores the good rows."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from casetrack.ledger.models import Execution
from casetrack.lib.scope import system_scope
from casetrack.people.models import User
from tests.builders import Story
from tests.web.test_firm_ledger import BAD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("language", "width"), [("ja", "wide"), ("en", "phone")])
def test_ivan_sees_what_cannot_be_read_and_stores_the_good_rows(
    open_as: Callable[..., Page],
    check: Callable[[Page], None],
    shot: Callable[[Page, str], None],
    story: Story,
    ivan: User,
    language: str,
    width: str,
) -> None:
    with system_scope():
        story.to_investigation().access_confirmed()
    page = open_as(ivan, language=language, width=width)
    page.set_default_timeout(90_000)

    def look(what: str) -> None:
        check(page)
        shot(page, f"ledger-{what}-{language}-{width}")

    page.goto(f"firm/cases/{story.case.reference}/accounts/1/ledger/")
    look("upload")
    with page.expect_navigation():
        page.locator("main form button[type=submit]").click()
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    look("no-file")
    file = {"name": "ledger.csv", "mimeType": "text/csv", "buffer": BAD.encode()}
    page.set_input_files("[name='file']", file)
    with page.expect_navigation():
        page.locator("main form button[type=submit]").click()
    expect(page.locator("main table")).to_contain_text("250x")
    look("preview")
    with page.expect_navigation():
        page.locator("[name='mode'][value='good']").click()
    look("stored")
    with system_scope():
        stored = Execution.objects.filter(account=story.incident.account)
        assert set(stored.values_list("execution_id", flat=True)) == {"o1", "c1", "l1"}
