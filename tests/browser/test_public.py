"""The public pages in a real Chromium: for any eye, any window and no mouse; and the sheet that is printed."""

import gzip
import io
from collections.abc import Callable

import pytest
from django.urls import reverse
from django.utils.translation import override
from playwright.sync_api import Browser, Page, Response, expect
from pypdf import PdfReader

from casetrack.web.views import GUIDES
from tests.browser.conftest import LOOKS
from tests.builders import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIGHT = 200 * 1024
NUMBER = "a[href='tel:0120000111']"


def addresses(language: str) -> dict[str, str]:
    with override(language):
        return {"start": reverse("start")} | {topic: reverse("guide", args=[topic]) for topic in sorted(GUIDES)}


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_every_public_page_passes_axe_and_fits(
    open_as: Callable[..., Page], check: Callable[[Page], None], shot: Callable[[Page, str], None], cast: Cast,
    language: str, width: str,
) -> None:  # fmt: skip
    page = open_as(language=language, width=width)
    for name, address in addresses(language).items():
        page.goto(address)
        check(page)
        shot(page, f"public-{name}-{language}-{width}")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_enlarged_four_times_nothing_scrolls_sideways(open_as: Callable[..., Page], cast: Cast, language: str) -> None:
    page = open_as(language=language)
    page.set_viewport_size({"width": 320, "height": 256})
    for address in addresses(language).values():
        page.goto(address)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{address}: {wide} px"


def test_with_forced_colors_and_reduced_motion_the_pages_hold(
    open_as: Callable[..., Page], check: Callable[[Page], None], shot: Callable[[Page, str], None], cast: Cast
) -> None:
    page = open_as(language="en")
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    for name in ("start", "stop", "evidence"):
        page.goto(addresses("en")[name])
        check(page)
        shot(page, f"public-{name}-forced-colors")
    assert page.evaluate("matchMedia('(prefers-reduced-motion: reduce)').matches")
    slow = "[...document.querySelectorAll('*')].filter(e => parseFloat(getComputedStyle(e).transitionDuration) > 0.1)"
    assert page.evaluate(f"{slow}.length") == 0


def test_the_number_is_reached_by_keyboard_alone(open_as: Callable[..., Page], cast: Cast) -> None:
    page = open_as(language="ja", width="phone")
    page.goto(addresses("ja")["start"])
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate(f'document.activeElement.matches("{NUMBER}")'):
            break
    else:
        pytest.fail("twenty times Tab, and no number yet")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_without_a_script_the_number_and_the_pages_are_there(open_as: Callable[..., Page], cast: Cast) -> None:
    page = open_as(language="en", javascript=False)
    page.goto(addresses("en")["start"])
    expect(page.locator(NUMBER)).to_be_visible()
    page.click(f"a[href='{addresses('en')['evidence']}'] >> nth=0")
    expect(page.locator("h1")).to_have_text("Keep the evidence")


def test_the_first_page_weighs_little(open_as: Callable[..., Page], cast: Cast) -> None:
    """All that crosses the wire for it, but for the fonts: what is static lies zipped where it is served."""
    page = open_as(language="ja")
    weights: dict[str, int] = {}

    def weigh(answer: Response) -> None:
        body = answer.body()
        weights[answer.url] = len(gzip.compress(body) if "/static/" in answer.url else body)

    page.on("response", weigh)
    page.goto(addresses("ja")["start"], wait_until="networkidle")

    light = {url: weight for url, weight in weights.items() if not url.endswith(".woff2")}
    assert len(light) >= 4
    assert sum(light.values()) < LIGHT, light


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_check_list_prints_on_two_sheets(
    open_as: Callable[..., Page], cast: Cast, browser: Browser, language: str
) -> None:
    page = open_as(language=language)
    page.goto(addresses(language)["check-list"])
    page.emulate_media(media="print")

    assert page.locator(".ct-header, .ct-footer, .govuk-back-link").locator("visible=true").count() == 0
    sheets = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert len(sheets) <= 2
    words = "".join(sheet.extract_text() for sheet in sheets)
    assert "#9110" in words
