"""Files that come in pieces and may go on after a broken connection."""

import time
import uuid
from datetime import timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop as _

from casetrack.cases.models import Case
from casetrack.evidence import storage
from casetrack.evidence.models import EvidenceFile, Request, Upload
from casetrack.evidence.services.files import add_file, check_may_add, clean_name, find_or_refuse
from casetrack.lib import clock
from casetrack.lib.errors import Conflict, InvalidInput
from casetrack.people.models import User

MB = 1024 * 1024
LARGEST_PIECE = 2 * MB
MOST_AT_ONCE = 20
ABANDONED = timedelta(hours=1)
STALE = timedelta(hours=48)


class WrongOffset(Conflict):
    """The piece does not begin where the last one ended; `offset` says where that is."""

    code = "wrong_offset"

    def __init__(self, offset: int) -> None:
        super().__init__(_("This part of the file is not the one that is missing."))
        self.offset = offset


class NotWhole(Conflict):
    """Bytes are missing, or they are not those that were announced; `offset` says from where to go on."""

    code = "not_whole"

    def __init__(self, offset: int) -> None:
        super().__init__(_("The file has not arrived whole. It is sent again."))
        self.offset = offset


@transaction.atomic
def start_upload(
    key: uuid.UUID,
    name: str,
    size: int,
    *,
    actor: User,
    case: Case | None = None,
    draft_key: uuid.UUID | None = None,
    request: Request | None = None,
    sha256: str = "",
) -> Upload:
    """Begin, or go on: the same `key` again, or the same content (`sha256`, as the browser computed it) that is on its
    way to the same place under the same name, gives the upload that is there. Two names are two uploads: the name
    decides whether the content is taken.

    Raises what `add_file` raises of what can be known now, Conflict (the key is another's, or too many are on their
    way).
    """
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)  # one start after another: the limits hold
    name = clean_name(name)
    mine = Upload.objects.filter(uploaded_by=actor, case=case, draft_key=draft_key, request=request, size=size)
    found = mine.filter(key=key).first()
    if found is None and sha256:
        found = mine.filter(sha256=sha256, name=name).unfinished().order_by("pk").first()
    if found is not None:
        return found
    if size < 1:
        raise InvalidInput(_("%(file)s is empty. Choose another file."), field="files", file=name)
    check_may_add(actor, case, draft_key, request, size, name)
    if sha256 and request is None:
        find_or_refuse(case, draft_key, request, sha256, name)
    _make_room(actor)
    now = clock.now()
    try:
        with transaction.atomic():
            return Upload.objects.create(
                key=key, uploaded_by=actor, case=case, draft_key=draft_key, request=request, name=name, size=size,
                sha256=sha256, started_at=now, touched_at=now,
            )  # fmt: skip
    except IntegrityError:
        raise Conflict(_("This file cannot be sent under this key.")) from None


def _make_room(actor: User) -> None:
    """Refuse one too many; but what was left lying for an hour gives way."""
    others = Upload.objects.filter(uploaded_by=actor).unfinished()
    if others.count() < MOST_AT_ONCE:
        return
    for upload in others.filter(touched_at__lt=clock.now() - ABANDONED):
        cancel_upload(upload)
    if others.count() >= MOST_AT_ONCE:
        raise Conflict(_("%(most)s files are on their way already. Wait until one has arrived."), most=MOST_AT_ONCE)


def _lock(upload: Upload) -> Upload:
    """The row, locked and read again. Raises Conflict (it was cancelled meanwhile)."""
    try:
        upload.refresh_from_db(from_queryset=Upload.objects.select_for_update(of=("self",), no_key=True))
    except Upload.DoesNotExist:
        raise Conflict(_("This file was cancelled.")) from None
    return upload


@transaction.atomic
def append_piece(upload: Upload, offset: int, piece: bytes) -> Upload:
    """Write the next piece. Of two at the same place one is taken; the other raises WrongOffset.

    Raises WrongOffset, InvalidInput (more than was announced, or too large a piece), Conflict (cancelled).
    """
    _lock(upload)
    if offset != upload.received or upload.file_id is not None:
        raise WrongOffset(upload.received)
    if not 0 < len(piece) <= min(LARGEST_PIECE, upload.size - offset):
        raise InvalidInput(_("%(file)s is longer than it was said to be."), field="files", file=upload.name)
    storage.write_part(storage.part_of(upload.key), offset, piece)
    upload.received = offset + len(piece)
    upload.touched_at = clock.now()
    upload.save(update_fields=["received", "touched_at"])
    return upload


@transaction.atomic
def finish_upload(upload: Upload, *, actor: User) -> EvidenceFile:
    """Make a file of what has arrived; the checks are those of `add_file`. A second time, also at the same time, gives
    the same file.

    Raises NotWhole; and what `add_file` raises: the upload is then to be cancelled.
    """
    _lock(upload)
    if upload.file is not None:
        return upload.file
    path = storage.part_of(upload.key)
    if not path.exists():
        raise NotWhole(0)
    if upload.received != upload.size:
        raise NotWhole(upload.received)
    with path.open("rb") as content, transaction.atomic():
        whole: UploadedFile[bytes] = UploadedFile(content, name=upload.name, size=upload.size)
        row = add_file(whole, actor=actor, case=upload.case, draft_key=upload.draft_key, request=upload.request)
        if row.size != upload.size or (upload.sha256 and row.sha256 != upload.sha256):
            raise NotWhole(0)
    upload.file = row
    upload.save(update_fields=["file"])
    transaction.on_commit(partial(path.unlink, missing_ok=True))
    return row


@transaction.atomic
def rewind_upload(upload: Upload, offset: int) -> None:
    """Go back to `offset`: what lies behind it is not what was announced."""
    _lock(upload)
    if upload.file_id is None:
        upload.received = offset
        upload.save(update_fields=["received"])


@transaction.atomic
def cancel_upload(upload: Upload) -> None:
    """Forget an upload and its bytes. What has become a file stays."""
    if Upload.objects.filter(pk=upload.pk).unfinished().delete()[0]:
        transaction.on_commit(partial(storage.part_of(upload.key).unlink, missing_ok=True))


def purge_uploads() -> int:
    """Forget uploads that nobody has gone on with for two days, and pieces that belong to none; how many uploads.
    Runs in the system's scope."""
    stale = Upload.objects.filter(touched_at__lt=clock.now() - STALE)
    keys = list(stale.select_for_update(skip_locked=True).values_list("key", flat=True))
    Upload.objects.filter(key__in=keys).delete()
    oldest = time.time() - STALE.total_seconds()
    for part in (Path(settings.MEDIA_ROOT) / "uploads").glob("*.part"):
        known = Upload.objects.filter(key=uuid.UUID(part.stem)).exists()
        if not known and (part.stat().st_mtime < oldest or uuid.UUID(part.stem) in keys):
            part.unlink(missing_ok=True)
    return len(keys)
