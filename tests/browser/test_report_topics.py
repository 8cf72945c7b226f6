"""The optional topics and several firms in a real Chromium: each page checked by axe, in both languages and widths,
with and without JavaScript; what the firm's people see of it."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from casetrack.cases.models import Case
from casetrack.intake.services import save_step
from casetrack.intake.sittings import sitting_of
from casetrack.intake.steps import STEPS
from casetrack.lib.scope import system_scope
from tests.builders import Cast
from tests.intake.reports import ANSWERS, TOPICS, filled_draft

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OF_A_FIRM = [name for name in ANSWERS if not STEPS[name].is_common]
NEXT = "main form .govuk-button:not(.govuk-button--secondary):visible >> nth=0"


@pytest.mark.parametrize(("language", "width", "javascript"), [("ja", "phone", True), ("en", "wide", False)])
def test_vera_adds_what_applies_to_her_and_reports_two_firms(
    cast: Cast,
    open_as: Callable[..., Page],
    check: Callable[[Page], None],
    shot: Callable[[Page, str], None],
    language: str,
    width: str,
    javascript: bool,
) -> None:
    user = cast.user["vera"]
    with system_scope():
        draft = filled_draft(user)
    vera = open_as(user, language=language, width=width, javascript=javascript)
    vera.set_default_timeout(90_000)

    def look(page: Page, name: str) -> None:
        if javascript:
            check(page)
        shot(page, f"topics-{name}-{language}-{width}")

    def go(path: str, name: str) -> None:
        answer = vera.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        look(vera, name)

    def press(name: str, button: str = NEXT) -> None:
        with vera.expect_navigation():
            vera.click(button)
        look(vera, name)

    base = f"report/{draft.key}/"
    go(base, "list")
    go(f"{base}address/", "address")
    vera.fill("[name=postcode]", "１５４ー００２３")
    vera.fill("[name=building]", "髙砂荘 2号")
    press("address-found", "button[name=find]")
    assert vera.input_value("[name=city]") == "世田谷区"
    assert vera.input_value("[name=building]") == "髙砂荘 2号"
    vera.fill("[name=postcode]", "１５４")
    press("address-error")
    assert vera.locator(".govuk-error-summary__list li").count() == 1
    go(f"{base}talks/", "talks")
    vera.fill("[name=row-0-said]", "凍結できません")
    press("talks-two", "button[name=add]")
    assert vera.input_value("[name=row-0-said]") == "凍結できません"
    press("talks-error")
    assert vera.locator(".govuk-error-summary__list li").count() == 1
    for step in ("representative", "help", "happened", "margin", "before", "bodies", "wishes", "consents"):
        go(f"{base}{step}/", step)
    with system_scope():
        for step, answers in TOPICS.items():
            save_step(draft, STEPS[step], answers, actor=user)
    go(f"{base}account/", "accounts")
    vera.select_option("[name=row-0-firm]", "MINATO")
    vera.fill("[name=row-0-number]", "0123-4567890")
    press("accounts-two", "button[name=add]")
    vera.select_option("[name=row-1-firm]", "AOZORA")
    vera.fill("[name=row-1-number]", "７７７−８８８８８８８")
    press("after-accounts")
    with system_scope():
        draft.refresh_from_db()
        sitting = sitting_of(draft)
        assert [member.firm_code for member in sitting.members] == ["MINATO", "AOZORA"]
        for step in OF_A_FIRM:
            save_step(sitting.members[1], STEPS[step], ANSWERS[step], actor=user)
    go(base, "list-of-two-firms")
    with system_scope():
        save_step(draft, STEPS["told"], ANSWERS["told"] | {"firm_answer": "not_asked"}, actor=user)
    go(f"{base}check/", "check-with-aside")
    assert vera.locator("#set-aside").count() == 1
    with system_scope():
        save_step(draft, STEPS["told"], ANSWERS["told"], actor=user)
    go(f"{base}check/", "check")
    vera.check("[name=declared]", force=True)
    press("receipt")
    with system_scope():
        first, second = Case.objects.order_by("pk")
    for reference in (first.reference, second.reference):
        assert reference in vera.inner_text("main")
    go(f"cases/{second.reference}/", "case-beside")
    _fiona_reads(open_as, cast, look, first, second, language, width)


def _fiona_reads(
    open_as: Callable[..., Page],
    cast: Cast,
    look: Callable[[Page, str], None],
    first: Case,
    second: Case,
    language: str,
    width: str,
) -> None:
    fiona: Any = open_as(cast.user["fiona"], language=language, width=width)
    fiona.goto(f"firm/cases/{first.reference}/")
    look(fiona, "firm-case")
    for part in fiona.locator("#report summary").all():
        part.click()
    look(fiona, "firm-case-open")
    text = fiona.inner_text("main")
    assert "世田谷警察署" in text
    assert second.reference not in text
