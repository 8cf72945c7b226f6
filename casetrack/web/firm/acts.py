"""The acts of the case page: what the workflow's table allows, assignment, messages and notes."""

from functools import partial

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_http_methods, require_POST

from casetrack.cases import permissions
from casetrack.cases.models import Case
from casetrack.cases.services import assign_case, perform
from casetrack.cases.timeline import SENTENCES
from casetrack.cases.workflow import ACTIONS, Action
from casetrack.correspondence.services import send_message, write_note
from casetrack.lib import clock
from casetrack.lib.errors import DomainError, IllegalTransition
from casetrack.mediation.services import close_case, decline_case
from casetrack.negotiation.services import resume_negotiation
from casetrack.web.errors import explain
from casetrack.web.firm.case import page
from casetrack.web.firm.doors import act, firm_case, for_staff, me, posted, refused
from casetrack.web.firm.forms import AssignForm, MessageForm, NoteForm, ReasonForm

# Actions with a reason whose precondition another service checks.
SERVICES = {"close": close_case, "decline": decline_case, "resume_negotiation": resume_negotiation}
QUESTIONS = {
    "ask_victim": (gettext_lazy("Your question"), gettext_lazy("The victim reads it and answers here.")),
    "decline": (gettext_lazy("Reasons"), gettext_lazy("The victim reads them. Be complete.")),
}
READ = gettext_lazy("The victim reads it.")
NOT_NOW = gettext_noop("This is not possible now: the case is at “%(status)s”.")
UNREAD = gettext_lazy("Only your firm reads it.")


@for_staff
@require_http_methods(["GET", "POST"])
def action(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    """Perform an action of the workflow's table; one that needs a reason has a page that asks for it."""
    case = firm_case(request, reference)
    row = ACTIONS.get(name)
    if row is None or (row.service and name not in SERVICES):
        raise Http404
    if request.method == "GET":
        if not row.reason or permissions.role_in(me(request), case) not in row.by:
            raise Http404
        if not permissions.can(me(request), case, name, clock.now()):
            messages.error(request, explain(IllegalTransition(NOT_NOW, status=case.staff_status)))
            return redirect("firm:case", case.reference)
    if not row.reason:
        return one_click(request, case, row)
    return with_reason(request, case, row)


def with_reason(request: HttpRequest, case: Case, row: Action) -> HttpResponse:
    label, help_text = QUESTIONS.get(row.name, ("", READ if SENTENCES[row.done].reason_public else UNREAD))
    form = ReasonForm(posted(request), label=label, help_text=help_text)
    status = 400 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        write = SERVICES.get(row.name, partial(perform, action=row.name))
        try:
            write(case, actor=me(request), reason=form.cleaned_data["reason"])
        except DomainError as error:
            status = refused(form, error)
        else:
            messages.success(request, _("Done: %s.") % row.label)
            return redirect("firm:case", case.reference)
    context = {"case": case, "form": form, "action": row, "is_warning": row.name == "decline"}
    return render(request, "firm/action.html", context, status=status)


def one_click(request: HttpRequest, case: Case, row: Action) -> HttpResponse:
    """An action without a reason. The form of a new case may give it to somebody in the same step."""
    assigning = "me" in request.POST or "assignee" in request.POST
    form = AssignForm(request.POST, firm=case.firm)
    if assigning and not form.is_valid():
        return page(request, case, status=400, assign_form=form, form=form)

    @transaction.atomic
    def write() -> None:
        perform(case, row.name, actor=me(request))
        if assigning:
            assign_case(case, me(request) if "me" in request.POST else form.chosen, actor=me(request))

    return act(request, case, write, _("Done: %s.") % row.label)


@for_staff
@require_POST
def assign(request: HttpRequest, reference: str) -> HttpResponse:
    case = firm_case(request, reference)
    form = AssignForm(request.POST, firm=case.firm)
    if not form.is_valid():
        return page(request, case, status=400, assign_form=form, form=form)
    chosen = me(request) if "me" in request.POST else form.chosen
    return act(request, case, lambda: assign_case(case, chosen, actor=me(request)), _("Saved."))


@for_staff
@require_POST
def message(request: HttpRequest, reference: str) -> HttpResponse:
    """Write to the victim."""
    case = firm_case(request, reference)
    form, status = MessageForm(request.POST, prefix="message"), 400
    if form.is_valid():
        try:
            send_message(case, form.cleaned_data["body"], actor=me(request))
        except DomainError as error:
            status = refused(form, error)
        else:
            messages.success(request, _("The message is sent."))
            return redirect("firm:case", case.reference)
    return page(request, case, status=status, message_form=form, form=form)


@for_staff
@require_POST
def note(request: HttpRequest, reference: str) -> HttpResponse:
    """Write an internal note."""
    case = firm_case(request, reference)
    form, status = NoteForm(request.POST, prefix="note"), 400
    if form.is_valid():
        try:
            write_note(case, form.cleaned_data["body"], actor=me(request))
        except DomainError as error:
            status = refused(form, error)
        else:
            messages.success(request, _("The note is kept."))
            return redirect("firm:case", case.reference)
    return page(request, case, status=status, note_form=form, form=form)
