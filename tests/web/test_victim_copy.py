"""The pages of a copy: asking with a second proof of who one is, how far it is, the download."""

import datetime as dt
import io
import re
import time
import uuid
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client

from casetrack.audit.models import Entry
from casetrack.copies import storage
from casetrack.copies.models import Copy, CopyStatus
from casetrack.copies.services import ask_copy, delete_expired, make_copy
from casetrack.lib import clock
from casetrack.lib.clock import travel_to
from casetrack.lib.scope import system_scope
from casetrack.people.models import User
from tests.builders import Story

pytestmark = pytest.mark.django_db
PAGE, ASK = "/en/copy/", "/en/copy/ask/"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def browser(client_of: Any, vera: User, story: Story) -> Client:
    story.reported()
    return client_of(vera)


def ask(browser: Client) -> Copy:
    answer = browser.post(ASK, {"idempotency_key": str(uuid.uuid4())})
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    return Copy.objects.latest("pk")


def look(browser: Client) -> str:
    answer = browser.get(PAGE)
    assert "no-store" in answer["Cache-Control"]
    return answer.content.decode()


def download(browser: Client, copy: Copy) -> Any:
    return browser.post(f"/en/copy/{copy.key}/")


def test_vera_asks_waits_and_downloads(browser: Client) -> None:
    assert "Ask for a copy" in look(browser)
    copy = ask(browser)
    html = look(browser)
    assert "waiting its turn" in html
    assert ASK not in html
    make_copy(copy.pk)
    html = look(browser)
    assert "Your copy is ready" in html
    assert "data-follow" not in html
    html = browser.get(f"/en/copy/{copy.key}/").content.decode()
    assert Copy.objects.get().sha256 in html
    assert not Entry.objects.filter(action="copies.downloaded").exists()
    answer = download(browser, copy)
    assert answer["Content-Disposition"] == 'attachment; filename="copy.zip"'
    assert "no-store" in answer["Cache-Control"]
    content = b"".join(answer.streaming_content)
    assert int(answer["Content-Length"]) == len(content)
    assert "account.json" in ZipFile(io.BytesIO(content)).namelist()
    assert Entry.objects.filter(action="copies.downloaded").count() == 1


def test_it_says_how_far_it_is(browser: Client) -> None:
    ask(browser)
    Copy.objects.update(status=CopyStatus.MAKING, done=3, total=12)
    html = look(browser)
    assert "3 of 12 files are done." in html
    assert re.search(r'<progress[^>]* max="12" value="3"', html)


def test_the_same_form_and_a_second_form_ask_for_one_copy(browser: Client) -> None:
    sent = {"idempotency_key": str(uuid.uuid4())}
    for data in (sent, sent, {"idempotency_key": str(uuid.uuid4())}):
        assert browser.post(ASK, data).status_code == 302
    assert Copy.objects.count() == 1


def test_a_failure_is_said_and_she_can_ask_again(browser: Client) -> None:
    ask(browser)
    Copy.objects.update(status=CopyStatus.FAILED)
    html = look(browser)
    assert "The copy could not be made" in html
    assert ASK in html
    assert ask(browser).status == CopyStatus.WAITING


def test_a_copy_that_is_there_is_not_hidden_by_a_failure_after_it(browser: Client) -> None:
    make_copy(ask(browser).pk)
    Copy.objects.filter(pk=ask(browser).pk).update(status=CopyStatus.FAILED)
    assert "Your copy is ready" in look(browser)


def test_a_second_try_is_said(browser: Client) -> None:
    ask(browser)
    Copy.objects.update(attempts=1)
    assert "It did not work at first." in look(browser)


def test_when_its_time_is_over_the_page_says_so(browser: Client) -> None:
    copy = ask(browser)
    make_copy(copy.pk)
    for delete in (False, True):
        with travel_to(clock.now() + dt.timedelta(hours=25)):
            if delete:
                delete_expired(clock.now())
            assert "has been deleted." in look(browser)
            assert download(browser, copy)["Location"] == PAGE
    assert not Entry.objects.filter(action="copies.downloaded").exists()


@pytest.mark.django_db(transaction=True)
def test_she_deletes_it_at_once_and_only_she(client_of: Any, cast: Any) -> None:
    browser = client_of(cast.user["vera"])
    with system_scope():
        asked = ask_copy(language="en", actor=cast.user["vera"])
    make_copy(asked.pk)
    with system_scope():
        copy = Copy.objects.get()
    assert client_of(cast.user["otto"]).post(f"/en/copy/{copy.key}/delete/").status_code == 404
    assert storage.path_of(copy).exists()
    for _ in range(2):
        assert browser.post(f"/en/copy/{copy.key}/delete/")["Location"] == PAGE
    assert not storage.path_of(copy).exists()
    assert "has been deleted." in look(browser)
    assert download(browser, copy)["Location"] == PAGE
    with system_scope():
        assert Entry.objects.filter(action="copies.deleted").count() == 1


def test_one_whose_bytes_are_lost_is_not_given_out(browser: Client) -> None:
    copy = ask(browser)
    make_copy(copy.pk)
    storage.discard(Copy.objects.get())
    assert download(browser, copy)["Location"] == PAGE
    assert "no longer there" in look(browser)


def test_otto_and_the_firm_find_nothing(browser: Client, client_of: Any, cast: Any) -> None:
    copy = ask(browser)
    make_copy(copy.pk)
    for name in ("otto", "ivan", "alma", "rita"):
        assert download(client_of(cast.user[name]), copy).status_code == 404
    assert Client().get(f"/en/copy/{copy.key}/").status_code == 302
    assert "Your copy is ready" not in look(client_of(cast.user["otto"]))
    assert not Entry.objects.filter(action="copies.downloaded").exists()


def test_asking_and_downloading_ask_again_who_she_is(client_of: Any, vera: User, browser: Client) -> None:
    copy = ask(browser)
    make_copy(copy.pk)
    vera.set_password("a long and good one")
    vera.save()
    browser = client_of(vera)
    address = f"/en/copy/{copy.key}/"
    sent = {"idempotency_key": str(uuid.uuid4())}
    for answer in (browser.get(ASK), browser.post(ASK, sent), browser.get(address), browser.post(address)):
        assert answer.status_code == 302
        assert "/accounts/reauthenticate/" in answer["Location"]
    assert Copy.objects.count() == 1
    assert browser.get(PAGE).status_code == 200
    session = browser.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(vera.pk)
    session.save()
    assert browser.get(address).status_code == 200
    assert browser.post(address)["Content-Type"] == "application/zip"
    assert browser.get(ASK).status_code == 200


def test_the_way_to_it_is_on_her_pages_and_not_on_the_firms(browser: Client, client_of: Any, ivan: User) -> None:
    for page in ("/en/cases/", "/en/accounts/2fa/"):
        assert f'href="{PAGE}"' in browser.get(page).content.decode()
    assert f'href="{PAGE}"' not in client_of(ivan).get("/en/accounts/2fa/").content.decode()


def test_too_many_requests_are_turned_away(browser: Client) -> None:
    answers = [browser.post(ASK, {"idempotency_key": str(uuid.uuid4())}).status_code for _ in range(11)]
    assert answers == [302] * 10 + [429]
