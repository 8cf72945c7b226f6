"""Taking over a case that the firm opened, with the code that it gave."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casetrack.intake.claims import claim_case
from casetrack.lib.errors import DomainError
from casetrack.web.errors import refuse
from casetrack.web.victim.doors import for_victims, me, posted
from casetrack.web.victim.forms import ClaimForm


@require_http_methods(["GET", "HEAD", "POST"])
@for_victims
def claim(request: HttpRequest) -> HttpResponse:
    form = ClaimForm(posted(request))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            case = claim_case(given["reference"], given["code"], actor=me(request), key=given["idempotency_key"])
        except DomainError as error:
            refuse(form, error)
        else:
            messages.success(request, _("The case is now yours. Please read what the firm has written down."))
            return redirect("victim:case", reference=case.reference)
    problems = list(form.problems()) if form.is_bound else []
    return render(request, "victim/claim.html", {"form": form, "problems": problems})
