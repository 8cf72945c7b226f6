"""axe on every page of a victim and on every form sent empty, four times enlarged too; once with forced colors and
without motion. A new page of the victim's that is not looked at here fails the last test."""

import datetime as dt
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import Page

from casetrack.cases.services.extensions import request_extension
from casetrack.demo.mediation import to_proposal
from casetrack.evidence.models import EvidenceFile
from casetrack.evidence.services import add_file, ask_for
from casetrack.intake.services import save_step, start_draft, submit_draft
from casetrack.intake.steps import STEPS, TRADES
from casetrack.intake.trades import bring_trades, map_columns
from casetrack.lib import clock
from casetrack.lib.clock import travel_to
from casetrack.lib.scope import system_scope
from casetrack.web.views import GUIDES
from tests.browser.conftest import EVERY_LOOK
from tests.builders import ANSWERS_A, Cast, Story
from tests.evidence import files
from tests.intake.reports import TOPICS, filled_draft
from tests.intake.test_brought_trades import LIST, MAPPING

URLS = Path(__file__).parents[1] / "house" / "urls.txt"
# What is no page: given to a script, or a file.
NO_PAGES = {"autosave", "good-faith-csv", "evidence-file", "upload", "evidence-picture", "evidence-paper"}
SEEN = {
    "home", "bank", "bank-change", "copy", "copy-ask", "notices", "claim", "report", "task-list", "check-answers",
    "draft-delete", "brought", "brought-drop", "brought-upload", "step", "case", "submitted", "said", "said-correct",
    "executions", "later-upload", "later-type", "messages", "evidence", "evidence-request", "answer", "withdraw",
    "escalate", "ask-reasons", "ask-review", "deny-receipt", "confirm-receipt", "more-time", "valuation", "good-faith",
    "mediation", "mediation-answer", "mediation-withdraw", "bundle", "statement",
    "offer", "offer-accept", "offer-refuse", "offer-counter", "offer-revoke", "evidence-look",
}  # fmt: skip
PUBLIC = ["", *(f"guide/{topic}/" for topic in sorted(GUIDES)), "check/"]
DOORS = ["accounts/login/", "accounts/signup/", "accounts/signup/passkey/", "accounts/password/reset/"]
# Sends the page's main form as if nothing were filled in; false where it has none.
SEND_EMPTY = """() => {
  const form = [...document.querySelectorAll("main form")].find((one) => one.method === "post" && !one.closest("nav"));
  if (!form || form.matches("[data-passkey]")) return false;
  for (const field of form.querySelectorAll("input, textarea, select")) {
    if (field.type === "hidden") continue;
    if (field.type === "checkbox" || field.type === "radio") field.checked = false;
    else field.value = "";
  }
  form.noValidate = true;
  const button = form.querySelector("button[type=submit]:not([name]), button:not([type]):not([name])");
  if (!button) return false;
  button.click();
  return true;
}"""

# What a page loses with the colors of the system: a control without an edge or a line, words in colors of our own (all
# others can be read); and what still moves.
LOST = """() => {
  const seen = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    && one.getClientRects().length && !one.closest(".govuk-visually-hidden, .govuk-skip-link");
  const style = (one, part) => getComputedStyle(one, part);
  const drawn = (rule) => rule.borderBottomStyle !== "none" && parseFloat(rule.borderBottomWidth) > 0;
  const said = (what, ones) => ones.map((one) => `${what}: ${one.outerHTML.slice(0, 120)}`);
  const all = [...document.body.querySelectorAll("*")];
  const fields = all.filter((one) => seen(one) && one.matches("button, .govuk-button, input, select, textarea"));
  const bare = fields.filter((one) => !drawn(style(one)) && !style(one).textDecorationLine.includes("underline")
    && !one.matches("input[type=file], .ct-menu__button"));
  const choices = [...document.querySelectorAll(".govuk-radios__label, .govuk-checkboxes__label")]
    .filter((one) => seen(one) && !drawn(style(one, "::before")));
  const own = all.filter((one) => seen(one) && style(one).forcedColorAdjust === "none"
    && one.textContent.trim() && !one.closest("[aria-hidden=true]"));
  const slow = (times) => times.split(",").some((time) => parseFloat(time) > 0.1);
  const moving = all.filter((one) => [null, "::before", "::after"].some((part) =>
    slow(style(one, part).transitionDuration) || slow(style(one, part).animationDuration)));
  return [...said("no edge", [...bare, ...choices]), ...said("own colors", own), ...said("moves", moving)];
}"""


class Eyes:
    """Somebody's browser at one width in one language."""

    def __init__(self, page: Page, check: Callable[[Page], None], shot: Callable[[Page, str], None], look: str) -> None:
        self.page, self.check, self.shot, self.look = page, check, shot, look
        self.names: Counter[str] = Counter()

    def open(self, address: str) -> None:
        answer = self.page.goto(address)
        assert answer is not None
        assert answer.ok, (address, answer.status)
        assert address in self.page.url, f"{address} led to {self.page.url}"

    def see(self, name: str) -> None:
        self.check(self.page)
        self.names[name] += 1
        name = f"{name}-{self.names[name]}" if self.names[name] > 1 else name
        self.shot(self.page, f"every-{name}-{self.look}")
        if self.look == "en-wide":
            self.see_in_the_systems_colors(name)
        width = self.page.viewport_size
        assert width is not None
        self.page.set_viewport_size({"width": 320, "height": 256})
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        self.page.set_viewport_size(width)
        assert wide <= 0, f"{self.page.url}: {wide} px too wide when enlarged four times"

    def see_in_the_systems_colors(self, name: str) -> None:
        self.page.emulate_media(forced_colors="active", reduced_motion="reduce")
        lost = self.page.evaluate(LOST)
        self.shot(self.page, f"every-{name}-forced-colors")
        self.page.emulate_media(forced_colors="none", reduced_motion="no-preference")
        assert not lost, f"{self.page.url}\n" + "\n".join(lost)

    def look_at(self, address: str, *, empty: bool = True) -> None:
        """The page, and the page after its form was sent empty."""
        name = re.sub(r"[^a-z]+", "-", re.sub(r"[0-9a-f-]{36}|CT-[0-9-]+", "", address)).strip("-") or "start"
        self.open(address)
        self.see(name)
        if empty and self.page.evaluate("document.querySelectorAll('main form[method=post]').length"):
            with self.page.expect_navigation():
                assert self.page.evaluate(SEND_EMPTY), address
            assert self.page.locator(".govuk-error-summary").count() == 1, f"{address} sent empty: no error"
            assert re.match(r"(エラー：|Error:)", self.page.title()), (address, self.page.title())
            self.see(f"{name}-empty")


def fresh(page: Page) -> None:
    """The log-in of the page's browser counts as just shown again."""
    cookie = next(c for c in page.context.cookies() if c["name"] == django_settings.SESSION_COOKIE_NAME)
    session = import_module(django_settings.SESSION_ENGINE).SessionStore(cookie["value"])
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session.save()


@pytest.fixture
def eyes(open_as: Callable[..., Page], check: Any, shot: Any) -> Callable[..., Eyes]:
    def begin(user: Any, language: str, width: str) -> Eyes:
        page = open_as(user, language=language, width=width)
        if user is not None:
            fresh(page)
        return Eyes(page, check, shot, f"{language}-{width}")

    return begin


def ago(days: float) -> dt.datetime:
    return clock.now() - dt.timedelta(days=days)


def of_the_report(cast: Cast) -> Iterator[tuple[str, bool]]:
    """Pages of a report that is being written: the address, and whether its form cannot be sent empty."""
    vera = cast.user["vera"]
    with system_scope():
        draft, other = filled_draft(vera, **TOPICS), start_draft(actor=vera)
        map_columns(LIST, MAPPING, actor=vera)
        listed = filled_draft(vera)
        bring_trades(listed, "list.csv", LIST, actor=vera)
        save_step(other, TRADES, None, actor=vera, typed={})
    own = f"report/{draft.key}/"
    needed = {"you", "account", "noticed", "told", "log-in", "trades", "address", "representative"}
    yield "report/", False
    yield own, False
    yield from ((f"{own}{name}/", name in needed) for name in STEPS)
    yield f"{own}check/", True
    yield f"report/{other.key}/check/", False
    yield f"{own}delete/", False
    yield f"report/{listed.key}/trades/list/", False
    yield f"report/{listed.key}/trades/list/remove/", False
    yield f"report/{listed.key}/trades/upload/", True


def of_a_case(cast: Cast) -> Iterator[tuple[str, bool]]:
    vera, ivan = cast.user["vera"], cast.user["ivan"]
    with system_scope():
        reported = submit_draft(filled_draft(vera), actor=vera, key=None).reference
        story = Story(cast, at=ago(49)).to_ledger().answered(ANSWERS_A).decided().wait(25)
        with travel_to(story.at):
            asked = ask_for(story.case, "The mail", due_on=clock.tokyo_date(story.at), actor=ivan)
            add_file(SimpleUploadedFile("a.pdf", files.PDF), actor=vera, case=story.case)
        story.says("ivan", "Please wait.").assessed().wait(1).offered()
        file = EvidenceFile.objects.get(case=story.case)
        questioned = Story(cast, account="0999-1", at=ago(3)).to_investigation().does("ivan", "ask_victim", "Which?")
        waiting = Story(cast, account="0999-4", at=ago(3)).to_investigation()
        request_extension(waiting.case, 5, reason="…", actor=ivan)
        late = Story(cast, account="0999-5", at=ago(300)).reported()
        agreed = Story(cast, account="0999-2", at=ago(50)).to_settlement()
        mediated = Story(cast, account="0999-6", at=ago(64)).to_offer()
        to_proposal(mediated)
        paid = Story(cast, account="0999-3", at=ago(54)).to_payment()
    case = f"cases/{story.case.reference}/"
    yield from (("cases/", False), ("bank/", False), ("bank/change/", True), ("copy/", False), ("copy/ask/", False))
    yield from (("notices/", False), ("claim/", True), (case, False))
    yield from ((f"cases/{reported}/{tail}", empty) for tail, empty in (("receipt/", False), ("said/", True)))
    yield f"cases/{reported}/said/noticed/", True
    yield from ((f"{case}{tail}", False) for tail in ("trades/", "good-faith/", "withdraw/", "offers/1/"))
    yield from ((f"{case}{tail}", True) for tail in ("trades/bring/", "trades/type/", "messages/", "files/"))
    yield from ((f"{case}{tail}", True) for tail in (f"asked/{asked.key}/", "reasons/", "second-review/", "valuation/"))
    yield from ((f"{case}offers/1/{tail}/", True) for tail in ("accept", "refuse", "counter"))
    yield f"files/{file.key}/look/", False
    yield f"cases/{questioned.case.reference}/answer/", True
    yield f"cases/{waiting.case.reference}/more-time/", False
    yield f"cases/{late.case.reference}/escalate/", True
    yield f"cases/{agreed.case.reference}/offers/1/revoke/", False
    yield f"cases/{agreed.case.reference}/", False
    yield f"cases/{paid.case.reference}/offers/1/money-arrived/", True
    with_body = f"cases/{mediated.case.reference}/"
    yield from ((f"{with_body}{tail}", False) for tail in ("mediation/", "mediation/withdraw/", "bundle/"))
    yield f"{case}statements/1/", False
    yield f"{with_body}mediation/answer/", True


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "width"), EVERY_LOOK)
@pytest.mark.parametrize("pages", [of_the_report, of_a_case], ids=lambda pages: pages.__name__)
def test_every_page_of_veras_and_every_form_sent_empty(
    eyes: Callable[..., Eyes], cast: Cast, pages: Any, language: str, width: str
) -> None:
    seen = eyes(cast.user["vera"], language, width)
    for address, empty in list(pages(cast)):
        seen.look_at(address, empty=empty)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "width"), EVERY_LOOK)
def test_every_page_for_everybody_and_every_door(
    eyes: Callable[..., Eyes], cast: Cast, language: str, width: str
) -> None:
    seen = eyes(None, language, width)
    for address in PUBLIC:
        seen.look_at(address, empty=address == "check/")
    for address in DOORS:
        seen.look_at(address)


def test_no_page_of_a_victims_is_left_out() -> None:
    lines = [line.split() for line in URLS.read_text().splitlines() if line.startswith("GET victim:")]
    there = {line[1].removeprefix("victim:") for line in lines if line[4] != "405"}
    # Seen in tests/browser/test_trades.
    through_a_file = {
        "brought-preview",
        "brought-columns",
        "later-preview",
        "later-columns",
    }
    not_to_look_at = {"copy-download", "draft-file-remove"}
    assert there == SEEN | NO_PAGES | through_a_file | not_to_look_at
