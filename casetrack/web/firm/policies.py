"""The firm's compensation policies: versions, a draft and what it would change, approval by a second person."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casetrack.assessment.examples import EXAMPLES, NOWHERE_STATED, Example
from casetrack.assessment.models import CompensationPolicy, PolicyStatus
from casetrack.assessment.reductions import CUSTOMER
from casetrack.assessment.services import (
    approve_policy,
    ask_simulation,
    discard_policy,
    draft_policy,
    edit_policy,
    propose_policy,
    return_policy,
)
from casetrack.assessment.services.policies import content_hash, may_make_policies
from casetrack.assessment.statement import COMPONENTS
from casetrack.lib.errors import DomainError
from casetrack.lib.files import csv_text
from casetrack.lib.money import plain
from casetrack.web.downloads import csv_response
from casetrack.web.errors import explain
from casetrack.web.firm.doors import for_staff, me, membership, posted, refused
from casetrack.web.firm.forms import PolicyForm, ReasonForm
from casetrack.web.formats import is_japanese

SHOWN_ROWS = 100
OPEN = (PolicyStatus.DRAFT, PolicyStatus.PROPOSED)


def policy_at(request: HttpRequest, version: int) -> CompensationPolicy:
    policies = CompensationPolicy.objects.visible_to(me(request)).select_related(
        "firm", "prepared_by__membership", "approved_by__membership"
    )
    return get_object_or_404(policies, version=version)


def makers_only(request: HttpRequest) -> None:
    if not may_make_policies(me(request)):
        raise Http404


def facts_of(policy: CompensationPolicy) -> dict[str, Any]:
    """The shares of a policy in words and percent, in the order of the rules."""
    return {
        "ratios": [
            (COMPONENTS[name], Decimal(policy.ratios[name]) * 100) for name in COMPONENTS if name in policy.ratios
        ],
        "reductions": [(CUSTOMER[n], Decimal(policy.reductions[n]) * 100) for n in CUSTOMER if n in policy.reductions],
    }


def name_of(example: Example) -> str:
    return example.name_ja if is_japanese() else example.name_en


def unstated_in(example: Example) -> list[str]:
    """What its notice leaves open, in words."""
    names = {
        **COMPONENTS,
        "valid_from": _("the beginning of the period"),
        "valid_until": _("the end of the period"),
        "reductions": _("how much a reduction may take away"),
        "valuation_rule": _("the valuation date"),
    }
    return [str(names[name]) for name in (*example.unstated, *NOWHERE_STATED)]


@for_staff
@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    found = list(CompensationPolicy.objects.visible_to(me(request)).order_by("-version"))
    draft = next((policy for policy in found if policy.status in OPEN), None)
    context = {
        "firm": membership(request).firm,
        "policies": found,
        "draft": draft,
        "can_make": may_make_policies(me(request)),
        "examples": [(slug, name_of(example)) for slug, example in EXAMPLES.items()],
    }
    return render(request, "firm/policies.html", context)


@for_staff
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest) -> HttpResponse:
    """Begin a draft: from a template (`?from=slug`), or from the latest published version."""
    makers_only(request)
    firm, slug = membership(request).firm, request.GET.get("from", "")
    example = EXAMPLES.get(slug)
    last = CompensationPolicy.objects.visible_to(me(request)).published().order_by("-version").first()
    start = CompensationPolicy(**example.fields) if example else last
    form = PolicyForm(posted(request), policy=start)
    status = 400 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            made = draft_policy(firm, actor=me(request), **form.fields_of_policy())
        except DomainError as error:
            status = refused(form, error)
        else:
            messages.success(request, _("The draft is kept. Simulate it before you hand it on."))
            return redirect("firm:policy", made.version)
    context: dict[str, Any] = {"form": form, "example": example, "example_name": name_of(example) if example else ""}
    if example:
        context["unstated"] = unstated_in(example)
    return render(request, "firm/policy_form.html", context, status=status)


@for_staff
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, version: int) -> HttpResponse:
    makers_only(request)
    policy = policy_at(request, version)
    if policy.status != PolicyStatus.DRAFT:
        raise Http404
    form = PolicyForm(posted(request), policy=policy)
    status = 400 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            edit_policy(policy, actor=me(request), **form.fields_of_policy())
        except DomainError as error:
            status = refused(form, error)
        else:
            messages.success(request, _("The draft is kept. Simulate it before you hand it on."))
            return redirect("firm:policy", version)
    return render(request, "firm/policy_form.html", {"form": form, "policy": policy}, status=status)


@for_staff
@require_safe
def policy(request: HttpRequest, version: int) -> HttpResponse:
    found = policy_at(request, version)
    return page(request, found)


def page(request: HttpRequest, found: CompensationPolicy, status: int = 200, **more: Any) -> HttpResponse:
    """A version: what it says, what it would change, and what the person may do with it."""
    user = me(request)
    simulation = found.simulations.order_by("-asked_at").first()
    is_maker = may_make_policies(user)
    shown = simulation.rows[:SHOWN_ROWS] if simulation else []
    rows = [(case, Decimal(before), Decimal(after)) for case, before, after in shown]
    mine = found.prepared_by_id == user.pk
    context = {
        "policy": found,
        **facts_of(found),
        "simulation": simulation,
        "is_stale": simulation is not None and simulation.policy_sha256 != content_hash(found),
        "rows": [
            (case, Decimal(before), Decimal(after), Decimal(after) - Decimal(before)) for case, before, after in rows
        ],
        "more_rows": max(0, simulation.changed - SHOWN_ROWS) if simulation else 0,
        "is_draft": found.status == PolicyStatus.DRAFT,
        "is_proposed": found.status == PolicyStatus.PROPOSED,
        "can_make": is_maker and found.status in OPEN,
        "can_approve": is_maker and found.status == PolicyStatus.PROPOSED and not mine,
        "waits_for_another": mine and found.status == PolicyStatus.PROPOSED,
        "form": ReasonForm(),
        **more,
    }
    return render(request, "firm/policy.html", context, status=status)


def _act(request: HttpRequest, version: int, write: Callable[[CompensationPolicy], object], done: str) -> HttpResponse:
    makers_only(request)
    found = policy_at(request, version)
    try:
        write(found)
    except DomainError as error:
        messages.error(request, explain(error))
    else:
        messages.success(request, done)
    return redirect("firm:policy", version)


@for_staff
@require_POST
def simulate(request: HttpRequest, version: int) -> HttpResponse:
    """Ask for a simulation; the worker computes it and the page shows how far it is."""

    def write(found: CompensationPolicy) -> None:
        asked = ask_simulation(found, actor=me(request))
        transaction.on_commit(partial(_send, asked.pk))

    return _act(request, version, write, _("The simulation has begun."))


def _send(pk: int) -> None:
    from casetrack.celery import app

    app.send_task("casetrack.assessment.tasks.simulate", [pk])


@for_staff
@require_safe
def changes(request: HttpRequest, version: int) -> HttpResponse:
    """Every case that the version would change by its last simulation, as CSV: whole yen."""
    simulation = policy_at(request, version).simulations.filter(finished_at__isnull=False).order_by("-asked_at").first()
    if simulation is None:
        raise Http404
    head = (_("Case"), _("Due today"), _("With this version"), _("Difference"))
    rows = ((case, before, after, plain(Decimal(after) - Decimal(before))) for case, before, after in simulation.rows)
    return csv_response(f"policy-{version}-changes.csv", csv_text([head, *rows]))


@for_staff
@require_POST
def propose(request: HttpRequest, version: int) -> HttpResponse:
    return _act(
        request, version, partial(propose_policy, actor=me(request)), _("Another person can now approve the policy.")
    )


@for_staff
@require_POST
def approve(request: HttpRequest, version: int) -> HttpResponse:
    return _act(request, version, partial(approve_policy, actor=me(request)), _("The policy is published."))


@for_staff
@require_POST
def discard(request: HttpRequest, version: int) -> HttpResponse:
    return _act(request, version, partial(discard_policy, actor=me(request)), _("The draft is discarded."))


@for_staff
@require_POST
def send_back(request: HttpRequest, version: int) -> HttpResponse:
    makers_only(request)
    found, form = policy_at(request, version), ReasonForm(request.POST)
    status = 400
    if form.is_valid():
        try:
            return_policy(found, actor=me(request), reason=form.cleaned_data["reason"])
        except DomainError as error:
            status = refused(form, error)
        else:
            messages.success(request, _("The policy is a draft again."))
            return redirect("firm:policy", version)
    return page(request, found, status=status, form=form)
