"""The pages of bank details, for the victim and for the firm."""

import time
import uuid
from typing import Any

import pytest
from django.test import Client

from casetrack.cases.services.bank import change_bank_account
from casetrack.lib.clock import travel_to
from casetrack.people.models import BankAccount, BankAlarm, User
from tests.builders import Story
from tests.cases.test_bank import DETAILS, OTHERS
from tests.web.test_victim_offers import has_shown_again_who_she_is

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client_of: Any, vera: User) -> Client:
    return client_of(vera)


def typed(**more: str) -> dict[str, str]:
    return {**DETAILS, "idempotency_key": str(uuid.uuid4()), **more}


def test_vera_enters_her_account_in_any_width_and_sees_it_masked(browser: Client, story: Story) -> None:
    story.reported()
    sent = typed(number="０１２３４５６", holder="ﾀｶﾊｼ ﾒｸﾞﾐ", bank_code="０５６２")
    for _ in range(2):
        assert browser.post("/ja/bank/change/", sent)["Location"] == "/ja/bank/"
    account = BankAccount.objects.get()
    assert (account.number, account.bank_code, account.holder_differs) == ("0123456", "0562", False)
    html = browser.get("/ja/bank/").content.decode()
    assert "••••456" in html
    assert "0123456" not in html


def test_bad_input_keeps_what_was_typed(browser: Client, story: Story) -> None:
    story.reported()
    answer = browser.post("/en/bank/change/", typed(number="12", bank_name="ABC Bank"))
    html = answer.content.decode()
    assert 'value="ABC Bank"' in html
    assert "in 7 digits" in html
    assert 'name="confirmed"' not in html
    assert not BankAccount.objects.exists()


def test_another_name_is_asked_about_and_shown_to_the_firm(browser: Client, client_of: Any, story: Story) -> None:
    story.reported()
    answer = browser.post("/en/bank/change/", typed(holder="スズキ ハナコ"))
    assert "The name differs from the one in your report." in answer.content.decode()
    assert not BankAccount.objects.exists()
    browser.post("/en/bank/change/", typed(holder="スズキ ハナコ", confirmed="on"))
    assert BankAccount.objects.get().holder_differs
    alma = client_of(story.user("alma"))
    for page in ("", "bank/"):
        assert "Name differs" in alma.get(f"/en/firm/cases/{story.case.reference}/{page}").content.decode()


def test_changing_asks_again_who_she_is(client_of: Any, vera: User, story: Story) -> None:
    story.reported()
    vera.set_password("a long and good one")
    vera.save()
    browser = client_of(vera)
    for answer in (browser.get("/en/bank/change/"), browser.post("/en/bank/change/", typed())):
        assert answer.status_code == 302
        assert "/accounts/reauthenticate/" in answer["Location"]
    assert not BankAccount.objects.exists()
    session = browser.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(vera.pk)
    session.save()
    assert browser.get("/en/bank/change/").status_code == 200


def test_she_reads_until_when_it_is_kept_back_and_stops_it_with_one_press(
    browser: Client, client_of: Any, story: Story
) -> None:
    story.reported()
    with travel_to(story.at):
        change_bank_account(DETAILS, actor=story.user("vera"))
        change_bank_account(OTHERS, actor=story.user("vera"))
        assert "Nothing is paid to this account before" in browser.get("/en/bank/").content.decode()
        browser.post("/en/bank/not-me/")
        assert BankAlarm.objects.count() == 1
        html = browser.get("/en/bank/").content.decode()
        assert "Payments are stopped" in html
        assert "0120-000-111" in html
        fiona, page = client_of(story.user("fiona")), f"/en/firm/cases/{story.case.reference}/bank/"
        assert "Payments stopped" in fiona.get(page).content.decode()
        assert fiona.post(page, {"reason": ""}).status_code == 400
        assert fiona.post(page, {"reason": "She confirmed them."}).status_code == 302
        assert "Payments stopped" not in fiona.get(page).content.decode()


def test_the_approver_sees_the_number_once_the_others_never(client_of: Any, story: Story) -> None:
    story.reported()
    change_bank_account(DETAILS, actor=story.user("vera"))
    page = f"/en/firm/cases/{story.case.reference}/bank/number/"
    assert "0123456" in client_of(story.user("alma")).post(page).content.decode()
    assert client_of(story.user("fiona")).post(page).status_code == 302
    assert client_of(story.user("bruno")).post(page).status_code == 404


def test_first_details_before_any_agreement_are_not_said_to_cool_off(client_of: Any, story: Story) -> None:
    story.reported()
    change_bank_account(DETAILS, actor=story.user("vera"))
    page = f"/en/firm/cases/{story.case.reference}/"
    for address in (page, f"{page}bank/"):
        shown = client_of(story.user("alma")).get(address).content.decode()
        assert "Name of the holder" in shown or "Bank details" in shown
        assert "Cooling off" not in shown


def test_the_payment_page_shows_the_block_and_refuses(client_of: Any, story: Story) -> None:
    story.to_settlement()
    with travel_to(story.at):
        change_bank_account(DETAILS, actor=story.user("vera"))
        alma, page = client_of(story.user("alma")), f"/en/firm/cases/{story.case.reference}/offers/1/payment/"
        assert "Cooling off" in alma.get(page).content.decode()
        day = story.at.date()
        sent = {"paid_on_year": day.year, "paid_on_month": day.month, "paid_on_day": day.day}
        answer = alma.post(page, sent)
        assert answer.status_code == 409
        assert "Nothing may be paid before" in answer.content.decode()


def test_who_has_not_reported_yet_is_told_so(client_of: Any, cast: Any) -> None:
    stranger = User.objects.create_user("stranger@example.com", None)
    assert client_of(stranger).get("/en/bank/")["Location"] == "/en/cases/"


@pytest.mark.parametrize("who", ["alma", "rita"])
def test_nobody_else_has_the_page(who: str, client_of: Any, cast: Any) -> None:
    assert client_of(cast.user[who]).get("/en/bank/").status_code == 404


def test_before_and_after_an_acceptance_the_case_leads_to_the_bank_details_until_they_are_there(
    story: Story, client_of: Any, vera: User
) -> None:
    browser, story = client_of(vera), story.to_offer()
    there, accept = f"/en/cases/{story.case.reference}/", f"/en/cases/{story.case.reference}/offers/1/accept/"
    door = 'class="govuk-button govuk-button--secondary" href="/en/bank/change/"'
    has_shown_again_who_she_is(browser)
    with travel_to(story.at):
        assert door in browser.get(there).content.decode()
        assert "You have not entered a bank account yet" in browser.get(accept).content.decode()
    story.accepted()
    with travel_to(story.at):
        html = browser.get(there).content.decode()
        assert door.replace(" govuk-button--secondary", "") in html, "the first thing that she can do"
        assert "Say which trades were yours" not in html
        change_bank_account(DETAILS, actor=vera)
        assert 'href="/en/bank/change/"' not in browser.get(there).content.decode()


def test_a_case_that_ended_leads_to_the_bank_details_as_long_as_a_part_is_to_be_paid(
    story: Story, client_of: Any, vera: User
) -> None:
    story.to_assessment().wait(1).part_offered("costs").wait(1).accepted().countersigned().does("vera", "withdraw")
    browser, there = client_of(vera), f"/en/cases/{story.case.reference}/"
    story.wait(4)
    with travel_to(story.at):
        assert 'href="/en/bank/change/"' in browser.get(there).content.decode()
    story.paid()
    with travel_to(story.at):
        assert 'href="/en/bank/change/"' not in browser.get(there).content.decode()
