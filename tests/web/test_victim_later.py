"""Vera reports further trades by her broker's list after she has handed her report in."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from casetrack.cases.models import Case, UnauthorizedTrade
from casetrack.cases.services import add_incident
from casetrack.evidence.models import EvidenceFile
from casetrack.intake.later import claim_later, claim_typed
from casetrack.intake.trades import map_columns
from casetrack.lib.errors import Conflict, InvalidInput, NotAllowed
from casetrack.people.models import User
from tests.builders import Story
from tests.intake.test_brought_trades import LIST, MAPPING

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client_of: Any, vera: User) -> Client:
    return client_of(vera)


@pytest.fixture
def case(story: Story) -> Case:
    story.to_investigation().access_confirmed()
    story.case.claimed_trades.all().delete()
    return story.case


def at(case: Case, tail: str = "") -> str:
    return f"/en/cases/{case.reference}/trades/bring/{tail}"


def send(browser: Client, case: Case, content: bytes = LIST, **more: str) -> Any:
    return browser.post(at(case), more | {"file": SimpleUploadedFile("list.csv", content, "text/csv")})


@pytest.fixture
def known(vera: User) -> None:
    map_columns(LIST, MAPPING, actor=vera)


def claims(case: Case) -> list[tuple[Any, ...]]:
    return list(case.claimed_trades.order_by("pk").values_list("traded_on", "side", "security", "quantity"))


def test_an_unknown_list_asks_which_column_is_what(browser: Client, case: Case) -> None:
    address = send(browser, case)["Location"]
    assert address.endswith("/columns/")
    assert browser.get(address).status_code == 200
    assert browser.post(address, MAPPING)["Location"] == address.removesuffix("columns/")


def test_what_was_not_hers_becomes_a_claim_and_the_list_evidence(browser: Client, case: Case, known: None) -> None:
    address = send(browser, case)["Location"]
    assert [len(rows) for _day, rows in browser.get(address).context["days"]] == [1, 2]
    assert not claims(case)
    response = browser.post(address, {"answer-2": "yes", "answer-3": "no", "answer-4": "not_sure"}, follow=True)
    assert "2 trades were reported." in response.content.decode()
    assert claims(case) == [(dt.date(2025, 4, 16), "buy", "ゆうちょ銀行", Decimal(300))] * 2
    assert EvidenceFile.objects.filter(case=case, name="list.csv").exists()
    assert case.events.filter(action="cases.trades_claimed").count() == 1


def test_a_button_for_a_day_only_fills_the_page_in(browser: Client, case: Case, known: None) -> None:
    address = send(browser, case)["Location"]
    page = browser.post(address, {"answer-2": "yes", "many": "no:day:2025-04-16"})
    assert [row.answer for _day, rows in page.context["days"] for row in rows] == ["yes", "no", "no"]
    assert not claims(case)


def test_the_same_list_again_names_what_is_known_and_claims_nothing(browser: Client, case: Case, known: None) -> None:
    browser.post(send(browser, case)["Location"], {"answer-3": "no"})
    again = send(browser, case)["Location"]
    page = browser.get(again)
    assert [len(rows) for _label, rows in page.context["known"]] == [1]
    assert sum(len(rows) for _day, rows in page.context["days"]) == 2
    assert browser.post(again, {"answer-3": "no"}).status_code == 400
    assert len(claims(case)) == 1


def test_what_the_firm_has_entered_is_named_and_not_claimed(browser: Client, story: Story, vera: User) -> None:
    story.to_ledger()
    story.case.claimed_trades.all().delete()
    bought = story.executions()["u1"]
    line = f"2025/04/16,{bought.security},買,{bought.quantity:f},250,1\n"
    content = "いつ,コード,どちら,いくつ,ひとつ,全部\n".encode() + line.encode()
    mapping = {name: n for n, name in enumerate(("traded_on", "security_code", "side", "quantity", "price", "amount"))}
    map_columns(content, mapping, actor=vera)
    page = browser.get(send(browser, story.case, content)["Location"])
    assert [len(rows) for _label, rows in page.context["known"]] == [1]
    assert not page.context["days"]


def test_at_two_accounts_she_says_whose_list_it_is(browser: Client, case: Case, known: None) -> None:
    second = add_incident(case, {"number": "0123-7654321", "kinds": [], "vector": "unknown"})
    assert send(browser, case).status_code == 400
    browser.post(send(browser, case, account="2")["Location"], {"answer-3": "no"})
    assert UnauthorizedTrade.objects.get(case=case).incident == second


def test_an_ended_case_and_other_people_are_refused(
    browser: Client, case: Case, known: None, vera: User, otto: User, client_of: Any
) -> None:
    assert client_of(otto).get(at(case)).status_code == 404
    with pytest.raises(NotAllowed):
        claim_later(case.incidents.get(), "list.csv", LIST, {3: "no"}, actor=otto)
    Case.objects.filter(pk=case.pk).update(status="declined")
    assert send(browser, case).status_code == 404
    with pytest.raises(Conflict):
        claim_later(case.incidents.get(), "list.csv", LIST, {3: "no"}, actor=vera)


def typed(**more: str) -> dict[str, str]:
    day = {"traded_on_year": "2025", "traded_on_month": "4", "traded_on_day": "16"}
    row = {"side": "buy", "security": "6182", "quantity": "200,000", "amount": "50,000,000", "on_margin": "yes", **day}
    return {f"row-0-{name}": value for name, value in row.items()} | {"rows_total": "1"} | more


def type_at(case: Case) -> str:
    return f"/en/cases/{case.reference}/trades/type/"


def test_vera_types_a_trade_as_she_remembers_it(browser: Client, case: Case) -> None:
    page = browser.post(type_at(case), typed(), follow=True).content.decode()
    assert "1 trade was reported." in page
    claim = case.claimed_trades.get()
    assert (claim.side, claim.security, claim.quantity, claim.on_margin) == ("buy", "6182", 200_000, True)
    assert case.events.filter(action="cases.trades_claimed").count() == 1


def test_what_she_typed_stays_and_the_row_is_named(browser: Client, case: Case) -> None:
    answer = browser.post(type_at(case), typed(**{"row-0-quantity": "many", "row-0-side": ""}))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert 'value="many"' in page
    assert "Trade 1: " in page
    assert not claims(case)


def test_rows_are_added_and_taken_out_without_a_script(browser: Client, case: Case) -> None:
    two = browser.post(type_at(case), typed(add="1"))
    assert len(two.context["form"].rows) == 2
    assert 'value="6182"' in two.content.decode()
    one = browser.post(type_at(case), typed(rows_total="2", remove="1"))
    assert len(one.context["form"].rows) == 1
    assert not claims(case)


def test_the_same_trade_again_is_asked_about_and_kept_if_it_is_another(browser: Client, case: Case) -> None:
    browser.post(type_at(case), typed())
    asked = browser.post(type_at(case), typed())
    assert asked.status_code == 400
    assert "You have reported a trade like this already" in asked.content.decode()
    assert len(claims(case)) == 1
    browser.post(type_at(case), typed(**{"row-0-another": "on"}))
    assert len(claims(case)) == 2


def test_what_the_firm_has_entered_is_asked_about_by_its_code(browser: Client, story: Story) -> None:
    story.to_ledger()
    story.case.claimed_trades.all().delete()
    bought = story.executions()["u1"]
    sent = typed(**{"row-0-security": bought.security, "row-0-quantity": f"{bought.quantity:f}"})
    assert "The firm has entered a trade like this" in browser.post(type_at(story.case), sent).content.decode()
    assert not claims(story.case)


def test_the_form_sent_twice_claims_once(browser: Client, case: Case) -> None:
    key = str(browser.get(type_at(case)).context["last"]["idempotency_key"].value())
    for _time in range(2):
        browser.post(type_at(case), typed(idempotency_key=key))
    assert len(claims(case)) == 1


def test_at_two_accounts_she_says_where_the_trades_were_made(browser: Client, case: Case) -> None:
    second = add_incident(case, {"number": "0123-7654321", "kinds": [], "vector": "unknown"})
    assert browser.post(type_at(case), typed()).status_code == 400
    browser.post(type_at(case), typed(account="2"))
    assert UnauthorizedTrade.objects.get(case=case).incident == second


def test_nobody_else_types_into_her_case_and_nobody_into_an_ended_one(
    browser: Client, case: Case, vera: User, otto: User, client_of: Any
) -> None:
    assert client_of(otto).post(type_at(case), typed()).status_code == 404
    with pytest.raises(NotAllowed):
        claim_typed(case.incidents.get(), [{"side": "buy", "security": "6182"}], actor=otto)
    with pytest.raises(InvalidInput):
        claim_typed(case.incidents.get(), [], actor=vera)
    Case.objects.filter(pk=case.pk).update(status="declined")
    assert browser.post(type_at(case), typed()).status_code == 404
    with pytest.raises(Conflict):
        claim_typed(case.incidents.get(), [{"side": "buy", "security": "6182"}], actor=vera)
