"""What speaks for reducing a compensation and what against it: factors on both sides, as JSDA's members agreed on
2 May 2025 (the customer's care of ID and password; the firm's own measures and warnings)."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

CUSTOMER: dict[str, "StrOrPromise"] = {
    "password_shared": _("Password given to somebody else"),
    "password_reused": _("Password also used elsewhere"),
    "code_typed": _("One-time code typed into a false site"),
    "mfa_declined": _("Second check offered and not used"),
    "late_notice": _("Firm told late"),
}
FIRM: dict[str, "StrOrPromise"] = {
    "mfa_not_offered": _("No second check offered"),
    "no_warning": _("No warning to customers"),
    "freeze_refused": _("Freeze refused"),
    "freeze_late": _("Freeze made late"),
    "system_failure": _("Failure of a system"),
}
