"""Pages that no walk passes: refusals, the ways to sign in, bank details, letters. axe sees each once per look."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from playwright.sync_api import Page

from casetrack.cases.incidents import import_incidents
from casetrack.cases.models import Case
from casetrack.documents.models import Document
from casetrack.documents.services import drain
from casetrack.evidence.services import ask_for
from casetrack.lib import clock
from casetrack.lib.scope import system_scope
from casetrack.people.models import User
from tests.browser.conftest import LOOKS, PICTURES
from tests.builders import Cast
from tests.cases.test_bank import DETAILS
from tests.cases.test_import_incidents import file, row
from tests.documents.test_receipt import handed_in
from tests.intake.reports import filled_draft

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# One look is enough for the suite, which has many pages to see; all of them when pictures are asked for.
SEEN = LOOKS if PICTURES else LOOKS[:1]
PASSWORD = "a long and quiet sentence 7"
LOG_IN = "form:has([name=password]) [type=submit]"
SEND = "main form .govuk-button >> nth=-1"


class Looks:
    """One browser profile that goes from page to page, in one language and width."""

    def __init__(self, page: Page, check: Callable[[Page], None], shot: Callable[[Page, str], None], look: str) -> None:
        self.page, self.check, self.shot, self.look = page, check, shot, look

    def see(self, name: str, *, errors: int = 0) -> None:
        assert self.page.locator(".govuk-error-summary").count() == errors, (name, self.page.inner_text("main"))
        is_named = re.match(r"(エラー：|Error:)", self.page.title()) is not None
        assert is_named == bool(errors), (name, self.page.title())
        self.shot(self.page, f"seldom-{name}-{self.look}")
        self.check(self.page)

    def open(self, address: str, name: str, *, status: int = 200) -> None:
        answer = self.page.goto(address)
        assert answer is not None
        assert answer.status == status, (address, answer.status)
        self.see(name)

    def send(self, name: str, *, button: str = SEND, errors: int = 0, **typed: str) -> None:
        for field, value in typed.items():
            self.page.fill(f"main [name='{field}']", value)
        with self.page.expect_navigation():
            self.page.click(button)
        self.see(name, errors=errors)


@pytest.fixture
def looks(open_as: Callable[..., Page], check: Any, shot: Any) -> Callable[..., Looks]:
    def begin(user: User | None, language: str, width: str) -> Looks:
        return Looks(open_as(user, language=language, width=width), check, shot, f"{language}-{width}")

    return begin


@pytest.fixture
def vera_with_password(cast: Cast) -> User:
    with system_scope():
        vera = cast.user["vera"]
        vera.set_password(PASSWORD)
        vera.save()
        EmailAddress.objects.update_or_create(
            user=vera, defaults={"email": vera.email, "primary": True, "verified": True}
        )
    return vera


def sign_in(here: Looks, user: User) -> None:
    """By the form, and once more, so that nothing asks again who it is."""
    here.page.goto("accounts/login/")
    here.page.fill("[name=login]", user.email)
    here.page.fill("[name=password]", PASSWORD)
    with here.page.expect_navigation():
        here.page.click(LOG_IN)
    here.page.goto("accounts/password/change/")
    if "/reauthenticate/" in here.page.url:
        here.page.fill("[name=password]", PASSWORD)
        with here.page.expect_navigation():
            here.page.click(SEND)


@pytest.mark.parametrize(("language", "width"), SEEN)
def test_the_public_check_of_a_document(looks: Callable[..., Looks], cast: Cast, language: str, width: str) -> None:
    with system_scope():
        handed_in(cast.user["vera"])
        drain(clock.now())
        receipt = Document.objects.select_related("case").get()
    here = looks(None, language, width)
    here.open("check/", "check")
    here.send("check-nothing-typed", errors=1)
    here.send("check-unknown", reference=receipt.case.reference, fingerprint="0" * 64)
    here.send("check-genuine", reference=receipt.case.reference, fingerprint=receipt.fingerprint)
    here.open(f"check/{receipt.token}/", "check-token")
    here.open("check/nothing/", "check-token-unknown", status=404)


@pytest.mark.parametrize(("language", "width"), SEEN)
def test_refusals(looks: Callable[..., Looks], cast: Cast, settings: Any, language: str, width: str) -> None:
    here = looks(None, language, width)
    here.open("no-such-page/", "404", status=404)
    here.page.goto("check/")
    here.page.context.clear_cookies()
    here.send("403-csrf")
    here.page.goto("check/")
    settings.DOOR_LIMITS = {**settings.DOOR_LIMITS, "check": ((0, 600, "address"),)}
    here.send("429")
    here = looks(cast.user["fiona"], language, width)
    here.open("accounts/reauthenticate/", "403", status=403)  # nothing that asks again who she is


@pytest.mark.parametrize(("language", "width"), SEEN)
def test_ways_to_sign_in(
    looks: Callable[..., Looks], vera_with_password: User, language: str, width: str
) -> None:  # fmt: skip
    vera = vera_with_password
    here = looks(None, language, width)
    here.open("accounts/login/", "login")
    here.send("login-wrong", button=LOG_IN, errors=1, login=vera.email, password="x")
    here.open("accounts/signup/", "signup")
    here.open("accounts/signup/passkey/", "signup-passkey")
    here.open("accounts/password/reset/", "reset")
    here.send("reset-error", errors=1, email="nobody")
    here.send("reset-code", email=vera.email)
    here.send("reset-code-wrong", errors=1, code="ABC-DEF")
    found = re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", str(mail.outbox[-1].body), re.M)
    assert found
    here.send("reset-new", code=found[1])
    here.send("reset-new-short", errors=1, password1="x")
    here = looks(vera, language, width)
    here.open("accounts/password/change/", "reauthenticate")
    here.send("reauthenticate-wrong", errors=1, password="x")
    sign_in(looks(None, language, width), vera)  # a second place in the list
    here = looks(None, language, width)
    sign_in(here, vera)
    for name, address in {
        "password-change": "password/change/", "email": "email/", "sessions": "sessions/", "protect": "protect/",
        "factors": "2fa/", "totp-activate": "2fa/totp/activate/", "passkeys-none": "2fa/webauthn/",
        "passkey-add": "2fa/webauthn/add/",
    }.items():  # fmt: skip
        here.open(f"accounts/{address}", name)
    here.page.goto("accounts/2fa/totp/activate/")
    here.send("totp-activate-wrong", errors=1, code="000000")
    here.page.goto("accounts/password/change/")
    here.send("password-change-wrong", errors=1, password1="x")
    with system_scope():
        TOTP.activate(vera, generate_totp_secret())
        RecoveryCodes.activate(vera)
        passkey = Authenticator.objects.create(
            user=vera, type="webauthn", data={"name": "My telephone", "credential": {}}
        )
    for name, address in {
        "factors-on": "", "codes": "recovery-codes/", "codes-generate": "recovery-codes/generate/",
        "totp-deactivate": "totp/deactivate/", "passkeys": "webauthn/",
        "passkey-edit": f"webauthn/keys/{passkey.pk}/edit/", "passkey-remove": f"webauthn/keys/{passkey.pk}/remove/",
    }.items():  # fmt: skip
        here.open(f"accounts/2fa/{address}", name)
    passkey.delete()  # not a real one: nobody could sign in with it
    here.open("accounts/logout/", "logout")
    here = looks(vera, language, width)
    here.open("accounts/2fa/reauthenticate/", "reauthenticate-code")
    here = looks(None, language, width)
    here.page.goto("accounts/login/")
    here.send("second-step", button=LOG_IN, login=vera.email, password=PASSWORD)
    by_code = "main form[action$='/authenticate/'] [type=submit] >> nth=0"
    here.send("second-step-wrong", button=by_code, errors=1, code="000000")


@pytest.mark.parametrize(("language", "width"), SEEN)
def test_veras_own_pages(
    looks: Callable[..., Looks], vera_with_password: User, cast: Cast, language: str, width: str
) -> None:  # fmt: skip
    vera = vera_with_password
    with system_scope():
        case = handed_in(vera)
        asked = ask_for(case, "4月の取引報告書", due_on=clock.tokyo_date(clock.now()), actor=cast.user["fiona"])
        draft = filled_draft(vera)
        drain(clock.now())
    here = looks(None, language, width)
    sign_in(here, vera)
    for name, address in {
        "home": "cases/", "case": f"cases/{case.reference}/", "submitted": f"cases/{case.reference}/receipt/",
        "said": f"cases/{case.reference}/said/", "said-correct": f"cases/{case.reference}/said/noticed/",
        "files": f"cases/{case.reference}/files/", "asked": f"cases/{case.reference}/asked/{asked.key}/",
        "messages": f"cases/{case.reference}/messages/", "withdraw": f"cases/{case.reference}/withdraw/",
        "later": f"cases/{case.reference}/trades/bring/", "notices": "notices/", "copy": "copy/",
        "draft": f"report/{draft.key}/", "draft-delete": f"report/{draft.key}/delete/", "bank-none": "bank/",
        "type": f"cases/{case.reference}/trades/type/", "bank-change": "bank/change/", "claim": "claim/",
    }.items():  # fmt: skip
        here.open(address, name)
    here.send("claim-wrong", errors=1, reference="CT-2025-000001-0", code="ABCD-EFGH-JKMN")
    here.page.goto("bank/change/")
    here.send("bank-change-errors", errors=1)
    typed = {name: value for name, value in DETAILS.items() if name != "kind"}
    here.page.check(f"[name=kind][value={DETAILS['kind']}]", force=True)
    here.send("bank-other-name", errors=1, **{**typed, "holder": "スズキ ハナコ"})
    here.send("bank", **typed)
    here.page.goto(f"cases/{case.reference}/trades/type/")
    here.send("type-error", errors=1)
    here.page.goto(f"cases/{case.reference}/said/noticed/")
    here.send("said-correct-error", errors=1)
    here.page.goto(f"report/{draft.key}/check/")
    here.send("draft-check-error", errors=1)
    fiona = looks(cast.user["fiona"], language, width)
    fiona.open(f"firm/cases/{case.reference}/", "firm-case")
    fiona.open(f"firm/cases/{case.reference}/bank/", "firm-bank")
    fiona.send("firm-bank-clear", errors=1) if fiona.page.locator(SEND).count() else None


@pytest.mark.parametrize(("language", "width"), SEEN)
def test_the_codes_of_a_case_that_the_firm_opened(
    looks: Callable[..., Looks], cast: Cast, language: str, width: str
) -> None:  # fmt: skip
    with system_scope():
        import_incidents(cast.firm["MINATO"], file(row()), actor=User.objects.system())
        reference = Case.objects.get().reference
    here = looks(cast.user["fiona"], language, width)
    here.open(f"firm/cases/{reference}/code/", "code")
    here.send("code-none-chosen", errors=1)
    here.page.check("[name=channel][value=telephone]", force=True)
    here.send("code-telephone")
    here.open(f"firm/cases/{reference}/code/", "code-again")
    here.page.check("[name=channel][value=post]", force=True)
    here.send("code-letter")
    here.open(f"firm/cases/{reference}/", "code-case")
