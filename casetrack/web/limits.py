"""How often somebody may knock at a public door: by network address, and by person where one is signed in.

Counted in the cache, in windows of fixed length, so the answer says exactly when to try again. django-allauth's own
limits (failed passwords and codes by address of mail) stand beside these and are answered with the same page.
"""

import datetime as dt
import hashlib
from collections.abc import Callable
from math import ceil

from allauth.core.internal.ratelimit import get_ip
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext

from casetrack.lib import clock

# Which doors share a count: the name of an address, and the key of its limits in settings.DOOR_LIMITS.
DOORS = {
    "account_signup": "signup",
    "account_signup_by_passkey": "signup",
    "account_login": "login",
    "account_email_verification_sent": "code",
    "account_confirm_password_reset_code": "code",
    "mfa_authenticate": "code",
    "account_reset_password": "reset",
    "mfa_login_webauthn": "passkey",
    "mfa_signup_webauthn": "passkey",
    "mfa_add_webauthn": "passkey",
    "mfa_reauthenticate_webauthn": "passkey",
    "account_reauthenticate": "code",
    "mfa_reauthenticate": "code",
    "victim:report": "report",
    "victim:claim": "claim",
    "victim:evidence": "upload",
    "victim:evidence-request": "upload",
    "victim:upload-start": "upload",
    "victim:bank-change": "bank",
    "victim:bank-not-me": "bank",
    "victim:copy-ask": "copy",
    "check": "check",
    "check-token": "check",
}
# Doors that are counted when a page is only looked at, too.
COUNTED_WHEN_READ = {"check-token"}
# django-allauth's own limits last a minute at most where they are answered with this page.
A_MINUTE = 60


def too_many(request: HttpRequest, wait: int = A_MINUTE) -> HttpResponse:
    """429 in the reader's language: when to try again (in seconds from now), and what to do if it cannot wait."""
    headers = {"Retry-After": str(wait), "Cache-Control": "no-store"}
    minutes = ceil(wait / 60)
    if request.headers.get("Accept", "").startswith("application/json"):
        said = gettext("Too many attempts. Try again in %(minutes)s min.") % {"minutes": minutes}
        return JsonResponse({"code": "too_many", "message": said}, status=429, headers=headers)
    context = {"minutes": minutes, "at": clock.now() + dt.timedelta(seconds=wait)}
    answer = render(request, "429.html", context, status=429)
    for name, value in headers.items():
        answer[name] = value
    return answer


def knock(action: str, *, address: str, person: str = "") -> int:
    """Count one knock; 0, or the seconds until the next is let in."""
    now, wait = clock.now().timestamp(), 0
    for amount, seconds, by in settings.DOOR_LIMITS[action]:
        source = person if by == "person" else address
        if not source:
            continue
        window = int(now // seconds)
        key = f"door:{action}:{by}:{seconds}:{window}:{hashlib.sha256(source.encode()).hexdigest()[:32]}"
        cache.add(key, 0, timeout=seconds)
        try:
            count = cache.incr(key)
        except ValueError:  # it ran out between the two
            continue
        if count > amount:
            wait = max(wait, ceil((window + 1) * seconds - now))
    return wait


class DoorMiddleware:
    """Turns away whoever knocks too often, before any view or database has work with it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name not in DOORS or (request.method != "POST" and name not in COUNTED_WHEN_READ):
            return None
        person = str(request.user.pk) if request.user.is_authenticated else ""
        wait = knock(DOORS[name], address=get_ip(request), person=person)
        return too_many(request, wait) if wait else None
