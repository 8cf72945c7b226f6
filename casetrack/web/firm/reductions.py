"""Reductions of a case's compensation: proposed with the grounds of both sides, looked at, approved or sent back."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casetrack.assessment.models import Reduction, ReductionStatus
from casetrack.assessment.reductions import CUSTOMER, grounds_of
from casetrack.assessment.services import (
    approve_reduction,
    drop_reduction,
    policy_for,
    propose_reduction,
    return_reduction,
)
from casetrack.assessment.services.reductions import DROPPED_BY, MAY_REDUCE
from casetrack.assessment.similar import similar_to
from casetrack.cases import permissions
from casetrack.cases.models import Case
from casetrack.cases.workflow import APPROVER, INVESTIGATOR
from casetrack.lib.errors import DomainError
from casetrack.web.errors import explain
from casetrack.web.firm.doors import firm_case, for_staff, me, posted, refused
from casetrack.web.firm.forms import ReasonForm
from casetrack.web.firm.policies import facts_of
from casetrack.web.firm.reduction_form import ReductionForm


def reduction_at(request: HttpRequest, case: Case, number: int) -> Reduction:
    people = ("policy", "proposed_by__membership__firm", "approved_by__membership__firm")
    found = Reduction.objects.visible_to(me(request)).select_related("case__firm", *people)
    return get_object_or_404(found, case=case, number=number)


def limits_of(case: Case) -> dict[str, Any]:
    """What the policy of the case's incident allows, in percent, or why there is no policy."""
    try:
        policy = policy_for(case)
    except DomainError as error:
        return {"policy_error": explain(error)}
    return {"policy": policy, "limits": facts_of(policy)["reductions"]}


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, reference: str) -> HttpResponse:
    """The form. `look` only shows what similar cases got; everything typed stays."""
    case = firm_case(request, reference)
    if permissions.role_in(me(request), case) != INVESTIGATOR:
        raise Http404
    last = case.reductions.order_by("-number").first()
    before = last if last and last.status == ReductionStatus.RETURNED else None
    form = ReductionForm(posted(request), case=case, before=before)
    status = 400 if form.is_bound else 200
    if "look" in request.POST:
        form.errors.clear()
        status = 200
    elif form.is_bound and form.is_valid():
        try:
            made = propose_reduction(case, actor=me(request), **form.proposal())
        except DomainError as error:
            status = refused(form, error)
        else:
            messages.success(request, _("The reduction is proposed. Another person, an approver, must approve it."))
            return redirect("firm:reduction", case.reference, made.number)
    chosen = [name for name in form["customer"].value() or [] if name in CUSTOMER]
    context = {
        "case": case,
        "form": form,
        "before": before,
        "similar": similar_to(case, chosen),
        "is_chosen": bool(chosen),
        **limits_of(case),
    }
    return render(request, "firm/reduction_propose.html", context, status=status)


@for_staff
@require_safe
def reduction(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """What it says on both sides, what similar cases got, and what the person may do with it."""
    case = firm_case(request, reference)
    found = reduction_at(request, case, number)
    role = permissions.role_in(me(request), case)
    mine = found.proposed_by_id == me(request).pk
    is_open = case.status in MAY_REDUCE
    waits, holds = (found.status == status for status in (ReductionStatus.PROPOSED, ReductionStatus.APPROVED))
    context = {
        "case": case,
        "reduction": found,
        "grounds": grounds_of(found),
        "similar": similar_to(case, found.customer_factors),
        "is_chosen": True,
        "runs": found.runs.order_by("number"),
        "can_approve": is_open and waits and role == APPROVER and not mine,
        "waits_for_another": waits and mine,
        "can_drop": is_open and DROPPED_BY.get(found.status) == role,
        "can_propose": is_open and role == INVESTIGATOR and not waits,
        "can_assess": is_open and role == INVESTIGATOR and holds,
    }
    return render(request, "firm/reduction.html", context)


@for_staff
@require_POST
def approve(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    case = firm_case(request, reference)
    try:
        approve_reduction(reduction_at(request, case, number), actor=me(request))
    except DomainError as error:
        messages.error(request, explain(error))
    else:
        messages.success(
            request, _("The reduction is approved. Runs from now on take it; an earlier run is out of date.")
        )
    return redirect("firm:reduction", case.reference, number)


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def send_back(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """An approver returns it with a reason."""
    return _ended(
        request, reference, number, return_reduction, (APPROVER,), _("Return the reduction"),
        _("The person who proposed it reads it."), _("The reduction is returned."),
    )  # fmt: skip


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def drop(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """It is given up: what waits by an investigator, what holds by an approver."""
    return _ended(
        request, reference, number, drop_reduction, (INVESTIGATOR, APPROVER), _("Drop the reduction"),
        _("It stands in the firm's timeline. The victim does not read it."),
        _("The reduction is dropped. Runs from now on are made without it."),
    )  # fmt: skip


def _ended(
    request: HttpRequest, reference: str, number: int, write: Callable[..., object], roles: tuple[str, ...],
    label: str, hint: str, done: str,
) -> HttpResponse:  # fmt: skip
    case = firm_case(request, reference)
    found = reduction_at(request, case, number)
    if permissions.role_in(me(request), case) not in roles:
        raise Http404
    form = ReasonForm(posted(request), help_text=hint)
    status = 400 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            write(found, actor=me(request), reason=form.cleaned_data["reason"])
        except DomainError as error:
            status = refused(form, error)
        else:
            messages.success(request, done)
            return redirect("firm:reduction", case.reference, number)
    context = {"case": case, "form": form, "action": {"label": label}, "is_warning": True}
    return render(request, "firm/action.html", context, status=status)
