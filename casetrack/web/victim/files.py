"""Adding files to a draft or to a case, looking at them, and answering what the firm asked for."""

import uuid

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from casetrack.cases.models import Case
from casetrack.cases.permissions import can_write_to
from casetrack.evidence import services
from casetrack.evidence.models import EvidenceFile, Request
from casetrack.evidence.services import AlreadyHere, add_files
from casetrack.lib import clock
from casetrack.lib.errors import DomainError
from casetrack.web.errors import explain, refuse
from casetrack.web.evidence import give_download, give_paper, give_picture, preview_of
from casetrack.web.report.base import FilesForm, StepForm
from casetrack.web.victim.doors import for_victims, me, own_case, own_draft, posted
from casetrack.web.victim.forms import AnswerRequestForm


def take_files(
    request: HttpRequest,
    form: StepForm,
    *,
    case: Case | None = None,
    draft_key: uuid.UUID | None = None,
    asked: Request | None = None,
) -> bool:
    """Take in what was sent; what is refused stands on the form, by name. Whether nothing was refused."""
    uploads = request.FILES.getlist("uploads")
    taken, refused = add_files(uploads, actor=me(request), case=case, draft_key=draft_key, request=asked)
    form.is_valid()
    for error in refused:
        if isinstance(error, AlreadyHere):
            messages.info(request, explain(error))
        else:
            form.add_error("uploads", forms.ValidationError(explain(error)))
    if taken:
        said = ngettext("%(count)s file was taken in.", "%(count)s files were taken in.", len(taken))
        level = messages.INFO if form.errors else messages.SUCCESS
        messages.add_message(request, level, said % {"count": len(taken)})
    return not form.errors


@require_http_methods(["GET", "HEAD", "POST"])
@for_victims
def evidence(request: HttpRequest, reference: str) -> HttpResponse:
    """The files of a case, what the firm asked for, and a form to add some as long as the case has not ended."""
    case = own_case(request, reference)
    may_add = can_write_to(me(request), case)
    form = FilesForm(posted(request))
    form.fields["uploads"].required = True
    if request.method == "POST":
        if not may_add:
            raise Http404
        if request.FILES.getlist("uploads"):
            form.fields["uploads"].required = False
            if take_files(request, form, case=case):
                return redirect("victim:evidence", reference=case.reference)
        form.is_valid()
    asked = list(Request.objects.visible_to(me(request)).filter(case=case, withdrawn_at=None).order_by("due_on", "pk"))
    context = {
        "case": case,
        "now": clock.now(),
        "form": form,
        "may_add": may_add,
        "problems": list(form.problems()) if form.is_bound else [],
        "files": EvidenceFile.objects.visible_to(me(request)).filter(case=case).order_by("received_at", "pk"),
        "open_requests": [row for row in asked if row.is_open],
        "answered_requests": [row for row in asked if not row.is_open],
    }
    return render(request, "victim/evidence.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_victims
def answer_request(request: HttpRequest, reference: str, asked: uuid.UUID) -> HttpResponse:
    """Answer one thing that the firm asked for: with files, or with why there are none."""
    case, user = own_case(request, reference), me(request)
    row = get_object_or_404(Request.objects.filter(case=case, withdrawn_at=None).select_related("case"), key=asked)
    form = AnswerRequestForm(posted(request))
    if request.method == "POST":
        if not can_write_to(user, case):
            raise Http404
        if not row.is_open and request.POST.get("words", "").strip() == row.answer:  # the same form, sent twice
            return redirect("victim:evidence", reference=case.reference)
        try:
            if take_files(request, form, case=case, asked=row) and form.is_valid():
                services.answer_request(row, form.cleaned_data["words"], actor=user)
                messages.success(request, gettext("Your answer was sent."))
                return redirect("victim:evidence", reference=case.reference)
        except DomainError as error:
            refuse(form, error)
    if not row.is_open and not form.is_bound:
        return redirect("victim:evidence", reference=case.reference)
    context = {
        "case": case,
        "asked": row,
        "now": clock.now(),
        "form": form,
        "problems": list(form.problems()) if form.is_bound else [],
        "files": EvidenceFile.objects.visible_to(user).filter(request=row).order_by("received_at", "pk"),
    }
    return render(request, "victim/evidence_request.html", context)


def own_file(request: HttpRequest, file: uuid.UUID) -> EvidenceFile:
    files = EvidenceFile.objects.visible_to(me(request)).select_related("case__firm")
    return get_object_or_404(files, key=file)


@require_safe
@for_victims
def download(request: HttpRequest, file: uuid.UUID) -> HttpResponse:
    return give_download(own_file(request, file), me(request))


@require_safe
@for_victims
def picture(request: HttpRequest, file: uuid.UUID) -> HttpResponse:
    return give_picture(own_file(request, file), me(request))


@require_safe
@for_victims
def paper(request: HttpRequest, file: uuid.UUID) -> HttpResponse:
    return give_paper(own_file(request, file), me(request))


@require_safe
@for_victims
def look(request: HttpRequest, file: uuid.UUID) -> HttpResponse:
    """One file: what is known of it, and its preview."""
    row, user = own_file(request, file), me(request)
    context = {
        "file": row,
        "files": [row],
        "preview": preview_of(row, user),
        "case": row.case,
        "draft": own_draft(request, row.draft_key) if row.case is None and row.draft_key else None,
    }
    return render(request, "victim/evidence_look.html", context)
