"""The files of a case, and asking the victim for more."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casetrack.cases.permissions import CASEWORKERS, can_write_to, role_in
from casetrack.evidence import services
from casetrack.evidence.models import Request
from casetrack.lib.errors import DomainError
from casetrack.web.evidence import file_of, give_download, give_paper, give_picture, preview_of
from casetrack.web.firm.doors import act, firm_case, for_staff, me, posted, refused
from casetrack.web.firm.forms import AskForm


@for_staff
@require_safe
def download(request: HttpRequest, reference: str, file: uuid.UUID) -> HttpResponse:
    return give_download(file_of(firm_case(request, reference), me(request), file), me(request))


@for_staff
@require_safe
def picture(request: HttpRequest, reference: str, file: uuid.UUID) -> HttpResponse:
    return give_picture(file_of(firm_case(request, reference), me(request), file), me(request))


@for_staff
@require_safe
def paper(request: HttpRequest, reference: str, file: uuid.UUID) -> HttpResponse:
    return give_paper(file_of(firm_case(request, reference), me(request), file), me(request))


@for_staff
@require_safe
def look(request: HttpRequest, reference: str, file: uuid.UUID) -> HttpResponse:
    """One file: its preview, and what is known of it."""
    case = firm_case(request, reference)
    row = file_of(case, me(request), file)
    context = {"case": case, "file": row, "preview": preview_of(row, me(request)), "files": [row]}
    return render(request, "firm/evidence_look.html", context)


@for_staff
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask the victim for one named thing, by a day."""
    case = firm_case(request, reference)
    user = me(request)
    form, status = AskForm(posted(request)), 400 if request.method == "POST" else 200
    if not form.is_bound and not (role_in(user, case) in CASEWORKERS and can_write_to(user, case)):
        return redirect("firm:case", case.reference)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            services.ask_for(case, given["what"], why=given["why"], due_on=given["due_on"], actor=user)
        except DomainError as error:
            status = refused(form, error)
        else:
            messages.success(request, _("The victim was asked."))
            return redirect("firm:case", case.reference)
    return render(request, "firm/evidence_ask.html", {"case": case, "form": form}, status=status)


@for_staff
@require_POST
def withdraw(request: HttpRequest, reference: str, asked: uuid.UUID) -> HttpResponse:
    """Take back what was asked for."""
    case = firm_case(request, reference)
    row = get_object_or_404(Request.objects.filter(case=case).select_related("case"), key=asked)
    return act(request, case, lambda: services.withdraw_request(row, actor=me(request)), _("Taken back."))
