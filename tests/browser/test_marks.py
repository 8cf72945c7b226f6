""" "Was this you?" by keys, and the last answer for many taken back, in a real Chromium."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from casetrack.cases.models import ExecutionAnswer
from casetrack.cases.services import add_incident
from casetrack.intake.trades import bring_trades, map_columns
from casetrack.lib.scope import system_scope
from casetrack.people.models import User
from tests.builders import Story
from tests.intake.reports import filled_draft
from tests.intake.test_brought_trades import LIST, MAPPING

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAVED = {"ja": "回答を保存しました。", "en": "Your answers are saved."}


def said(**of: str) -> list[str]:
    with system_scope():
        rows = ExecutionAnswer.objects.order_by("execution__executed_at", "execution__place")
        return list(rows.filter(**of).values_list("answer", flat=True))


@pytest.mark.parametrize(("language", "width"), [("ja", "wide"), ("en", "phone")])
def test_she_answers_by_keys_and_takes_an_answer_for_a_day_back(
    open_as: Callable[..., Page],
    check: Callable[[Page], None],
    shot: Callable[[Page, str], None],
    story: Story,
    vera: User,
    language: str,
    width: str,
) -> None:
    with system_scope():
        story.to_ledger()
    page = open_as(vera, language=language, width=width)
    page.set_default_timeout(90_000)
    page.goto(f"cases/{story.case.reference}/trades/")
    status = page.locator("[data-marks-status]")
    page.keyboard.press("n")  # the focus is not in the list
    expect(page.locator("input[type=radio]:checked")).to_have_count(0)

    page.locator("[data-trade] input").first.focus()
    page.keyboard.press("n")
    page.keyboard.press("j")
    page.keyboard.press("s")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("y")
    expect(status).to_have_text(SAVED[language])
    assert said() == ["no", "yes"]
    page.keyboard.press("?")
    expect(page.locator("[data-marks-keys]")).to_be_visible()
    check(page)
    shot(page, f"marks-keys-{language}-{width}")

    button = page.locator("button[name=many][value^='not_sure:day']").first
    box = button.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= (44 if width == "phone" else 36)
    with page.expect_navigation():
        button.click()
    assert said()[:2] == ["not_sure", "not_sure"]
    check(page)
    shot(page, f"marks-many-{language}-{width}")
    page.locator("[data-trade] input").first.focus()
    with page.expect_navigation():
        page.keyboard.press("u")
    assert said() == ["no", "yes"]
    expect(page.locator("button[name=undo]")).to_have_count(0)
    shot(page, f"marks-undone-{language}-{width}")


def test_an_answer_that_cannot_be_sent_stays_on_the_page_and_is_sent_again(
    open_as: Callable[..., Page], check: Callable[[Page], None], shot: Callable[[Page, str], None], vera: User
) -> None:
    with system_scope():
        draft = filled_draft(vera)
        map_columns(LIST, MAPPING, actor=vera)
        bring_trades(draft, "list.csv", LIST, actor=vera)
    page = open_as(vera, language="ja", width="phone")
    page.set_default_timeout(90_000)
    page.goto(f"report/{draft.key}/trades/list/")
    page.context.set_offline(True)
    page.locator("[data-trade] input").first.focus()
    page.keyboard.press("n")
    expect(page.locator("[data-trade]").first.locator(".ct-marks__said")).to_be_visible()
    expect(page.locator("input[value='no']:checked")).to_have_count(1)
    check(page)
    shot(page, "marks-offline-ja-phone")
    page.context.set_offline(False)
    expect(page.locator("[data-marks-status]")).to_have_text(SAVED["ja"])
    expect(page.locator(".ct-marks__said")).to_have_count(0)
    with system_scope():
        assert draft.brought_trades.filter(answer="no").count() == 1


@pytest.mark.parametrize(("language", "width"), [("ja", "phone"), ("en", "wide")])
def test_she_reports_further_trades_of_an_open_case(
    open_as: Callable[..., Page],
    check: Callable[[Page], None],
    shot: Callable[[Page, str], None],
    story: Story,
    vera: User,
    language: str,
    width: str,
) -> None:
    with system_scope():
        story.to_investigation().access_confirmed()
        add_incident(story.case, {"number": "0123-7654321", "kinds": [], "vector": "unknown"})
    page = open_as(vera, language=language, width=width)
    page.set_default_timeout(90_000)

    def press(what: str, button: str = "main form .govuk-button[data-module]") -> None:
        with page.expect_navigation():
            page.click(button)
        check(page)
        shot(page, f"later-{what}-{language}-{width}")

    page.goto(f"cases/{story.case.reference}/")
    press("upload", "a[href$='/trades/bring/']")
    press("empty")
    page.select_option("[name='account']", "2")
    page.set_input_files("[name='file']", {"name": "list.csv", "mimeType": "text/csv", "buffer": LIST})
    press("columns")
    for name, place in MAPPING.items():
        page.select_option(f"[name='{name}']", str(place))
    press("preview")
    press("day", "[name='many'][value='no:day:2025-04-16']")
    press("case")
    with system_scope():
        assert story.case.claimed_trades.filter(incident__pk=story.case.incidents.latest("pk").pk).count() == 2
