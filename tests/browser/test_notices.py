"""Vera's notices and her menu, in both languages, wide and on a telephone."""

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from casetrack.demo.cast import Cast
from casetrack.lib import clock
from casetrack.lib.scope import system_scope
from casetrack.notifications.services import drain
from tests.browser.conftest import LOOKS
from tests.builders import Story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_the_notices_and_the_menu_fit_and_pass_axe(
    open_as: Callable[..., Page], check: Callable[[Page], None], shot: Callable[[Page, str], None], cast: Cast,
    language: str, width: str,
) -> None:  # fmt: skip
    with system_scope():
        story = Story(cast, at=clock.now() - dt.timedelta(minutes=5)).reported().does("fiona", "acknowledge")
    drain(clock.now())
    page = open_as(cast.user["vera"], language=language, width=width)
    for name, address in {"notices": "notices/", "case": f"cases/{story.case.reference}/"}.items():
        page.goto(address)
        check(page)
        shot(page, f"told-{name}-{language}-{width}")
    links = page.locator(".ct-menu__link, .ct-menu__button").all()
    lines = {round(box["y"]) for link in links if (box := link.bounding_box())}
    assert len(lines) <= 2
