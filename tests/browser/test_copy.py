"""Vera asks for a copy of everything: the page follows the work by itself, and the browser saves a whole ZIP.

No worker runs here: the test does the work."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, expect

from casetrack.copies import storage
from casetrack.copies.models import Copy, CopyStatus
from casetrack.copies.services import make_copy
from casetrack.demo.cast import Cast
from casetrack.lib.scope import system_scope
from tests.browser.conftest import LOOKS
from tests.builders import Story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_she_asks_waits_and_saves(
    open_as: Callable[..., Page], check: Callable[[Page], None], shot: Callable[[Page, str], None], cast: Cast,
    settings: Any, tmp_path: Path, language: str, width: str,
) -> None:  # fmt: skip
    settings.MEDIA_ROOT = tmp_path / "media"
    with system_scope():
        Story(cast).reported()
    page = open_as(cast.user["vera"], language=language, width=width)

    def seen(name: str) -> None:
        check(page)
        shot(page, f"copy-{name}-{language}-{width}")

    page.goto("cases/")
    page.locator("a[href$='/copy/']").click()
    seen("begin")
    page.locator("a[href$='/copy/ask/']").click()
    seen("ask")
    page.locator("form[action$='/copy/ask/'] button").click()
    page.wait_for_url(re.compile(r"/copy/$"))
    seen("waiting")
    with system_scope():
        copy = Copy.objects.get()
        Copy.objects.update(status=CopyStatus.MAKING, done=7, total=21)
    expect(page.locator("progress")).to_have_attribute("value", "7", timeout=15000)
    seen("making")
    with system_scope():
        Copy.objects.update(status=CopyStatus.WAITING)
    make_copy(copy.pk)
    save = page.locator(f"a[href$='/copy/{copy.key}/']")
    expect(save).to_be_visible(timeout=15000)
    seen("ready")
    save.click()
    seen("download")
    with page.expect_download() as saved:
        page.locator("main form button").click()
    assert saved.value.suggested_filename == "copy.zip"
    with ZipFile(saved.value.path()) as archive:
        assert archive.testzip() is None
    page.goto("copy/")
    page.locator("form[action$='/delete/'] button").click()
    page.wait_for_load_state()
    assert not storage.path_of(Copy(key=copy.key, attempts=1)).exists()
    seen("over")
    with system_scope():
        Copy.objects.update(status=CopyStatus.FAILED)
    page.reload()
    seen("failed")
