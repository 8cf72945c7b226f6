"""What vera can ask of the firm before she agrees, and what both see between the agreement and the payment."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from casetrack.lib.scope import system_scope
from casetrack.negotiation.services import ask_reasons, ask_review
from tests.browser.conftest import LOOKS
from tests.builders import Cast, Story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_asking_agreeing_and_taking_back(
    open_as: Callable[..., Page], check: Any, shot: Any, cast: Cast, language: str, width: str
) -> None:
    vera, ivan, alma = (cast.user[name] for name in ("vera", "ivan", "alma"))
    with system_scope():
        story = Story(cast, at=timezone.now() - dt.timedelta(days=60)).to_assessment()
        story.at = timezone.now()
        story.offered()
    case = f"cases/{story.case.reference}/"

    def see(page: Page, address: str, name: str) -> None:
        answer = page.goto(address)
        assert answer is not None
        assert answer.ok, address
        check(page)
        shot(page, f"agreeing-{name}-{language}-{width}")

    hers = open_as(vera, language=language, width=width)
    see(hers, f"{case}reasons/", "ask-reasons")
    see(hers, f"{case}second-review/", "ask-review")
    with system_scope():
        ask_reasons(story.case, "なぜ半分なのですか。", actor=vera)
        ask_review(story.case, "凍結を断られたことが考慮されていません。", actor=vera)
    see(hers, case, "case-asked")
    his = open_as(ivan, language=language, width=width)
    see(his, f"firm/{case}reasons/", "give-reasons")
    see(his, f"firm/{case}second-review/", "review")
    with system_scope():
        story.at = timezone.now()
        story.accepted()
    see(hers, case, "case-agreed")
    see(hers, f"{case}offers/1/revoke/", "revoke")
    almas = open_as(alma, language=language, width=width)
    see(almas, f"firm/{case}offers/1/settlement/", "unsigned")
    with almas.expect_navigation():
        almas.click("form[action$='/sign/'] .govuk-button")
    check(almas)
    shot(almas, f"agreeing-signed-{language}-{width}")
    with hers.expect_navigation():
        hers.click("main form .govuk-button--warning")
    assert hers.locator(".govuk-notification-banner").count() == 1
    check(hers)
    shot(hers, f"agreeing-revoked-{language}-{width}")
    with system_scope():
        story.case.refresh_from_db()
    assert story.case.status == "negotiating"
