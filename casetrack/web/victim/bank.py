"""The victim's bank details: where the money goes, until when it is kept back, and "this was not me"."""

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casetrack.cases.models import Case
from casetrack.cases.services.bank import change_bank_account, raise_bank_alarm
from casetrack.cases.workflow import Status
from casetrack.lib import clock
from casetrack.lib.errors import DomainError
from casetrack.people import bank
from casetrack.people.models import BankAccount, BankKind, User
from casetrack.web.errors import explain
from casetrack.web.forms.fields import AccountNumberField, CheckboxField, ChoiceField, KanaField, TextField
from casetrack.web.report.unsent import keep_unsent, take_unsent
from casetrack.web.victim.doors import for_victims, me, posted
from casetrack.web.victim.forms import CaseForm
from casetrack.web.victim.letters import problems_of, write_once

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class DigitsField(AccountNumberField):
    """Exactly so many digits, whichever width they were typed in."""

    dropped = "-"

    def __init__(self, *, digits: int, invalid: "StrOrPromise", **kwargs: Any) -> None:
        self.pattern = f"[0-9]{{{digits}}}"
        self.invalid_text = invalid  # type: ignore[assignment]
        super().__init__(width=10 if digits > 5 else 5, **kwargs)
        self.widget.attrs["inputmode"] = "numeric"


class HolderField(KanaField):
    """The holder as the bank book has it: katakana, or Latin capitals for those who have no kana."""

    invalid_text: "StrOrPromise" = _("Enter %(name)s in katakana, or in Latin letters as the bank book has it")
    latin = re.compile(r"[A-Z0-9 ().,/'-]+")
    allowed = re.compile("[ァ-ヺー・゛゜\u3000 ]+")  # what a transfer file can hold

    def to_python(self, value: Any) -> str | None:
        text = unicodedata.normalize("NFKC", str(value or "")).strip().upper()
        return text if self.latin.fullmatch(text) else super().to_python(value)


class BankForm(CaseForm):
    """The details. `confirmed` is on the page only once the holder's name turned out to be another one."""

    bank_name = TextField(label=_("Name of the bank"), max_length=80, width=20)
    bank_code = DigitsField(
        label=_("Bank code"), digits=4, invalid=_("Enter %(name)s in 4 digits, for example 0001"),
        help_text=_("4 digits. It is in the bank book and in the bank's app."),
    )  # fmt: skip
    branch_name = TextField(label=_("Name of the branch"), max_length=80, width=20)
    branch_code = DigitsField(
        label=_("Branch code"), digits=3, invalid=_("Enter %(name)s in 3 digits, for example 001"),
        help_text=_("3 digits."),
    )  # fmt: skip
    kind = ChoiceField(label=_("Kind of bank account"), name=_("the kind of bank account"), choices=BankKind.choices)
    number = DigitsField(
        label=_("Bank account number"), digits=7, invalid=_("Enter %(name)s in 7 digits, for example 0123456"),
        help_text=_("7 digits. If yours has fewer, put zeros before it."),
    )  # fmt: skip
    holder = HolderField(
        label=_("Name of the holder"), max_length=80, width=20,
        help_text=_("In katakana, as the bank book has it. It must be your own account."),
    )  # fmt: skip
    confirmed = CheckboxField(
        label=_("Yes, this is how the bank writes my name, and the account is mine."),
        name=_("that the name is right"), required=False,
    )  # fmt: skip

    def __init__(self, data: QueryDict | None, *, user: User) -> None:
        super().__init__(data)
        self.user = user
        self.differs = False

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        self.differs = bool(given.get("holder")) and bank.holder_differs(self.user, given["holder"])
        if self.differs and not given.get("confirmed"):
            self.add_error(
                "confirmed",
                _("The name differs from the one in your report. Check it, and tick the box if it is right."),
            )
        return given

    def shown(self) -> "BankForm":
        """The form as the page shows it: without a question that does not arise."""
        if not self.differs:
            del self.fields["confirmed"]
        return self

    def facts(self) -> bank.BankFacts:
        given = self.cleaned_data
        return bank.BankFacts(
            bank_name=given["bank_name"],
            bank_code=given["bank_code"],
            branch_name=given["branch_name"],
            branch_code=given["branch_code"],
            kind=given["kind"],
            number=given["number"],
            holder=given["holder"],
        )


def nothing_yet(request: HttpRequest) -> HttpResponse:
    messages.info(request, _("Hand in your report first. Then you can enter your bank details here."))
    return redirect("victim:home")


@require_safe
@for_victims
def details(request: HttpRequest) -> HttpResponse:
    """The details that count, what is kept back, and the earlier versions."""
    user, now = me(request), clock.now()
    if bank.profile_of(user) is None:
        return nothing_yet(request)
    versions = list(BankAccount.objects.visible_to(user).order_by("-pk"))
    cases = Case.objects.visible_to(user).open().select_related("firm").order_by("pk")
    blocks = [(case.firm, bank.payment_block(user, case.firm.code, now)) for case in cases]
    stopped = {firm.name: firm for firm, block in blocks if block and block.until is None}
    context = {
        "account": versions[0] if versions else None,
        "earlier": versions[1:],
        "until": versions[0].payable_from if versions and versions[0].payable_from > now else None,
        "stopped_by": list(stopped.values()),
    }
    return render(request, "victim/bank.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_victims
def change(request: HttpRequest) -> HttpResponse:
    if bank.profile_of(me(request)) is None:
        return nothing_yet(request)
    if request.method == "POST" and not did_recently_reauthenticate(request):
        keep_unsent(request, request.path)  # to be looked at and sent again, never to be carried out by itself
    response: HttpResponse = _change(request)
    return response


@reauthentication_required  # type: ignore[untyped-decorator]
def _change(request: HttpRequest) -> HttpResponse:
    """Only for somebody who has just shown again who they are."""
    user = me(request)
    unsent = take_unsent(request)
    if unsent is not None:
        messages.warning(request, _("Nothing is saved yet. Check what is entered here, and save it."))
    form = BankForm(posted(request) if unsent is None else unsent, user=user)
    if write_once(request, form, "cases.bank", lambda: change_bank_account(form.facts(), actor=user)):
        messages.success(request, _("Your bank details are saved."))
        return redirect("victim:bank")
    cases = Case.objects.visible_to(user).open()
    context = {
        "form": form.shown(),
        "problems": problems_of(form),
        "expected": bank.expected_holder(user),
        "cools_off": bank.bank_account_of(user) is not None or cases.filter(status=Status.AGREED).exists(),
        "hours": settings.BANK_COOLING_OFF_HOURS,
    }
    return render(request, "victim/bank_change.html", context)


@require_POST
@for_victims
def not_me(request: HttpRequest) -> HttpResponse:
    """Stops every payment at once; no second asking who one is, because this only ever protects."""
    try:
        raise_bank_alarm(actor=me(request))
    except DomainError as error:
        messages.error(request, explain(error))
    else:
        messages.success(request, _("Payments are stopped. The firm telephones you before it pays anything."))
    return redirect("victim:bank")
