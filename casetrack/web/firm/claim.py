"""The code with which a customer takes over a case that the firm opened: made, shown once, printed as a letter."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import override
from django.views.decorators.http import require_http_methods

from casetrack.cases import permissions
from casetrack.intake.claims import issue_code, open_code
from casetrack.intake.models import ClaimChannel
from casetrack.lib import clock
from casetrack.lib.errors import DomainError
from casetrack.web.firm.doors import firm_case, for_staff, me, posted, refused
from casetrack.web.firm.forms import ClaimCodeForm


@for_staff
@require_http_methods(["GET", "POST"])
def claim_code(request: HttpRequest, reference: str) -> HttpResponse:
    case = firm_case(request, reference)
    form, code = ClaimCodeForm(posted(request)), ""
    status = 400 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            code = issue_code(case, given["channel"], actor=me(request), key=given["idempotency_key"])
        except DomainError as error:
            status = refused(form, error)
        else:
            status = 200
    there = open_code(case)
    context = {"case": case, "form": form, "code": code, "there": there}
    context["may_issue"] = permissions.role_in(me(request), case) in permissions.CASEWORKERS
    if not code or there is None or there.channel != ClaimChannel.POST:
        return render(request, "firm/claim_code.html", context, status=status)
    context["today"] = clock.now()
    with override(case.language):  # the letter is the customer's, whoever prints it
        return render(request, "firm/claim_letter.html", context, status=status)
