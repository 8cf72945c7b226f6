"""A reduction in a real browser: proposed, refused, approved, sent back, and read by the victim; checked by axe."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import Page

from casetrack.evidence.services import add_file
from casetrack.lib import clock
from casetrack.lib.clock import travel_to
from casetrack.lib.scope import system_scope
from tests.browser.conftest import LOOKS
from tests.builders import Cast, Story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SEND = "main form button[type=submit]:not([name])"


@pytest.fixture
def told(cast: Cast) -> Story:
    """Vera's case before the assessment, with a file; three cases of others with reductions."""
    with system_scope():
        for place, (victim, share) in enumerate({"otto": "0.1", "hana": "0.2", "kenji": "0.15"}.items()):
            other = Story(cast, victim=victim, account=f"7-{place}").to_ledger().decided().wait(25)
            other.reduced(share).assessed()
        story = Story(cast, at=clock.now() - timedelta(days=50)).to_ledger().decided().wait(25)
        with travel_to(story.at):
            add_file(SimpleUploadedFile("届いたメール.txt", b"the mail"), actor=story.user("vera"), case=story.case)
        return story


def send(page: Page) -> None:
    with page.expect_navigation():
        page.locator(SEND).last.click()


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_proposed_returned_approved_and_read(
    open_as: Callable[..., Page], check: Any, shot: Any, cast: Cast, told: Story, language: str, width: str
) -> None:
    base, look = f"firm/cases/{told.case.reference}/", f"{language}-{width}"

    def see(page: Page, name: str, *, errors: int = 0) -> None:
        assert page.locator(".govuk-error-summary").count() == errors, page.inner_text("main")
        check(page)
        shot(page, f"reduction-{name}-{look}")

    ivan = open_as(cast.user["ivan"], language=language, width=width)
    ivan.goto(base + "reductions/propose/")
    see(ivan, "propose")
    assert not ivan.locator("[name=note_code_typed]").is_visible()
    send(ivan)
    see(ivan, "propose-empty", errors=1)
    ivan.check("[value=code_typed]")
    ivan.check("[value=no_warning]")
    send(ivan)
    see(ivan, "propose-unsaid", errors=1)
    ivan.fill("[name=note_code_typed]", "偽サイトにワンタイムパスワードを入力したと、電話で伺いました。")
    ivan.check("[name=files_code_typed]")
    ivan.fill("[name=share]", "１２．５")
    with ivan.expect_navigation():
        ivan.locator("[name=look]").click()
    see(ivan, "similar")
    ivan.fill("[name=reason]", "偽サイトへの入力と、当社の注意喚起の遅れの両方を考えました。")
    send(ivan)
    see(ivan, "waits")
    alma = open_as(cast.user["alma"], language=language, width=width)
    alma.goto(base + "reductions/1/return/")
    send(alma)
    see(alma, "return-unsaid", errors=1)
    alma.goto(base + "reductions/1/")
    see(alma, "to-approve")
    with alma.expect_navigation():
        alma.locator("form[action$='/approve/'] button").click()
    see(alma, "approved")
    ivan.goto(base + "assess/")
    see(ivan, "assess")
    with system_scope():
        told.assessed()
        told.at = clock.now()
        told.offered()
    ivan.goto(base + "assessments/1/")
    see(ivan, "statement")
    vera = open_as(cast.user["vera"], language=language, width=width)
    vera.goto(f"cases/{told.case.reference}/offers/1/")
    see(vera, "offer")


def test_without_scripts_every_field_of_the_form_is_there(
    open_as: Callable[..., Page], cast: Cast, told: Story
) -> None:
    ivan = open_as(cast.user["ivan"], language="en", javascript=False)
    ivan.goto(f"firm/cases/{told.case.reference}/reductions/propose/")
    assert ivan.locator("[name=note_code_typed]").is_visible()
    ivan.check("[value=late_notice]")
    ivan.fill("[name=note_late_notice]", "Two weeks after.")
    ivan.fill("[name=share]", "5")
    ivan.fill("[name=reason]", "The delay made it worse.")
    send(ivan)
    assert "Reduction 1: 5 %" in ivan.inner_text("h1")
