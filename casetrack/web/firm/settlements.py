"""What was agreed, and its payment."""

import hashlib
import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casetrack.assessment.statement import parts_of
from casetrack.cases import permissions
from casetrack.cases.models import Case
from casetrack.cases.workflow import ACTIONS, APPROVER, INVESTIGATOR
from casetrack.lib import clock
from casetrack.lib.errors import DomainError
from casetrack.negotiation.models import BasisStatus, Payment, Settlement
from casetrack.negotiation.partial import burden_in_case
from casetrack.negotiation.services import countersign, fail_payment, record_payment, show_payment
from casetrack.negotiation.services.legal import basis_of, require_legal_basis
from casetrack.negotiation.services.measures import credit_of
from casetrack.negotiation.services.restorations import items_of
from casetrack.web.errors import explain
from casetrack.web.firm.doors import firm_case, for_staff, me, posted, refused
from casetrack.web.firm.forms import PaymentForm, ReasonForm
from casetrack.web.parts import scope_of


def settlement_of(case: Case, number: int) -> Settlement:
    """The settlement of offer `number`, of the whole or of a part, or 404."""
    related = ("case__firm", "offer__assessment", "offer__approved_by__membership", "countersignature__signed_by")
    settlements = Settlement.objects.live().select_related(*related)
    return get_object_or_404(settlements, case=case, offer__number=number)


def canonical(settlement: Settlement) -> str:
    """The terms as the text that was hashed."""
    return json.dumps(settlement.terms, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def may_sign(request: HttpRequest, found: Settlement) -> bool:
    user = me(request)
    if hasattr(found, "countersignature") or found.offer.prepared_by_id == user.pk:
        return False
    is_approver = permissions.role_in(user, found.case) == APPROVER
    return is_approver and permissions.is_within_limit(user, burden_in_case(found.offer))


def can_pay(request: HttpRequest, found: Settlement) -> bool:
    """Whether the person may record its payment, as far as the stage of the case goes: a part's is paid at any."""
    if found.is_partial:
        return permissions.role_in(me(request), found.case) == APPROVER
    return permissions.can(me(request), found.case, ACTIONS["record_payment"].name, clock.now())


def kept_back(found: Settlement) -> str:
    """Why a checked legal basis no longer carries the payment, in words; "" where it does, or none is checked."""
    basis = basis_of(found)
    if basis is None or basis.status != BasisStatus.CHECKED or found.payments.live().exists():
        return ""
    try:
        require_legal_basis(found)
    except DomainError as error:
        return explain(error)
    return ""


def payment_acts(request: HttpRequest, found: Settlement, paid: Payment | None) -> dict[str, bool]:
    """What may be done with the payment of a part here; that of the whole has its buttons on the page of the case."""
    may = permissions.role_in(me(request), found.case) == APPROVER and found.is_partial
    may = may and paid is not None and paid.amount > 0
    return {
        "can_fail": may and paid is not None and paid.received_at is None,
        "can_show": may and paid is not None and paid.denied_at is not None,
    }


@for_staff
@require_safe
def settlement(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """The locked terms with their hash, computed again, and the payment."""
    case = firm_case(request, reference)
    found = settlement_of(case, number)
    text, ahead = canonical(found), credit_of(found)
    payments = list(found.payments.select_related("recorded_by__membership__firm").order_by("-pk"))
    paid = next((payment for payment in payments if payment.failed_at is None), None)
    context = {
        "case": case,
        "settlement": found,
        "parts": parts_of(found.terms["components"]),
        **scope_of(found.offer),
        "text": text,
        "is_intact": hashlib.sha256(text.encode()).hexdigest() == found.terms_sha256,
        "payments": payments,
        "is_paid": paid is not None,
        "basis": basis_of(found),
        "kept_back": kept_back(found),
        "ahead": ahead,
        "due": found.amount - ahead,
        "is_covered": 0 < found.amount == ahead,
        "can_sign": may_sign(request, found),
        "items": items_of(found),
        "can_instruct": permissions.role_in(me(request), case) == INVESTIGATOR,
        "can_confirm": permissions.role_in(me(request), case) == APPROVER,
        "is_revocable": clock.now() < found.revocable_until,
        "can_pay": can_pay(request, found),
        **payment_acts(request, found, paid),
    }
    return render(request, "firm/settlement.html", context)


@for_staff
@require_POST
def sign(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Countersign for the firm."""
    case = firm_case(request, reference)
    try:
        countersign(settlement_of(case, number), actor=me(request))
    except DomainError as error:
        messages.error(request, explain(error))
    else:
        messages.success(request, _("The settlement is countersigned. The customer is told."))
    return redirect("firm:settlement", case.reference, number)


@for_staff
@require_http_methods(["GET", "POST"])
def payment(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Record the payment of the settlement; its amount is fixed."""
    case = firm_case(request, reference)
    if permissions.role_in(me(request), case) != APPROVER:
        raise Http404
    found = settlement_of(case, number)
    form = PaymentForm(posted(request), initial={"paid_on": clock.tokyo_date(clock.now())})
    status, ahead = 400 if form.is_bound else 200, credit_of(found)
    due = found.amount - ahead
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            record_payment(found, amount=due, paid_on=given["paid_on"], note=given["note"], actor=me(request))
        except DomainError as error:
            status = refused(form, error)
        else:
            messages.success(request, _("The payment is recorded. The victim is asked to confirm it."))
            return redirect("firm:case", case.reference)
    context = {
        "case": case,
        "settlement": found,
        "form": form,
        "basis": basis_of(found),
        "kept_back": kept_back(found),
        "ahead": ahead,
        "due": due,
    }
    return render(request, "firm/payment.html", context, status=status)


def _reasoned(write: Any, title: object, hint: object, done: object) -> Any:
    """A view in which an approver gives a reason, and `write(payment, actor=…, reason=…)` is done."""

    @for_staff
    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest, reference: str, number: int) -> HttpResponse:
        case = firm_case(request, reference)
        found = get_object_or_404(
            Payment.objects.live().select_related("case", "settlement__offer"), case=case,
            settlement__offer__number=number,
        )  # fmt: skip
        if request.method == "GET" and permissions.role_in(me(request), case) != APPROVER:
            raise Http404
        form = ReasonForm(posted(request), help_text=hint)
        status = 400 if form.is_bound else 200
        if form.is_bound and form.is_valid():
            try:
                write(found, actor=me(request), reason=form.cleaned_data["reason"])
            except DomainError as error:
                status = refused(form, error)
            else:
                messages.success(request, str(done))
                return redirect("firm:case", case.reference)
        context = {"case": case, "form": form, "action": {"label": title}}
        return render(request, "firm/action.html", context, status=status)

    return view


failed = _reasoned(
    fail_payment, gettext_lazy("Record that the payment came back"),
    gettext_lazy("What the bank says. The customer reads it."),
    gettext_lazy("The payment is recorded as failed. It can be paid again."),
)  # fmt: skip
shown = _reasoned(
    show_payment, gettext_lazy("Show that it was paid"),
    gettext_lazy("When, to which bank account, and the bank's number of the transfer. The customer reads it."),
    gettext_lazy("The customer is asked again to confirm the payment."),
)  # fmt: skip
