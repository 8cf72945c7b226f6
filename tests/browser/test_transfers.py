"""Alma makes a batch, sora approves it, and the bank refuses it."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from casetrack.lib.scope import system_scope
from casetrack.negotiation.models import TransferBatch
from casetrack.negotiation.services.readiness import customer_code
from tests.browser.conftest import LOOKS
from tests.builders import Cast, Story
from tests.transfers import ready, with_bank

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_from_the_list_to_the_banks_answer(
    open_as: Callable[..., Page], check: Any, shot: Any, cast: Cast, language: str, width: str
) -> None:
    with system_scope():
        sora = cast.user["sora"]
        story = ready(Story(cast, at=timezone.now() - dt.timedelta(days=70)))
        other = Story(cast, victim="kenji", account="0123-7777777", at=timezone.now() - dt.timedelta(days=60))
        with_bank(other.to_settlement(), holder="ヤマザキ ハナコ")

    def look(page: Page, name: str) -> None:
        check(page)
        shot(page, f"transfers-{name}-{language}-{width}")

    almas = open_as(cast.user["alma"], language=language, width=width)
    almas.goto("firm/transfers/account/")
    look(almas, "account")
    almas.goto("firm/transfers/")
    look(almas, "list")
    with almas.expect_navigation():
        almas.click("main form .govuk-button")
    look(almas, "made")
    soras = open_as(sora, language=language, width=width)
    soras.goto("firm/transfers/1/")
    with soras.expect_navigation():
        soras.click("form[action$='/approve/'] .govuk-button")
    with soras.expect_download():
        soras.click("form[action$='/file/'] .govuk-button")
    soras.reload()
    look(soras, "approved")
    wrong = f"customer_code,result\n{customer_code(story.case)},7\n2025999999,0\n"
    soras.set_input_files("input[type=file]", {"name": "r.csv", "mimeType": "text/csv", "buffer": wrong.encode()})
    with soras.expect_navigation():
        soras.click("form[action$='/results/'] button[type=submit]")
    look(soras, "refused")
    right = f"customer_code,result\n{customer_code(story.case)},2\n"
    soras.set_input_files("input[type=file]", {"name": "r.csv", "mimeType": "text/csv", "buffer": right.encode()})
    with soras.expect_navigation():
        soras.click("form[action$='/results/'] button[type=submit]")
    look(soras, "failed")
    soras.goto(f"firm/cases/{story.case.reference}/")
    look(soras, "case")
    with system_scope():
        assert TransferBatch.objects.get().lines.get().status == "failed"
