"""Who may come in: a mediation body's people, to the cases handed to it. Anybody else finds nothing there."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache

from casetrack.bodies.models import BodyMembership, body_membership_of
from casetrack.cases.models import Case
from casetrack.lib import references
from casetrack.lib.errors import DomainError
from casetrack.mediation.models import Mediation
from casetrack.people.models import User
from casetrack.people.services import once
from casetrack.web.errors import explain, refuse
from casetrack.web.forms.fields import IdempotentForm

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
# What a refused form is answered with, by the error's code; anything else is 400.
STATUSES = {"not_allowed": 403, "illegal_transition": 409, "conflict": 409}


def place(request: HttpRequest) -> BodyMembership:
    found = body_membership_of(request.user) if isinstance(request.user, User) else None
    if found is None:
        raise Http404
    return found


def me(request: HttpRequest) -> User:
    """The mediator, who has an active place at an active body; 404 for everybody else."""
    place(request)
    assert isinstance(request.user, User)  # noqa: S101  (place() has looked)
    return request.user


def for_mediators(view: View[P]) -> View[P]:
    """A page of the body's desk: no copy of it is kept by browser or proxy."""

    @wraps(view)
    def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        place(request)
        return view(request, *args, **kwargs)

    return cast("View[P]", never_cache(checked))


def handed_case(request: HttpRequest, reference: str) -> Case:
    """A case that is before the body, by its reference, or 404."""
    if not references.is_valid(reference):
        raise Http404
    cases = Case.objects.visible_to(me(request)).select_related("firm", "victim")
    return get_object_or_404(cases, reference=reference)


def mediation_in(request: HttpRequest, case: Case) -> Mediation:
    """The last mediation of the case before the body, or 404."""
    found = Mediation.objects.visible_to(me(request)).filter(case=case, body=place(request).body_id)
    last = found.select_related("body", "case__firm", "case__victim").order_by("number").last()
    if last is None:
        raise Http404
    return last


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: what was posted, also if it is nothing."""
    return request.POST if request.method == "POST" else None


def written(request: HttpRequest, form: IdempotentForm, action: str, write: Callable[[], object], done: str) -> int:
    """Run the write of a form that was sent, once; a refusal stands on the form, which keeps what was typed.

    The status to answer with; 0: it is done, and the page may move on.
    """
    if not form.is_bound:
        return 200
    if not form.is_valid():
        return 400

    def run() -> str:
        write()
        return "done"

    try:
        once(me(request), form.cleaned_data["idempotency_key"], action, run)
    except DomainError as error:
        refuse(form, error)
        return STATUSES.get(error.code, 400)
    messages.success(request, done)
    return 0


def acted(request: HttpRequest, case: Case, write: Callable[[], object], done: str) -> HttpResponse:
    """Run a write that has no form of its own and go back to the case, saying what happened."""
    try:
        write()
    except DomainError as error:
        messages.error(request, explain(error))
    else:
        messages.success(request, done)
    return redirect("mediator:case", case.reference)
