"""Sending a file in pieces: begin, send what is missing, ask how much has arrived, finish. Answers are JSON; a refusal
says `code`, `message` (a sentence for the reader) and, where one goes on, `offset`."""

import json
import re
import uuid
from typing import Any

from django.core.cache import cache
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from casetrack.cases.models import Case
from casetrack.evidence import services
from casetrack.evidence.models import Request, Upload
from casetrack.intake.models import Draft
from casetrack.lib import references
from casetrack.lib.errors import DomainError, NotAllowed
from casetrack.people.models import User
from casetrack.web.errors import explain

SHA256 = re.compile(r"[0-9a-f]{64}")
REMEMBERED = 600  # seconds
NUMBER = re.compile(r"[0-9]{1,15}")


def _me(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def _mine(request: HttpRequest, upload: uuid.UUID) -> Upload:
    uploads = Upload.objects.visible_to(_me(request)).select_related("case__firm", "request", "file")
    return get_object_or_404(uploads, key=upload)


def _state(upload: Upload, status: int = 200) -> JsonResponse:
    return JsonResponse({"key": str(upload.key), "offset": upload.received, "size": upload.size}, status=status)


def _refusal(error: DomainError, status: int = 422) -> JsonResponse:
    said: dict[str, Any] = {"code": error.code, "message": explain(error)}
    if isinstance(error, services.WrongOffset | services.NotWhole):
        said["offset"], status = error.offset, 409
    elif isinstance(error, NotAllowed):
        status = 403
    return JsonResponse(said, status=status)


def _malformed() -> JsonResponse:
    return JsonResponse({"code": "malformed", "message": ""}, status=400)


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _place(request: HttpRequest) -> dict[str, Any]:
    """Where the file is to go: a draft or a case that the person sees, or something that was asked for there."""
    sent, user = request.POST, _me(request)
    if draft_key := _key(sent.get("draft", "")):
        drafts = Draft.objects.visible_to(user).open().filter(firm=None)  # none comes with a telephone call
        return {"draft_key": get_object_or_404(drafts, key=draft_key).key}
    reference = sent.get("case", "")
    if not references.is_valid(reference):
        raise Http404
    case = get_object_or_404(Case.objects.visible_to(user).select_related("firm"), reference=reference)
    if not sent.get("request"):
        return {"case": case}
    asked = get_object_or_404(Request.objects.filter(case=case), key=_key(sent["request"]))
    return {"case": case, "request": asked}


@never_cache
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """`key` (chosen by the sender: a repeated start is the same upload), `name`, `size`, `sha256` (may be empty), and
    the place: `draft`, or `case` and perhaps `request`."""
    place = _place(request)
    sent = request.POST
    key, size, sha256 = _key(sent.get("key", "")), sent.get("size", ""), sent.get("sha256", "")
    if key is None or not NUMBER.fullmatch(size) or (sha256 and not SHA256.fullmatch(sha256)):
        return _malformed()
    try:
        upload = services.start_upload(
            key, sent.get("name", ""), int(size), actor=_me(request), sha256=sha256, **place
        )  # fmt: skip
    except DomainError as error:
        return _refusal(error)
    return _state(upload, 201)


@never_cache
@require_http_methods(["GET", "PUT", "DELETE"])
def upload(request: HttpRequest, upload: uuid.UUID) -> HttpResponse:
    """GET: how much has arrived. PUT: the next piece (bytes; its place in the header Upload-Offset). DELETE: cancel."""
    row = _mine(request, upload)
    if request.method == "GET":
        return _state(row)
    if request.method == "DELETE":
        services.cancel_upload(row)
        return HttpResponse(status=204)
    offset = request.headers.get("Upload-Offset", "")
    if not NUMBER.fullmatch(offset):
        return _malformed()
    try:
        piece = request.body
    except RequestDataTooBig:
        return JsonResponse({"code": "too_large", "message": ""}, status=413)
    except UnreadablePostError:  # the connection broke: nobody reads this answer, and nothing was written
        return _malformed()
    try:
        return _state(services.append_piece(row, int(offset), piece))
    except DomainError as error:
        return _refusal(error)


@never_cache
@require_POST
def finish(request: HttpRequest, upload: uuid.UUID) -> HttpResponse:
    """All has arrived: make a file of it. What is refused is forgotten, and the answer says why; for some minutes it
    says so again, since the first answer may have been lost with the connection."""
    memory = f"upload-refused:{_me(request).pk}:{upload}"
    if (said := cache.get(memory)) is not None:
        return JsonResponse(said["body"], status=said["status"])
    row = _mine(request, upload)
    try:
        file = services.finish_upload(row, actor=_me(request))
    except services.NotWhole as error:
        services.rewind_upload(row, error.offset)
        return _refusal(error)
    except DomainError as error:
        services.cancel_upload(row)
        answer = _refusal(error)
        cache.set(memory, {"body": json.loads(answer.content), "status": answer.status_code}, REMEMBERED)
        return answer
    return JsonResponse({"file": str(file.key), "sha256": file.sha256, "size": file.size}, status=201)
