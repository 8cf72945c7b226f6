"""How often somebody may knock at a public door: by network address, and by person where one is signed in.

Counted in the cache, in windows of fixed length, so the answer says exactly when to try again. django-allauth's own
limits (failed passwords and codes by address of mail) stand beside these and are answered with the same page.
"""

import datetime as dt
import hashlib
import logging
from collections.abc import Callable
from math import ceil

from allauth.core.internal.ratelimit import get_ip
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext
from redis.exceptions import RedisError

from casetrack.lib import clock

logger = logging.getLogger(__name__)

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
    "victim:upload": "piece",
    "victim:upload-finish": "piece",
    "victim:step": "typing",
    "victim:autosave": "typing",
    "firm:telephone-step": "taking",
    "firm:telephone-autosave": "taking",
    "victim:bank-change": "bank",
    "victim:bank-not-me": "bank",
    "victim:copy-ask": "copy",
    "check": "check",
    "check-token": "check",
}
# Every write of the API shares one count.
API = "api"
# Doors that are counted when a page is only looked at, too.
COUNTED_WHEN_READ = {"check-token"}
READING = ("GET", "HEAD", "OPTIONS")
# Where something could be guessed, nobody is let in uncounted: these stay shut while the cache is away.
GUESSED = {"signup", "login", "code", "reset", "passkey", "claim"}
# django-allauth's own limits last a minute at most where they are answered with this page.
A_MINUTE = 60


def too_many(request: HttpRequest, wait: int = A_MINUTE) -> HttpResponse:
    """429 in the reader's language: when to try again (in seconds from now), and what to do if it cannot wait."""
    headers = {"Retry-After": str(wait), "Cache-Control": "no-store"}
    minutes = ceil(wait / 60)
    if request.path.startswith("/api/"):
        said = gettext("Too many attempts. Try again in %(minutes)s min.") % {"minutes": minutes}
        return _problem(429, "Too Many Requests", "too_many", said, headers)
    if request.headers.get("Accept", "").startswith("application/json"):
        said = gettext("Too many attempts. Try again in %(minutes)s min.") % {"minutes": minutes}
        return JsonResponse({"code": "too_many", "message": said}, status=429, headers=headers)
    context = {"minutes": minutes, "at": clock.now() + dt.timedelta(seconds=wait)}
    answer = render(request, "429.html", context, status=429)
    for name, value in headers.items():
        answer[name] = value
    return answer


def _problem(status: int, title: str, code: str, said: str, headers: dict[str, str]) -> HttpResponse:
    """As the API says it to programs."""
    body = {"type": "about:blank", "title": title, "status": status, "code": code, "detail": said}
    return JsonResponse(body, status=status, headers=headers, content_type="application/problem+json")


def door_of(request: HttpRequest) -> str:
    """The key of the limits that count this request, or "" where nothing is counted."""
    match = request.resolver_match
    name = match.view_name if match else ""
    if request.method in READING and name not in COUNTED_WHEN_READ:
        return ""
    return API if match and match.namespace == "api" else DOORS.get(name, "")


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
        door = door_of(request)
        if not door:
            return None
        person = str(request.user.pk) if request.user.is_authenticated else ""
        try:
            wait = knock(door, address=get_ip(request), person=person)
        except RedisError:
            logger.warning("the cache is away: the door %r is %s", door, "shut" if door in GUESSED else "not counted")
            wait = A_MINUTE if door in GUESSED else 0
        return too_many(request, wait) if wait else None
