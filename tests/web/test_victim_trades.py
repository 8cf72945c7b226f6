"""Vera brings the list of her broker in the browser, without JavaScript, and says which trades were not hers."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from casetrack.cases.models import Case
from casetrack.evidence.models import EvidenceFile
from casetrack.intake.models import BroughtTrade, Draft
from casetrack.intake.services import save_step
from casetrack.intake.steps import ACCOUNT, BROUGHT, TRADES
from casetrack.intake.trades import accounts_of, map_columns
from casetrack.people.models import User
from tests.intake.reports import filled_draft
from tests.intake.test_brought_trades import LIST, MAPPING

pytestmark = pytest.mark.django_db
TUESDAY, WEDNESDAY = dt.date(2025, 4, 15), dt.date(2025, 4, 16)


@pytest.fixture(autouse=True)
def _english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def browser(client_of: Any, vera: User) -> Client:
    return client_of(vera)


@pytest.fixture
def draft(vera: User) -> Draft:
    """A report with a list of 120 trades: 7203 on Tuesday, 7203 and 6182 by turns on Wednesday."""
    draft = filled_draft(vera)
    BroughtTrade.objects.bulk_create(
        BroughtTrade(
            draft=draft, identity=str(n), line=n + 2, traded_on=TUESDAY if n < 60 else WEDNESDAY, side="buy",
            security_code="7203" if n < 60 or n % 2 else "6182", quantity=100, price=2500, amount=250000,
        )
        for n in range(120)
    )  # fmt: skip
    return save_step(draft, TRADES, {"known": BROUGHT}, actor=vera)


def page(draft: Draft) -> str:
    return f"/en/report/{draft.key}/trades/list/"


def listed(response: Any) -> list[int]:
    return [row.pk for _day, rows in response.context["days"] for row in rows]


def said(draft: Draft, **of: Any) -> set[str]:
    return set(draft.brought_trades.filter(**of).values_list("answer", flat=True))


def test_the_list_goes_by_day_fifty_at_a_time_and_every_row_comes_once(browser: Client, draft: Draft) -> None:
    seen, address = [], page(draft)
    while address:
        response = browser.get(address)
        seen.append(listed(response))
        address = page(draft) + response.context["following"] if response.context["following"] else ""
    assert [len(rows) for rows in seen] == [50, 50, 20]
    assert len({pk for rows in seen for pk in rows}) == 120
    back = browser.get(page(draft) + response.context["previous"])
    assert listed(back) == seen[1]


def test_the_page_asks_as_often_for_a_hundred_rows_as_for_one(browser: Client, draft: Draft) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            browser.get(page(draft))
        return len(queries)

    asked()
    many = asked()
    draft.brought_trades.filter(line__gt=2).delete()
    assert asked() == many


def test_she_saves_a_page_and_goes_to_the_next(browser: Client, draft: Draft) -> None:
    response = browser.get(page(draft))
    first, second = listed(response)[:2]
    following = response.context["following_place"]
    response = browser.post(page(draft), {f"answer-{first}": "no", f"answer-{second}": "yes", "next": following})
    assert response["Location"].endswith(f"?after={following}")
    assert said(draft, pk=first) == {"no"}
    assert said(draft, pk=second) == {"yes"}


def test_all_of_a_day_in_one_act_keeps_what_was_answered_on_the_page_and_is_taken_back(
    browser: Client, draft: Draft
) -> None:
    first = listed(browser.get(page(draft)))[0]
    browser.post(page(draft), {f"answer-{first}": "yes", "many": "no:day:2025-04-16"})
    assert said(draft, traded_on=WEDNESDAY) == {"no"}
    assert said(draft, pk=first) == {"yes"}
    undo = browser.get(page(draft)).context["undo"]
    browser.post(page(draft), {"undo": undo.number})
    browser.post(page(draft), {"undo": undo.number})
    assert said(draft, traded_on=WEDNESDAY) == {""}
    assert said(draft, pk=first) == {"yes"}


def test_all_of_a_day_means_the_rows_that_are_shown(browser: Client, draft: Draft) -> None:
    browser.post(page(draft) + "?security=6182", {"many": "no:day:2025-04-16"})
    assert said(draft, security_code="6182") == {"no"}
    assert said(draft, security_code="7203") == {""}


def test_she_filters_by_security_and_answers_for_all_of_it(browser: Client, draft: Draft) -> None:
    response = browser.get(page(draft) + "?security=6182")
    assert len(listed(response)) == 30
    assert "All of 6182:" in response.content.decode()
    browser.post(page(draft) + "?security=6182", {"many": "no:security:6182"})
    assert said(draft, security_code="6182") == {"no"}
    assert len(listed(browser.get(page(draft) + "?security=6182&open=1"))) == 0


@pytest.mark.parametrize("sent", ["no:day:yesterday", "perhaps:day:2025-04-16", "no:day:", "no"])
def test_a_button_that_is_none_changes_nothing(browser: Client, draft: Draft, sent: str) -> None:
    assert browser.post(page(draft), {"many": sent}).status_code in (200, 302)
    assert said(draft) == {""}


@pytest.mark.parametrize(
    "where", ["?after=x", "?after=2025-04-16.x", "?until=2025-13-01.4", "?after=2025-04-16." + "9" * 20]
)
def test_an_address_typed_wrongly_shows_the_first_page(browser: Client, draft: Draft, where: str) -> None:
    assert len(listed(browser.get(page(draft) + where))) == 50


def test_the_list_is_nobody_elses(client_of: Any, otto: User, draft: Draft) -> None:
    assert client_of(otto).get(page(draft)).status_code == 404
    assert client_of(otto).post(page(draft), {"many": "no:day:2025-04-16"}).status_code == 404


def test_handed_in_the_rows_that_were_not_hers_are_claims(browser: Client, draft: Draft) -> None:
    browser.post(page(draft), {"many": "yes:day:2025-04-15"})
    browser.post(page(draft), {"many": "no:day:2025-04-16"})
    unsure = draft.brought_trades.filter(traded_on=TUESDAY).order_by("pk")[0]
    browser.post(page(draft), {f"answer-{unsure.pk}": "not_sure"})
    browser.post(f"/en/report/{draft.key}/check/", {"declared": "on"})
    claims = Case.objects.get().claimed_trades
    assert claims.count() == 61
    assert claims.filter(traded_on=TUESDAY).count() == 1
    assert set(claims.values_list("amount", flat=True)) == {250000}
    assert browser.get(page(draft)).status_code == 302


def test_a_list_without_an_answer_is_not_handed_in(browser: Client, draft: Draft) -> None:
    response = browser.post(f"/en/report/{draft.key}/check/", {"declared": "on"})
    assert "which were not yours" in response.content.decode()
    assert not Case.objects.exists()


def test_no_button_and_no_radio_has_the_same_id_twice(browser: Client, draft: Draft) -> None:
    ids = re.findall(r' id="([^"]+)"', browser.get(page(draft)).content.decode())
    assert len(ids) == len(set(ids))


def sent_list(browser: Client, draft: Draft, content: bytes = LIST, name: str = "list.csv") -> Any:
    return browser.post(f"/en/report/{draft.key}/trades/upload/", {"file": SimpleUploadedFile(name, content)})


@pytest.fixture
def empty(vera: User) -> Draft:
    return filled_draft(vera)


def test_vera_brings_her_list_names_the_columns_looks_and_keeps_it(browser: Client, empty: Draft) -> None:
    response = browser.post(f"/en/report/{empty.key}/trades/", {"known": "brought"}, follow=True)
    assert response.redirect_chain[-1][0] == f"/en/report/{empty.key}/trades/upload/"
    response = sent_list(browser, empty)
    assert response["Location"].endswith("/columns/")
    columns = response["Location"]
    assert "トヨタ自動車" in browser.get(columns).content.decode()
    response = browser.post(columns, {name: str(place) for name, place in MAPPING.items()})
    preview = response["Location"]
    summary = browser.get(preview).context["summary"]
    assert (summary.rows, summary.bought, summary.sold) == (3, 600000, 250000)
    assert (summary.first, summary.last) == (TUESDAY, WEDNESDAY)
    assert not empty.brought_trades.exists()
    assert not EvidenceFile.objects.filter(draft_key=empty.key).exists()
    for _ in range(2):
        assert browser.post(preview)["Location"] == page(empty)
    assert empty.brought_trades.count() == 3
    assert EvidenceFile.objects.filter(draft_key=empty.key).count() == 1


def test_at_two_accounts_she_is_asked_whose_list_it_is(browser: Client, empty: Draft, vera: User) -> None:
    map_columns(LIST, MAPPING, actor=vera)
    rows = ACCOUNT.read(empty.answers)["rows"]
    save_step(empty, ACCOUNT, {"rows": [*rows, {**rows[0], "number": "0123-7654321"}]}, actor=vera)
    assert sent_list(browser, empty).status_code == 400
    file = SimpleUploadedFile("list.csv", LIST)
    preview = browser.post(f"/en/report/{empty.key}/trades/upload/", {"file": file, "account": "2"})["Location"]
    browser.post(preview)
    assert set(empty.brought_trades.values_list("account", flat=True)) == {list(accounts_of(empty))[1]}


def test_her_second_list_of_that_kind_needs_no_columns(browser: Client, empty: Draft, vera: User) -> None:
    map_columns(LIST, MAPPING, actor=vera)
    assert "/columns/" not in sent_list(browser, empty)["Location"]


def test_lines_that_cannot_be_read_are_told_by_reason_and_line(browser: Client, empty: Draft, vera: User) -> None:
    map_columns(LIST, MAPPING, actor=vera)
    wrong = LIST + "2025/02/30,A,買,1,1,1\n2025/02/31,B,買,1,1,1\n2025/04/17,C,買,many,1,1\n".encode("cp932")
    response = browser.get(sent_list(browser, empty, wrong)["Location"])
    causes = [(cause.column, cause.lines) for cause in response.context["summary"].causes]
    assert causes == [("いつ", [5, 6]), ("いくつ", [7])]
    assert "Lines 5, 6" in response.content.decode()


def test_columns_that_lack_are_asked_for_and_the_choice_stays(browser: Client, empty: Draft) -> None:
    columns = sent_list(browser, empty)["Location"]
    response = browser.post(columns, {"security_name": "1", "side": "1"})
    assert response.status_code == 400
    assert response.context["problems"]
    assert '<option value="1" selected>' in response.content.decode()


@pytest.mark.parametrize("content", [b"", b"hello", b"\x89PNG\r\n\x1a\n\x00\x00\x00"])
def test_what_is_no_list_is_refused_by_its_name(browser: Client, empty: Draft, content: bytes) -> None:
    response = sent_list(browser, empty, content, "photo.csv")
    assert response.status_code == 400
    ((target, sentence),) = response.context["problems"]
    assert target == "id_file"
    assert "photo.csv" in sentence


def test_a_file_that_waits_is_nobody_elses(browser: Client, client_of: Any, otto: User, empty: Draft) -> None:
    columns = sent_list(browser, empty)["Location"]
    assert client_of(otto).get(columns).status_code == 404
    other = filled_draft(otto)
    theirs = columns.replace(str(empty.key), str(other.key))
    assert client_of(otto).get(theirs)["Location"].endswith("/upload/")


def test_she_takes_the_list_out_again(browser: Client, draft: Draft) -> None:
    assert browser.get(f"/en/report/{draft.key}/trades/list/remove/").status_code == 200
    browser.post(f"/en/report/{draft.key}/trades/list/remove/")
    assert not draft.brought_trades.exists()


def test_before_handing_in_she_sees_how_her_list_is_answered(browser: Client, draft: Draft) -> None:
    browser.post(page(draft), {"many": "no:day:2025-04-15"})
    overview = seen(browser, f"/en/report/{draft.key}/")
    assert "60 not answered" in overview
    check = seen(browser, f"/en/report/{draft.key}/check/")
    assert "60 trades of your list have no answer yet." in check
    assert re.search(r"Not yours: reported</dt><dd[^>]*>60<", check)
    assert page(draft) in check


def test_the_receipt_lists_the_trades_that_were_not_hers(browser: Client, draft: Draft) -> None:
    browser.post(page(draft), {"many": "yes:day:2025-04-16"})
    browser.post(page(draft), {"many": "no:day:2025-04-15"})
    browser.post(f"/en/report/{draft.key}/check/", {"declared": "on"})
    case = Case.objects.get()
    receipt = seen(browser, f"/en/cases/{case.reference}/receipt/")
    assert "Trade 60" in receipt
    assert "Trade 61" not in receipt
    assert re.search(r"Yours: not reported</dt><dd[^>]*>60<", receipt)
    case.claimed_trades.all().delete()  # what becomes of a claim later does not change what was handed in
    assert "Trade 60" in seen(browser, f"/en/cases/{case.reference}/receipt/")


def test_with_a_case_the_first_page_offers_another_account(browser: Client, draft: Draft) -> None:
    assert "Report a hijacked account" in seen(browser, "/en/cases/")
    browser.post(page(draft), {"many": "no:day:2025-04-15"})
    browser.post(f"/en/report/{draft.key}/check/", {"declared": "on"})
    assert "Report another account" in seen(browser, "/en/cases/")


def seen(client: Client, address: str) -> str:
    """The words of a page, in one line."""
    return re.sub(r"\s+", " ", client.get(address).content.decode())


def test_totals_that_the_file_states_are_checked_and_a_difference_is_said(browser: Client, empty: Draft) -> None:
    whole = Path(__file__).parents[1].joinpath("data", "brokers", "sbi_margin.csv").read_bytes()
    preview = sent_list(browser, empty, whole)["Location"]
    assert "and the rows agree" in seen(browser, preview)
    other = whole.replace(b"+59812", b"+99999", 1)
    assert "Something may be missing" in seen(browser, sent_list(browser, empty, other)["Location"])
