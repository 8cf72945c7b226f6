"""The good-faith ledger in a browser, for both sides."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from casetrack.demo.cast import Cast
from casetrack.lib.scope import system_scope
from tests.builders import Story
from tests.negotiation.test_good_faith import haggled

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(
    ("who", "place", "language", "width"), [("vera", "cases", "ja", "phone"), ("ivan", "firm/cases", "en", "wide")]
)
def test_it_is_read_with_its_chart_and_table(
    open_as: Callable[..., Page], check: Callable[[Page], None], shot: Callable[[Page, str], None], cast: Cast,
    who: str, place: str, language: str, width: str,
) -> None:  # fmt: skip
    with system_scope():
        story = haggled(Story(cast))
    page = open_as(cast.user[who], language=language, width=width)
    page.goto(f"{place}/{story.case.reference}/")
    with page.expect_navigation():
        page.locator("a[href$='/good-faith/']").click()
    assert page.locator("[aria-labelledby=gap] svg:visible").count() == 1
    assert page.locator("[aria-labelledby=gap] tbody tr").count() == 4
    check(page)
    shot(page, f"good-faith-{who}-{language}-{width}")
