"""Adding files: to a draft, or to a case that was handed in."""

import uuid

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from casetrack.cases.models import Case
from casetrack.cases.permissions import can_write_to
from casetrack.evidence.models import EvidenceFile
from casetrack.evidence.services import AlreadyHere, add_files
from casetrack.web.errors import explain
from casetrack.web.report.base import FilesForm, StepForm
from casetrack.web.victim.doors import for_victims, me, own_case, posted


def take_files(
    request: HttpRequest, form: StepForm, *, case: Case | None = None, draft_key: uuid.UUID | None = None
) -> bool:
    """Take in what was sent; what is refused stands on the form, by name. Whether nothing was refused."""
    uploads = request.FILES.getlist("uploads")
    taken, refused = add_files(uploads, actor=me(request), case=case, draft_key=draft_key)
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
    """The files of a case, and a form to add some as long as it has not ended."""
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
    context = {
        "case": case,
        "form": form,
        "may_add": may_add,
        "problems": list(form.problems()) if form.is_bound else [],
        "files": EvidenceFile.objects.visible_to(me(request)).filter(case=case).order_by("received_at", "pk"),
    }
    return render(request, "victim/evidence.html", context)
