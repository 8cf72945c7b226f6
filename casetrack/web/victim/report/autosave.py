"""What is being typed on a page of the report, kept while it is typed. Only a script asks here."""

import uuid

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from casetrack.intake.steps import FILES
from casetrack.web.report.pages import PAGES
from casetrack.web.report.saving import autosaved, signed_out
from casetrack.web.victim.doors import me, own_draft


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def autosave(request: HttpRequest, key: uuid.UUID, step: str) -> HttpResponse:
    """As `saving.autosaved` and, to somebody signed out, `saving.signed_out`."""
    page = reverse("victim:step", kwargs={"key": key, "step": step})
    if not request.user.is_authenticated:
        return signed_out(request, page)
    draft = own_draft(request, key)
    if step not in PAGES or step == FILES.identifier:
        raise Http404
    return autosaved(request, draft, PAGES[step], page, actor=me(request))
