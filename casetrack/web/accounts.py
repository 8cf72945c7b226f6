"""Signing up and logging in: django-allauth, with our people, our words, and mails without links."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm as AllauthAddWebAuthnForm
from django.http import HttpRequest
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_lazy as _

from casetrack.people.models import Language, Role, User


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

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language of the person, and only a code: the templates under account/email/ hold no address."""
        user = context.get("user")
        with override(user.language if isinstance(user, User) else language_now()):
            super().send_mail(template_prefix, email, context)


class LoginForm(AllauthLoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Email address")
        self.fields["login"].widget.attrs.update(autocomplete="username webauthn", spellcheck="false")


class SignupForm(AllauthSignupForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("Email address")
        self.fields["email"].help_text = _("We send a code to this address to check that it is yours.")
        self.fields["email"].widget.attrs["spellcheck"] = "false"
        if "password1" in self.fields:
            self.fields["password1"].label = _("New password")
            self.fields["password1"].help_text = _(
                "At least 12 characters. Do not use a password that you use anywhere else, least of all at the firm."
            )


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
