"""Signing up and logging in: django-allauth, with our people, our words, and mails without links."""

import unicodedata
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import AddEmailForm as AllauthAddEmailForm
from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import ConfirmEmailVerificationCodeForm as AllauthEmailCodeForm
from allauth.account.forms import ConfirmPasswordResetCodeForm as AllauthResetCodeForm
from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import ResetPasswordForm as AllauthForgottenForm
from allauth.account.forms import ResetPasswordKeyForm as AllauthResetPasswordKeyForm
from allauth.account.forms import SetPasswordForm as AllauthSetPasswordForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import get_login_redirect_url
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm as AllauthAuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as AllauthReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm as AllauthActivateTotpForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm as AllauthAddWebAuthnForm
from allauth.mfa.webauthn.forms import EditWebAuthnForm as AllauthEditWebAuthnForm
from allauth.mfa.webauthn.forms import SignupWebAuthnForm as AllauthSignupWebAuthnForm
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_lazy as _

from casetrack.lib import crypto
from casetrack.lib.scope import scoped
from casetrack.people.models import Language, Role, User
from casetrack.web.forms.texts import HYPHENS


def language_now() -> str:
    code = (get_language() or "").split("-")[0]
    return code if code in Language.values else Language.JA


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Whoever signs up by themselves is a victim; staff and regulators are invited."""

    def new_user(self, request: HttpRequest) -> User:
        return User(role=Role.VICTIM, language=language_now())

    def clean_email(self, email: str) -> str:
        cleaned: str = super().clean_email(email)
        return cleaned.lower()

    def set_password(self, user: User, password: str) -> None:
        """In the scope of whose log-in it is: who forgot a password and has shown the code may sit at a browser in
        which somebody else is signed in."""
        with scoped(user.audience, user_id=user.pk):
            super().set_password(user, password)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language of the person, and only a code: the templates under account/email/ hold no address."""
        user = context.get("user")
        with override(user.language if isinstance(user, User) else language_now()):
            super().send_mail(template_prefix, email, context)

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """The passkey first: it cannot be lured out of anybody."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        for method in methods:
            if method["id"] == "mfa_reauthenticate:webauthn":
                method["description"] = gettext("Use a passkey")
        return sorted(methods, key=lambda method: method["id"] != "mfa_reauthenticate:webauthn")

    def post_login(
        self, request: HttpRequest, user: User, *, signup: bool, redirect_url: str | None, **kwargs: Any
    ) -> HttpResponse:
        """Whoever has just signed up is asked once whether to protect the log-in, on the way to where they go.

        They have just given a password or a passkey and a code: no second asking for it on the page that follows.
        """
        if signup:
            record_authentication(request, user, "signup", reauthenticated=True)
            ahead = get_login_redirect_url(request, redirect_url, signup=True)
            redirect_url = f"{reverse('account_protect')}?{urlencode({'next': ahead})}"
        response: HttpResponse = super().post_login(request, user, signup=signup, redirect_url=redirect_url, **kwargs)
        return response


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of second factors lie encrypted; devices show the name of the site, not that of the machine."""

    def encrypt(self, text: str) -> str:
        return crypto.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.decrypt(encrypted_text)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": settings.SITE_NAME}


class _AnyWidth:
    """Addresses and codes count as they are meant, also when a Japanese keyboard typed them in full width."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"login", "email", "code"} & self.fields.keys():
            field = self.fields[name]
            field.to_python = _narrow(field.to_python)
            field.widget.attrs.update(spellcheck="false", autocapitalize="none")
            if name != "code":
                field.error_messages["invalid"] = _("Enter the address in the right form, for example name@example.com")


def _narrow(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: read(unicodedata.normalize("NFKC", HYPHENS.sub("-", value)) if value else value)


class EmailCodeForm(_AnyWidth, AllauthEmailCodeForm):  # type: ignore[misc]
    pass


class ResetCodeForm(_AnyWidth, AllauthResetCodeForm):  # type: ignore[misc]
    pass


class ForgottenForm(_AnyWidth, AllauthForgottenForm):  # type: ignore[misc]
    pass


class AddEmailForm(_AnyWidth, AllauthAddEmailForm):  # type: ignore[misc]
    pass


class SecondCheckForm(_AnyWidth, AllauthAuthenticateForm):  # type: ignore[misc]
    pass


class SecondCheckAgainForm(_AnyWidth, AllauthReauthenticateForm):  # type: ignore[misc]
    pass


class ActivateAppForm(_AnyWidth, AllauthActivateTotpForm):  # type: ignore[misc]
    pass


class LoginForm(_AnyWidth, AllauthLoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Email address")
        self.fields["login"].widget.attrs.update(autocomplete="username webauthn")


class SignupForm(_AnyWidth, AllauthSignupForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("Email address")
        self.fields["email"].help_text = _("We send a code to this address to check that it is yours.")
        if "password1" in self.fields:
            self.fields["password1"].label = _("New password")
            self.fields["password1"].help_text = _(
                "At least 12 characters. Do not use a password that you use anywhere else, least of all at the firm."
            )

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """A known address costs the work of a password too: the time of the answer does not tell it from a new one."""
        if self.account_already_exists and "password1" in self.fields:
            make_password(self.cleaned_data["password1"])
        saved: tuple[User | None, HttpResponse | None] = super().try_save(request)
        return saved


class _NewPassword:
    """A new password once, with a button that shows it: what is typed twice is pasted twice."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("oldpassword", "password2"):  # the pages ask before who one is, with more than a password
            self.fields.pop(name, None)
        self.fields["password1"].label = _("New password")


class ChangePasswordForm(_NewPassword, AllauthChangePasswordForm):  # type: ignore[misc]
    pass


class SetPasswordForm(_NewPassword, AllauthSetPasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordForm(_NewPassword, AllauthResetPasswordKeyForm):  # type: ignore[misc]
    pass


class SignupPasskeyForm(AllauthSignupWebAuthnForm):  # type: ignore[misc]
    """The first passkey, made while signing up."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("name", gettext("Passkey"))
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the passkey")


class RenamePasskeyForm(AllauthEditWebAuthnForm):  # type: ignore[misc]
    """The passkey's name, under the same word as when it was added."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the passkey")


class AddPasskeyForm(AllauthAddWebAuthnForm):  # type: ignore[misc]
    """A security key that is a passkey unless somebody says otherwise, with a name that can be understood."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("name", gettext("Passkey"))
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the passkey")
        field = self.fields["passwordless"]
        field.label = _("Sign in with it alone, without a password")
        field.help_text = _("Recommended. Your device must ask for fingerprint, face or PIN.")
        field.initial = True
