"""Confirm or refute an access."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casetrack.cases.models import Access
from casetrack.cases.services import confirm_access, refute_access
from casetrack.lib.errors import DomainError
from casetrack.web.errors import refuse
from casetrack.web.firm.case import incident_at
from casetrack.web.firm.doors import firm_case, for_staff, me
from casetrack.web.firm.forms import AccessForm


@for_staff
@require_http_methods(["GET", "POST"])
def access(request: HttpRequest, reference: str, place: int) -> HttpResponse:
    """The decision about one account of the case, with the history of decisions."""
    case = firm_case(request, reference)
    incident = incident_at(case, place)
    initial = {"first_access_at": incident.first_access_at}
    if incident.access != Access.REPORTED:
        initial |= {"decision": "confirm" if incident.access == Access.CONFIRMED else "refute"}  # type: ignore[dict-item]
    form = AccessForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            if given["decision"] == "confirm":
                confirm_access(
                    incident, first_access_at=given["first_access_at"], detected_at=incident.detected_at,
                    actor=me(request), reason=given["reason"],
                )  # fmt: skip
            else:
                refute_access(incident, actor=me(request), reason=given["reason"])
        except DomainError as error:
            refuse(form, error)
        else:
            messages.success(request, _("The decision is recorded."))
            return redirect("firm:case", case.reference)
    context = {
        "case": case,
        "incident": incident,
        "place": place,
        "form": form,
        "decisions": incident.decisions.select_related("decided_by__membership").order_by("-recorded_at", "-pk"),
    }
    return render(request, "firm/access.html", context, status=400 if form.errors else 200)
