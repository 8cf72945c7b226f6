"""The good-faith ledger of a case, as both sides see it (casetrack.web.good_faith)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from casetrack.web.good_faith import context_of, csv_of
from casetrack.web.victim.doors import for_victims, own_case


@require_safe
@for_victims
def good_faith(request: HttpRequest, reference: str) -> HttpResponse:
    return render(request, "victim/good_faith.html", context_of(own_case(request, reference)))


@require_safe
@for_victims
def good_faith_csv(request: HttpRequest, reference: str) -> HttpResponse:
    return csv_of(own_case(request, reference))
