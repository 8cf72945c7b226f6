"""Sending files over a connection that breaks, in a real Chromium."""

import hashlib
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from casetrack.evidence import storage
from casetrack.evidence.models import EvidenceFile, Upload
from casetrack.intake.services import start_draft
from casetrack.lib.scope import system_scope
from casetrack.people.models import User
from tests.builders import Story
from tests.evidence import files

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
INPUT = "main input[type=file] >> nth=0"
ALL = bool(os.environ.get("CASETRACK_SHOTS"))
WORDS = {
    "ja": {"arrived": "届きました", "paused": "通信が切れています", "unfinished": "送信の途中のファイル"},
    "en": {"arrived": "Arrived", "paused": "The connection is gone", "unfinished": "Not arrived whole"},
}  # fmt: skip


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """A PDF of some four pieces, of bytes that no accident repeats."""
    path = tmp_path / "取引報告書.pdf"
    path.write_bytes(files.PDF + b"%" + random.Random(7).randbytes(3_600_000))
    return path


@pytest.fixture
def reference(story: Story) -> str:
    with system_scope():
        return story.to_investigation().case.reference


def pieces(page: Page) -> list[int]:
    """The places in the file of the pieces that are sent from now on."""
    sent: list[int] = []
    page.on("request", lambda r: sent.append(int(r.headers["upload-offset"])) if r.method == "PUT" else None)
    return sent


def expect_whole(report: Path) -> None:
    with system_scope():
        row = EvidenceFile.objects.get()
        assert row.name == report.name
        assert row.sha256 == hashlib.sha256(report.read_bytes()).hexdigest()
        assert storage.path_of(row.sha256).read_bytes() == report.read_bytes()


@pytest.mark.parametrize(
    ("language", "width"), [("ja", "phone")] + ([("en", "wide"), ("ja", "wide"), ("en", "phone")] if ALL else [])
)
def test_the_network_goes_in_the_middle_and_comes_back_and_the_file_arrives_whole(
    open_as: Callable[..., Page], check: Callable[[Page], None], shot: Callable[[Page, str], None], vera: User,
    reference: str, report: Path, language: str, width: str,
) -> None:  # fmt: skip
    page, said = open_as(vera, language=language, width=width), WORDS[language]
    page.goto(f"cases/{reference}/files/")
    sent = pieces(page)

    cuts: list[str] = []

    def cut(route: Route) -> None:
        if route.request.headers.get("upload-offset") == str(2 * 1024 * 1024) and not cuts:
            cuts.append(route.request.url)
            route.abort("connectionreset")
            page.context.set_offline(True)
        else:
            route.continue_()

    page.route("**/uploads/**", cut)
    page.set_input_files(INPUT, report)
    item = page.locator(".ct-upload__item")
    expect(item.locator(".ct-upload__state")).to_contain_text(said["paused"])
    shot(page, f"upload-paused-{language}-{width}")
    check(page)
    with system_scope():
        assert Upload.objects.get().received == 2 * 1024 * 1024
    page.context.set_offline(False)
    expect(item.locator(".ct-upload__state")).to_contain_text(said["arrived"])
    expect(page.locator(".ct-evidence")).to_contain_text(report.name)
    expect_whole(report)
    assert sent.count(0) == 1, "what had arrived was not sent again"
    check(page)
    shot(page, f"upload-arrived-{language}-{width}")


def test_a_piece_whose_answer_is_lost_is_not_written_twice(
    open_as: Callable[..., Page], vera: User, reference: str, report: Path
) -> None:
    page = open_as(vera)
    page.goto(f"cases/{reference}/files/")
    lost: list[str] = []

    def lose_answer(route: Route) -> None:
        offset = route.request.headers.get("upload-offset")
        if offset == str(1024 * 1024) and not lost:
            lost.append(offset)
            route.fetch()  # the server has it
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/uploads/**", lose_answer)
    page.set_input_files(INPUT, report)
    expect(page.locator(".ct-upload__state")).to_contain_text(WORDS["ja"]["arrived"])
    assert lost
    expect_whole(report)


def test_after_the_page_is_opened_again_the_same_file_goes_on_where_it_stopped(
    open_as: Callable[..., Page], check: Callable[[Page], None], shot: Callable[[Page, str], None], vera: User,
    reference: str, report: Path,
) -> None:  # fmt: skip
    page = open_as(vera)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"cases/{reference}/files/")

    def stop(route: Route) -> None:
        if route.request.headers.get("upload-offset") == str(1024 * 1024):
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/uploads/**", stop)
    page.set_input_files(INPUT, report)
    expect(page.locator(".ct-upload__state")).to_contain_text(WORDS["ja"]["paused"])
    page.unroute("**/uploads/**")
    page.goto(f"cases/{reference}/files/")
    expect(page.locator("[data-upload-unfinished]")).to_contain_text(WORDS["ja"]["unfinished"])
    check(page)
    shot(page, "upload-unfinished-ja-wide")
    sent = pieces(page)
    page.set_input_files(INPUT, report)
    expect(page.locator(".ct-upload__state")).to_contain_text(WORDS["ja"]["arrived"])
    assert min(sent) == 1024 * 1024
    expect_whole(report)
    expect(page.locator("[data-upload-unfinished]")).to_have_text("")


def test_many_at_once_each_with_its_end_and_a_name_that_is_code_stays_a_name(
    open_as: Callable[..., Page], check: Callable[[Page], None], shot: Callable[[Page, str], None], vera: User,
    reference: str, tmp_path: Path,
) -> None:  # fmt: skip
    page = open_as(vera, language="en", width="phone")
    page.goto(f"cases/{reference}/files/")
    given = {
        "a.pdf": files.PDF, "b.txt": files.TEXT, "c.csv": files.CSV_CP932, "d.eml": files.MAIL, "wrong.pdf": files.EXE,
        "empty.txt": b"", "<img src=x onerror=alert(1)>.txt": b"only a name",
    }  # fmt: skip
    for name, content in given.items():
        (tmp_path / name).write_bytes(content)
    page.set_input_files(INPUT, [tmp_path / name for name in given])
    expect(page.locator('.ct-upload__item[data-state="arrived"]')).to_have_count(5)
    expect(page.locator('.ct-upload__item[data-state="refused"]')).to_have_count(2)
    expect(page.locator(".ct-upload__list")).to_contain_text("wrong.pdf was not taken")
    expect(page.locator(".ct-upload__list")).to_contain_text("<img src=x onerror=alert(1)>.txt")
    assert page.locator("main img[src=x]").count() == 0
    check(page)
    shot(page, "upload-many-en-phone")
    with system_scope():
        assert EvidenceFile.objects.count() == 5


def test_she_cancels_one_and_it_is_gone_from_the_server_too(
    open_as: Callable[..., Page], vera: User, reference: str, report: Path
) -> None:
    page = open_as(vera, language="en")
    page.goto(f"cases/{reference}/files/")
    page.route("**/uploads/*/", lambda r: r.abort() if r.request.method == "PUT" else r.continue_())
    page.set_input_files(INPUT, report)
    expect(page.locator(".ct-upload__state")).to_contain_text(WORDS["en"]["paused"])
    with page.expect_response(lambda r: r.request.method == "DELETE"):
        page.get_by_role("button", name=f"Cancel {report.name}").click()
    expect(page.locator(".ct-upload__state")).to_contain_text("Cancelled")
    with system_scope():
        assert not Upload.objects.exists()


def test_without_javascript_the_form_sends_them(
    open_as: Callable[..., Page], vera: User, reference: str, report: Path
) -> None:
    page = open_as(vera, language="en", javascript=False)
    page.goto(f"cases/{reference}/files/")
    page.set_input_files(INPUT, report)
    page.get_by_role("button", name="Send the files").click()
    expect(page.locator(".ct-evidence")).to_contain_text(report.name)
    expect_whole(report)


def test_save_and_go_on_waits_until_the_draft_has_its_files(
    open_as: Callable[..., Page], vera: User, report: Path
) -> None:
    with system_scope():
        draft = start_draft(actor=vera)
    page = open_as(vera, language="en")
    page.goto(f"report/{draft.key}/files/")
    page.set_input_files(INPUT, report)
    with page.expect_navigation():
        page.get_by_role("button", name="Save and go on").last.click()
    expect_whole(report)


def test_on_a_telephone_the_camera_is_one_press_away(
    open_as: Callable[..., Page], site: str, story: Story, reference: str
) -> None:
    known = open_as(story.user("vera"), language="en").context
    assert known.browser is not None
    telephone = known.browser.new_context(has_touch=True, is_mobile=True, storage_state=known.storage_state())
    page = telephone.new_page()
    page.goto(f"{site}/en/cases/{reference}/files/")
    with page.expect_file_chooser() as chosen:
        page.click(".ct-upload__camera")
    assert chosen.value.element.get_attribute("capture") == "environment"
    telephone.close()
