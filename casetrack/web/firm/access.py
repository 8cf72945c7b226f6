"""Confirm or refute an access; each decision can be followed by the other, and all of them stand in the history."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casetrack.cases import permissions
from casetrack.cases.models import Access, CompromisedAccount
from casetrack.cases.services import confirm_access, refute_access
from casetrack.lib.errors import DomainError
from casetrack.people.models import User
from casetrack.web.firm.case import incident_at
from casetrack.web.firm.doors import firm_case, for_staff, me, posted, refused
from casetrack.web.firm.forms import AccessForm


def decide(incident: CompromisedAccount, given: dict[str, Any], actor: User) -> None:
    if given["decision"] == "refute":
        refute_access(incident, actor=actor, reason=given["reason"])
        return
    confirm_access(
        incident, first_access_at=given["first_access_at"], detected_at=incident.detected_at, actor=actor,
        reason=given["reason"],
    )  # fmt: skip


@for_staff
@require_http_methods(["GET", "POST"])
def access(request: HttpRequest, reference: str, place: int) -> HttpResponse:
    """The decision about one account of the case, for who may decide; the history of decisions for everybody."""
    case = firm_case(request, reference)
    incident = incident_at(case, place)
    initial: dict[str, Any] = {"first_access_at": incident.first_access_at}
    if incident.access != Access.REPORTED:
        initial["decision"] = "confirm" if incident.access == Access.CONFIRMED else "refute"
    form, status = AccessForm(posted(request), initial=initial), 400 if request.method == "POST" else 200
    if form.is_bound and form.is_valid():
        try:
            decide(incident, form.cleaned_data, me(request))
        except DomainError as error:
            status = refused(form, error)
        else:
            messages.success(request, _("The decision is recorded."))
            return redirect("firm:case", case.reference)
    decisions = incident.decisions.select_related("decided_by__membership__firm")
    context = {
        "case": case,
        "incident": incident_at(case, place),
        "place": place,
        "form": form,
        "can_decide": permissions.can_investigate(me(request), case),
        "decisions": decisions.order_by("-recorded_at", "-pk"),
    }
    return render(request, "firm/access.html", context, status=status)
