"""The customer's bank details as the firm sees them: masked, with what keeps a payment back."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from casetrack.cases import permissions
from casetrack.cases.models import Case
from casetrack.cases.services.bank import clear_bank_alarm, read_bank_number
from casetrack.cases.workflow import APPROVER
from casetrack.lib import clock
from casetrack.lib.errors import DomainError
from casetrack.people.bank import standing_of
from casetrack.web.errors import explain
from casetrack.web.firm.doors import firm_case, for_staff, me, posted, refused
from casetrack.web.firm.forms import ReasonForm


def _page(
    request: HttpRequest, case: Case, form: forms.Form | None = None, status: int = 200, number: str = ""
) -> HttpResponse:
    user = me(request)
    role = permissions.role_in(user, case)
    standing = standing_of(case.victim_user, case.firm.code)
    may_clear = standing.alarm is not None and role in permissions.CASEWORKERS
    context = {
        "case": case,
        "account": standing.account,
        "kept_back": standing.block(clock.now()),
        "alarm": standing.alarm,
        "number": number,
        "may_read": role == APPROVER,
        "form": (form or _clearing(None)) if may_clear else None,
    }
    return render(request, "firm/bank.html", context, status=status)


def _clearing(data: object) -> ReasonForm:
    return ReasonForm(
        data, label=_("Whom did you telephone, at which number, and what did they say?"),
        help_text=_("Use the number in the report, never one from a new message. The customer reads this."),
    )  # fmt: skip


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def bank(request: HttpRequest, reference: str) -> HttpResponse:
    """The details; the form says that the customer was telephoned, and lets payments go on."""
    case = firm_case(request, reference)
    if request.method != "POST":
        return _page(request, case)
    form = _clearing(posted(request))
    status = 400
    if form.is_valid():
        try:
            clear_bank_alarm(case, actor=me(request), reason=form.cleaned_data["reason"])
        except DomainError as error:
            status = refused(form, error)
        else:
            messages.success(request, _("Payments may go on."))
            return redirect("firm:bank", case.reference)
    return _page(request, case, form, status)


@for_staff
@require_POST
def number(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the full number once; the reading is logged."""
    case = firm_case(request, reference)
    try:
        shown = read_bank_number(case, actor=me(request))
    except DomainError as error:
        messages.error(request, explain(error))
        return redirect("firm:bank", case.reference)
    return _page(request, case, number=shown)
