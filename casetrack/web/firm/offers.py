"""Offers: prepared, approved, returned, dropped, taken back."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casetrack.assessment.models import Assessment
from casetrack.assessment.statement import parts_of
from casetrack.cases import permissions
from casetrack.cases.models import Case
from casetrack.cases.workflow import APPROVER, INVESTIGATOR
from casetrack.lib import clock
from casetrack.lib.errors import DomainError
from casetrack.mediation.services import agreed_amount, approve_bound_offer, prepare_bound_offer, settled_mediation
from casetrack.negotiation.models import Offer, OfferParty
from casetrack.negotiation.partial import amount_for_whole, burden_in_case, names_in, settled_parts
from casetrack.negotiation.proposal import at_amount, compare
from casetrack.negotiation.services import (
    discard_offer,
    reject_offer,
    withdraw_offer,
)
from casetrack.negotiation.workflow import OfferStatus
from casetrack.web.errors import explain
from casetrack.web.firm.doors import firm_case, for_staff, me, posted, refused
from casetrack.web.firm.forms import ReasonForm
from casetrack.web.firm.offer_form import OfferForm
from casetrack.web.formats import yen
from casetrack.web.parts import in_words, scope_of

OPEN_FOR = dt.timedelta(days=14)


@for_staff
@require_http_methods(["GET", "POST"])
def prepare(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Prepare an offer on assessment `number`; its parts begin as what the policy gives."""
    case = firm_case(request, reference)
    if permissions.role_in(me(request), case) != INVESTIGATOR:
        raise Http404
    run = get_object_or_404(Assessment.objects.visible_to(me(request)), case=case, number=number)
    until = clock.tokyo_date(clock.now() + OPEN_FOR)
    counters = case.offers.filter(party=OfferParty.VICTIM, status=OfferStatus.OPEN)
    counter = counters.select_related("in_answer_to__assessment").first()
    settled = settled_parts(case)
    agreed = agreed_amount(case)
    form = OfferForm(
        posted(request), run=run, settled=names_in(settled),
        wanted=counter.settles if counter and agreed is None else (),
        initial={"valid_until": until, **bound_parts(case, run, agreed)},
    )  # fmt: skip
    status = 400 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            offer = prepare_bound_offer(
                case, run, proposal=form.proposal, reasons=form.cleaned_data["reasons"], valid_until=form.deadline,
                actor=me(request),
            )  # fmt: skip
        except DomainError as error:
            status = refused(form, error)
        else:
            messages.success(request, _("The offer is prepared. An approver must approve it."))
            return redirect("firm:offer", case.reference, offer.number)
    context = {
        "case": case,
        "run": run,
        "settled": in_words(settled),
        "form": form,
        "history": history(request, case),
        "counter": counter,
        "agreed": agreed,
        "compared": compare(counter) if counter else None,
    }
    return render(request, "firm/offer_prepare.html", context, status=status)


def bound_parts(case: Case, run: Assessment, agreed: Decimal | None) -> dict[str, Any]:
    """The form's first values where a mediation was settled at `agreed` whole yen: what was assessed and is not settled
    yet, and the rest as an adjustment. None: there was no such mediation."""
    if agreed is None:
        return {}
    mediation = settled_mediation(case)
    why = _("Settlement in mediation at %(body)s.") % {"body": mediation.body if mediation else ""}
    bound = at_amount(run, agreed, why, names_in(settled_parts(case)))
    return {**bound.components, **{f"why_{name}": text for name, text in bound.component_reasons.items()}}


def offer_of(request: HttpRequest, case: Case, number: int) -> Offer:
    offers = Offer.objects.visible_to(me(request)).select_related(
        "case__firm",
        "assessment__policy",
        "prepared_by__membership__firm",
        "approved_by__membership__firm",
        "in_answer_to__assessment",
    )
    return get_object_or_404(offers, case=case, number=number)


@for_staff
@require_safe
def offer(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """One offer with its parts and reasons, and the course of the negotiation."""
    case = firm_case(request, reference)
    found = offer_of(request, case, number)
    role = permissions.role_in(me(request), case)
    mine = found.prepared_by_id == me(request).pk
    decides = role == APPROVER and not mine and found.status == OfferStatus.PREPARED
    is_within = not decides or permissions.is_within_limit(me(request), burden_in_case(found))
    context = {
        "case": case,
        "offer": found,
        "parts": parts_of(found.components),
        **scope_of(found),
        "compared": compare(found),
        "history": history(request, case),
        "can_approve": decides and is_within,
        "can_return": decides,
        "waits_for_another": mine and found.status == OfferStatus.PREPARED,
        "is_above_limit": decides and not is_within,
        "can_discard": role == INVESTIGATOR and found.status == OfferStatus.PREPARED,
        "can_withdraw": role == APPROVER and found.party == OfferParty.FIRM and found.status == OfferStatus.OPEN,
    }
    return render(request, "firm/offer.html", context)


def history(request: HttpRequest, case: Case) -> list[tuple[Offer, str]]:
    """The offers in order, each with its distance (signed, in yen) from the one before by the other side."""
    offers = Offer.objects.visible_to(me(request)).filter(case=case).select_related("in_answer_to").order_by("number")
    rows: list[tuple[Offer, str]] = []
    last: dict[str, Decimal] = {}
    by_number = {row.number: row for row in offers}
    for row in by_number.values():
        named = amount_for_whole(row, by_number)
        other = last.get(OfferParty.VICTIM if row.party == OfferParty.FIRM else OfferParty.FIRM)
        distance = named - other if named is not None and other is not None else None
        rows.append((row, "" if distance is None else f"{'+' if distance > 0 else ''}{yen(distance)}"))
        if named is not None and row.status not in (OfferStatus.PREPARED, OfferStatus.REJECTED):
            last[row.party] = named
    return rows


def simple(write: Callable[..., object], done: object) -> Callable[..., HttpResponse]:
    """A view that runs `write(offer, actor=…)` on POST and returns to the case."""

    @for_staff
    @require_POST
    def view(request: HttpRequest, reference: str, number: int) -> HttpResponse:
        case = firm_case(request, reference)
        found = offer_of(request, case, number)
        try:
            write(found, actor=me(request))
        except DomainError as error:
            messages.error(request, explain(error))
            return redirect("firm:offer", case.reference, number)
        messages.success(request, str(done))
        return redirect("firm:case", case.reference)

    return view


def reasoned(write: Callable[..., object], done: object, title: object, hint: object) -> Callable[..., HttpResponse]:
    """A view that asks an approver for a reason and runs `write(offer, actor=…, reason=…)`."""

    @for_staff
    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest, reference: str, number: int) -> HttpResponse:
        case = firm_case(request, reference)
        found = offer_of(request, case, number)
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
        context = {"case": case, "form": form, "action": {"label": title}, "is_warning": True, "offer": found}
        return render(request, "firm/action.html", context, status=status)

    return view


approve = simple(approve_bound_offer, gettext_lazy("The offer is open. The victim is told."))
discard = simple(discard_offer, gettext_lazy("The prepared offer is dropped."))
reject = reasoned(
    reject_offer, gettext_lazy("The offer is returned."), gettext_lazy("Return the offer"),
    gettext_lazy("The person who prepared it reads it."),
)  # fmt: skip
withdraw = reasoned(
    withdraw_offer, gettext_lazy("The offer is taken back."), gettext_lazy("Take the offer back"),
    gettext_lazy("The victim reads it."),
)  # fmt: skip
