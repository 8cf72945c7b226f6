"""A case as the body reads it: what both sides said and did, and what the body may do now."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from casetrack.assessment.models import Assessment
from casetrack.assessment.statement import parts_of
from casetrack.cases.timeline import timeline
from casetrack.cases.workflow import MEDIATOR
from casetrack.correspondence.models import Message
from casetrack.documents.models import Document
from casetrack.evidence.models import EvidenceFile
from casetrack.lib import clock
from casetrack.mediation.services import possible
from casetrack.negotiation.models import Offer
from casetrack.negotiation.proposal import compare
from casetrack.web.evidence import rows_of
from casetrack.web.good_faith import context_of as good_faith_context
from casetrack.web.good_faith import csv_of
from casetrack.web.mediations import context_of
from casetrack.web.mediator.doors import for_mediators, handed_case, me, mediation_in
from casetrack.web.report.words import sections
from casetrack.web.statements import statement_page


@for_mediators
@require_safe
def case(request: HttpRequest, reference: str) -> HttpResponse:
    found, user = handed_case(request, reference), me(request)
    mediation = mediation_in(request, found)
    offers = Offer.objects.visible_to(user).filter(case=found).select_related("assessment", "in_answer_to__assessment")
    files = EvidenceFile.objects.visible_to(user).filter(case=found).order_by("received_at", "pk")
    context = {
        "case": found,
        **context_of(mediation, clock.now(), user=user),
        "may": possible(mediation, MEDIATOR),
        "runs": Assessment.objects.visible_to(user).filter(case=found).order_by("-number"),
        "offers": [
            {"offer": offer, "parts": parts_of(offer.components), "compared": compare(offer)}
            for offer in offers.prefetch_related("assessment__accounts").order_by("-number")
        ],
        "report": sections(found),
        "letters": Message.objects.filter(case=found).order_by("sent_at", "pk"),
        "documents": Document.objects.visible_to(user).filter(case=found).newest_first(),
        "files": rows_of(files, user, staff=True),
        "steps": timeline(found, user=user)[::-1],
    }
    return render(request, "mediator/case.html", context)


@for_mediators
@require_safe
def loss(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """A statement of loss that was given out, with its workings."""
    found = handed_case(request, reference)
    runs = Assessment.objects.visible_to(me(request)).select_related(
        "policy", "reduced_by", "valuation_proposal", "case__firm"
    )
    run = get_object_or_404(runs, case=found, number=number)
    context = {"case": found, **statement_page(run, for_victim=False, is_outside=True)}
    return render(request, "mediator/statement.html", context)


@for_mediators
@require_safe
def good_faith(request: HttpRequest, reference: str) -> HttpResponse:
    context = good_faith_context(handed_case(request, reference), is_outside=True)
    return render(request, "mediator/good_faith.html", context)


@for_mediators
@require_safe
def good_faith_csv(request: HttpRequest, reference: str) -> HttpResponse:
    return csv_of(handed_case(request, reference), is_outside=True)
