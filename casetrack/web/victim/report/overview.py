"""A report as a whole: the list of its pages, and the last look at all of it before it is handed in."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from casetrack.intake import services
from casetrack.intake.sittings import sitting_of
from casetrack.lib.errors import DomainError
from casetrack.web.errors import explain
from casetrack.web.report.forms import DeclarationForm
from casetrack.web.report.whole import OF_VICTIM, answers_of, list_of
from casetrack.web.victim.doors import for_victims, me, own_draft, posted


@require_safe
@for_victims
def task_list(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    draft = own_draft(request, key)
    if draft.case:
        return redirect("victim:submitted", reference=draft.case.reference)
    if draft.lead:
        return redirect("victim:task-list", key=draft.lead.key)
    context = {**list_of(sitting_of(draft)), "addresses": OF_VICTIM}
    return render(request, "victim/report/task_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_victims
def check_answers(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Everything once more, then the declaration and the sending."""
    draft = own_draft(request, key)
    form = DeclarationForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            case = services.submit_draft(draft, actor=me(request), key=form.cleaned_data["idempotency_key"])
        except DomainError as error:
            form.add_error(None, explain(error))
        else:
            return redirect("victim:submitted", reference=case.reference)
    elif draft.case:
        return redirect("victim:submitted", reference=draft.case.reference)
    context = {**answers_of(sitting_of(draft)), "form": form, "addresses": OF_VICTIM}
    return render(request, "victim/report/check_answers.html", context)
