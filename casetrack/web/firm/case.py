"""The case page, and the acts that need one click or one reason."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from casetrack.cases import permissions
from casetrack.cases.models import Case, CompromisedAccount
from casetrack.cases.services import assign_case, perform, read_account_number
from casetrack.cases.timeline import timeline
from casetrack.cases.workflow import ACTIONS, INVESTIGATOR
from casetrack.correspondence.models import Note
from casetrack.correspondence.services import mark_read, send_message, write_note
from casetrack.evidence.models import EvidenceFile
from casetrack.lib import clock
from casetrack.lib.errors import DomainError
from casetrack.negotiation.models import Offer
from casetrack.negotiation.services import resume_negotiation
from casetrack.negotiation.services.offers import MAY_OFFER
from casetrack.web.errors import explain, refuse
from casetrack.web.firm.doors import act, firm_case, for_staff, me
from casetrack.web.firm.forms import AssignForm, BodyForm, ReasonForm

# Pages of actions that have a service of their own.
PAGES = {"assess": "firm:assess", "record_payment": "firm:payment"}
SECONDARY = {"ask_victim", "resume", "revise", "decline", "close", "reopen", "resume_negotiation"}
# Actions with a reason whose precondition another service checks.
SERVICES = {"resume_negotiation": resume_negotiation}
QUESTIONS = {
    "ask_victim": (gettext_lazy("Your question"), gettext_lazy("The victim reads it and answers here.")),
    "decline": (gettext_lazy("Reasons"), gettext_lazy("The victim reads them. Be complete.")),
}


def buttons(request: HttpRequest, case: Case) -> list[dict[str, Any]]:
    """What the person may do now, in the order of the workflow's table, and where it is done."""
    user, found = me(request), []
    for action in permissions.available_actions(user, case, clock.now()):
        if action.name == "offer":
            continue
        url = reverse(PAGES[action.name], args=[case.reference]) if action.name in PAGES else ""
        own = reverse("firm:action", args=[case.reference, action.name])
        found.append(
            {
                "label": action.label,
                "url": url or own,
                "is_link": bool(url) or action.reason,
                "is_secondary": action.name in SECONDARY,
                "is_warning": action.name == "decline",
            }
        )
    return found


def incidents_of(case: Case) -> list[CompromisedAccount]:
    return list(case.incidents.prefetch_related("decisions__decided_by__membership", "claimed_trades__execution"))


def page(request: HttpRequest, case: Case, status: int = 200, **more: Any) -> HttpResponse:
    """The case page, with forms that were refused in place of empty ones."""
    user = me(request)
    role = permissions.role_in(user, case)
    assign = AssignForm(firm=case.firm)
    assign.initial["assignee"] = assign.key_of(case.assigned_to)
    context = {
        "case": case,
        "now": clock.now(),
        "buttons": buttons(request, case),
        "incidents": incidents_of(case),
        "evidence": EvidenceFile.objects.visible_to(user).filter(case=case).order_by("received_at", "pk"),
        "steps": timeline(case, user=user),
        "letters": case.messages.select_related("author__membership").order_by("sent_at", "pk"),
        "notes": Note.objects.visible_to(user).filter(case=case).select_related("author__membership").order_by("pk"),
        "runs": case.assessments.select_related("policy").order_by("-number"),
        "offers": Offer.objects.visible_to(user).filter(case=case).order_by("-number"),
        "settlement": getattr(case, "settlement", None),
        "payment": case.payments.first(),
        "assign_form": assign if permissions.can_assign(user, case) else None,
        "message_form": BodyForm(prefix="message") if permissions.can_write_to(user, case) else None,
        "note_form": BodyForm(prefix="note") if role in permissions.CASEWORKERS else None,
        "can_investigate": permissions.can_investigate(user, case),
        "can_read_number": permissions.can_read_account_number(user, case),
        "can_offer": role == INVESTIGATOR and case.status in MAY_OFFER,
        **more,
    }
    mark_read(case, actor=user)
    return render(request, "firm/case.html", context, status=status)


@for_staff
def case(request: HttpRequest, reference: str) -> HttpResponse:
    return page(request, firm_case(request, reference))


@for_staff
@require_http_methods(["GET", "POST"])
def action(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    """Perform an action of the workflow's table; one that needs a reason has a page that asks for it."""
    case = firm_case(request, reference)
    row = ACTIONS.get(name)
    if row is None or (row.service and name not in SERVICES) or (request.method == "GET" and not row.reason):
        raise Http404
    if not row.reason:
        return act(request, case, lambda: perform(case, name, actor=me(request)), _("Done: %s.") % row.label)
    label, help_text = QUESTIONS.get(name, ("", ""))
    form = ReasonForm(request.POST or None, label=label, help_text=help_text)
    if request.method == "POST" and form.is_valid():
        try:
            SERVICES.get(name, partial(perform, action=name))(
                case, actor=me(request), reason=form.cleaned_data["reason"]
            )
        except DomainError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Done: %s.") % row.label)
            return redirect("firm:case", case.reference)
    context = {"case": case, "form": form, "action": row, "is_warning": name == "decline"}
    return render(request, "firm/action.html", context, status=400 if form.errors else 200)


@for_staff
@require_POST
def assign(request: HttpRequest, reference: str) -> HttpResponse:
    case = firm_case(request, reference)
    form = AssignForm(request.POST, firm=case.firm)
    if not form.is_valid():
        return page(request, case, status=400, assign_form=form, has_errors=True)
    return act(request, case, lambda: assign_case(case, form.chosen, actor=me(request)), _("Saved."))


@for_staff
@require_POST
def message(request: HttpRequest, reference: str) -> HttpResponse:
    """Write to the victim."""
    case = firm_case(request, reference)
    form = BodyForm(request.POST, prefix="message")
    if form.is_valid():
        try:
            send_message(case, form.cleaned_data["body"], actor=me(request))
        except DomainError as error:
            refuse(form, error)
        else:
            messages.success(request, _("The message is sent."))
            return redirect("firm:case", case.reference)
    return page(request, case, status=400, message_form=form, form=form)


@for_staff
@require_POST
def note(request: HttpRequest, reference: str) -> HttpResponse:
    """Write an internal note."""
    case = firm_case(request, reference)
    form = BodyForm(request.POST, prefix="note")
    if form.is_valid():
        try:
            write_note(case, form.cleaned_data["body"], actor=me(request))
        except DomainError as error:
            refuse(form, error)
        else:
            messages.success(request, _("The note is kept."))
            return redirect("firm:case", case.reference)
    return page(request, case, status=400, note_form=form, form=form)


@for_staff
@require_POST
def account_number(request: HttpRequest, reference: str, place: int) -> HttpResponse:
    """Show a full account number once; the reading is logged. `place` counts the case's accounts from 1."""
    case = firm_case(request, reference)
    incident = incident_at(case, place)
    try:
        number = read_account_number(incident, actor=me(request))
    except DomainError as error:
        messages.error(request, explain(error))
        return redirect("firm:case", case.reference)
    return page(request, case, shown_number={"incident": incident.pk, "number": number})


def incident_at(case: Case, place: int) -> CompromisedAccount:
    """The case's account by its place (from 1): primary keys stay out of addresses."""
    if place < 1:
        raise Http404
    incidents = case.incidents.select_related("case__firm", "case__victim", "account").order_by("pk")
    keys = list(incidents.values_list("pk", flat=True))
    if place > len(keys):
        raise Http404
    return get_object_or_404(incidents, pk=keys[place - 1])
