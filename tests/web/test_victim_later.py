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
from casetrack.intake.later import claim_later
from casetrack.intake.trades import map_columns
from casetrack.lib.errors import Conflict, NotAllowed
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
