"""More time by consent from both sides, and good faith in figures, in a browser."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from casetrack.demo.cast import Cast
from casetrack.lib import clock
from casetrack.lib.clock import tokyo
from casetrack.lib.scope import system_scope
from casetrack.notifications.clock_watch import watch
from tests.browser.conftest import LOOKS
from tests.builders import Story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Look = Callable[[Page], None]
WHY = {
    "ja": "取引所からの回答を待っています。届きしだい、被害の範囲を確定します。",
    "en": "We wait for the exchange's answer. Once it is here, we settle what was taken.",
}


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_the_firm_asks_for_more_time_and_the_victim_agrees(
    open_as: Callable[..., Page], check: Look, shot: Callable[[Page, str], None], cast: Cast, language: str, width: str
) -> None:
    with system_scope():
        story = Story(cast, at=clock.now() - dt.timedelta(days=6)).to_investigation()
    ivan = open_as(cast.user["ivan"], language=language, width=width)
    ivan.goto(f"firm/cases/{story.case.reference}/")
    ivan.locator("a[href$='/more-time/']").click()
    check(ivan)
    shot(ivan, f"more-time-ask-{language}-{width}")
    ivan.locator("main form button[type=submit]").click()
    expect(ivan.locator(".govuk-error-summary")).to_be_visible()
    ivan.select_option("select[name=days]", "5")
    ivan.fill("textarea[name=reason]", WHY[language])
    ivan.locator("main form button[type=submit]").click()
    expect(ivan.locator("#more-time")).to_contain_text(WHY[language])
    check(ivan)
    shot(ivan, f"more-time-firm-{language}-{width}")

    vera = open_as(cast.user["vera"], language=language, width=width)
    vera.goto(f"cases/{story.case.reference}/")
    check(vera)
    shot(vera, f"more-time-case-{language}-{width}")
    vera.locator("a[href$='/more-time/']").click()
    check(vera)
    shot(vera, f"more-time-answer-{language}-{width}")
    vera.locator("button[value=agree]").click()
    expect(vera.locator("a[href$='/more-time/']")).to_have_count(0)
    check(vera)
    shot(vera, f"more-time-agreed-{language}-{width}")


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_figures_for_managers_and_regulators_and_what_a_breach_looks_like(
    open_as: Callable[..., Page], check: Look, shot: Callable[[Page, str], None], cast: Cast, language: str, width: str
) -> None:
    with system_scope():
        for number in range(5):
            at = tokyo(2025, 4, 16, 10) + dt.timedelta(days=number * 2)
            Story(cast, account=f"90-{number}", at=at).to_offer().wait(2).accepted()
        story = Story(cast, account="90-9").to_offer()
        story.wait(1).countered(Decimal(30_000_000), "手数料も含めてください。")
        Story(cast, victim="otto", firm="AOZORA", account="9876-5432109").to_investigation()
    watch(clock.now())
    for who, place, name in (
        ("alma", "firm/good-faith/", "figures-firm"),
        ("rita", "regulator/good-faith/", "figures-regulator"),
    ):
        page = open_as(cast.user[who], language=language, width=width)
        page.goto(place)
        assert page.locator("figure svg:visible").count()
        check(page)
        shot(page, f"{name}-{language}-{width}")
    page = open_as(cast.user["vera"], language=language, width=width)
    page.goto(f"cases/{story.case.reference}/good-faith/")
    check(page)
    shot(page, f"breached-{language}-{width}")
