"""The file of a case as a ZIP (casetrack.web.bundles)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from casetrack.web import bundles
from casetrack.web.victim.doors import for_victims, me, own_case


@for_victims
@require_http_methods(["GET", "HEAD", "POST"])
def bundle(request: HttpRequest, reference: str) -> HttpResponse:
    return bundles.page(request, own_case(request, reference), me(request), name="victim:bundle")


@for_victims
@require_POST
def download(request: HttpRequest, reference: str) -> HttpResponse:
    case = own_case(request, reference)
    return bundles.download(request, case, me(request), back=lambda: redirect("victim:bundle", case.reference))
