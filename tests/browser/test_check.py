"""The check that every page passes does find what is wrong, and says where."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_it_says_what_is_wrong_and_where(open_as: Callable[..., Page], check: Callable[[Page], None]) -> None:
    page = open_as(language="en")
    page.goto("")
    check(page)
    page.evaluate("document.querySelector('main h1').insertAdjacentHTML('afterend', '<p><img id=bad src=/x.png></p>')")
    with pytest.raises(AssertionError, match=r"image-alt: \['#bad'\]"):
        check(page)
    page.evaluate("document.querySelector('#bad').outerHTML = '<div id=wide>…</div>'")
    page.evaluate("document.querySelector('#wide').style.width = '3000px'")
    with pytest.raises(AssertionError, match="px wider than its window"):
        check(page)
