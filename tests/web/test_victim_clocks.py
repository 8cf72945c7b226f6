"""The clocks on the victim's case page, and the five questions that its top answers in every status."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from casetrack.cases.clocks import DEFAULT_TARGETS
from casetrack.cases.models import Case
from casetrack.cases.workflow import Status
from casetrack.evidence.services import ask_for
from casetrack.lib.clock import TOKYO, tokyo, travel_to
from casetrack.negotiation.workflow import PUBLIC, OfferStatus
from casetrack.people.models import User
from casetrack.web.victim.clocks import OFFER_STATES, STAGES, Row
from tests.builders import Story

pytestmark = pytest.mark.django_db

WAYS: dict[str, Callable[[Story], Story]] = {
    Status.SUBMITTED: lambda s: s.reported(),
    Status.ACKNOWLEDGED: lambda s: s.reported().acknowledged(),
    Status.INVESTIGATING: lambda s: s.to_investigation(),
    Status.AWAITING_VICTIM: lambda s: s.to_investigation().does("ivan", "ask_victim", "いつお気づきですか。"),
    Status.ASSESSED: lambda s: s.to_assessment(),
    Status.NEGOTIATING: lambda s: s.to_offer(),
    Status.AGREED: lambda s: s.to_settlement(),
    Status.COMPENSATED: lambda s: s.to_payment(),
    Status.CLOSED: lambda s: s.to_end(),
    Status.DECLINED: lambda s: s.to_investigation().does("alma", "decline", "理由です。"),
    Status.WITHDRAWN: lambda s: s.to_investigation().does("vera", "withdraw"),
    Status.ESCALATED: lambda s: s.to_offer().does("vera", "escalate", "話し合いが進みません。"),
}


@pytest.fixture
def browser(client_of: Any, vera: User) -> Client:
    return client_of(vera)


def page(browser: Client, case: Case, at: dt.datetime) -> Any:
    with travel_to(at):
        address = reverse("victim:case", args=[case.reference])
        return browser.get("/en" + address.removeprefix("/ja").removeprefix("/en"))


def clocks(browser: Client, story: Story, at: dt.datetime | None = None) -> dict[str, Row]:
    """By what is to be done; of several alike the first on the page."""
    found: dict[str, Row] = {}
    shown = page(browser, story.case, at or story.at).context["clocks"]
    for row in (*shown["waiting"], *shown["over"]):
        found.setdefault(str(row.what), row)
    return found


def day(row: Row) -> dt.date | None:
    return row.due_at.astimezone(TOKYO).date() if row.due_at else None


def test_every_stage_with_a_target_has_its_words() -> None:
    assert set(STAGES) == set(DEFAULT_TARGETS)


def test_every_status_is_walked() -> None:
    assert set(WAYS) == set(Status)


@pytest.mark.parametrize("status", list(Status))
def test_the_top_answers_all_five_questions(browser: Client, story: Story, status: str) -> None:
    WAYS[status](story)
    story.case.refresh_from_db()
    assert story.case.status == status
    response = page(browser, story.case, story.at)
    standing = response.context["standing"]
    html = response.content.decode()
    top = html[html.index('id="standing"') : html.index("</section>", html.index('id="standing"'))]
    assert str(standing.where) in top.replace("&#x27;", "'")
    for question in ("Whose turn is it?", "Until when?", "What happens next?", "What can I do?"):
        answer = top.split(question, 1)[1].split("</dt>")[-1].split("</h3>")[-1].replace("\n", "")
        assert answer.split("<dt")[0].strip(), question
    assert standing.until or standing.no_day
    has_button = "govuk-button" in top or "govuk-link" in top
    assert has_button or "Nothing has to be done." in top


def test_each_stage_is_there_with_the_staffs_own_day(browser: Client, story: Story) -> None:
    """Handed in on Wednesday 16 April 2025. Twenty business days from Friday the 18th, without Showa Day and the
    four days from Constitution Day to the substitute holiday of 6 May, end on 21 May."""
    story.to_investigation()
    rows = clocks(browser, story)
    arrived, begin = rows["Confirm that your report arrived"], rows["Begin the investigation"]
    assert (day(arrived), arrived.state) == (dt.date(2025, 4, 17), "met")
    assert (day(begin), begin.state) == (dt.date(2025, 4, 22), "met")
    running = rows["Find out what happened and work out the loss"]
    assert (day(running), running.state, running.left) == (dt.date(2025, 5, 21), "running", 20)
    story.case.refresh_from_db()
    assert running.due_at == story.case.due_at


def test_a_question_makes_the_firms_clock_stand_still_and_says_why(browser: Client, story: Story) -> None:
    story.to_investigation().wait(3).does("ivan", "ask_victim", "?")
    rows = clocks(browser, story, tokyo(2025, 4, 28, 12))
    firm = rows["Find out what happened and work out the loss"]
    assert (firm.state, firm.due_at, firm.left) == ("paused", None, 19)
    assert "waits for your answer" in str(firm.why)
    own = rows["Answer the firm's question"]
    assert (own.who, own.state, own.due_at) == ("you", "running", None)
    story.at = tokyo(2025, 4, 28, 12)
    story.does("vera", "answer_firm", "はい。")
    rows = clocks(browser, story)
    assert rows["Answer the firm's question"].state == "met"
    # Five business days passed meanwhile (22, 23, 24, 25, 28 April): 21 May moves to 28 May.
    assert day(rows["Find out what happened and work out the loss"]) == dt.date(2025, 5, 28)


def test_a_target_that_was_missed_is_called_late(browser: Client, story: Story) -> None:
    story.to_investigation()
    row = clocks(browser, story, tokyo(2025, 5, 23, 12))["Find out what happened and work out the loss"]
    assert (row.state, row.late) == ("missed", 2)
    assert "2 business days over" in page(browser, story.case, tokyo(2025, 5, 23, 12)).content.decode()


def test_a_stage_that_a_withdrawal_cut_off_was_neither_kept_nor_missed(browser: Client, story: Story) -> None:
    story.to_investigation().does("vera", "withdraw")
    assert clocks(browser, story)["Find out what happened and work out the loss"].state == "over"


def test_an_offers_day_is_hers_and_binding_and_the_page_says_so(browser: Client, story: Story) -> None:
    story.to_offer()
    row = clocks(browser, story)["Answer the firm's offer"]
    assert (row.who, row.state, row.is_binding, row.due_at) == ("you", "running", True, story.offer.valid_until)
    html = page(browser, story.case, story.at).content.decode()
    assert "The days are targets, not legal deadlines." in html
    assert "Only the day of an offer or of a mediation body" in html
    story.accepted()
    assert clocks(browser, story)["Answer the firm's offer"].state == "met"


def test_what_the_firm_asked_for_counts_to_the_end_of_its_day(browser: Client, story: Story) -> None:
    story.to_investigation()
    with travel_to(story.at):
        ask_for(story.case, "取引報告書", due_on=dt.date(2025, 4, 25), actor=story.user("ivan"))
    row = clocks(browser, story, tokyo(2025, 4, 25, 23))["Hand in what the firm asked for"]
    assert (row.detail, row.state, row.left) == ("取引報告書", "running", 0)
    assert clocks(browser, story, tokyo(2025, 4, 26))["Hand in what the firm asked for"].state == "missed"


def test_every_offer_that_she_may_know_of_has_its_state() -> None:
    by_herself = {OfferStatus.ANSWERED}  # how a counter-offer of hers ends
    assert set(OFFER_STATES) == set(PUBLIC) - by_herself
