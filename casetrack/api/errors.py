"""Every error of the API has one form: problem details of RFC 9457, in the reader's language."""

import logging
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from django.utils.translation import gettext
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from casetrack.lib.errors import Conflict, DomainError, IllegalTransition, NotAllowed

logger = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"

_STATUS: tuple[tuple[type[DomainError], int], ...] = (
    (NotAllowed, 403),
    (IllegalTransition, 409),
    (Conflict, 409),
    (DomainError, 400),
)


class Problem(Exception):
    """A problem with members of its own (`event` of a refused calculation)."""

    def __init__(self, status: int, code: str, detail: str, **members: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.members = members


def _problem(status: int, code: str, detail: str, headers: dict[str, str] | None = None, **members: Any) -> Response:
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "code": code, "detail": detail}
    return Response(body | members, status=status, headers=headers, content_type=MEDIA_TYPE)


def _flat(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """The leaves of DRF's nested details: where in the body, which code, which sentence."""
    if isinstance(detail, dict):
        for key, value in detail.items():
            name = "" if key == "non_field_errors" else str(key)
            yield from _flat(value, ".".join(part for part in (path, name) if part))
    elif isinstance(detail, list):
        for place, value in enumerate(detail):
            nested = isinstance(value, dict | list)
            yield from _flat(value, f"{path}.{place}".strip(".") if nested else path)
    else:
        yield {"field": path, "code": str(getattr(detail, "code", "invalid")), "detail": str(detail)}


def _of_domain(error: DomainError) -> Response:
    status = next(status for kind, status in _STATUS if isinstance(error, kind))
    sentence = gettext(error.message)
    members: dict[str, Any] = {"field": error.field} if error.field else {}
    return _problem(status, error.code, sentence % error.params if error.params else sentence, **members)


def _of_framework(error: exceptions.APIException) -> Response:
    headers = {}
    if getattr(error, "auth_header", ""):
        headers["WWW-Authenticate"] = str(error.auth_header)  # type: ignore[attr-defined]
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait))  # type: ignore[attr-defined]
    if isinstance(error, exceptions.ValidationError):
        errors = list(_flat(error.detail))
        return _problem(400, "invalid", gettext("The request cannot be accepted as it is."), errors=errors)
    codes = error.get_codes()
    return _problem(
        error.status_code, codes if isinstance(codes, str) else error.default_code, str(error.detail), headers
    )


def problem_response(error: Exception, context: dict[str, Any]) -> Response:
    """REST framework's exception handler. Also turns what nobody foresaw into a problem, with a line in the log."""
    request = context.get("request")
    if request is not None:  # whatever the view renders, a problem is JSON
        request.accepted_renderer = JSONRenderer()
        request.accepted_media_type = MEDIA_TYPE
    if isinstance(error, DomainError):
        return _of_domain(error)
    if isinstance(error, Problem):
        return _problem(error.status, error.code, error.detail, **error.members)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, exceptions.APIException):
        return _of_framework(error)
    if isinstance(error, RequestDataTooBig):
        return _problem(413, "too_large", gettext("The request is too large."))
    logger.error("unhandled in the API: %s", type(error).__name__, exc_info=error)
    return _problem(500, "fault", gettext("Something went wrong on our side. Nothing was changed."))
