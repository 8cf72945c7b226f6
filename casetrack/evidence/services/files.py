"""Taking files in, and taking them back while a report is still a draft."""

import re
import unicodedata
import uuid
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Sum
from django.utils.translation import gettext_noop as _

from casetrack.audit.services import record
from casetrack.cases.events import write_event
from casetrack.cases.models import Case
from casetrack.cases.permissions import can_write_to, role_in
from casetrack.cases.workflow import MEDIATOR, VICTIM
from casetrack.evidence import clamav, sniffing, storage
from casetrack.evidence.jobs import look_soon
from casetrack.evidence.models import EvidenceFile, Kind, Preview, Request, Scan, Upload
from casetrack.lib import clock
from casetrack.lib.errors import Conflict, DomainError, InvalidInput, NotAllowed
from casetrack.people.models import Role, User

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.core.files.uploadedfile import UploadedFile

    from casetrack.evidence.querysets import EvidenceQuerySet

LONGEST_NAME = 200
# What stays of a file that was taken out of a draft: that there was one. Its bytes go with the next `purge_removed`.
REMOVED: dict[str, Any] = {"is_removed": True, "name": ""}
MOST_FILES = 100
MB = 1024 * 1024
PICTURES = (Kind.PNG, Kind.JPEG, Kind.HEIC)


class AlreadyHere(Conflict):
    """The same content is in this draft or case already; it is kept once."""

    code = "already_here"


def clean_name(name: str) -> str:
    """The name as typed, without folders and without characters that no eye sees; shortened before its ending."""
    name = re.split(r"[/\\]", name)[-1]
    name = "".join(c for c in name if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    name = name.strip().lstrip(".") or "file"
    ending = PurePath(name).suffix[:20]
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - len(ending)] + ending


def _checked_kind(received: storage.Received, name: str) -> Kind:
    if received.size == 0:
        raise InvalidInput(_("%(file)s is empty. Choose another file."), field="files", file=name)
    ending = sniffing.ending_of(name)
    if ending and ending not in sniffing.BY_ENDING:
        raise InvalidInput(
            _("%(file)s cannot be taken. Files may be PDF, PNG, JPEG, HEIC, text, CSV, saved e-mail (.eml) or .xlsx."),
            field="files", file=name,
        )  # fmt: skip
    kind = sniffing.kind_of(received.content, name)
    if kind is None or sniffing.is_misleading(name, kind):
        raise InvalidInput(
            _("%(file)s was not taken: its content is not what its name says (%(ending)s)."),
            field="files", file=name, ending=ending or "?",
        )  # fmt: skip
    return kind


def files_at(case: Case | None, draft_key: uuid.UUID | None) -> "EvidenceQuerySet":
    """What lies in a case, or in a draft that has not become one."""
    place = {"case": case} if case is not None else {"case": None, "draft_key": draft_key}
    return EvidenceFile.objects.filter(is_removed=False, **place)


def check_may_add(
    actor: User, case: Case | None, draft_key: uuid.UUID | None, request: Request | None, size: int, name: str
) -> None:
    """Whether a file of that size may come to this place. Raises NotAllowed, Conflict, InvalidInput."""
    if (case is None) == (draft_key is None) or (request is not None and request.case_id != (case and case.pk)):
        raise ValueError("a file belongs to a case or to a draft")
    if case is not None and not can_write_to(actor, case):
        raise NotAllowed(_("Files can no longer be added to this case."))
    if request is not None and not request.is_open:
        raise Conflict(_("This was answered or taken back meanwhile. Add the file to the case instead."))
    limit = settings.EVIDENCE_MAX_BYTES
    if size > limit:
        raise InvalidInput(_("%(file)s is larger than %(mb)s MB."), field="files", file=name, mb=limit // MB)
    if files_at(case, draft_key).count() >= MOST_FILES:
        raise InvalidInput(_("At most %(most)s files can be added here."), field="files", most=MOST_FILES)
    held = EvidenceFile.objects.filter(uploaded_by=actor, is_removed=False).aggregate(sum=Sum("size"))["sum"] or 0
    if actor.role == Role.VICTIM and held + size > settings.EVIDENCE_PERSON_MAX_BYTES:
        raise InvalidInput(
            _("You have handed in all that you can: %(mb)s MB. Write to the firm if it needs more."),
            field="files", mb=settings.EVIDENCE_PERSON_MAX_BYTES // MB,
        )  # fmt: skip


@transaction.atomic
def add_file(
    upload: "UploadedFile[Any]",
    *,
    actor: User,
    case: Case | None = None,
    draft_key: uuid.UUID | None = None,
    request: Request | None = None,
) -> EvidenceFile:
    """Take one file in, for a case (as an answer to `request`, or of itself) or for a draft of the actor's own.

    Raises NotAllowed, Conflict (the request is over), InvalidInput (empty, too large, too much, of a kind that is not
    taken, misleadingly named: the sentence names the file), AlreadyHere (the same content is there already).
    """
    name = clean_name(upload.name or "")
    _lock_place(case, draft_key)
    check_may_add(actor, case, draft_key, request, upload.size or 0, name)
    limit = settings.EVIDENCE_MAX_BYTES
    try:
        with storage.receive(upload.chunks(), limit=limit) as received:
            kind = _checked_kind(received, name)
            there = find_or_refuse(case, draft_key, request, received.sha256, name)
            if there is not None:
                return there
            _hold(received.sha256)
            received.keep()
    except storage.TooLarge:
        raise InvalidInput(_("%(file)s is larger than %(mb)s MB."), field="files", file=name, mb=limit // MB) from None
    row = EvidenceFile.objects.create(
        case=case,
        draft_key=draft_key,
        request=request,
        uploaded_by=actor,
        name=name,
        content_type=kind,
        size=received.size,
        sha256=received.sha256,
        received_at=clock.now(),
        scan=Scan.WAITING if clamav.is_set_up() else Scan.UNSCANNED,
        preview=Preview.WAITING if kind in PICTURES else Preview.NONE,
    )
    if case is not None:
        write_event(case, "evidence.file_added", actor=actor, data=facts_of(row))
    look_soon(row.sha256)
    return row


def find_or_refuse(
    case: Case | None, draft_key: uuid.UUID | None, request: Request | None, sha256: str, name: str
) -> EvidenceFile | None:
    """The same content that lies at this place, where it now answers `request` too; None if it is new.

    Raises AlreadyHere where it answers nothing new.
    """
    there = files_at(case, draft_key).filter(sha256=sha256).first()
    if there is None:
        return None
    if request is None or there.request_id is not None:
        raise AlreadyHere(_("%(file)s is here already; it is kept once."), field="files", file=name)
    there.request = request
    there.save(update_fields=["request"])
    return there


def _lock_place(case: Case | None, draft_key: uuid.UUID | None) -> None:
    """One after another: of two who bring the same at the same time, one is told that it is here already."""
    place = f"evidence of case {case.pk}" if case is not None else f"evidence of draft {draft_key}"
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [place])


def facts_of(row: EvidenceFile) -> dict[str, object]:
    """What of a file stands in the log: never its name."""
    return {"file": str(row.key), "sha256": row.sha256, "size": row.size, "type": row.content_type}


def add_files(
    uploads: "Iterable[UploadedFile[Any]]",
    *,
    actor: User,
    case: Case | None = None,
    draft_key: uuid.UUID | None = None,
    request: Request | None = None,
) -> tuple[list[EvidenceFile], list[DomainError]]:
    """Take in what can be taken; what is refused is told, file by file, and hinders none of the others."""
    taken: list[EvidenceFile] = []
    refused: list[DomainError] = []
    for upload in uploads:
        try:
            taken.append(add_file(upload, actor=actor, case=case, draft_key=draft_key, request=request))
        except (InvalidInput, AlreadyHere) as error:
            refused.append(error)
    return taken, refused


@transaction.atomic
def remove_file(file: EvidenceFile, *, actor: User) -> None:
    """Take a file out of a draft. What belongs to a case stays. Raises NotAllowed."""
    if file.case_id is not None or file.uploaded_by_id != actor.pk:
        raise NotAllowed(_("Files of a case are not removed."))
    EvidenceFile.objects.filter(pk=file.pk).update(**REMOVED)


@transaction.atomic
def remove_draft_files(draft_key: uuid.UUID, *, actor: User) -> None:
    """Take all files out of a draft of the actor's own."""
    EvidenceFile.objects.filter(draft_key=draft_key, case=None, uploaded_by=actor).update(**REMOVED)
    Upload.objects.filter(draft_key=draft_key, uploaded_by=actor).delete()  # their bytes go with `purge_uploads`


def _hold(sha256: str) -> None:
    """Until the transaction ends, nobody purges these bytes."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [sha256])


def purge_removed() -> int:
    """Delete the bytes of files that were taken out of drafts and that no other row names; how many. Runs in the
    system's scope. Bytes that somebody hands in again at this moment stay."""
    purged = 0
    removed = EvidenceFile.objects.filter(is_removed=True).values_list("sha256", flat=True).distinct()
    for sha256 in removed.iterator():
        if storage.lies_at(sha256) is None:
            continue
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [sha256])
            is_free = cursor.fetchone()[0]
            if is_free and not EvidenceFile.objects.filter(sha256=sha256, is_removed=False).exists():
                storage.discard(sha256)
                purged += 1
    return purged


@transaction.atomic
def attach_files(draft_key: uuid.UUID, case: Case, *, actor: User) -> list[EvidenceFile]:
    """Hand a draft's files over to the case that it became; each stands in the log with its hash."""
    files = EvidenceFile.objects.filter(draft_key=draft_key, case=None, uploaded_by=actor, is_removed=False)
    attached = list(files.order_by("received_at", "pk"))
    files.update(case=case)
    for row in attached:
        row.case = case
        record(
            chain=case.reference, action="evidence.file_attached", actor=actor, subject=case.reference,
            data=facts_of(row), firm_code=case.firm.code,
        )  # fmt: skip
    return attached


@transaction.atomic
def note_reading(file: EvidenceFile, *, actor: User) -> None:
    """Write to the log that one of the firm's people or a mediator opened a file. The victim's own readings are not
    logged."""
    case = file.case
    role = "" if case is None else role_in(actor, case)
    if case is None or role == VICTIM:
        return
    action = "evidence.file_read_by_mediator" if role == MEDIATOR else "evidence.file_read"
    record(
        chain=case.reference, action=action, actor=actor, subject=case.reference,
        data={"file": str(file.key), "sha256": file.sha256}, firm_code=case.firm.code,
    )  # fmt: skip
