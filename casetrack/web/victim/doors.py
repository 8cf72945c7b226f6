"""Who may come in: victims, to what is their own. Anybody else finds nothing there."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache

from casetrack.cases.models import Case
from casetrack.intake.models import Draft
from casetrack.lib import references
from casetrack.people.models import Role, User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def me(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or user.role != Role.VICTIM:
        raise Http404
    return user


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: what was posted, also if it is nothing."""
    return request.POST if request.method == "POST" else None


def for_victims(view: View[P]) -> View[P]:
    """A private page of victims: 404 for any other role, and no copy of it kept by browser or proxy."""

    @wraps(view)
    def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        me(request)
        return view(request, *args, **kwargs)

    return never_cache(checked)


def own_case(request: HttpRequest, reference: str) -> Case:
    if not references.is_valid(reference):
        raise Http404
    cases = Case.objects.visible_to(me(request)).select_related("firm", "victim")
    return get_object_or_404(cases, reference=reference)


def own_draft(request: HttpRequest, key: uuid.UUID) -> Draft:
    return get_object_or_404(Draft.objects.visible_to(me(request)).select_related("case"), key=key)
