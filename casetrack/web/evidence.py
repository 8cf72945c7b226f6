"""The one door through which files leave: as a download that runs nothing, and as previews that run nothing either.

Who may see the row is asked before (`visible_to`); who may have its bytes is asked here.
"""

import email.policy
import uuid
from email.parser import BytesParser
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from django.db.models import prefetch_related_objects
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casetrack.audit.models import Entry
from casetrack.cases.models import Case
from casetrack.evidence import storage
from casetrack.evidence.models import EvidenceFile, Kind, Preview, Scan
from casetrack.evidence.services import note_reading
from casetrack.evidence.sniffing import CODECS, WRITTEN, download_name
from casetrack.people.models import User

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable
    from pathlib import Path

    from django_stubs_ext import StrOrPromise

LINES = 200
LONGEST_LINE = 2000
MAIL_READ = 1024 * 1024  # what lies deeper in a mail costs time, and would not be shown
SANDBOX = "sandbox; default-src 'none'"
# The browser's own viewer draws a PDF with styles and pictures of its own; scripts, forms and pop-ups stay off.
PAPER = "sandbox; default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; object-src 'self'"


def file_of(case: Case, user: User, key: uuid.UUID) -> EvidenceFile:
    """One of the case's files that the person may see, or 404."""
    files = EvidenceFile.objects.visible_to(user).filter(case=case).select_related("case__firm")
    return get_object_or_404(files, key=key)


def may_open(file: EvidenceFile, user: User) -> bool:
    """Harmful content is opened by nobody, what waits for the scan by whoever handed it in."""
    if file.scan == Scan.INFECTED:
        return False
    return file.scan != Scan.WAITING or file.uploaded_by_id == user.pk


def _give(file: EvidenceFile, user: User, path: "Path", policy: str = SANDBOX, **how: Any) -> HttpResponse:
    """The bytes at `path`, as something that runs nothing; the firm's reading is noted. 404 for who may not have it."""
    if not may_open(file, user):
        raise Http404
    try:
        content = path.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    note_reading(file, actor=user)
    response = FileResponse(content, **how)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = policy
    return cast(HttpResponse, response)  # the stubs do not count what streams among the responses


def give_download(file: EvidenceFile, user: User) -> HttpResponse:
    """The original, to be saved."""
    name = download_name(file.name, file.content_type)
    return _give(
        file, user, storage.path_of(file.sha256), as_attachment=True, filename=name, content_type=file.content_type
    )


def give_picture(file: EvidenceFile, user: User) -> HttpResponse:
    """The picture that was drawn of it."""
    if file.preview != Preview.READY:
        raise Http404
    return _give(file, user, storage.preview_of(file.sha256), content_type="image/jpeg")


def give_paper(file: EvidenceFile, user: User) -> HttpResponse:
    """A PDF, to be shown by the browser in a sandbox."""
    if file.content_type != Kind.PDF:
        raise Http404
    name = download_name(file.name, file.content_type)
    return _give(file, user, storage.path_of(file.sha256), PAPER, filename=name, content_type=Kind.PDF)


def preview_of(file: EvidenceFile, user: User) -> dict[str, Any]:
    """What the page of one file shows: `kind` is picture, drawing (not ready yet), paper, text, none, or closed; a text
    comes with its first lines. Reading a text is noted here, a picture or a PDF when it is given out."""
    if not may_open(file, user):
        return {"kind": "closed"}
    if file.content_type in WRITTEN:
        note_reading(file, actor=user)
        return {"kind": "text", **_first_lines(file)}
    if file.content_type == Kind.PDF:
        return {"kind": "paper"}
    return {"kind": {Preview.READY: "picture", Preview.WAITING: "drawing"}.get(Preview(file.preview), "none")}


def _first_lines(file: EvidenceFile) -> dict[str, Any]:
    path = storage.path_of(file.sha256)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise Http404 from None
    text = _mail_text(data) if file.content_type == Kind.EML else _decoded(data)
    lines = text.splitlines()
    shown = [line[:LONGEST_LINE] for line in islice(lines, LINES)]
    return {"text": "\n".join(shown), "lines": LINES, "is_cut": len(lines) > LINES or shown != lines[:LINES]}


def _decoded(data: bytes) -> str:
    for codec in CODECS:
        try:
            return data.decode(codec)
        except UnicodeDecodeError:
            continue
    return data.decode(errors="replace")


def _mail_text(data: bytes) -> str:
    """The headers as they came, which show where a false mail is from, and the plain text; never the HTML."""
    head, _gap, _body = _decoded(data).replace("\r\n", "\n").partition("\n\n")
    try:
        body = BytesParser(policy=email.policy.default).parsebytes(data[:MAIL_READ]).get_body(preferencelist=("plain",))
        text = body.get_content() if body is not None else ""
    except (LookupError, ValueError, AttributeError, TypeError, RecursionError):  # it was made to break its reader
        text = ""
    return f"{head}\n\n{text}"


# What a reader is told of where a file is, with the tone of its badge.
STATES: "dict[str, tuple[str, StrOrPromise, StrOrPromise]]" = {
    "received": ("new", pgettext_lazy("file", "Received"), pgettext_lazy("file", "Received")),
    "waiting": ("waiting", _("Waiting for the scan"), _("Waiting for the scan")),
    "ready": ("progress", _("Ready for the firm"), pgettext_lazy("file", "Ready")),
    "opened": ("good", _("Opened by the firm"), pgettext_lazy("file", "Opened")),
    "refused": ("stop", _("Refused: not passed on"), _("Refused by the virus scan")),
}


def state_of(file: EvidenceFile, opened_at: "dt.datetime | None") -> str:
    if file.scan == Scan.INFECTED:
        return "refused"
    if file.scan == Scan.WAITING:
        return "waiting"
    if file.case_id is None:
        return "received"
    return "opened" if opened_at else "ready"


def first_openings(files: "Iterable[EvidenceFile]") -> "dict[str, dt.datetime]":
    """When the firm opened each file first, by its key, from the audit log. One query."""
    keys = [str(file.key) for file in files if file.case_id]
    if not keys:
        return {}
    read = Entry.objects.filter(action="evidence.file_read", data__file__in=keys).order_by("-id")
    return dict(read.values_list("data__file", "occurred_at"))


def rows_of(files: "Iterable[EvidenceFile]", user: User, *, staff: bool = False) -> list[dict[str, Any]]:
    """Each file as the lists show it: where it is, and whether its reader may open it."""
    listed = list(files)
    prefetch_related_objects(listed, "request")  # one query, whether they came as a list or were asked for just now
    openings = first_openings(listed)
    rows = []
    for file in listed:
        opened_at = openings.get(str(file.key))
        state = state_of(file, opened_at)
        tone, public, internal = STATES[state]
        rows.append(
            {
                "file": file,
                "state": state,
                "tone": tone,
                "label": internal if staff else public,
                "opened_at": opened_at if state == "opened" else None,
                "may_open": may_open(file, user),
                "answers": file.request.what if file.request else "",
                "is_unscanned": file.scan == Scan.UNSCANNED,
            }
        )
    return rows
