"""Writing once: a repeated request with the same `Idempotency-Key` changes nothing and gets the same answer."""

import hashlib
import json
import uuid
from collections.abc import Callable

from django.utils.translation import gettext
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from casetrack.api.errors import Problem
from casetrack.api.people import person
from casetrack.people.services import once

HEADER = "Idempotency-Key"


def _key(request: Request) -> uuid.UUID | None:
    given = request.headers.get(HEADER, "")
    if not given:
        return None
    try:
        return uuid.UUID(given)
    except ValueError:
        raise ValidationError({HEADER: [gettext("Send a UUID.")]}) from None


def _digest(request: Request) -> str:
    body = json.dumps(request.data, sort_keys=True, default=str)
    return hashlib.sha256(f"{request.method} {request.path}\n{body}".encode()).hexdigest()[:32]


def write_once(request: Request, write: Callable[[], str]) -> str:
    """Run `write` unless this person already did it under the request's key; what `write` returned either way.

    `write` returns a short string from which the answer is made (a number, or ""). The key belongs to one request:
    with another address or body it is refused (422).
    """
    digest = _digest(request)
    stored = once(person(request), _key(request), "api", lambda: f"{digest} {write()}")
    done, _space, result = stored.partition(" ")
    if done != digest:
        detail = gettext("This Idempotency-Key was used for another request. Send a new one.")
        raise Problem(422, "key_reused", detail)
    return result
