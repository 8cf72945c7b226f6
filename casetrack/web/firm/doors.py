"""Who may come in: the people of a firm, to the firm's own cases. Anybody else finds nothing there."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache

from casetrack.cases.models import Case
from casetrack.firms.models import Membership, membership_of
from casetrack.lib import references
from casetrack.lib.errors import DomainError
from casetrack.people.models import User
from casetrack.web.errors import explain, refuse

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
# What a refused form is answered with, by the error's code; anything else is 400.
STATUSES = {"not_allowed": 403, "illegal_transition": 409, "conflict": 409}


def me(request: HttpRequest) -> User:
    """The person, who has an active membership; 404 for everybody else."""
    membership(request)
    assert isinstance(request.user, User)  # noqa: S101  (membership() has looked)
    return request.user


def membership(request: HttpRequest) -> Membership:
    found = membership_of(request.user) if isinstance(request.user, User) else None
    if found is None:
        raise Http404
    return found


def for_staff(view: View[P]) -> View[P]:
    """A page of the back office: no copy of it is kept by browser or proxy."""

    @wraps(view)
    def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        membership(request)
        return view(request, *args, **kwargs)

    return cast("View[P]", never_cache(checked))


def firm_case(request: HttpRequest, reference: str) -> Case:
    """A case of the firm by its reference, or 404."""
    if not references.is_valid(reference):
        raise Http404
    cases = Case.objects.visible_to(me(request)).select_related("firm", "victim", "assigned_to__membership")
    return get_object_or_404(cases, reference=reference)


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: what was posted, also if it is nothing."""
    return request.POST if request.method == "POST" else None


def refused(form: forms.BaseForm, error: DomainError) -> int:
    """Show the error on the form, which keeps what was typed; the status to answer with."""
    refuse(form, error)
    return STATUSES.get(error.code, 400)


def act(request: HttpRequest, case: Case, write: Callable[[], object], done: object = "") -> HttpResponse:
    """Run a write that has no form of its own and go back to the case, saying what happened."""
    try:
        write()
    except DomainError as error:
        messages.error(request, explain(error))
    else:
        if done:
            messages.success(request, str(done))
    return redirect("firm:case", case.reference)
