"""Running an assessment, and the statement of loss that it stores."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casetrack.assessment.models import Assessment, CompensationPolicy, Method
from casetrack.assessment.services import (
    Entered,
    blocking_executions,
    fixed_date,
    is_current,
    needed_prices,
    policy_for,
    recompute,
    run_assessment,
)
from casetrack.assessment.services.valuation_dates import Fixed
from casetrack.assessment.statement import COMPONENTS
from casetrack.cases import permissions
from casetrack.cases.models import Access, Case
from casetrack.cases.workflow import INVESTIGATOR
from casetrack.evidence.models import EvidenceFile
from casetrack.ledger.models import Execution
from casetrack.lib import clock
from casetrack.lib.errors import DomainError
from casetrack.market.services import price_on
from casetrack.negotiation.services import live_settlement
from casetrack.negotiation.services.offers import MAY_OFFER
from casetrack.web.errors import explain
from casetrack.web.firm.assess_form import AssessForm
from casetrack.web.firm.doors import firm_case, for_staff, me, posted, refused
from casetrack.web.firm.refusals import refused_calculation
from casetrack.web.formats import jp_date, quantity
from casetrack.web.statements import statement_page

SHOWN_BLOCKING = 50


def foreign_currencies(case: Case) -> list[str]:
    accounts = case.incidents.filter(access=Access.CONFIRMED).values("account")
    codes = Execution.objects.filter(account__in=accounts).exclude(currency__in=("", "JPY"))
    return sorted(set(codes.values_list("currency", flat=True)))


def policy_of(case: Case) -> tuple[CompensationPolicy | None, str]:
    try:
        return policy_for(case), ""
    except DomainError as error:
        return None, explain(error)


def has_choice(case: Case) -> bool:
    """Whether the policy leaves it to the customer how the account is made good."""
    policy, _error = policy_of(case)
    return policy is not None and policy.method == Method.CHOICE


def ratios_of(policy: CompensationPolicy) -> list[tuple[Any, Decimal]]:
    """Component and percent, in the order of the rules."""
    return [(COMPONENTS[name], Decimal(policy.ratios[name]) * 100) for name in COMPONENTS if name in policy.ratios]


def form_for(request: HttpRequest, case: Case, fixed: Fixed | None) -> AssessForm:
    """The form, beginning with the date that is fixed, and with what market data says of the day beside each price."""
    today = clock.tokyo_date(clock.now())
    start = fixed.on if fixed and fixed.on <= today else today - dt.timedelta(days=1)
    securities = needed_prices(case)
    form = AssessForm(
        posted(request), securities=securities, currencies=foreign_currencies(case),
        files=EvidenceFile.objects.filter(case=case, is_removed=False).order_by("received_at", "pk"),
        initial={"valuation_on": start}, has_choice=has_choice(case),
    )  # fmt: skip
    form.full_clean()
    day = form.cleaned_data.get("valuation_on") or start if form.is_bound else start
    market = price_on(securities, day)
    for name, code in form.securities.items():
        if code in market:
            price, on, source = market[code]
            form[name].help_text = _("Market data: %(price)s (%(source)s, %(day)s)") % {
                "price": quantity(price), "source": source, "day": jp_date(on),
            }  # fmt: skip
        else:
            form[name].help_text = _("No market data for %(day)s.") % {"day": jp_date(day)}
    return form


@for_staff
@require_http_methods(["GET", "POST"])
def assess(request: HttpRequest, reference: str) -> HttpResponse:
    """The form of a run: valuation date, prices that market data lacks. `look` only looks prices up."""
    case = firm_case(request, reference)
    if permissions.role_in(me(request), case) != INVESTIGATOR:
        raise Http404
    policy, policy_error = policy_of(case)
    fixed = fixed_date(case, policy) if policy else None
    form, status = form_for(request, case, fixed), 400 if request.method == "POST" else 200
    if "look" in request.POST:
        for name in set(form.errors) - {"valuation_on"}:
            del form.errors[name]
        status = 400 if form.errors else 200
    elif form.is_bound and form.is_valid():
        try:
            made = run(case, form, request)
        except DomainError as error:
            status = refused_calculation(form, error, case) or refused(form, error)
        else:
            messages.success(request, _("The loss is assessed."))
            return redirect("firm:assessment", case.reference, made.number)
    blocking = blocking_executions(case)
    incidents = list(case.incidents.order_by("pk"))
    places = {incident.account_id: place for place, incident in enumerate(incidents, 1)}
    context = {
        "case": case,
        "form": form,
        "blocking": [(row, places[row.account_id]) for row in blocking[:SHOWN_BLOCKING]],
        "blocking_count": len(blocking),
        "is_confirmed": any(incident.access == Access.CONFIRMED for incident in incidents),
        "policy": policy,
        "ratios": ratios_of(policy) if policy else [],
        "policy_error": policy_error,
        "fixed": fixed,
    }
    return render(request, "firm/assess.html", context, status=status)


def run(case: Case, form: AssessForm, request: HttpRequest) -> Assessment:
    given = form.cleaned_data
    return run_assessment(
        case,
        valuation_on=given["valuation_on"],
        actor=me(request),
        entered=Entered(
            prices=form.entered(form.securities),
            rates=form.entered(form.currencies),
            source=given["price_reason"],
            files=[form.papers[key] for key in given.get("price_evidence") or ()],
        ),
        valuation_reason=given["valuation_reason"] or "",
        method=given.get("method", ""),
    )


def run_of(request: HttpRequest, case: Case, number: int) -> Assessment:
    runs = Assessment.objects.visible_to(me(request)).select_related(
        "policy", "reduced_by", "valuation_proposal", "prepared_by__membership__firm", "case__firm"
    )
    return get_object_or_404(runs, case=case, number=number)


@for_staff
@require_safe
def assessment(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """The statement of loss: every line and how it is worked out, every component, both methods, the inputs."""
    case = firm_case(request, reference)
    run = run_of(request, case, number)
    may_offer = permissions.role_in(me(request), case) == INVESTIGATOR and case.status in MAY_OFFER
    context = {
        "case": case,
        **statement_page(run, for_victim=False),
        "is_current": is_current(run),
        "can_offer": may_offer and live_settlement(case) is None,
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
