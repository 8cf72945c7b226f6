"""Passkeys in a real browser, with an authenticator that the browser plays (Chrome's WebAuthn domain)."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from playwright.sync_api import CDPSession, Page

from casetrack.demo.cast import make_cast
from casetrack.lib.scope import system_scope
from casetrack.people.models import BankAccount, User
from tests.builders import Story

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "a long and good sentence"


class Device:
    """An authenticator in the device of the page: fingerprint given, or refused."""

    def __init__(self, page: Page) -> None:
        self.cdp: CDPSession = page.context.new_cdp_session(page)
        self.cdp.send("WebAuthn.enable", {"enableUI": False})
        options = {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": True,
        }  # fmt: skip
        self.id = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def refuses(self) -> None:
        """The fingerprint is not that of the owner."""
        self.cdp.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": False})

    def agrees(self) -> None:
        self.cdp.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": True})


def code_in_mail() -> str:
    found = re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", str(mail.outbox[-1].body), re.M)
    assert found
    return found[1]


def signs_up(page: Page, email: str = "new-vera@example.com") -> None:
    page.goto("accounts/signup/")
    page.click("a[href*='signup/passkey']")
    page.fill("[name=email]", email)
    with page.expect_navigation():
        page.click("main form button[type=submit]")
    page.fill("[name=code]", code_in_mail())
    with page.expect_navigation():  # to its end: a press before the script is there does nothing
        page.click("main form button[type=submit]")
    page.click("#mfa_webauthn_signup")
    page.wait_for_url("**/accounts/protect/**")


def signs_out(page: Page) -> None:
    page.click(".ct-menu__leave button")
    page.wait_for_load_state()


@pytest.mark.parametrize(("language", "width"), [("ja", "phone"), ("en", "wide")])
def test_vera_signs_up_and_in_again_with_a_passkey_and_never_has_a_password(
    language: str, width: str, open_as: Any, check: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    page = open_as(None, language=language, width=width)
    Device(page)
    page.goto("accounts/signup/")
    check(page)
    shot(page, f"passkey-signup-{language}-{width}")
    signs_up(page)
    check(page)
    shot(page, f"passkey-protect-{language}-{width}")
    with system_scope():
        user = User.objects.get(email="new-vera@example.com")
        assert not user.has_usable_password()
        assert Authenticator.objects.filter(user=user, type="webauthn").count() == 1
    page.goto("accounts/2fa/")
    check(page)
    shot(page, f"passkey-my-log-in-{language}-{width}")
    signs_out(page)
    page.goto("accounts/login/")
    check(page)
    shot(page, f"passkey-login-{language}-{width}")
    page.click("#passkey_login")
    page.wait_for_url("**/cases/")


def test_a_refused_fingerprint_keeps_out_and_is_explained(
    open_as: Any, check: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    page = open_as(None, language="ja")
    device = Device(page)
    signs_up(page)
    signs_out(page)
    device.refuses()
    page.goto("accounts/login/")
    page.click("#passkey_login")
    page.wait_for_selector("#key-error")
    assert "もう一度試すか、別の方法を選んでください" in page.inner_text("#key-error")
    check(page)
    shot(page, "passkey-refused-ja")
    page.goto("cases/")
    assert "/accounts/login/" in page.url


def test_bank_details_ask_again_for_the_passkey(open_as: Any, check: Callable[[Page], None]) -> None:
    with system_scope():
        story = Story(make_cast(password=None)).reported()
        vera = story.user("vera")
        vera.set_password(PASSWORD)
        vera.save()
        EmailAddress.objects.update_or_create(
            user=vera, defaults={"email": vera.email, "primary": True, "verified": True}
        )
    page = open_as(None, language="en")
    device = Device(page)
    page.goto("accounts/login/")
    page.fill("[name=login]", vera.email)
    page.fill("[name=password]", PASSWORD)
    page.click("form:has([name=password]) button[type=submit]")
    page.wait_for_url("**/cases/")
    page.goto("accounts/2fa/webauthn/add/")
    page.fill("[name=password]", PASSWORD)
    page.click("main form button[type=submit]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/recovery-codes/**")
    check(page)
    signs_out(page)
    page.goto("accounts/login/")
    page.click("#passkey_login")
    page.wait_for_url("**/cases/")
    page.goto("bank/change/")
    assert "/2fa/webauthn/reauthenticate/" in page.url, "the passkey is the first way"
    check(page)
    device.refuses()
    page.click("#mfa_webauthn_reauthenticate")
    page.wait_for_selector("#key-error")
    page.goto("bank/change/")
    assert "/reauthenticate" in page.url, "a refused fingerprint opens nothing"
    device.agrees()
    page.click("#mfa_webauthn_reauthenticate")
    page.wait_for_url("**/bank/change/")
    check(page)
    for name, value in {"bank_name": "Minato", "bank_code": "0562", "branch_name": "Main", "branch_code": "001",
                        "number": "0123456", "holder": "タカハシ メグミ"}.items():  # fmt: skip
        page.fill(f"[name={name}]", value)
    page.check("[name=kind][value=ordinary]")
    page.click("main form button[type=submit]")
    page.wait_for_url("**/bank/")
    check(page)
    with system_scope():
        assert BankAccount.objects.get().number == "0123456"


def test_accepting_an_offer_asks_again_for_the_passkey(open_as: Any) -> None:
    with system_scope():
        story = Story(make_cast(password=None)).to_offer()
    page = open_as(None, language="en")
    Device(page)
    signs_up(page)
    with system_scope():
        new = User.objects.get(email="new-vera@example.com")
        story.case.__class__.objects.filter(pk=story.case.pk).update(victim_user=new)
    signs_out(page)
    page.goto("accounts/login/")
    page.click("#passkey_login")
    page.wait_for_url("**/cases/")
    accept = f"cases/{story.case.reference}/offers/{story.offer.number}/accept/"
    page.goto(accept)
    assert "/reauthenticate" in page.url
    page.click("#mfa_webauthn_reauthenticate")
    page.wait_for_url(f"**/offers/{story.offer.number}/**")
    assert "/reauthenticate" not in page.url
