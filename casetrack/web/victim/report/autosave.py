"""What is being typed on a page of the report, kept while it is typed. Only a script asks here."""

import uuid

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from casetrack.intake import tabs
from casetrack.intake.steps import FILES
from casetrack.lib import clock
from casetrack.lib.errors import Conflict, DomainError
from casetrack.web.errors import explain
from casetrack.web.report.pages import PAGES
from casetrack.web.victim.doors import forget_unsent, keep_unsent, me, own_draft, tab_of


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def autosave(request: HttpRequest, key: uuid.UUID, step: str) -> HttpResponse:
    """POST keeps what was typed: 200 with the step's `version`, and a sentence to show. GET hands out a fresh `token`.

    401: signed out; what was typed waits until its owner has signed in again. 409: changed elsewhere. 422: too long.
    """
    page = reverse("victim:step", kwargs={"key": key, "step": step})
    if not request.user.is_authenticated:
        return _signed_out(request, page)
    me(request)
    draft = own_draft(request, key)
    if step not in PAGES or step == FILES.identifier:
        raise Http404
    if request.method == "GET":
        return JsonResponse({"token": get_token(request)})
    form = PAGES[step].form_of(draft, request.POST)
    try:
        tabs.keep_typed(draft, PAGES[step].step, form.typed(), tab_of(request.POST), actor=me(request))
    except DomainError as error:
        return JsonResponse({"message": explain(error)}, status=409 if isinstance(error, Conflict) else 422)
    forget_unsent(request, page)
    at = clock.now().astimezone(clock.TOKYO)
    said = _("Saved at %(time)s") % {"time": f"{at:%H:%M}"}
    return JsonResponse({"version": tabs.version_of(draft, PAGES[step].step), "message": said})


def _signed_out(request: HttpRequest, page: str) -> HttpResponse:
    waits = request.method == "POST" and keep_unsent(request, page)
    said = (
        _("You are signed out. What you typed waits for you: sign in again to go on.")
        if waits
        else _("You are signed out, and what you typed is not saved. Sign in again in another window; we keep trying.")
    )
    return JsonResponse({"message": said}, status=401)
