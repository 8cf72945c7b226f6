"""What was handed in, as both sides see it, in a real Chromium: lists, previews, and what the firm asks for."""

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from casetrack.evidence import services
from casetrack.evidence.models import EvidenceFile, Scan
from casetrack.lib import clock
from casetrack.lib.scope import system_scope
from casetrack.people.models import User
from tests.browser.conftest import LOOKS
from tests.builders import Story
from tests.evidence import files
from tests.evidence.files import upload
from tests.evidence.test_previews import photograph

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def case_files(story: Story, vera: User, ivan: User) -> dict[str, EvidenceFile]:
    """A file in every state, and two things that the firm asks for."""
    with system_scope():
        case = story.to_investigation().case
        given = {
            "photo": upload("電話のメモ.jpg", photograph(1200, 900)),
            "paper": upload("取引報告書_2025年4月分_みなと証券_口座番号の下四桁は7890.pdf", files.PDF),
            "text": upload("memo.txt", files.TEXT),
            "harmful": upload("請求書.csv", files.CSV_CP932),
            "waiting": upload("screen.heic", files.HEIC),
        }
        rows = {name: services.add_file(content, actor=vera, case=case) for name, content in given.items()}
        services.examine(rows["photo"].sha256)
        EvidenceFile.objects.filter(pk=rows["harmful"].pk).update(scan=Scan.INFECTED, finding="Win.Test.EICAR_HDB-1")
        EvidenceFile.objects.filter(pk=rows["waiting"].pk).update(scan=Scan.WAITING)
        rows["text"].refresh_from_db()
        services.note_reading(rows["text"], actor=ivan)
        today = clock.tokyo_date(clock.now())
        services.ask_for(
            case, "2025年4月16日の取引報告書", why="金額を確かめるためです。会員ページの「報告書」から保存できます。",
            due_on=today + dt.timedelta(days=10), actor=ivan,
        )  # fmt: skip
        services.ask_for(case, "偽のメール（.eml）", due_on=today + dt.timedelta(days=1), actor=ivan)
    return rows


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_vera_sees_where_each_file_is_and_answers_what_is_asked(
    open_as: Callable[..., Page], check: Callable[[Page], None], shot: Callable[[Page, str], None], vera: User,
    story: Story, case_files: dict[str, EvidenceFile], language: str, width: str,
) -> None:  # fmt: skip
    page = open_as(vera, language=language, width=width)

    def look(what: str) -> None:
        check(page)
        shot(page, f"evidence-{what}-{language}-{width}")

    page.goto(f"cases/{story.case.reference}/files/")
    expect(page.locator(".ct-evidence > li")).to_have_count(5)
    look("list")
    page.locator(".ct-fingerprint summary").first.click()
    expect(page.locator(".ct-hash").first).to_have_text(case_files["photo"].sha256)
    for name in ("photo", "paper", "text"):
        page.goto(f"files/{case_files[name].key}/look/")
        look(f"look-{name}")
    page.goto(f"cases/{story.case.reference}/files/")
    page.locator(".ct-asked a").first.click()
    page.locator("main form .govuk-button:not(.govuk-button--secondary)").last.click()
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    look("answer-error")
    page.fill("textarea", "まだ届いていません。")
    page.locator("main form .govuk-button:not(.govuk-button--secondary)").last.click()
    page.wait_for_url("**/files/")
    expect(page.locator(".ct-asked").last).to_contain_text("まだ届いていません。")
    look("answered")


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_ivan_sees_the_files_and_asks_for_one_more(
    open_as: Callable[..., Page], check: Callable[[Page], None], shot: Callable[[Page, str], None], ivan: User,
    story: Story, case_files: dict[str, EvidenceFile], language: str, width: str,
) -> None:  # fmt: skip
    page = open_as(ivan, language=language, width=width)

    def look(what: str) -> None:
        check(page)
        shot(page, f"firm-evidence-{what}-{language}-{width}")

    page.goto(f"firm/cases/{story.case.reference}/")
    expect(page.locator("#evidence .ct-badge--stop")).to_be_visible()
    look("case")
    for name in ("photo", "text", "paper"):
        page.goto(f"firm/cases/{story.case.reference}/files/{case_files[name].key}/look/")
        look(f"look-{name}")
    page.goto(f"firm/cases/{story.case.reference}/asked/")
    page.locator("main form button").click()
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    look("ask-error")
    day = clock.tokyo_date(clock.now()) + dt.timedelta(days=7)
    page.fill("[name=what]", "警察の受理番号")
    for part in ("year", "month", "day"):
        page.fill(f"[name=due_on_{part}]", str(getattr(day, part)))
    page.locator("main form button").click()
    expect(page.locator("#evidence")).to_contain_text("警察の受理番号")
    before = page.locator("#evidence form").count()
    page.locator("#evidence form button").first.click()
    expect(page.locator("#evidence form")).to_have_count(before - 1)
    look("asked")
