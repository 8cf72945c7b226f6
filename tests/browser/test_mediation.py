"""Vera turns to FINMAC: mina takes the case on, hears both sides and proposes, both accept, and the firm offers just
that amount, which vera accepts. Every page on the way is checked by axe.

No worker runs here: the test makes the bundle."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page

from casetrack.cases.models import Case
from casetrack.copies.models import Copy
from casetrack.copies.services import make_copy
from casetrack.demo.cast import Cast
from casetrack.demo.mediation import hearing_set, proposed, taken_on, victim_says
from casetrack.evidence.models import EvidenceFile
from casetrack.evidence.services import add_file
from casetrack.evidence.tasks import examine
from casetrack.lib import clock
from casetrack.lib.scope import system_scope
from casetrack.mediation.models import Mediation
from casetrack.negotiation.models import Settlement
from tests.browser.conftest import LOOKS
from tests.builders import Story
from tests.evidence import files
from tests.evidence.files import upload
from tests.evidence.test_previews import photograph

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BUTTON = "main form .govuk-button:not(.govuk-button--secondary):visible >> nth=0"


def day(page: Page, name: str, days: int) -> None:
    when = clock.tokyo_date(clock.now()) + dt.timedelta(days=days)
    for part in ("year", "month", "day"):
        page.fill(f"[name='{name}_{part}']", str(getattr(when, part)))


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_from_the_application_to_the_settlement(
    open_as: Callable[..., Page], check: Callable[[Page], None], shot: Callable[[Page, str], None], cast: Cast,
    settings: Any, tmp_path: Any, language: str, width: str,
) -> None:  # fmt: skip
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.ACCOUNT_REAUTHENTICATION_REQUIRED = False
    with system_scope():
        story = Story(cast, at=clock.now() - dt.timedelta(days=60)).to_assessment()
        story.at = clock.now() - dt.timedelta(days=3)
        story.offered().says("vera", "電話で凍結をお願いしましたが、できないと言われました。")
    reference, taken = story.case.reference, iter(range(1, 99))
    vera, mina, ivan, alma = (
        open_as(cast.user[name], language=language, width=width) for name in ("vera", "mina", "ivan", "alma")
    )

    def go(page: Page, path: str) -> None:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path

    def seen(page: Page, name: str) -> None:
        check(page)
        shot(page, f"mediation-{language}-{width}-{next(taken):02d}-{name}")

    def send(page: Page, address: str) -> None:
        page.locator(BUTTON).click()
        page.wait_for_url(re.compile(address))

    go(mina, "mediator/")
    seen(mina, "desk-empty")
    go(vera, f"cases/{reference}/escalate/")
    seen(vera, "apply")
    vera.locator(BUTTON).click()
    vera.wait_for_selector(".govuk-error-summary")
    seen(vera, "apply-errors")
    vera.fill("[name=reason]", "補償が2分の1とされたことに納得できません。")
    vera.fill("[name=asks]", "損失の全額の補償を求めます。")
    vera.fill("[name=claimed]", "3,000,000")
    vera.check("[name=consent]", force=True)
    send(vera, r"/mediation/$")
    seen(vera, "applied")
    go(vera, f"cases/{reference}/")
    seen(vera, "case")

    go(mina, "mediator/")
    seen(mina, "desk")
    go(mina, f"mediator/cases/{reference}/")
    seen(mina, "case")
    go(mina, f"mediator/cases/{reference}/statements/1/")
    seen(mina, "statement")
    go(mina, f"mediator/cases/{reference}/good-faith/")
    seen(mina, "good-faith")
    go(mina, f"mediator/cases/{reference}/decline/")
    seen(mina, "decline")
    go(mina, f"mediator/cases/{reference}/accept/")
    seen(mina, "accept")
    mina.fill("[name=file_number]", "あ-2026-118")
    send(mina, rf"/mediator/cases/{reference}/$")
    go(mina, f"mediator/cases/{reference}/hearings/")
    mina.locator(BUTTON).click()
    mina.wait_for_selector(".govuk-error-summary")
    seen(mina, "hearing-errors")
    day(mina, "at", 10)
    mina.fill("[name=at_time]", "14:00")
    mina.check("[name=how][value=place]", force=True)
    mina.fill("[name=place]", "東京都中央区日本橋茅場町2-1-1")
    mina.fill("[name=note]", "本人確認書類をお持ちください。")
    send(mina, rf"/mediator/cases/{reference}/$")
    seen(mina, "case-hearing")
    go(mina, f"mediator/cases/{reference}/hearings/1/cancel/")
    seen(mina, "hearing-cancel")
    go(mina, f"mediator/cases/{reference}/propose/")
    mina.locator(BUTTON).click()
    mina.wait_for_selector(".govuk-error-summary")
    seen(mina, "propose-errors")
    mina.fill("[name=amount]", "2,000,000")
    mina.fill("[name=text]", "被申立人は申立人に対し、200万円を支払う。")
    mina.fill("[name=reasons]", "電話での凍結の申出に応じなかった経緯を重くみました。")
    day(mina, "answer_by", 14)
    send(mina, rf"/mediator/cases/{reference}/$")
    seen(mina, "case-proposed")

    go(vera, f"cases/{reference}/mediation/")
    seen(vera, "proposal")
    go(vera, f"cases/{reference}/mediation/withdraw/")
    seen(vera, "withdraw")
    go(vera, f"cases/{reference}/mediation/answer/")
    vera.locator(BUTTON).click()
    vera.wait_for_selector(".govuk-error-summary")
    seen(vera, "answer-errors")
    vera.check("[name=reply][value=accept]", force=True)
    send(vera, r"/mediation/$")
    go(alma, f"firm/cases/{reference}/mediation/")
    seen(alma, "firm")
    alma.check("[name=reply][value=refuse]", force=True)
    alma.locator(BUTTON).click()
    alma.wait_for_selector(".govuk-error-summary")
    seen(alma, "firm-errors")
    alma.check("[name=reply][value=accept]", force=True)
    send(alma, r"/mediation/$")
    with system_scope():
        assert Mediation.objects.get().status == "settled"
    go(vera, f"cases/{reference}/mediation/")
    seen(vera, "settled")
    go(mina, "mediator/?tab=ended")
    seen(mina, "desk-ended")

    go(mina, f"mediator/cases/{reference}/bundle/")
    seen(mina, "bundle")
    mina.locator("main form button").click()
    mina.wait_for_selector("[data-follow]")
    seen(mina, "bundle-waiting")
    with system_scope():
        bundle = Copy.objects.get()
    assert make_copy(bundle.pk)
    go(mina, f"mediator/cases/{reference}/bundle/")
    seen(mina, "bundle-ready")
    for page, address in ((mina, "mediator/"), (vera, ""), (ivan, "firm/")):
        go(page, f"{address}cases/{reference}/bundle/")
        with page.expect_download() as saved:
            page.locator("form[action$='/download/'] button").click()
        with ZipFile(saved.value.path()) as archive:
            assert archive.testzip() is None
    seen(ivan, "firm-bundle")

    go(ivan, f"firm/cases/{reference}/mediation/")
    seen(ivan, "firm-settled")
    go(ivan, f"firm/cases/{reference}/assessments/1/offer/")
    seen(ivan, "offer")
    ivan.fill("[name=reasons]", "特別調停案を双方が受諾したことによる金額です。")
    send(ivan, r"/offers/\d+/$")
    go(alma, ivan.url)
    alma.locator("form[action$='/approve/'] button").click()
    alma.wait_for_url(re.compile(rf"/firm/cases/{reference}/$"))
    with system_scope():
        case = Case.objects.get()
        offer = case.offers.get(status="open")
        assert offer.amount == 2_000_000
    go(vera, f"cases/{reference}/offers/{offer.number}/")
    seen(vera, "offer")
    go(vera, f"cases/{reference}/offers/{offer.number}/accept/")
    vera.check("[name=agreed]", force=True)
    send(vera, rf"/cases/{reference}/")
    with system_scope():
        assert Settlement.objects.get().amount == 2_000_000
    go(ivan, f"firm/cases/{reference}/offers/{offer.number}/legal-basis/")
    seen(ivan, "legal-basis")


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_a_mediation_that_ends_leaves_the_body_a_record(
    open_as: Callable[..., Page], check: Callable[[Page], None], shot: Callable[[Page, str], None], cast: Cast,
    settings: Any, tmp_path: Any, language: str, width: str,
) -> None:  # fmt: skip
    """A part was settled before. Mina looks at the files, lets the proposal be refused, and ends it."""
    settings.MEDIA_ROOT = tmp_path / "media"
    with system_scope():
        story = Story(cast, at=clock.now() - dt.timedelta(days=50)).to_assessment()
        story.at = clock.now() - dt.timedelta(days=1)
        part = story.part_offered("costs").accepted().settlement
        for name, content in (("IMG_1.jpg", photograph(600, 400)), ("report.pdf", files.PDF)):
            examine(add_file(upload(name, content), actor=cast.user["vera"], case=story.case).sha256)
        mediation = taken_on(story.rest_offered(), file_number="あ-2026-118")
        hearing_set(story, mediation, days=0.1)
        story.at = clock.now()
        proposal = proposed(story, mediation, 2_000_000)
        rows = list(EvidenceFile.objects.filter(case=story.case).order_by("pk"))
    case, taken = story.case, iter(range(1, 99))
    vera, mina, ivan = (open_as(cast.user[name], language=language, width=width) for name in ("vera", "mina", "ivan"))

    def seen(page: Page, path: str, name: str) -> None:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        check(page)
        shot(page, f"mediation-end-{language}-{width}-{next(taken):02d}-{name}")

    hers, first = f"mediator/cases/{case.reference}/", f"cases/{case.reference}/"
    seen(mina, hers, "case")
    seen(mina, f"{hers}good-faith/", "clocks-body")
    seen(vera, f"{first}good-faith/", "clocks-victim")
    seen(vera, first, "clocks-case")
    for row in rows:
        seen(mina, f"{hers}files/{row.key}/look/", f"look-{row.name.partition('.')[0]}")
    seen(vera, f"{first}mediation/answer/", "answer")
    seen(vera, f"{first}offers/{part.offer.number}/", "part-before")
    with system_scope():
        victim_says(story, proposal, yes=False)
    seen(mina, f"{hers}end/", "end")
    mina.locator(BUTTON).click()
    mina.wait_for_selector(".govuk-error-summary")
    check(mina)
    mina.fill("[name=reason]", "双方の主張の隔たりが大きく、成立の見込みがありません。")
    mina.locator(BUTTON).click()
    mina.wait_for_url(re.compile(r"/mediator/$"))
    assert case.reference not in mina.content()
    seen(mina, "mediator/?tab=ended", "desk-ended")
    assert mina.locator(f"a:has-text('{case.reference}')").count() == 0
    gone = mina.goto(hers)
    assert gone is not None
    assert gone.status == 404
    seen(vera, f"{first}mediation/", "victim-after")
    seen(ivan, f"firm/{first}mediation/", "firm-after")
