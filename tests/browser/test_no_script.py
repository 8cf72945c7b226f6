"""From the first page to the receipt without a script, and typing as a Japanese keyboard does, with one."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from casetrack.cases.models import Case
from casetrack.documents.models import DocumentKind
from casetrack.documents.services import drain
from casetrack.intake.models import Draft
from casetrack.intake.services import start_draft, typed_in
from casetrack.intake.steps import NOTICED, YOU
from casetrack.lib import clock
from casetrack.lib.scope import system_scope
from tests.builders import Cast
from tests.evidence import files

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAVE = "main form .govuk-button:not(.govuk-button--secondary):visible >> nth=0"
SIGN_UP = "main form[action$='/signup/'] button[type=submit]"
LIST = Path(__file__).parents[1] / "data" / "brokers" / "rakuten_jp.csv"


def test_a_stranger_comes_from_the_first_page_to_the_receipt_without_a_script(
    open_as: Callable[..., Page], cast: Cast, tmp_path: Path
) -> None:
    page = open_as(language="ja", width="phone", javascript=False)

    def press(selector: str = SAVE) -> None:
        with page.expect_navigation():
            page.click(selector)

    def choose(**values: str) -> None:
        for name, value in values.items():
            page.check(f"[name='{name}'][value='{value}']", force=True)

    page.goto("")
    assert "tel:" in page.content()
    press("main a[href*='/report/'], main a[href*='/accounts/signup/'] >> nth=0")
    page.goto("accounts/signup/")
    page.fill("[name=email]", "new@example.com")
    page.fill("[name=password1]", "a long and quiet sentence 7")
    press(SIGN_UP)
    code = re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", str(mail.outbox[-1].body), re.M)
    assert code
    page.fill("[name=code]", code[1])
    press()
    page.goto("report/")
    press()
    base = re.sub(r"(/report/[0-9a-f-]{36}/).*", r"\1", page.url)
    page.goto(f"{base}you/")
    page.fill("[name=family_name]", "髙橋")
    choose(language="ja")
    press()
    page.select_option("[name=row-0-firm]", "MINATO")
    page.fill("[name=row-0-number]", "0123-4567890")
    press()
    for part, value in (("year", "2025"), ("month", "4"), ("day", "16")):
        page.fill(f"[name=noticed_at_{part}]", value)
    choose(noticed_how="notification")
    press()
    choose(firm_answer="not_asked")
    press()
    choose(mfa_offered="unknown", vector="unknown")
    press()
    choose(known="brought")
    press()
    page.set_input_files("[name=file]", LIST)
    press()
    press()  # what the file says is right
    press("button[name=many][value^='no:day']")
    page.goto(f"{base}files/")
    shot = tmp_path / "mail.pdf"
    shot.write_bytes(files.PDF)
    page.set_input_files("[name=uploads]", [shot])
    press()
    page.goto(f"{base}check/")
    page.check("[name=declared]", force=True)
    press()
    with system_scope():
        case = Case.objects.get()
        assert case.claimed_trades.exists()
        drain(clock.now())
        assert case.documents.filter(kind=DocumentKind.RECEIPT).exists()
    page.goto(f"cases/{case.reference}/receipt/")
    assert case.reference in page.inner_text("main")
    with page.expect_download() as download:
        page.click("main a[href*='/documents/']")
    assert download.value.path().read_bytes().startswith(b"%PDF")


@pytest.fixture
def typing(open_as: Callable[..., Page], cast: Cast) -> tuple[Page, Draft]:
    with system_scope():
        draft = start_draft(actor=cast.user["vera"])
    return open_as(cast.user["vera"], language="ja"), draft


def test_kana_are_composed_undisturbed_while_the_page_saves(typing: tuple[Page, Draft]) -> None:
    page, draft = typing
    page.goto(f"report/{draft.key}/noticed/")
    page.focus("[name=noticed_note]")
    keys = page.context.new_cdp_session(page)
    for text in ("つ", "つう", "つうち"):
        keys.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
        page.wait_for_timeout(700)
    expect(page.locator("#autosave")).to_have_attribute("data-state", "saved")
    assert page.input_value("[name=noticed_note]") == "つうち"
    keys.send("Input.insertText", {"text": "通知"})
    assert page.input_value("[name=noticed_note]") == "通知"
    expect(page.locator("#autosave")).to_have_attribute("data-state", "saving")
    expect(page.locator("#autosave")).to_have_attribute("data-state", "saved")
    with system_scope():
        draft.refresh_from_db()
        assert typed_in(draft, NOTICED)["noticed_note"] == ["通知"]


def test_enter_that_ends_a_composition_sends_nothing(typing: tuple[Page, Draft]) -> None:
    page, draft = typing
    page.goto(f"report/{draft.key}/you/")
    page.fill("[name=family_name_kana]", "")
    page.focus("[name=family_name_kana]")
    keys = page.context.new_cdp_session(page)
    keys.send("Input.imeSetComposition", {"text": "たかはし", "selectionStart": 4, "selectionEnd": 4})
    keys.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "windowsVirtualKeyCode": 229, "key": "Process"})
    keys.send("Input.insertText", {"text": "たかはし"})
    page.wait_for_timeout(300)
    assert page.url.endswith("/you/")
    assert (
        page.input_value("[name=family_name_kana]") == "たかはし"
    )  # made katakana on the server, never under the hands
    expect(page.locator("#autosave")).to_have_attribute("data-state", "saved")
    with system_scope():
        draft.refresh_from_db()
        assert typed_in(draft, YOU)["family_name_kana"] == ["たかはし"]
