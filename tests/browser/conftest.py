"""A real Chromium against a live server. Pages are opened with `open_as`, checked by `check`, pictured by `shot`.

CASETRACK_SHOTS=1 writes the pictures to var/shots of the tree.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

from casetrack.local import assets
from casetrack.people.models import User

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in this thread; the tests still use the ORM

expect.set_options(timeout=30_000)  # milliseconds: two cores may have a whole suite to run
PICTURES = bool(os.environ.get("CASETRACK_SHOTS"))
EVERY_LOOK = [("ja", "phone"), ("en", "wide"), ("ja", "wide"), ("en", "phone")]
# Each language and each width once; all of them when pictures are asked for. What checks every page of the victim's
# does so in every look.
LOOKS = EVERY_LOOK if PICTURES else EVERY_LOOK[:2]
SHOTS = Path(__file__).resolve().parents[2] / "var" / "shots"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = Axe()
WIDTHS = {"wide": 1280, "phone": 375}


@pytest.fixture(scope="session")
def built() -> None:
    """Scripts and styles as the tree has them; two workers do not build at once."""
    with assets.SOURCE.joinpath("package.json").open() as source:
        fcntl.flock(source, fcntl.LOCK_EX)
        assets.main()


@pytest.fixture(scope="session")
def browser(built: None) -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("The browser tests need: apt-get install --no-install-recommends chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def site(live_server: Any, settings: Any) -> str:
    """The live server's address by name: passkeys need a domain."""
    settings.DEMO = True
    return str(live_server.url).replace("127.0.0.1", "localhost")


@pytest.fixture
def open_as(browser: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """`open_as(user or None, language="ja", width="wide", javascript=True)`: a page of a fresh profile, signed in.

    The page fails the test on a script error or a violation of the Content-Security-Policy.
    """
    contexts: list[tuple[BrowserContext, list[str]]] = []

    def open_page(
        user: User | None = None, *, language: str = "ja", width: str = "wide", javascript: bool = True
    ) -> Page:
        context = browser.new_context(
            base_url=f"{site}/{language}/",
            locale={"ja": "ja-JP", "en": "en-GB"}[language],
            timezone_id="Asia/Tokyo",
            viewport={"width": WIDTHS[width], "height": 900},
            java_script_enabled=javascript,
        )
        troubles: list[str] = []
        contexts.append((context, troubles))
        if user is not None:
            client = Client()
            client.force_login(user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
            cookie = client.cookies[django_settings.SESSION_COOKIE_NAME]
            context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": site}])
        page = context.new_page()
        follow(page)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda m: troubles.append(m.text) if "Content Security Policy" in m.text else None)
        return page

    yield open_page
    found = [trouble for _context, troubles in contexts for trouble in troubles]
    for context, _troubles in contexts:
        context.close()
    assert not found


# Of each page the requests on their way that will bring another page in its place.
LEAVING: WeakKeyDictionary[Page, set[Request]] = WeakKeyDictionary()


def follow(page: Page) -> None:
    """Know of every navigation of the page from its request on: `settled` waits for its end."""
    leaving = LEAVING[page] = set()

    def note(request: Request) -> None:
        if request.is_navigation_request() and request.frame == page.main_frame:
            leaving.add(request)

    page.on("request", note)
    page.on("requestfinished", lambda request: leaving.discard(request))
    page.on("requestfailed", lambda request: leaving.discard(request))


def settled(page: Page) -> None:
    """Wait until the page that a click leads to is there: a click returns before its form is sent when the machine has
    much to do, and the page would be looked at that is about to go."""
    page.wait_for_timeout(20)  # milliseconds, and without a script of the page: some pages may run none
    while LEAVING.get(page):
        page.wait_for_timeout(10)
    page.wait_for_load_state()


def violations(page: Page) -> list[dict[str, Any]]:
    """What axe has against the page. To say where costs more than to find out that there is nothing to say: only where
    there is, it is asked for again with the places."""
    rules = {"runOnly": {"type": "tag", "values": AXE_TAGS}, "resultTypes": ["violations"]}
    page.evaluate(AXE.axe_script)
    count = page.evaluate(
        "options => axe.run(options).then(found => found.violations.length)", {**rules, "selectors": False}
    )
    return page.evaluate("options => axe.run(options).then(found => found.violations)", rules) if count else []


@pytest.fixture
def check() -> Callable[[Page], None]:
    """Fail on any violation of WCAG 2.2 AA that axe finds, and on a page wider than its window."""

    def run(page: Page) -> None:
        settled(page)
        found = violations(page)
        lines = [f"{v['id']}: {n['target']} {n['failureSummary']}" for v in found for n in v["nodes"][:3]]
        assert not lines, f"{page.url}\n" + "\n".join(lines)
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{page.url} is {overflow} px wider than its window"

    return run


@pytest.fixture
def shot() -> Callable[[Page, str], None]:
    """Write a picture of the whole page, if pictures are asked for."""

    def take(page: Page, name: str) -> None:
        if PICTURES:
            settled(page)
            SHOTS.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=SHOTS / f"{name}.png", full_page=True)

    return take
