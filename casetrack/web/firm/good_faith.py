"""The good-faith ledger of a case, as both sides see it (casetrack.web.good_faith)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from casetrack.web.firm.doors import firm_case, for_staff
from casetrack.web.good_faith import context_of, csv_of


@for_staff
@require_safe
def good_faith(request: HttpRequest, reference: str) -> HttpResponse:
    return render(request, "firm/good_faith.html", context_of(firm_case(request, reference)))


@for_staff
@require_safe
def good_faith_csv(request: HttpRequest, reference: str) -> HttpResponse:
    return csv_of(firm_case(request, reference))
