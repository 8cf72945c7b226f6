"""Ivan finds out in which of vera's accounts a trade was, from the case to the answer."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from casetrack.cases.services import move
from casetrack.intake.models import UnplacedTrade
from casetrack.intake.services import submit_draft
from casetrack.lib.scope import system_scope
from tests.browser.conftest import LOOKS
from tests.builders import Cast
from tests.intake.test_placing import two_accounts

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_the_account_of_a_trade_is_found_out(
    open_as: Callable[..., Page], check: Any, shot: Any, cast: Cast, language: str, width: str
) -> None:
    vera, ivan = cast.user["vera"], cast.user["ivan"]
    with system_scope():
        case = submit_draft(two_accounts(vera), actor=vera, key=uuid.uuid4())
        for action in ("acknowledge", "investigate"):
            move(case, action, actor=ivan)

    def look(page: Page, name: str) -> None:
        check(page)
        shot(page, f"placing-{name}-{language}-{width}")

    his, hers = (open_as(user, language=language, width=width) for user in (ivan, vera))
    hers.goto(f"cases/{case.reference}/")
    look(hers, "victim-not-known")
    his.goto(f"firm/cases/{case.reference}/")
    look(his, "case")
    his.locator("a[href*='/trades/'][href$='/account/']").click()
    look(his, "form")
    with his.expect_navigation():
        his.locator("main form button.govuk-button").last.click()
    assert his.locator(".govuk-error-summary").count() == 1
    look(his, "error")
    his.locator("main form select").last.select_option("2")
    with his.expect_navigation():
        his.locator("main form button.govuk-button").last.click()
    look(his, "found")
    with system_scope():
        assert not UnplacedTrade.objects.filter(placed_at=None).exists()
