"""Taking files in, and taking them back while a report is still a draft."""

import re
import unicodedata
import uuid
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_noop as _

from casetrack.audit.services import record
from casetrack.cases.events import write_event
from casetrack.cases.models import Case
from casetrack.cases.permissions import can_write_to, role_in
from casetrack.cases.workflow import VICTIM
from casetrack.evidence import sniffing, storage
from casetrack.evidence.models import EvidenceFile, Kind
from casetrack.lib import clock
from casetrack.lib.errors import Conflict, DomainError, InvalidInput, NotAllowed
from casetrack.people.models import User

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.core.files.uploadedfile import UploadedFile

LONGEST_NAME = 200
# What stays of a file that was taken out of a draft: that there was one. Its bytes go with the next `purge_removed`.
REMOVED: dict[str, Any] = {"is_removed": True, "name": ""}
MOST_FILES = 100
MB = 1024 * 1024


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


def _place(draft_key: uuid.UUID | None, case: Case | None) -> dict[str, object]:
    return {"case": case} if case is not None else {"case": None, "draft_key": draft_key}


def _check_may_add(actor: User, case: Case | None, draft_key: uuid.UUID | None) -> None:
    if (case is None) == (draft_key is None):
        raise ValueError("a file belongs to a case or to a draft")
    if case is not None and not can_write_to(actor, case):
        raise NotAllowed(_("Files can no longer be added to this case."))


@transaction.atomic
def add_file(
    upload: "UploadedFile[Any]", *, actor: User, case: Case | None = None, draft_key: uuid.UUID | None = None
) -> EvidenceFile:
    """Take one file in, for a case or for a draft of the actor's own.

    Raises NotAllowed, InvalidInput (empty, too large, of a kind that is not taken, misleadingly named: the sentence
    names the file), AlreadyHere (the same content is there already).
    """
    _check_may_add(actor, case, draft_key)
    name = clean_name(upload.name or "")
    limit = settings.EVIDENCE_MAX_BYTES
    place = EvidenceFile.objects.filter(is_removed=False, **_place(draft_key, case))
    if place.count() >= MOST_FILES:
        raise InvalidInput(_("At most %(most)s files can be added here."), field="files", most=MOST_FILES)
    try:
        with storage.receive(upload.chunks(), limit=limit) as received:
            kind = _checked_kind(received, name)
            if place.filter(sha256=received.sha256).exists():
                raise AlreadyHere(_("%(file)s is here already; it is kept once."), field="files", file=name)
            _hold(received.sha256)
            received.keep()
    except storage.TooLarge:
        raise InvalidInput(_("%(file)s is larger than %(mb)s MB."), field="files", file=name, mb=limit // MB) from None
    row = EvidenceFile.objects.create(
        case=case,
        draft_key=draft_key,
        uploaded_by=actor,
        name=name,
        content_type=kind,
        size=received.size,
        sha256=received.sha256,
        received_at=clock.now(),
    )
    if case is not None:
        write_event(case, "evidence.file_added", actor=actor, data=_facts(row))
    return row


def _facts(row: EvidenceFile) -> dict[str, object]:
    """What of a file stands in the log: never its name."""
    return {"file": str(row.key), "sha256": row.sha256, "size": row.size, "type": row.content_type}


def add_files(
    uploads: "Iterable[UploadedFile[Any]]", *, actor: User, case: Case | None = None, draft_key: uuid.UUID | None = None
) -> tuple[list[EvidenceFile], list[DomainError]]:
    """Take in what can be taken; what is refused is told, file by file, and hinders none of the others."""
    taken: list[EvidenceFile] = []
    refused: list[DomainError] = []
    for upload in uploads:
        try:
            taken.append(add_file(upload, actor=actor, case=case, draft_key=draft_key))
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
        if not storage.path_of(sha256).exists():
            continue
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [sha256])
            is_free = cursor.fetchone()[0]
            if is_free and not EvidenceFile.objects.filter(sha256=sha256, is_removed=False).exists():
                storage.path_of(sha256).unlink(missing_ok=True)
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
            data=_facts(row), firm_code=case.firm.code,
        )  # fmt: skip
    return attached


@transaction.atomic
def note_reading(file: EvidenceFile, *, actor: User) -> None:
    """Write to the log that one of the firm's people opened a file. The victim's own readings are not logged."""
    case = file.case
    if case is None or role_in(actor, case) == VICTIM:
        return
    record(
        chain=case.reference, action="evidence.file_read", actor=actor, subject=case.reference,
        data={"file": str(file.key), "sha256": file.sha256}, firm_code=case.firm.code,
    )  # fmt: skip
