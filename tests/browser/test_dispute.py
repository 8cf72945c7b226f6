"""A dispute from the first refusal to the last yen: refused, countered, reviewed a second time, taken to an outside
body, settled in part, paid, come back, paid again, and settled for the rest. Every page is checked by axe."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from casetrack.audit.services import first_broken_entry
from casetrack.lib.scope import system_scope
from casetrack.negotiation.models import Offer, Payment
from casetrack.negotiation.partial import settled_parts
from casetrack.negotiation.services import live_settlements
from casetrack.people.models import User
from tests.browser.conftest import LOOKS
from tests.builders import Cast, Story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "a long and quiet sentence 7"


@dataclass
class Desk:
    """Somebody's browser in this case: `go` to a page of it, `send` its form, `press` a button of another."""

    page: Page
    root: str
    check: Callable[[Page], None]
    shot: Callable[[Page, str], None]
    look: str

    def see(self, name: str) -> None:
        self.check(self.page)
        self.shot(self.page, f"dispute-{name}-{self.look}")

    def go(self, tail: str, name: str = "") -> None:
        answer = self.page.goto(self.root + tail)
        assert answer is not None
        assert answer.ok, f"{tail}: {answer.status}"
        if name:
            self.see(name)

    def send(self, name: str = "", **values: str) -> None:
        for field, value in values.items():
            self.page.fill(f"[name='{field}']", value)
        self.press("main form:has([name=csrfmiddlewaretoken]) button.govuk-button[type=submit] >> nth=-1", name)

    def press(self, button: str, name: str = "") -> None:
        with self.page.expect_navigation():
            self.page.click(button)
        if name:
            self.see(name)

    def errors(self) -> int:
        return self.page.locator(".govuk-error-summary").count()

    def text(self) -> str:
        return self.page.inner_text("main")


@dataclass
class People:
    vera: Desk
    ivan: Desk
    alma: Desk
    sora: Desk


def offered(people: People, number: int, *, parts: tuple[str, ...] = (), **typed: str) -> None:
    """Ivan prepares offer `number`, alma approves it."""
    people.ivan.go("assessments/1/offer/")
    for name in ("margin", "costs", "liquidation", "solatium") if parts else ():
        box = people.ivan.page.locator(f"[name=settles][value={name}]")
        box.evaluate("(box) => box.closest('details').open = true")
        box.set_checked(name in parts, force=True)
    people.ivan.send(f"prepared-{number}", **typed)
    assert not people.ivan.errors()
    people.alma.go(f"offers/{number}/", f"to-approve-{number}")
    people.alma.press("form[action$='/approve/'] button")


def refused_and_countered(people: People) -> None:
    offered(people, 1, reasons="当社の補償方針による金額です。")
    people.vera.go("offers/1/refuse/")
    people.vera.send("refuse-error")
    assert people.vera.errors()
    people.vera.send("refused", reason="凍結を断られたことが考えられていません。")
    offered(people, 2, reasons="もう一度ご検討ください。")
    people.vera.go("offers/2/counter/")
    people.vera.page.fill("#id_margin", "26,000,000")
    people.vera.page.fill("#id_why_margin", "電話で凍結を断られた後の取引です。")
    people.vera.page.check("[name=settle_agreed]", force=True)
    people.vera.send("counter-error")
    assert people.vera.errors()
    people.vera.send("countered", reason="手数料については同じ考えです。")
    assert Offer.objects.get(number=3).settles == ["liquidation", "costs", "solatium"]


def reviewed_and_escalated(people: People) -> None:
    people.vera.go("second-review/")
    people.vera.send("review-asked", reason="別の方に見ていただきたいです。")
    people.sora.go("second-review/", "review")
    people.sora.page.check("[name=outcome] >> nth=0", force=True)
    people.sora.send("reviewed", reason="担当とは別に見ましたが、結論は同じです。")
    people.vera.go("escalate/", "escalate")
    for box in people.vera.page.locator("main form [type=checkbox]").all():
        box.check(force=True)
    people.vera.send("escalated", reason="金額の考え方が合いません。")


def accepted(people: People, number: int) -> None:
    people.vera.go(f"offers/{number}/", f"offer-{number}")
    people.vera.page.goto(f"{people.vera.root}offers/{number}/accept/")
    if "reauthenticate" in people.vera.page.url:
        people.vera.send(password=PASSWORD)
    people.vera.see(f"accept-{number}")
    people.vera.page.check("[name=agreed]", force=True)
    people.vera.send(f"accepted-{number}")
    people.vera.go(f"offers/{number}/", f"settled-{number}")


def cleared(people: People, number: int) -> None:
    """Countersigned, and its legal basis recorded and checked."""
    people.alma.go(f"offers/{number}/settlement/", f"settlement-{number}")
    people.alma.press("form[action$='/sign/'] button")
    people.ivan.go(f"offers/{number}/legal-basis/")
    people.ivan.page.check("[name=kind][value=court_settlement]", force=True)
    day = timezone.localdate() - dt.timedelta(days=1)
    people.ivan.send(
        reference="東京地裁 41号", decided_on_year=str(day.year), decided_on_month=str(day.month),
        decided_on_day=str(day.day),
    )  # fmt: skip
    people.alma.go(f"offers/{number}/legal-basis/")
    people.alma.press("form[action$='/check/'] button")


def paid(people: People, number: int) -> None:
    people.alma.go(f"offers/{number}/payment/")
    people.alma.send(f"paid-{number}", note="通帳の写しで口座を確認しました。")
    assert not people.alma.errors()


def came_back_and_paid_again(people: People, number: int) -> None:
    paid(people, number)
    people.vera.go("", "case-part-paid")
    people.vera.go(f"offers/{number}/money-missing/")
    people.vera.send("missing", reason="まだ入金がありません。")
    people.alma.go(f"offers/{number}/settlement/", "missing-firm")
    people.alma.go(f"offers/{number}/payment/failed/")
    people.alma.send("came-back", reason="口座番号の誤りで戻りました。")
    paid(people, number)
    people.vera.go(f"offers/{number}/money-arrived/", "arrived")
    people.vera.page.check("[name=arrived]", force=True)
    people.vera.send("case-part-arrived")


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_a_dispute_is_walked_to_its_end(
    open_as: Callable[..., Page], check: Any, shot: Any, cast: Cast, settings: Any, language: str, width: str
) -> None:
    settings.SETTLEMENT_COOLING_OFF_HOURS = 0
    with system_scope():
        story = Story(cast, at=timezone.now() - dt.timedelta(days=60)).to_assessment()
        vera: User = cast.user["vera"]
        vera.set_password(PASSWORD)
        vera.save()

    def desk(name: str) -> Desk:
        front = "" if name == "vera" else "firm/"
        page = open_as(cast.user[name], language=language, width=width)
        return Desk(page, f"{front}cases/{story.case.reference}/", check, shot, f"{language}-{width}")

    people = People(*(desk(name) for name in ("vera", "ivan", "alma", "sora")))
    with system_scope():
        refused_and_countered(people)
        reviewed_and_escalated(people)
    offered(people, 4, parts=("liquidation", "costs", "solatium"), reasons="一致している部分を先に補償します。")
    accepted(people, 4)
    cleared(people, 4)
    came_back_and_paid_again(people, 4)
    with system_scope():
        assert settled_parts(story.case) == {"4": ["liquidation", "costs", "solatium"]}
    offered(people, 5, margin="20,000,000", why_margin="凍結をお断りした後の取引だからです。", reasons="残りについて。")
    accepted(people, 5)
    cleared(people, 5)
    paid(people, 5)
    people.vera.go("", "case-paid")
    people.vera.go("offers/5/money-arrived/")
    people.vera.page.check("[name=arrived]", force=True)
    people.vera.send("closed")
    people.vera.go("good-faith/", "good-faith")
    with system_scope():
        story.case.refresh_from_db()
        assert story.case.status == "closed"
        assert [agreed.amount for agreed in live_settlements(story.case)] == [1_009_500, 20_000_000]
        assert Payment.objects.count() == 3
        assert first_broken_entry() is None
