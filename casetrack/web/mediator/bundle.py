"""The file of a case as a ZIP (casetrack.web.bundles)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from casetrack.web import bundles
from casetrack.web.mediator.doors import for_mediators, handed_case, me


@for_mediators
@require_http_methods(["GET", "HEAD", "POST"])
def bundle(request: HttpRequest, reference: str) -> HttpResponse:
    return bundles.page(request, handed_case(request, reference), me(request), name="mediator:bundle")


@for_mediators
@require_POST
def download(request: HttpRequest, reference: str) -> HttpResponse:
    case = handed_case(request, reference)
    return bundles.download(request, case, me(request), back=lambda: redirect("mediator:bundle", case.reference))
