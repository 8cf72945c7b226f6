"""What saving a page of a report has in common, whoever writes it: the victim, or the firm on the telephone."""

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.middleware.csrf import get_token
from django.utils.translation import gettext as _

from casetrack.intake import tabs
from casetrack.intake.models import Draft
from casetrack.lib import clock
from casetrack.lib.errors import Conflict, DomainError
from casetrack.people.models import User
from casetrack.web.errors import explain
from casetrack.web.report.base import StepForm
from casetrack.web.report.pages import Page
from casetrack.web.report.unsent import forget_unsent, keep_unsent, tab_of


def is_newest(draft: Draft, page: Page, form: StepForm, sent: QueryDict, *, actor: User) -> bool:
    """Whether nothing was changed elsewhere since the page was opened; if something was, the form says so.

    The page that says it knows of the change: sent once more, it is kept. Raises Conflict, NotAllowed.
    """
    try:
        tabs.is_news(draft, page.step, form.typed(), tab_of(sent), actor=actor)
    except tabs.ChangedElsewhere:
        form.add_error(
            None,
            _(
                "This page was changed on another device or in another window meanwhile. Below is what you typed here. "
                "Save it to keep it, or open the page again from the list to see the other."
            ),
        )
        return False
    return True


def autosaved(request: HttpRequest, draft: Draft, page: Page, address: str, *, actor: User) -> HttpResponse:
    """The answer to the script of the page at `address`. POST keeps what was typed: 200 with the step's `version`, and
    a sentence to show. GET hands out a fresh `token`. 409: changed elsewhere, taken over, handed in. 422: too long."""
    if request.method == "GET":
        return JsonResponse({"token": get_token(request)})
    form = page.form_of(draft, request.POST)
    try:
        tabs.keep_typed(draft, page.step, form.typed(), tab_of(request.POST), actor=actor)
    except DomainError as error:
        return JsonResponse({"message": explain(error)}, status=409 if isinstance(error, Conflict) else 422)
    forget_unsent(request, address)
    at = clock.now().astimezone(clock.TOKYO)
    said = _("Saved at %(time)s") % {"time": f"{at:%H:%M}"}
    return JsonResponse({"version": tabs.version_of(draft, page.step), "message": said})


def signed_out(request: HttpRequest, address: str) -> HttpResponse:
    """401 to the script of the page at `address`; what was typed waits until its writer has signed in again."""
    waits = request.method == "POST" and keep_unsent(request, address)
    said = (
        _("You are signed out. What you typed waits for you: sign in again to go on.")
        if waits
        else _("You are signed out, and what you typed is not saved. Sign in again in another window; we keep trying.")
    )
    return JsonResponse({"message": said}, status=401)
