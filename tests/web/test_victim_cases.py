"""The victim's pages of a case: what stands there, what can be done, and who finds it at all."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casetrack.assessment.statement import PLAIN_COMPONENTS
from casetrack.audit.models import Entry
from casetrack.cases.models import Case
from casetrack.cases.services import decide_executions
from casetrack.cases.workflow import ACTIONS, VICTIM
from casetrack.evidence.services import add_file
from casetrack.ledger.models import Execution
from casetrack.lib.clock import travel_to
from casetrack.people.models import User
from casetrack.web.victim.cases import ACTION_PAGES
from casetrack.web.victim.words import STANDINGS, differs, standing
from tests.builders import Story
from tests.evidence import files

pytestmark = pytest.mark.django_db
CASE_PAGES = ("case", "submitted", "executions", "messages", "evidence", "answer", "withdraw", "escalate")
OFFER_PAGES = ("offer", "offer-accept", "offer-refuse", "offer-counter")


@pytest.fixture
def browser(client_of: Any, vera: User) -> Client:
    return client_of(vera)


def at(name: str, case: Case, *more: Any) -> str:
    return "/en" + reverse(f"victim:{name}", args=[case.reference, *more]).removeprefix("/ja").removeprefix("/en")


def key() -> dict[str, str]:
    return {"idempotency_key": str(uuid.uuid4())}


def text(response: Any) -> str:
    return str(response.content.decode())


def test_every_action_of_a_victim_has_its_page() -> None:
    assert set(ACTION_PAGES) == {action.name for action in ACTIONS.values() if VICTIM in action.by}


def test_every_status_has_its_words(story: Story) -> None:
    story.reported()
    for status in STANDINGS:
        story.case.status = status
        assert standing(story.case, None, story.at).where
    assert {"planted", "solatium", "adjustment", "restoration"} <= set(PLAIN_COMPONENTS)


def test_the_first_page_of_somebody_new_leads_to_the_report(browser: Client) -> None:
    assert "You have not reported anything yet." in text(browser.get("/en/cases/"))


def test_the_case_says_where_it_is_whose_turn_and_until_when(browser: Client, story: Story) -> None:
    story.to_investigation()
    html = text(browser.get(at("case", story.case)))
    assert "The firm is finding out what happened in your account." in html
    assert "A target of the firm, not a legal deadline." in html
    assert "Withdraw the case" in html


def test_otto_and_strangers_find_nothing_of_veras(cast: Any, client_of: Any, story: Story) -> None:
    story.to_offer()
    file = add_file(files.upload("a.pdf", files.PDF), actor=cast.user["vera"], case=story.case)
    addresses = [at(name, story.case) for name in CASE_PAGES] + [at(name, story.case, 1) for name in OFFER_PAGES]
    addresses += [at("confirm-receipt", story.case, 1), f"/en/files/{file.key}/"]
    for who in ("otto", "rita", "mina"):
        stranger = client_of(cast.user[who])
        for address in addresses:
            assert stranger.get(address).status_code == 404, (who, address)
    for who in ("fiona", "bruno"):
        stranger = client_of(cast.user[who])
        for address in addresses[:-1]:
            assert stranger.get(address).status_code == 404, (who, address)
    for address in addresses:
        assert Client().get(address).status_code == 302


def test_a_mistyped_reference_is_not_looked_up(browser: Client) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert browser.get("/en/cases/CT-2025-000001-0/").status_code == 404
    assert not any("cases_case" in query["sql"] for query in queries)


def test_a_firms_question_is_answered_once(browser: Client, story: Story) -> None:
    story.to_investigation().does("ivan", "ask_victim", "4月17日の売却はご自身ですか。")
    page = at("answer", story.case)
    assert "4月17日の売却はご自身ですか。" in text(browser.get(page))
    sent = key() | {"reason": "はい、私です。"}
    for _ in range(2):
        assert browser.post(page, sent)["Location"] == at("case", story.case)
    story.case.refresh_from_db()
    assert story.case.status == "investigating"
    assert story.case.events.filter(action="cases.firm_answered").count() == 1


def test_an_empty_answer_is_refused_and_named(browser: Client, story: Story) -> None:
    story.to_investigation().does("ivan", "ask_victim", "?")
    response = browser.post(at("answer", story.case), key() | {"reason": "  "})
    assert response.context["problems"] == [("id_reason", "Enter your answer")]


def test_a_case_that_moved_on_says_so_and_keeps_what_was_typed(browser: Client, story: Story) -> None:
    story.to_investigation().does("ivan", "ask_victim", "?").does("ivan", "resume", "found it")
    response = browser.post(at("answer", story.case), key() | {"reason": "my long answer"})
    assert "This is not possible now" in response.context["problems"][0][1]
    assert "my long answer" in text(response)


def test_she_withdraws_after_a_page_that_explains(browser: Client, story: Story) -> None:
    story.reported()
    assert "Only the firm can open the case again" in text(browser.get(at("withdraw", story.case)))
    browser.post(at("withdraw", story.case), key())
    story.case.refresh_from_db()
    assert story.case.status == "withdrawn"
    assert browser.get(at("withdraw", story.case)).status_code == 404


def test_the_way_out_is_open_only_when_the_table_says_so(browser: Client, story: Story) -> None:
    story.to_investigation()
    with travel_to(story.at):
        assert browser.get(at("escalate", story.case)).status_code == 404
    late = story.at + dt.timedelta(days=90)
    with travel_to(late):
        assert "FINMAC" in text(browser.get(at("escalate", story.case)))
        assert "up to ¥1,000,000" in text(browser.get(at("escalate", story.case)))
        browser.post(at("escalate", story.case), key() | {"body": "elsewhere", "reason": "No answer for months."})
    story.case.refresh_from_db()
    assert story.case.status == "escalated"


def test_messages_go_to_the_firm_once_and_come_back(browser: Client, story: Story) -> None:
    story.to_investigation().says("ivan", "通話の記録を確認しています。")
    page = at("messages", story.case)
    assert "通話の記録を確認しています。" in text(browser.get(page))
    assert story.case.messages.get().read_at is not None
    sent = key() | {"body": "ありがとうございます。"}
    for _ in range(2):
        browser.post(page, sent)
    assert story.case.messages.filter(party="victim").count() == 1


def test_an_ended_case_takes_no_messages_and_no_files(browser: Client, story: Story) -> None:
    story.reported().does("vera", "withdraw")
    response = browser.post(at("messages", story.case), key() | {"body": "hello?"})
    assert "Messages can no longer be sent in this case." in response.context["problems"][0][1]
    upload = {"uploads": files.upload("a.pdf", files.PDF)}
    assert browser.post(at("evidence", story.case), upload).status_code == 404


def test_files_are_added_to_the_case_and_a_wrong_one_is_named(browser: Client, story: Story) -> None:
    story.reported()
    uploads = [files.upload("a.pdf", files.PDF), files.upload("b.pdf", files.EXE)]
    response = browser.post(at("evidence", story.case), {"uploads": uploads})
    assert [sentence for _t, sentence in response.context["problems"]] == [
        "b.pdf was not taken: its content is not what its name says (.pdf)."
    ]
    assert [file.name for file in response.context["files"]] == ["a.pdf"]
    response = browser.post(at("evidence", story.case), {})
    assert response.context["problems"][0][1] == "Choose the files"


def rows(response: Any) -> dict[str, Any]:
    return {row.execution.execution_id: row for _day, same in response.context["days"] for row in same}


def test_was_this_you_is_asked_of_trades_and_not_of_openings(browser: Client, story: Story) -> None:
    story.to_ledger()
    assert list(rows(browser.get(at("executions", story.case)))) == ["u1", "c1", "l1"]


def test_trades_before_the_first_access_are_shown_on_demand(browser: Client, story: Story) -> None:
    story.ledger += "{account},b0,2025-04-02T10:00:00+09:00,buy,,7203,100,2500,,,,,,,,,,genuine\n"
    story.to_ledger()
    page = at("executions", story.case)
    assert "b0" not in rows(browser.get(page))
    assert "b0" in rows(browser.get(page + "?all"))


def test_her_answers_are_saved_once_and_a_difference_is_said_in_words(browser: Client, story: Story) -> None:
    story.to_ledger().decided()
    page = at("executions", story.case)
    pk = {e.execution_id: e.pk for e in Execution.objects.all()}
    sent = key() | {f"answer-{pk['u1']}": "yes", f"answer-{pk['c1']}": "yes", f"answer-{pk['l1']}": "no"}
    for _ in range(2):
        browser.post(page, sent)
    shown = rows(browser.get(page))
    assert {name: (row.answer, row.differs) for name, row in shown.items()} == {
        "u1": ("yes", True), "c1": ("yes", False), "l1": ("no", False)
    }  # fmt: skip
    assert "This differs from your answer. The firm sees it too." in text(browser.get(page))
    assert story.case.events.filter(action="cases.executions_answered").count() == 1


def test_the_case_page_shows_both_sides_of_each_trade_with_the_firms_reason(browser: Client, story: Story) -> None:
    story.to_ledger().answered({"u1": "yes", "c1": "yes"})
    u1 = Execution.objects.get(execution_id="u1")
    decide_executions(story.case, {u1.pk: "unauthorized"}, actor=story.user("ivan"), reason="見慣れない端末です。")
    response = browser.get(at("case", story.case))
    marks = {mark.row.execution.execution_id: mark for mark in response.context["marks"]}
    assert {name: (str(mark.answer), str(mark.row.decision), mark.reason) for name, mark in marks.items()} == {
        "u1": ("Yes, this was me", "Not yours", "見慣れない端末です。"),
        "c1": ("Yes, this was me", "Not decided yet", ""),
        "l1": ("", "Not decided yet", ""),
    }
    assert marks["u1"].row.differs
    assert "見慣れない端末です。" in text(response)
    decide_executions(story.case, {u1.pk: ""}, actor=story.user("ivan"), reason="見直します。")
    assert "見慣れない端末です。" not in text(browser.get(at("case", story.case)))


def test_an_answer_that_is_none_is_refused(browser: Client, story: Story) -> None:
    story.to_ledger()
    pk = Execution.objects.get(execution_id="u1").pk
    response = browser.post(at("executions", story.case), key() | {f"answer-{pk}": "perhaps"})
    assert response.context["problems"] == [("", "Choose yes, no or not sure.")]


@pytest.mark.parametrize(
    ("answer", "decision", "expected"),
    [
        ("yes", "genuine", False), ("yes", "unauthorized", True), ("no", "genuine", True), ("no", "mitigation", True),
        ("no", "liquidation", False), ("not_sure", "unauthorized", False), ("yes", "", False), ("", "genuine", False),
    ],
)  # fmt: skip
def test_what_differs(answer: str, decision: str, expected: bool) -> None:
    assert differs(answer, decision) is expected


def test_staff_reading_a_file_is_logged_and_the_victims_is_not(
    browser: Client, client_of: Any, cast: Any, story: Story
) -> None:
    story.reported()
    file = add_file(files.upload("取引.pdf", files.PDF), actor=cast.user["vera"], case=story.case)
    address = f"/en/files/{file.key}/"
    response = browser.get(address)
    assert b"".join(response.streaming_content) == files.PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    read = Entry.objects.filter(chain=story.case.reference, action="evidence.file_read")
    assert not read.exists()
    firms = f"/en/firm/cases/{story.case.reference}/files/{file.key}/"
    assert client_of(cast.user["fiona"]).get(firms).status_code == 200
    assert read.get().data["sha256"] == file.sha256
    assert client_of(cast.user["bruno"]).get(firms).status_code == 404


@pytest.mark.parametrize("page", ["case", "executions", "messages", "evidence"])
def test_the_number_of_queries_does_not_grow_with_the_case(browser: Client, story: Story, page: str) -> None:
    story.to_ledger()

    def queries() -> int:
        browser.get(at(page, story.case))
        with CaptureQueriesContext(connection) as found:
            browser.get(at(page, story.case))
        return len(found)

    before = queries()
    story.decided().says("vera", "one").says("ivan", "two").says("ivan", "three")
    for name, content in (("a.pdf", files.PDF), ("b.png", files.PNG)):
        add_file(files.upload(name, content), actor=story.user("vera"), case=story.case)
    assert queries() <= before + 1


def test_the_first_page_asks_the_database_the_same_for_one_case_and_for_three(
    browser: Client, story: Story, cast: Any
) -> None:
    def queries() -> int:
        browser.get("/en/cases/")
        with CaptureQueriesContext(connection) as found:
            browser.get("/en/cases/")
        return len(found)

    story.to_offer()
    before = queries()
    for account in ("1", "2"):
        Story(cast, account=f"0999-{account}").reported()
    assert queries() == before


def test_money_is_confirmed_once_and_the_case_closes(browser: Client, story: Story) -> None:
    story.to_payment()
    page = at("confirm-receipt", story.case, 1)
    assert "Has the money arrived?" in text(browser.get(page))
    response = browser.post(page, key())
    assert response.context["problems"] == [("id_arrived", "Tick the box: that the amount has arrived")]
    sent = key() | {"arrived": "on"}
    for _ in range(2):
        browser.post(page, sent)
    story.case.refresh_from_db()
    assert story.case.status == "closed"
    assert Decimal(story.payment.amount) == story.settlement.amount


def test_while_she_may_take_it_back_the_case_page_says_where(client_of: Any, vera: User, story: Story) -> None:
    browser = client_of(vera)
    story.to_settlement()
    with travel_to(story.at):
        assert at("offer-revoke", story.case, 1) in text(browser.get(at("case", story.case)))
    story.wait(4)
    with travel_to(story.at):
        assert at("offer-revoke", story.case, 1) not in text(browser.get(at("case", story.case)))
    story.paid()
    assert at("deny-receipt", story.case, 1) in text(browser.get(at("case", story.case)))


def test_after_she_took_it_back_her_pages_and_the_firms_are_there(client_of: Any, vera: User, story: Story) -> None:
    story.to_settlement().wait(1).revoked("I had been hurried.")
    browser = client_of(vera)
    with travel_to(story.at):
        page = browser.get(at("case", story.case))
        assert page.status_code == 200
        assert "Acceptance taken back" in text(page)
        for name in ("good-faith", "said"):
            assert browser.get(at(name, story.case)).status_code == 200
        for tail in ("", "offers/1/", "good-faith/"):
            firm = client_of(story.user("alma")).get(f"/en/firm/cases/{story.case.reference}/{tail}")
            assert firm.status_code == 200
