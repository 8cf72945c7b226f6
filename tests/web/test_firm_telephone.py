"""The firm's pages for a report by telephone, without JavaScript."""

import re
from typing import Any

import pytest
from django.test import Client

from casetrack.cases.models import Case
from casetrack.intake.calls import begin_call
from casetrack.intake.models import Draft
from casetrack.people.models import User
from tests.builders import Cast
from tests.intake.test_calls import taken

pytestmark = pytest.mark.django_db
START = "/en/firm/telephone/"


@pytest.fixture
def staff(client_of: Any, fiona: User) -> Client:
    return client_of(fiona)


def key_in(html: str) -> str:
    match = re.search(r'name="idempotency_key" value="([^"]+)"', html)
    assert match
    return match[1]


def test_fiona_begins_a_report_from_the_queue_once_however_often_she_clicks(staff: Client) -> None:
    assert START in staff.get("/en/firm/").content.decode()
    sent = {"identified": "asked", "note": "生年月日", "idempotency_key": key_in(staff.get(START).content.decode())}
    first, second = staff.post(START, sent), staff.post(START, sent)
    assert first["Location"] == second["Location"]
    assert Draft.objects.count() == 1
    assert first["Location"] in staff.get(START).content.decode()


def test_without_saying_who_calls_nothing_is_begun_and_the_note_stays(staff: Client) -> None:
    key = key_in(staff.get(START).content.decode())
    answer = staff.post(START, {"note": "家族の方", "idempotency_key": key})
    assert answer.status_code == 400
    assert "家族の方" in answer.content.decode()
    assert not Draft.objects.exists()


def test_the_firm_is_not_asked_for_and_the_account_goes_to_it(staff: Client, fiona: User) -> None:
    draft = begin_call("asked", "", actor=fiona)
    address = f"{START}{draft.key}/account/"
    assert 'name="row-0-firm"' not in staff.get(address).content.decode()
    sent = {"rows_total": "1", "row-0-number": "0123-4567890", "row-0-firm": "AOZORA"}
    assert staff.post(address, sent).status_code == 302
    draft.refresh_from_db()
    assert draft.answers["account"]["facts"]["rows"][0]["firm"] == "MINATO"
    again = staff.get(address).content.decode()
    assert "0123-4567890" in again


def test_an_account_named_twice_is_refused_and_what_was_typed_stays(staff: Client, fiona: User) -> None:
    draft = begin_call("asked", "", actor=fiona)
    sent = {"rows_total": "2", "row-0-number": "0123-4567890", "row-1-number": "01234567890"}
    answer = staff.post(f"{START}{draft.key}/account/", sent)
    assert answer.status_code == 400
    assert "01234567890" in answer.content.decode()


def test_files_and_lists_are_not_offered_on_the_telephone(staff: Client, fiona: User) -> None:
    draft = begin_call("asked", "", actor=fiona)
    assert f"{draft.key}/files/" not in staff.get(f"{START}{draft.key}/").content.decode()
    assert staff.get(f"{START}{draft.key}/files/").status_code == 404
    assert 'value="brought"' not in staff.get(f"{START}{draft.key}/trades/").content.decode()
    answer = staff.post(f"{START}{draft.key}/trades/", {"known": "brought", "rows_total": "1"})
    assert answer.status_code == 400


def test_read_back_the_case_is_opened_and_the_code_is_next(staff: Client, fiona: User) -> None:
    draft = taken(fiona)
    address = f"{START}{draft.key}/check/"
    page = staff.get(address).content.decode()
    assert "髙橋" in page
    refused = staff.post(address, {"idempotency_key": key_in(page)})
    assert refused.status_code == 400
    assert not Case.objects.exists()
    sent = {"idempotency_key": key_in(page), "declared": "on"}
    for _twice in range(2):
        answer = staff.post(address, sent)
        assert answer["Location"] == f"/en/firm/cases/{Case.objects.get().reference}/code/"
    assert staff.get(answer["Location"]).status_code == 200
    assert staff.get(f"{START}{draft.key}/").status_code == 302


def test_every_page_opens_in_both_languages(staff: Client, fiona: User) -> None:
    draft = taken(fiona)
    names = ("you", "address", "representative", "help", "account", "noticed", "told", "talks", "log-in", "trades",
             "happened", "margin", "before", "bodies", "wishes", "consents", "check", "delete")  # fmt: skip
    for language in ("ja", "en"):
        for name in names:
            assert staff.get(f"/{language}/firm/telephone/{draft.key}/{name}/").status_code == 200


def test_what_was_begun_is_deleted_after_a_question(staff: Client, fiona: User) -> None:
    draft = begin_call("asked", "", actor=fiona)
    address = f"{START}{draft.key}/delete/"
    key = key_in(staff.get(address).content.decode())
    assert staff.post(address, {"idempotency_key": key})["Location"] == START
    assert not Draft.objects.exists()


@pytest.mark.parametrize("who", ["bruno", "vera", "rita", "mina"])
def test_nobody_else_finds_a_report_that_fiona_took(client_of: Any, cast: Cast, fiona: User, who: str) -> None:
    draft = taken(fiona)
    client = client_of(cast.user[who])
    for path in ("", "you/", "check/", "delete/", "take-over/", "you/autosave/"):
        assert client.get(f"{START}{draft.key}/{path}").status_code == 404
        assert client.post(f"{START}{draft.key}/{path}").status_code in (404, 405)
    assert Draft.objects.get().user == fiona


def test_nobody_logged_out_learns_whether_there_is_one(fiona: User) -> None:
    draft = taken(fiona)
    for key in (draft.key, "6f1b6f6e-7d5b-4d5e-9f0e-0c7f0a4f8f11"):
        for path in ("", "you/", "check/", "take-over/"):
            assert "/accounts/login/" in Client().get(f"{START}{key}/{path}")["Location"]
        assert Client().get(f"{START}{key}/you/autosave/").status_code == 401
