"""Ivan offers part by part, vera answers part by part, and both see where they differ."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from casetrack.lib.scope import system_scope
from casetrack.negotiation.models import Offer
from casetrack.negotiation.services import approve_offer
from tests.browser.conftest import LOOKS
from tests.builders import Cast, Story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_both_sides_negotiate_part_by_part(
    open_as: Callable[..., Page], check: Any, shot: Any, cast: Cast, language: str, width: str
) -> None:
    with system_scope():
        story = Story(cast, at=timezone.now() - dt.timedelta(days=60)).to_assessment()
    case = f"cases/{story.case.reference}/"
    his, hers = (open_as(cast.user[name], language=language, width=width) for name in ("ivan", "vera"))

    def see(page: Page, name: str) -> None:
        check(page)
        shot(page, f"parts-{name}-{language}-{width}")

    def sent(page: Page) -> None:
        with page.expect_navigation():
            page.locator("main form .govuk-button[type=submit]").last.click()

    his.goto(f"firm/{case}assessments/1/offer/")
    his.fill("#id_margin", "13,500,000")
    his.click("main details:has(#id_in_kind) summary")
    his.fill("#id_in_kind", "7203 100\n6182 -200,000")
    his.fill("#id_waived", "26,000,000")
    his.fill("#id_conditions", "口座を解約しないこと。")
    his.fill("#id_reasons", "当社の補償方針と、凍結が遅れたことによります。")
    see(his, "prepare")
    sent(his)
    assert his.locator(".govuk-error-summary").count() == 1
    see(his, "prepare-error")
    his.fill("#id_why_margin", "凍結が遅れました。")
    sent(his)
    see(his, "prepared")
    with system_scope():
        approve_offer(Offer.objects.get(), actor=cast.user["alma"])
    hers.goto(f"{case}offers/1/")
    see(hers, "offer")
    hers.goto(f"{case}offers/1/counter/")
    hers.fill("#id_margin", "２６００万円")
    hers.fill("#id_reason", "信用取引は私のものではありません。")
    sent(hers)
    assert hers.locator(".govuk-error-summary").count() == 1
    see(hers, "counter-error")
    hers.fill("#id_why_margin", "凍結を断られました。")
    hers.fill("#id_conditions", "文書での説明。")
    sent(hers)
    hers.goto(f"{case}offers/2/")
    see(hers, "counter")
    his.goto(f"firm/{case}assessments/1/offer/")
    see(his, "answer")
    his.goto(f"firm/{case}offers/2/")
    see(his, "counter-firm")


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_shares_are_moved_and_vera_sees_it(
    open_as: Callable[..., Page], check: Any, shot: Any, cast: Cast, language: str, width: str
) -> None:
    with system_scope():
        story = Story(cast, at=timezone.now() - dt.timedelta(days=60)).to_assessment()
        story.at = timezone.now() - dt.timedelta(days=6)
        story.offered(in_kind={"7203": Decimal(100), "6182": Decimal(-200_000)}).wait(1)
        story.accepted().countersigned().cleared()
    case = f"cases/{story.case.reference}/"
    his, hers, almas = (open_as(cast.user[name], language=language, width=width) for name in ("ivan", "vera", "alma"))

    def see(page: Page, address: str, name: str) -> None:
        answer = page.goto(address)
        assert answer is not None
        assert answer.ok, address
        check(page)
        shot(page, f"shares-{name}-{language}-{width}")

    see(his, f"firm/{case}offers/1/settlement/", "settlement")
    see(his, f"firm/{case}offers/1/settlement/shares/1/", "instruct")
    his.check("#id_custody_0", force=True)
    his.fill("#id_lot", "2024-05-01, 250")
    with his.expect_navigation():
        his.locator("main form .govuk-button[type=submit]").last.click()
    check(his)
    see(almas, f"firm/{case}offers/1/settlement/shares/1/", "confirm")
    with almas.expect_navigation():
        almas.locator("main form .govuk-button[type=submit]").last.click()
    check(almas)
    shot(almas, f"shares-confirmed-{language}-{width}")
    see(hers, f"{case}offers/1/", "victim")
