"""The report in the browser without JavaScript: pages, errors, saving, handing in."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from casetrack.cases.models import Case
from casetrack.documents.services import drain
from casetrack.evidence.models import EvidenceFile
from casetrack.intake.models import Draft
from casetrack.intake.services import save_step, start_draft, submit_draft, typed_in
from casetrack.intake.steps import STEPS
from casetrack.intake.trades import accounts_of
from casetrack.lib import clock
from casetrack.lib.clock import travel_to
from casetrack.people.models import User
from tests.evidence import files
from tests.intake.reports import TYPED, filled_draft

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def browser(client_of: Any, vera: User) -> Client:
    return client_of(vera)


@pytest.fixture
def draft(vera: User) -> Draft:
    return start_draft(actor=vera)


def page(draft: Draft, step: str) -> str:
    return f"/en/report/{draft.key}/{step}/"


def sent(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_vera_begins_and_finds_every_part_not_begun(browser: Client) -> None:
    response = browser.post("/en/report/", {"idempotency_key": "6f1b6f6e-7d5b-4d5e-9f0e-0c7f0a4f8f11"}, follow=True)
    tasks = response.context["tasks"]
    assert {task["status"] for task in tasks if task["step"].is_optional} == {"optional"}
    assert [task["status"] for task in tasks if not task["step"].is_optional] == ["new"] * 6
    assert not response.context["is_ready"]


def test_the_same_beginning_twice_makes_one_draft(browser: Client) -> None:
    for _ in range(2):
        browser.post("/en/report/", {"idempotency_key": "6f1b6f6e-7d5b-4d5e-9f0e-0c7f0a4f8f11"})
    assert Draft.objects.count() == 1


def test_she_walks_through_every_page_and_hands_in(browser: Client, draft: Draft) -> None:
    address = page(draft, "you")
    for name, typed in TYPED.items():
        assert address == page(draft, name)
        response = browser.post(address, typed)
        assert response.status_code == 302, response.context["problems"]
        address = response["Location"]
    response = browser.post(address, {"uploads": files.upload("a.pdf", files.PDF)})
    assert browser.get(response["Location"]).context["is_ready"]
    response = browser.post(f"/en/report/{draft.key}/check/", {"declared": "on"}, follow=True)
    case = Case.objects.get()
    assert response.redirect_chain[-1][0] == f"/en/cases/{case.reference}/receipt/"
    assert case.reference in response.content.decode()
    assert case.evidence.get().sha256 in response.content.decode()
    incident = case.incidents.get()
    assert incident.number == "0123-4567890"


def test_full_width_digits_commas_and_yen_are_understood(browser: Client, draft: Draft) -> None:
    browser.post(page(draft, "trades"), TYPED["trades"] | {"row-0-amount": "￥５０，０００，０００円"})
    draft.refresh_from_db()
    row = STEPS["trades"].read(draft.answers)["rows"][0]
    assert (row["quantity"], row["amount"]) == (200000, 50000000)


def test_the_31st_of_april_is_refused_and_what_was_typed_stays(browser: Client, draft: Draft) -> None:
    response = browser.post(page(draft, "noticed"), TYPED["noticed"] | {"noticed_at_day": "31"})
    ((target, sentence),) = response.context["problems"]
    assert target == "id_noticed_at_day"
    assert sentence == "There is no 31 April 2025 in the calendar: check the day you noticed"
    html = response.content.decode()
    assert 'value="31"' in html
    assert "<title>Error: " in html
    draft.refresh_from_db()
    assert typed_in(draft, STEPS["noticed"])["noticed_at_day"] == ["31"]
    status = {t["step"].identifier: t["status"] for t in browser.get(f"/en/report/{draft.key}/").context["tasks"]}
    assert status["noticed"] == "unfinished"


def test_what_was_wrong_waits_on_another_device(client_of: Any, vera: User, browser: Client, draft: Draft) -> None:
    browser.post(page(draft, "noticed"), TYPED["noticed"] | {"noticed_at_day": "31"})
    html = client_of(vera).get(page(draft, "noticed")).content.decode()
    assert 'value="31"' in html
    assert 'class="govuk-error-summary"' not in html


def test_save_and_finish_later_keeps_half_a_page(browser: Client, draft: Draft) -> None:
    response = browser.post(page(draft, "you"), {"family_name": "髙橋", "later": "1"})
    assert response["Location"] == "/en/cases/"
    assert 'value="髙橋"' in browser.get(page(draft, "you")).content.decode()


def test_an_expired_session_loses_nothing_that_was_sent(browser: Client, draft: Draft, vera: User) -> None:
    browser.logout()
    response = browser.post(page(draft, "noticed"), TYPED["noticed"] | {"noticed_note": "half a thought"})
    assert response.status_code == 302
    assert "login" in response["Location"]
    assert "half a thought" not in str(dict(browser.session))
    browser.force_login(vera, backend="allauth.account.auth_backends.AuthenticationBackend")
    response = browser.get(page(draft, "noticed"))
    assert "half a thought" in response.content.decode()
    assert "You had been signed out" in sent(response)[0]
    draft.refresh_from_db()
    assert STEPS["noticed"].is_complete(draft.answers)


def test_what_was_sent_while_signed_out_reaches_nobody_else(browser: Client, draft: Draft, otto: User) -> None:
    browser.logout()
    browser.post(page(draft, "noticed"), TYPED["noticed"])
    browser.force_login(otto, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert browser.get(page(draft, "noticed")).status_code == 404
    draft.refresh_from_db()
    assert draft.answers == {}


def test_rows_are_added_and_removed_without_javascript(browser: Client, draft: Draft) -> None:
    response = browser.post(page(draft, "trades"), TYPED["trades"] | {"add": "1"})
    assert response["Location"].endswith("#last-trade")
    response = browser.get(page(draft, "trades"))
    assert [row["security"].value() for row in response.context["form"].rows] == ["6182", None]
    second = TYPED["trades"] | {"rows_total": "2", "row-1-side": "sell", "row-1-security": "7203", "remove": "0"}
    browser.post(page(draft, "trades"), second)
    response = browser.get(page(draft, "trades"))
    assert [row["security"].value() for row in response.context["form"].rows] == ["7203"]


def test_errors_of_a_row_are_named_by_the_trade(browser: Client, draft: Draft) -> None:
    typed = TYPED["trades"] | {"rows_total": "2", "row-1-side": "sell", "row-1-amount": "lots"}
    problems = dict(browser.post(page(draft, "trades"), typed).context["problems"])
    assert problems["id_row-1-security"] == "Trade 2: Enter the stock or fund"
    assert problems["id_row-1-amount"].startswith("Trade 2: Enter the amount in numbers")


def test_with_one_account_nobody_asks_which_it_was(browser: Client, vera: User) -> None:
    assert "row-0-account" not in browser.get(page(filled_draft(vera), "trades")).content.decode()


def test_with_two_accounts_each_trade_says_whose_it_was(browser: Client, vera: User) -> None:
    draft = filled_draft(vera)
    rows = STEPS["account"].read(draft.answers)["rows"]
    draft = save_step(draft, STEPS["account"], {"rows": [*rows, {**rows[0], "number": "0123-7654321"}]}, actor=vera)
    first, second = accounts_of(draft)
    assert "••••321" in browser.get(page(draft, "trades")).content.decode()
    typed = TYPED["trades"] | {"row-0-account": second}
    wrong = browser.post(page(draft, "trades"), typed | {"row-0-amount": "lots"})
    assert wrong.context["form"].rows[0]["account"].value() == second
    assert browser.post(page(draft, "trades"), typed | {"row-0-account": "another's"}).context["problems"]
    browser.post(page(draft, "trades"), typed)
    assert browser.get(page(draft, "trades")).context["form"].rows[0]["account"].value() == second
    assert "••••321" in browser.get(f"/en/report/{draft.key}/check/").content.decode()
    browser.post(f"/en/report/{draft.key}/check/", {"declared": "on"})
    assert [one.claimed_trades.count() for one in Case.objects.get().incidents.order_by("pk")] == [0, 1]
    assert first != second


def test_i_do_not_know_the_trades_is_an_answer(browser: Client, draft: Draft) -> None:
    response = browser.post(page(draft, "trades"), {"known": "firm_list", "rows_total": "1"})
    assert response.status_code == 302
    response = browser.post(page(draft, "trades"), {"known": "known", "rows_total": "1"})
    assert "Enter at least one trade" in response.context["problems"][0][1]
    assert response.content.decode().count("govuk-error-message") == 1


def test_trades_are_not_found_wanting_before_she_says_that_she_knows_them(browser: Client, draft: Draft) -> None:
    response = browser.post(page(draft, "trades"), {"rows_total": "1", "row-0-security": "6182"})
    html = response.content.decode()
    assert html.count("govuk-error-message") == 1
    assert 'value="6182"' in html


def test_a_misleading_file_is_refused_by_name_and_the_others_are_kept(browser: Client, draft: Draft) -> None:
    uploads = [
        files.upload("good.pdf", files.PDF),
        files.upload("bad.pdf", files.EXE),
        files.upload("empty.png", b""),
        files.upload("photo.jpg", files.JPEG),
    ]
    response = browser.post(page(draft, "files"), {"uploads": uploads})
    assert [sentence for _target, sentence in response.context["problems"]] == [
        "bad.pdf was not taken: its content is not what its name says (.pdf).",
        "empty.png is empty. Choose another file.",
    ]
    assert [file.name for file in response.context["files"]] == ["good.pdf", "photo.jpg"]


def test_a_file_is_taken_out_of_the_draft_by_its_owner_alone(
    browser: Client, draft: Draft, client_of: Any, otto: User
) -> None:
    browser.post(page(draft, "files"), {"uploads": files.upload("a.pdf", files.PDF), "again": "1"})
    file = EvidenceFile.objects.get()
    address = reverse("victim:draft-file-remove", args=[draft.key, file.key])
    assert client_of(otto).post(address).status_code == 404
    browser.post(address)
    assert EvidenceFile.objects.get().is_removed


def test_answers_are_changed_from_the_last_page_and_lead_back_to_it(browser: Client, vera: User) -> None:
    draft = filled_draft(vera)
    response = browser.post(page(draft, "you") + "?check", TYPED["you"] | {"given_name": "めぐみ"})
    assert response["Location"] == f"/en/report/{draft.key}/check/"
    assert "めぐみ" in browser.get(response["Location"]).content.decode()


def test_it_is_not_handed_in_without_the_declaration(browser: Client, vera: User) -> None:
    draft = filled_draft(vera)
    response = browser.post(f"/en/report/{draft.key}/check/", {})
    assert "Tick the box" in response.content.decode()
    assert not Case.objects.exists()


def test_an_unfinished_report_shows_what_is_missing_and_no_button(browser: Client, draft: Draft) -> None:
    response = browser.get(f"/en/report/{draft.key}/check/")
    assert len(response.context["missing"]) == 6
    assert "Hand in the report" not in response.content.decode()
    response = browser.post(f"/en/report/{draft.key}/check/", {"declared": "on"})
    assert "A part of your report is not finished." in response.content.decode()


def test_the_draft_is_deleted_only_after_asking(browser: Client, draft: Draft) -> None:
    assert "Delete this draft?" in browser.get(f"/en/report/{draft.key}/delete/").content.decode()
    assert Draft.objects.exists()
    browser.post(f"/en/report/{draft.key}/delete/", {})
    assert not Draft.objects.exists()


def test_the_receipt_page_looks_by_itself_until_the_pdf_is_there(browser: Client, vera: User) -> None:
    case = submit_draft(filled_draft(vera), actor=vera, key=None)
    there = f"/en/cases/{case.reference}/receipt/"
    with travel_to(case.opened_at + dt.timedelta(minutes=1)):
        assert "data-follow" in browser.get(there).content.decode()
    with travel_to(case.opened_at + dt.timedelta(hours=1)):
        assert "data-follow" not in browser.get(there).content.decode()
    drain(clock.now())
    html = browser.get(there).content.decode()
    assert "Download the receipt" in html
    assert "data-follow" not in html


def test_a_report_handed_in_leads_to_its_receipt(browser: Client, vera: User) -> None:
    draft = filled_draft(vera)
    browser.post(f"/en/report/{draft.key}/check/", {"declared": "on"})
    receipt = f"/en/cases/{Case.objects.get().reference}/receipt/"
    for address in (f"/en/report/{draft.key}/", page(draft, "you"), f"/en/report/{draft.key}/check/"):
        assert browser.get(address)["Location"] == receipt


@pytest.mark.parametrize("who", ["otto", "fiona", "rita"])
def test_nobody_else_finds_the_draft(cast: Any, client_of: Any, draft: Draft, who: str) -> None:
    stranger = client_of(cast.user[who])
    for tail in ("", "you/", "files/", "check/", "delete/"):
        address = f"/en/report/{draft.key}/{tail}"
        assert stranger.get(address).status_code == 404
        assert stranger.post(address, {"declared": "on"}).status_code in (404, 405)


def test_a_step_that_is_none_is_not_found(browser: Client, draft: Draft) -> None:
    assert browser.get(page(draft, "horoscope")).status_code == 404


def test_private_pages_leave_no_copy(browser: Client, draft: Draft) -> None:
    assert "no-store" in browser.get(page(draft, "you"))["Cache-Control"]
