"""Ada closes days, takes one out, and changes a target."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from casetrack.firms.models import ClockTarget, ClosedDay
from casetrack.lib.scope import system_scope
from tests.browser.conftest import LOOKS
from tests.builders import Cast, Story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def fill_day(page: Page, name: str, day: dt.date) -> None:
    for part, value in (("year", day.year), ("month", day.month), ("day", day.day)):
        page.fill(f"[name={name}_{part}]", str(value))


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_closed_days_and_targets(
    open_as: Callable[..., Page], check: Any, shot: Any, cast: Cast, language: str, width: str
) -> None:
    with system_scope():
        Story(cast, at=timezone.now()).reported()
    first = timezone.now().date() + dt.timedelta(days=30)

    def look(page: Page, name: str) -> None:
        check(page)
        shot(page, f"firm-clocks-{name}-{language}-{width}")

    page = open_as(cast.user["ada"], language=language, width=width)
    page.goto("firm/targets/")
    look(page, "targets-empty")
    page.locator("main a[href$='/closed-days/']").first.click()
    look(page, "days-empty")
    page.click("main form button[type=submit]")
    look(page, "days-error")
    fill_day(page, "first", first)
    fill_day(page, "last", first + dt.timedelta(days=6))
    page.fill("[name=label]", "夏季休業" if language == "ja" else "Summer closing")
    page.click("main form button[type=submit]")
    look(page, "days-check")
    page.click("main form button[type=submit]")
    look(page, "days")
    page.locator("main td a").first.click()
    look(page, "day-out")
    page.click("main form button[type=submit]")
    look(page, "days-out")
    page.goto("firm/targets/first_answer/")
    look(page, "target")
    page.fill("[name=days]", "99")
    page.click("main form button[type=submit]")
    look(page, "target-error")
    page.fill("[name=days]", "20")
    page.click("main form button[type=submit]")
    look(page, "target-check")
    page.click("main form button[type=submit]")
    look(page, "targets")
    almas = open_as(cast.user["alma"], language=language, width=width)
    almas.goto("firm/closed-days/")
    look(almas, "days-alma")
    with system_scope():
        assert ClockTarget.objects.get().days == 20
        assert ClosedDay.objects.filter(is_closed=False).count() == 1
