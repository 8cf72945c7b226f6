"""The statement of loss, as the firm sees it too."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from casetrack.assessment.models import Assessment
from casetrack.web.statements import statement_page
from casetrack.web.victim.doors import for_victims, me, own_case


@require_safe
@for_victims
def statement(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """A run that came with an approved offer; any other is not there."""
    case = own_case(request, reference)
    runs = Assessment.objects.visible_to(me(request)).select_related("policy", "reduced_by", "valuation_proposal")
    run = get_object_or_404(runs, case=case, number=number)
    return render(request, "victim/statement.html", {"case": case, **statement_page(run, for_victim=True)})
