"""What stands between a request and its rows."""

import re
from collections.abc import Callable

from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext

from casetrack.bodies.models import body_membership_of
from casetrack.firms.models import membership_of
from casetrack.lib.scope import scoped
from casetrack.people.models import Role, User

Respond = Callable[[HttpRequest], HttpResponse]
# Pages that a member of staff without a second factor may still open: to set one up, or to leave.
WITHOUT_MFA = re.compile(r"/(?:[a-z]{2}/)?(?:accounts|static|i18n|healthz|demo)(?:/|$)")


class ScopeMiddleware:
    """Opens the request's transaction and sets the scope of row-level security inside it.

    A response of 500 and above rolls the transaction back (Django has turned the exception into it beneath us).
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return self.get_response(request)
        audience, ids = self.scope_of(request)
        with scoped(audience, **ids):
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
            return response

    @staticmethod
    def scope_of(request: HttpRequest) -> tuple[str, dict[str, int | None]]:
        user = request.user
        if not isinstance(user, User) or user.role == Role.SYSTEM:
            return "", {}
        membership, place = membership_of(user), body_membership_of(user)
        return user.audience, {
            "firm_id": membership.firm_id if membership else None,
            "user_id": user.pk,
            "body_id": place.body_id if place else None,
        }


class StaffMfaMiddleware:
    """Staff and regulators work only behind a second factor; the demo's own people are let through in the demo."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self.must_set_up(request):
            if request.path.startswith("/api/"):
                return self.problem()
            return redirect(reverse("mfa_index"))
        return self.get_response(request)

    @staticmethod
    def problem() -> HttpResponse:
        """The same for programs, as the API says it."""
        detail = gettext("Set up a second step of log-in first.")
        body = {"type": "about:blank", "title": "Forbidden", "status": 403, "code": "mfa_required", "detail": detail}
        return JsonResponse(body, status=403, content_type="application/problem+json")

    @staticmethod
    def must_set_up(request: HttpRequest) -> bool:
        user = request.user
        if not isinstance(user, User) or user.role == Role.VICTIM:
            return False
        if WITHOUT_MFA.match(request.path):
            return False
        if user.is_demo and settings.DEMO:
            return False
        return not user.authenticator_set.exists()  # type: ignore[attr-defined]


class PrivateMiddleware:
    """What a signed-in person is shown is kept by no browser and no proxy; what they send waits for nobody.

    django-allauth puts a form that comes without a fresh log-in into the session as it is (passwords, cookies, account
    numbers), and carries it out after the next fresh log-in for the same page, whoever had sent it. Here the page is
    shown again instead.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.user.is_authenticated:
            return response
        if "request" in request.session.get(STATE_SESSION_KEY, {}):
            del request.session[STATE_SESSION_KEY]
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response


class AddressMiddleware:
    """No address of ours holds a NUL, and PostgreSQL takes none: such an address leads nowhere."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", "") or "\x00" in request.path:
            raise Http404
        return self.get_response(request)
