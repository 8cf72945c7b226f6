"""Signing up, logging in and proving again who one is."""

import re
from typing import Any
from unittest.mock import patch

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.test import Client

from casetrack.lib.clock import tokyo, travel_to
from casetrack.people.models import User

pytestmark = pytest.mark.django_db
NOON = tokyo(2025, 6, 2, 12)
PASSWORD = "a long and good sentence"
KNOWN, NEW = "vera@example.com", "nobody-yet@example.com"


def code_in_mail() -> str:
    found = re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", str(mail.outbox[-1].body), re.M)
    assert found
    return found[1]


@pytest.fixture
def vera_has_a_password(vera: User) -> User:
    vera.set_password(PASSWORD)
    vera.save()
    EmailAddress.objects.update_or_create(user=vera, defaults={"email": vera.email, "primary": True, "verified": True})
    return vera


def logged_in(user: User) -> Client:
    browser = Client()
    sent = {"login": user.email, "password": PASSWORD}
    assert browser.post("/en/accounts/login/", sent).status_code == 302
    return browser


@pytest.mark.parametrize("page", ["login", "signup"])
def test_a_passkey_stands_before_the_password(page: str, db: None) -> None:
    html = Client().get(f"/en/accounts/{page}/").content.decode()
    assert 0 < html.index("With a passkey") < html.index('type="password"')


def test_after_signing_up_with_a_password_a_second_lock_is_offered_once_and_can_be_left(db: None) -> None:
    browser = Client()
    browser.post("/en/accounts/signup/", {"email": NEW, "password1": PASSWORD, "next": "/en/report/"})
    answer = browser.post("/en/accounts/confirm-email/", {"code": code_in_mail()})
    assert answer["Location"] == "/en/accounts/protect/?next=%2Fen%2Freport%2F"
    html = browser.get(answer["Location"]).content.decode()
    assert "/en/accounts/2fa/webauthn/add/" in html
    assert "/en/accounts/2fa/totp/activate/" in html
    assert 'href="/en/report/">Not now' in html
    assert browser.get("/en/accounts/2fa/webauthn/add/").status_code == 200, "she has just shown who she is"
    browser.post("/en/accounts/logout/")
    answer = browser.post("/en/accounts/login/", {"login": NEW, "password": PASSWORD})
    assert answer["Location"] == "/en/home/"


def test_what_a_japanese_keyboard_typed_in_full_width_counts(db: None) -> None:
    browser = Client()
    browser.post(
        "/ja/accounts/signup/", {"email": "ｎｏｂｏｄｙ－ｙｅｔ＠ｅｘａｍｐｌｅ．ｃｏｍ", "password1": PASSWORD}
    )
    wide = str.maketrans({chr(n): chr(n + 0xFEE0) for n in range(0x21, 0x7F)} | {"-": "ー"})
    answer = browser.post("/ja/accounts/confirm-email/", {"code": code_in_mail().translate(wide)})
    assert answer.status_code == 302
    assert User.objects.get(email=NEW)
    browser.post("/ja/accounts/logout/")
    sent = {"login": NEW.replace("@", "＠"), "password": PASSWORD}
    assert browser.post("/ja/accounts/login/", sent).status_code == 302
    Client().post("/ja/accounts/password/reset/", {"email": NEW.replace("@", "＠")})
    assert mail.outbox[-1].to == [NEW]


def test_an_address_in_the_wrong_form_is_answered_with_an_example(db: None) -> None:
    html = Client().post("/ja/accounts/signup/", {"email": "vera", "password1": PASSWORD}).content.decode()
    assert "メールアドレスを確かめてください。例：name@example.com" in html


def test_the_offer_leads_to_no_other_site(client_of: Any, vera: User) -> None:
    html = client_of(vera).get("/en/accounts/protect/?next=https://evil.example/").content.decode()
    assert 'href="https://evil' not in html
    assert 'href="/en/home/">Not now' in html


@pytest.mark.parametrize("page", ["email/", "password/change/", "2fa/webauthn/add/", "2fa/totp/activate/"])
def test_a_way_to_sign_in_is_changed_only_after_showing_again_who_one_is(page: str, vera_has_a_password: User) -> None:
    browser = logged_in(vera_has_a_password)
    session = browser.session
    session["account_authentication_methods"] = []
    session.save()
    answer = browser.get(f"/en/accounts/{page}")
    assert answer.status_code == 302
    assert "/accounts/reauthenticate/" in answer["Location"]
    browser.post(answer["Location"], {"password": PASSWORD})
    assert browser.get(f"/en/accounts/{page}").status_code == 200


def test_a_changed_password_is_told_by_a_mail_without_a_link(vera_has_a_password: User) -> None:
    browser = logged_in(vera_has_a_password)
    browser.post("/en/accounts/reauthenticate/", {"password": PASSWORD})
    browser.post("/en/accounts/password/change/", {"password1": PASSWORD + " 2"})
    vera_has_a_password.refresh_from_db()
    assert vera_has_a_password.check_password(PASSWORD + " 2")
    told = mail.outbox[-1]
    assert told.to == [vera_has_a_password.email]
    assert "http" not in told.body
    assert "127.0.0.1" not in told.body


def test_the_key_of_an_app_lies_encrypted(vera_has_a_password: User) -> None:
    from allauth.mfa.totp.internal.auth import (
        TOTP,
        format_hotp_value,
        generate_totp_secret,
        hotp_value,
        yield_hotp_counters_from_time,
    )

    secret = generate_totp_secret()
    TOTP.activate(vera_has_a_password, secret)
    assert secret not in str(Authenticator.objects.get().data)
    browser = Client()
    answer = browser.post("/en/accounts/login/", {"login": KNOWN, "password": PASSWORD})
    assert answer["Location"] == "/en/accounts/2fa/authenticate/"
    counter = next(iter(yield_hotp_counters_from_time()))
    answer = browser.post(answer["Location"], {"code": format_hotp_value(hotp_value(secret, counter))})
    assert answer["Location"] == "/en/home/"


def test_my_log_in_says_what_to_do_next(vera_has_a_password: User) -> None:
    browser = logged_in(vera_has_a_password)
    assert "What to do next: add a passkey." in browser.get("/en/accounts/2fa/").content.decode()
    assert "次にすること：パスキーを登録する" in browser.get("/ja/accounts/2fa/").content.decode()


def test_vera_signs_out_everywhere_else(vera_has_a_password: User) -> None:
    elsewhere, here = logged_in(vera_has_a_password), logged_in(vera_has_a_password)
    assert elsewhere.get("/en/cases/").status_code == here.get("/en/cases/").status_code == 200
    here.post("/en/accounts/sessions/")
    assert elsewhere.get("/en/cases/").status_code == 302
    assert here.get("/en/cases/").status_code == 200


# --- nobody learns who has a log-in ---


def trace(path: str, sent: dict[str, str], before: int = 0) -> tuple[Any, ...]:
    """What a stranger can observe of one answer, after asking the same `before` times: status, target, cookies, page,
    mails sent, hashes computed."""
    for _ in range(before):
        Client().post(f"/en/accounts/{path}", sent)
    mail.outbox.clear()
    browser = Client()
    with patch.object(MD5PasswordHasher, "encode", autospec=True, side_effect=MD5PasswordHasher.encode) as hashing:
        answer = browser.post(f"/en/accounts/{path}", sent)
        hashes = hashing.call_count
    address = next(iter(value for value in sent.values() if "@" in value))
    pages = [answer.content]
    if answer.status_code == 302:
        pages.append(browser.get(answer["Location"]).content)
    texts = [
        re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page.decode()).replace(address, "@") for page in pages
    ]
    mails = [sent_mail.to == [address] for sent_mail in mail.outbox]
    return answer.status_code, answer.headers.get("Location"), sorted(browser.cookies), texts, mails, hashes


@pytest.mark.parametrize("before", [0, 1, 6])
@pytest.mark.parametrize(
    ("path", "field", "more"),
    [
        ("signup/", "email", {"password1": PASSWORD}),
        ("signup/passkey/", "email", {}),
        ("login/", "login", {"password": "not the right one"}),
        ("password/reset/", "email", {}),
    ],
)
def test_a_known_and_an_unknown_address_get_the_same_answer(
    path: str, field: str, more: dict[str, str], before: int, vera_has_a_password: User
) -> None:
    with travel_to(NOON):  # a page that closes the door says the minute at which it opens
        known = trace(path, {field: KNOWN, **more}, before)
        cache.clear()
        assert known == trace(path, {field: NEW, **more}, before)


def test_a_log_in_without_a_password_answers_as_an_unknown_one(vera_has_a_password: User) -> None:
    vera_has_a_password.set_unusable_password()
    vera_has_a_password.save()
    wrong = {"password": "not the right one"}
    known = trace("login/", {"login": KNOWN, **wrong})
    assert known == trace("login/", {"login": NEW, **wrong})


@pytest.mark.parametrize(
    ("path", "field", "page"),
    [("signup/", "email", "confirm-email/"), ("password/reset/", "email", "password/reset/confirm/")],
)
def test_a_wrong_code_is_answered_alike_too(path: str, field: str, page: str, vera_has_a_password: User) -> None:
    answers = []
    for address in (KNOWN, NEW):
        browser = Client()
        browser.post(f"/en/accounts/{path}", {field: address, "password1": PASSWORD})
        answer = browser.post(f"/en/accounts/{page}", {"code": "ABCD-EFGH"})
        answers.append(
            (answer.status_code, re.sub(r'value="\w{64}"', "", answer.content.decode()).replace(address, "@"))
        )
    assert answers[0] == answers[1]


def test_a_new_address_that_somebody_has_already_gets_the_same_answer(vera_has_a_password: User, otto: User) -> None:
    """Anybody may sign up and then try addresses here."""
    EmailAddress.objects.update_or_create(user=otto, defaults={"email": otto.email, "primary": True, "verified": True})
    answers = []
    for address in (otto.email, NEW):
        cache.clear()
        browser = logged_in(vera_has_a_password)
        browser.post("/en/accounts/reauthenticate/", {"password": PASSWORD})
        answer = browser.post("/en/accounts/email/", {"email": address, "action_add": ""})
        assert answer.status_code == 302
        pages = [browser.get(answer["Location"]), browser.get("/en/accounts/email/")]
        texts = [re.sub(r'value="\w{64}"', "", one.content.decode()).replace(address, "@") for one in pages]
        answers.append((answer["Location"], [one.status_code for one in pages], texts))
    assert answers[0] == answers[1]


def test_a_forgotten_password_is_set_anew_also_in_a_browser_in_which_somebody_else_is_signed_in(
    vera_has_a_password: User, otto: User
) -> None:
    """Who is signed in writes the own log-in alone; this one is otto's, who has shown the code."""
    browser = logged_in(vera_has_a_password)
    EmailAddress.objects.update_or_create(user=otto, defaults={"email": otto.email, "primary": True, "verified": True})
    browser.post("/en/accounts/password/reset/", {"email": otto.email})
    answer = browser.post("/en/accounts/password/reset/confirm/", {"code": code_in_mail()})
    answer = browser.post(answer["Location"], {"password1": "another good and long sentence"})
    assert answer.status_code == 302
    otto.refresh_from_db()
    assert otto.check_password("another good and long sentence")
