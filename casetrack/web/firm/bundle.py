"""The file of a case as a ZIP (casetrack.web.bundles)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from casetrack.web import bundles
from casetrack.web.firm.doors import firm_case, for_staff, me


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def bundle(request: HttpRequest, reference: str) -> HttpResponse:
    return bundles.page(request, firm_case(request, reference), me(request), name="firm:bundle")


@for_staff
@require_POST
def download(request: HttpRequest, reference: str) -> HttpResponse:
    case = firm_case(request, reference)
    return bundles.download(request, case, me(request), back=lambda: redirect("firm:bundle", case.reference))
