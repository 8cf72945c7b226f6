"""Help while a case runs: proposed, approved by somebody else, paid, ended."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from casetrack.cases import permissions
from casetrack.cases.models import Case
from casetrack.cases.workflow import APPROVER, INVESTIGATOR
from casetrack.lib import clock
from casetrack.lib.errors import DomainError
from casetrack.negotiation.bases import Basis
from casetrack.negotiation.models import InterimMeasure, Measure
from casetrack.negotiation.services import (
    approve_measure,
    end_measure,
    pay_ahead,
    propose_measure,
    return_measure,
)
from casetrack.negotiation.services.measures import WHILE, burden_of
from casetrack.web.errors import explain
from casetrack.web.firm.doors import firm_case, for_staff, me, posted, refused
from casetrack.web.firm.forms import PaymentForm, ReasonForm
from casetrack.web.forms.fields import ChoiceField, DateField3, LongTextField, SelectField, TextField, YenField


class MeasureForm(forms.Form):
    kind = ChoiceField(
        label=gettext_lazy("What is to be done?"), name=gettext_lazy("what is to be done"), choices=Measure.choices,
        hints={
            Measure.PROVISIONAL_PAYMENT: gettext_lazy("Money ahead of the settlement; it counts towards it."),
            Measure.DEFICIT_SUSPENDED: gettext_lazy("The customer need not pay the deficit while the case runs."),
            Measure.DEFICIT_WAIVED: gettext_lazy("The customer never has to pay it. This cannot be taken back."),
        },
    )  # fmt: skip
    amount = YenField(label=gettext_lazy("Amount"), name=gettext_lazy("the amount"))
    until = DateField3(
        label=gettext_lazy("Until"), name=gettext_lazy("the last day"), required=False,
        help_text=gettext_lazy("Empty: until the case is settled."),
    )  # fmt: skip
    reason = LongTextField(
        label=gettext_lazy("Reason"), name=gettext_lazy("the reason"), max_length=4000, rows=4,
        help_text=gettext_lazy("The customer reads it."),
    )  # fmt: skip
    basis = SelectField(
        label=gettext_lazy("Legal basis"), name=gettext_lazy("the legal basis"), required=False,
        choices=lambda: [("", _("Choose")), *Basis.choices],
        help_text=gettext_lazy("Only for a provisional payment."),
    )  # fmt: skip
    reference = TextField(
        label=gettext_lazy("Number or paper"), name=gettext_lazy("the number or the paper"), max_length=120,
        required=False, help_text=gettext_lazy("Only for a provisional payment."),
    )  # fmt: skip


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def interim(request: HttpRequest, reference: str) -> HttpResponse:
    """All measures of the case, and the form for a new one."""
    case = firm_case(request, reference)
    role = permissions.role_in(me(request), case)
    may_propose = role == INVESTIGATOR and case.status in WHILE
    form = MeasureForm(posted(request)) if may_propose or request.method == "POST" else None
    status = 400 if request.method == "POST" else 200
    if form is not None and form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            propose_measure(
                case, kind=given["kind"], amount=given["amount"], reason=given["reason"], until=given["until"],
                basis=given["basis"] or "", reference=given["reference"] or "", actor=me(request),
            )  # fmt: skip
        except DomainError as error:
            status = refused(form, error)
        else:
            messages.success(request, _("The help is proposed. An approver must approve it."))
            return redirect("firm:interim", case.reference)
    people = ("proposed_by__membership", "approved_by__membership")
    context = {
        "case": case,
        "form": form,
        "measures": [
            {"measure": row, "may": _may(row, role, request)}
            for row in case.measures.select_related(*people).order_by("-number")
        ],
    }
    return render(request, "firm/interim.html", context, status=status)


def _may(measure: InterimMeasure, role: str, request: HttpRequest) -> str:
    """What the person may do with it now: decide, return (above the own limit), pay, end; or nothing."""
    if role != APPROVER or measure.case.status not in WHILE:
        return ""
    if measure.status == "proposed":
        if measure.proposed_by_id == me(request).pk:
            return ""
        return "decide" if permissions.is_within_limit(me(request), burden_of(measure)) else "return"
    if measure.status == "approved" and measure.kind != Measure.DEFICIT_WAIVED:
        return "pay" if measure.kind == Measure.PROVISIONAL_PAYMENT else "end"
    return ""


def _measure(request: HttpRequest, reference: str, number: int) -> tuple[Case, InterimMeasure]:
    case = firm_case(request, reference)
    return case, get_object_or_404(InterimMeasure.objects.select_related("case__firm"), case=case, number=number)


@for_staff
@require_POST
def approve(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    case, measure = _measure(request, reference, number)
    try:
        approve_measure(measure, actor=me(request))
    except DomainError as error:
        messages.error(request, explain(error))
    else:
        messages.success(request, _("The help is approved. The customer is told."))
    return redirect("firm:interim", case.reference)


def _page(
    make: Callable[..., forms.Form], write: Callable[..., object], title: object, done: object, allowed: str
) -> Callable[..., HttpResponse]:
    """A page with one form; `write(measure, actor=…, **what was given)`."""

    @for_staff
    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: HttpRequest, reference: str, number: int) -> HttpResponse:
        case, measure = _measure(request, reference, number)
        role = permissions.role_in(me(request), case)
        may = _may(measure, role, request)
        if request.method != "POST" and may != allowed and not (allowed == "end" and may == "pay"):
            raise Http404
        form = make(posted(request))
        status = 400 if form.is_bound else 200
        if form.is_bound and form.is_valid():
            try:
                write(measure, actor=me(request), **form.cleaned_data)
            except DomainError as error:
                status = refused(form, error)
            else:
                messages.success(request, str(done))
                return redirect("firm:interim", case.reference)
        context: dict[str, Any] = {"case": case, "form": form, "action": {"label": title}}
        return render(request, "firm/action.html", context, status=status)

    return view


send_back = _page(
    ReasonForm, return_measure, gettext_lazy("Return the proposal"), gettext_lazy("The proposal is returned."), "decide"
)
end = _page(
    ReasonForm, end_measure, gettext_lazy("End the help"), gettext_lazy("The help is ended. The customer is told."),
    "end",
)  # fmt: skip
pay = _page(
    lambda data: PaymentForm(data, initial={"paid_on": clock.tokyo_date(clock.now())}), pay_ahead,
    gettext_lazy("Record the provisional payment"), gettext_lazy("The payment is recorded. The customer is told."),
    "pay",
)  # fmt: skip
