"""Running an assessment, and the statement of loss that it stores."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casetrack.assessment.models import Assessment
from casetrack.assessment.services import (
    blocking_executions,
    is_current,
    needed_prices,
    policy_for,
    recompute,
    run_assessment,
)
from casetrack.cases import permissions
from casetrack.cases.models import Access, Case
from casetrack.cases.workflow import INVESTIGATOR
from casetrack.ledger.models import Execution
from casetrack.lib import clock
from casetrack.lib.errors import DomainError
from casetrack.market.services import price_on
from casetrack.negotiation.services.offers import MAY_OFFER
from casetrack.web.errors import explain, refuse
from casetrack.web.firm.doors import firm_case, for_staff, me
from casetrack.web.firm.forms import AssessForm
from casetrack.web.statement import statement


def foreign_currencies(case: Case) -> list[str]:
    accounts = case.incidents.filter(access=Access.CONFIRMED).values("account")
    codes = Execution.objects.filter(account__in=accounts).exclude(currency__in=("", "JPY"))
    return sorted(set(codes.values_list("currency", flat=True)))


def policy_of(case: Case) -> tuple[Any, str]:
    try:
        return policy_for(case), ""
    except DomainError as error:
        return None, explain(error)


@for_staff
@require_http_methods(["GET", "POST"])
def assess(request: HttpRequest, reference: str) -> HttpResponse:
    """The form of a run: valuation date, prices that market data lacks, reduction."""
    case = firm_case(request, reference)
    if permissions.role_in(me(request), case) != INVESTIGATOR:
        raise Http404
    form = AssessForm(
        request.POST or None, securities=needed_prices(case), currencies=foreign_currencies(case),
        initial={"valuation_on": clock.tokyo_date(clock.now()) - dt.timedelta(days=1)},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            run = run_assessment(
                case,
                valuation_on=given["valuation_on"],
                actor=me(request),
                entered_prices=form.entered(form.securities),
                entered_rates=form.entered(form.currencies),
                reduction=form.reduction_share,
                reduction_reason=given["reduction_reason"],
            )
        except DomainError as error:
            refuse(form, error)
        else:
            messages.success(request, _("The loss is assessed."))
            return redirect("firm:assessment", case.reference, run.number)
    policy, policy_error = policy_of(case)
    day = form.cleaned_data.get("valuation_on") if form.is_bound and hasattr(form, "cleaned_data") else None
    day = day or form.initial["valuation_on"]
    context = {
        "case": case,
        "form": form,
        "blocking": blocking_executions(case),
        "incidents": list(enumerate(case.incidents.order_by("pk"), 1)),
        "policy": policy,
        "policy_error": policy_error,
        "market": sorted(price_on(needed_prices(case), day).items()),
        "market_day": day,
    }
    return render(request, "firm/assess.html", context, status=400 if form.errors else 200)


def run_of(request: HttpRequest, case: Case, number: int) -> Assessment:
    runs = Assessment.objects.visible_to(me(request)).select_related("policy", "prepared_by__membership", "case__firm")
    return get_object_or_404(runs, case=case, number=number)


@for_staff
@require_safe
def assessment(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """The statement of loss: every line, every component, both methods, and the inputs."""
    case = firm_case(request, reference)
    run = run_of(request, case, number)
    context = {
        "case": case,
        "run": run,
        "statement": statement(run),
        "is_current": is_current(run),
        "can_offer": permissions.role_in(me(request), case) == INVESTIGATOR and case.status in MAY_OFFER,
        "reduction_percent": run.reduction * Decimal(100),
    }
    return render(request, "firm/assessment.html", context)


@for_staff
@require_POST
def recomputed(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Run the stored inputs again and say whether the digits are the same."""
    case = firm_case(request, reference)
    run = run_of(request, case, number)
    differing = recompute(run)
    if differing:
        messages.error(request, _("The result differs for %s.") % ", ".join(differing))
    else:
        messages.success(request, _("Computed again from the stored inputs: the same digits."))
    return redirect("firm:assessment", case.reference, number)
