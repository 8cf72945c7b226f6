"""Asking for a copy, making it in the background, giving it out, deleting it.

A try is claimed by an update that must change exactly one row, and writes only while the copy still bears its number:
a worker that was taken for dead (its lease ran out) changes nothing any more. Each word of progress is a transaction of
its own, so that the page sees it; so what is done in the background is not called inside one.
"""

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_noop as _
from django.utils.translation import override

from casetrack.audit.services import PLATFORM, record
from casetrack.cases.models import Case
from casetrack.cases.permissions import CASEWORKERS, role_in
from casetrack.cases.services.status import lock
from casetrack.cases.workflow import MEDIATOR, VICTIM, Status
from casetrack.copies import bundle, storage
from casetrack.copies.archive import Archive, Part
from casetrack.copies.contents import parts_of
from casetrack.copies.models import Copy, CopyStatus
from casetrack.lib import clock
from casetrack.lib.errors import Conflict, NotAllowed
from casetrack.lib.scope import scoped, system_scope
from casetrack.people.models import Role, User

logger = logging.getLogger(__name__)

KEPT = dt.timedelta(hours=24)
# A try that says nothing for so long is dead. One part is a file of evidence at most; sealing takes a minute per GiB.
LEASE = dt.timedelta(minutes=15)
# Before the second and the third try; the third is the last.
PAUSES = (dt.timedelta(minutes=1), dt.timedelta(minutes=10))
ATTEMPTS = len(PAUSES) + 1


class Lost(Exception):
    """Another worker has taken over."""


class Moved(Exception):
    """The case is no longer before the body for which its bundle is made: the next try makes it for whom it is then."""


@transaction.atomic
def ask_copy(*, language: str, actor: User) -> Copy:
    """Ask for a copy of everything held about the actor; the one that is being made, if there is one.

    Raises NotAllowed (no victim).
    """
    if actor.role != Role.VICTIM:
        raise NotAllowed(_("Only the person themselves may ask for this copy."))
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    running = Copy.objects.visible_to(actor).running().first()
    if running is not None:
        return running
    now = clock.now()
    copy = Copy.objects.create(user=actor, language=language, asked_at=now, next_try_at=now)
    _record(copy, "asked", actor)
    return copy


PARTIES = (VICTIM, *CASEWORKERS, MEDIATOR)


def may_ask_bundle(user: User, case: Case) -> bool:
    """The three parties, while the case is with an outside body or once one of them has mediated in it."""
    is_outside = case.status == Status.ESCALATED or case.body_id is not None
    return role_in(user, case) in PARTIES and is_outside and case.victim_user_id is not None


@transaction.atomic
def ask_bundle(case: Case, *, language: str, actor: User) -> Copy:
    """Ask for the file of the case; the one that is being made, whoever of the three parties asked for it.

    Raises NotAllowed (somebody else, or a case that is with no outside body).
    """
    lock(case)
    if not may_ask_bundle(actor, case):
        raise NotAllowed(_("The file of a case is made for its parties, once an outside body mediates."))
    running = Copy.objects.running().filter(case=case).first()
    if running is not None:
        return running
    now = clock.now()
    copy = Copy.objects.create(user=actor, case=case, language=language, asked_at=now, next_try_at=now)
    _record(copy, "asked", actor)
    return copy


@transaction.atomic
def give_bundle(copy: Copy, *, actor: User) -> Iterator[bytes]:
    """The ZIP in pieces, for a party of its case; the audit log says who had it. Raises NotAllowed, Conflict."""
    is_party = copy.case is not None and role_in(actor, copy.case) in PARTIES
    if not is_party or not Copy.objects.bundles_visible_to(actor).filter(pk=copy.pk).exists():
        raise NotAllowed(_("The file of a case is made for its parties, once an outside body mediates."))
    return _give(copy, actor, _("This file is no longer there. Have it made anew."))


@transaction.atomic
def give_copy(copy: Copy, *, actor: User) -> Iterator[bytes]:
    """The ZIP in pieces, for its owner; the audit log says so. Raises NotAllowed, Conflict (it is not there)."""
    if copy.user_id != actor.pk:
        raise NotAllowed(_("Only the person themselves may ask for this copy."))
    return _give(copy, actor, _("This copy is no longer there. Ask for a new one."))


def _give(copy: Copy, actor: User, words: str) -> Iterator[bytes]:
    gone = Conflict(words)
    if not Copy.objects.filter(pk=copy.pk).ready(clock.now()).exists():
        raise gone
    try:
        pieces = storage.open_sealed(copy)
    except FileNotFoundError:
        raise gone from None
    _record(copy, "downloaded", actor, sha256=copy.sha256)
    return pieces


@transaction.atomic
def delete_copy(copy: Copy, *, actor: User) -> None:
    """End a copy before its time, for its owner: its bytes go at once. One that is gone already stays gone.

    Raises NotAllowed.
    """
    if copy.user_id != actor.pk:
        raise NotAllowed(_("Only the person themselves may ask for this copy."))
    ended = Copy.objects.filter(pk=copy.pk, status=CopyStatus.READY).update(status=CopyStatus.EXPIRED)
    if ended:
        _record(copy, "deleted", actor)
        transaction.on_commit(lambda: storage.discard(copy))


def make_copy(pk: int) -> bool:
    """Make the copy, if it is due and nobody else makes it. Whether this call made it; a failure is tried again."""
    copy = _claim(pk, clock.now())
    if copy is None:
        return False
    try:
        _make(copy)
    except Lost:
        storage.discard(copy)
        return False
    except Exception:  # a full disk, a broken row: said on the page, tried again
        logger.exception("copy %s, attempt %s", copy.pk, copy.attempts)
        storage.discard(copy)
        _record_failure(copy, clock.now())
        return False
    return True


def _claim(pk: int, now: dt.datetime) -> Copy | None:
    """Take the next try for ourselves; None if it is not due. One whose last worker died for good has failed."""
    with system_scope():
        due = Copy.objects.due(now).filter(pk=pk)
        tried_out = due.filter(attempts__gte=ATTEMPTS).first()
        if tried_out is not None:
            _fail(tried_out)
            return None
        claimed = due.update(
            status=CopyStatus.MAKING, attempts=F("attempts") + 1, next_try_at=now + LEASE, done=0, total=0
        )
        of = ("user", "case__firm", "case__victim", "case__victim_user", "case__body")
        return Copy.objects.select_related(*of).get(pk=pk) if claimed else None


def _make(copy: Copy) -> None:
    at, left_out, reader = clock.now(), [], _reader(copy)
    with storage.scratch() as file, Archive(file, at) as archive, override(copy.language):
        with _scope(copy, reader):
            if copy.case is None:
                parts, refused = parts_of(reader, at)
            else:
                parts, refused = bundle.parts_of(copy.case, reader, at)
        for place, part in enumerate(parts):
            _say(copy, done=place, total=len(parts))
            if not _add(archive, part, copy, reader):
                left_out.append({"path": part.path, "because": "missing"})
        if copy.case is not None:
            archive.add(bundle.index_of(copy.case, archive.files, at, copy.language))
        archive.close(made_at=at, language=copy.language, left_out=[*refused, *left_out])
        _say(copy, done=len(parts), total=len(parts))
        size, sha256 = storage.seal(copy, file)
    _finish(copy, size=size, sha256=sha256, made_at=clock.now())


def _reader(copy: Copy) -> User:
    """For whom it asks: the owner; of a bundle the victim, so that nothing is in it that is hidden from them."""
    reader = copy.user if copy.case is None else copy.case.victim_user
    assert reader is not None  # noqa: S101  (no bundle is asked for without one)
    return reader


@contextmanager
def _scope(copy: Copy, reader: User) -> Iterator[None]:
    """In whose scope it is read: the reader's; of a bundle the body's, so that nothing is in it that is hidden from
    either. Raises Moved."""
    if copy.case is None or copy.case.body_id is None:
        with scoped(reader.audience, user_id=reader.pk):
            yield
        return
    with scoped("mediator", body_id=copy.case.body_id):
        if not Case.objects.filter(pk=copy.case.pk).exists():
            raise Moved
        yield


def _add(archive: Archive, part: Part, copy: Copy, reader: User) -> bool:
    """Write one part, read as its readers read: what the database hides from them cannot get in. False: it is gone."""
    with _scope(copy, reader):
        try:
            archive.add(part)
        except FileNotFoundError:
            logger.error("a file is missing on disk")
            return False
    return True


def _mine(copy: Copy) -> Any:
    return Copy.objects.filter(pk=copy.pk, status=CopyStatus.MAKING, attempts=copy.attempts)


def _say(copy: Copy, **progress: int) -> None:
    with system_scope():
        if not _mine(copy).update(next_try_at=clock.now() + LEASE, **progress):
            raise Lost


def _finish(copy: Copy, *, made_at: dt.datetime, **facts: Any) -> None:
    """It is ready; the one that it takes the place of ends now."""
    with system_scope():
        before = Copy.objects.filter(case=copy.case) if copy.case else Copy.objects.filter(user=copy.user_id, case=None)
        before.ready(made_at).update(expires_at=made_at)
        ready = {"status": CopyStatus.READY, "made_at": made_at, "expires_at": made_at + KEPT}
        if not _mine(copy).update(**ready, **facts):
            raise Lost
        _record(copy, "made", User.objects.system(), **facts)


def _record_failure(copy: Copy, now: dt.datetime) -> None:
    with system_scope():
        if copy.attempts >= ATTEMPTS:
            if _mine(copy).exists():
                _fail(copy)
            return
        _mine(copy).update(status=CopyStatus.WAITING, next_try_at=now + PAUSES[copy.attempts - 1])


def _fail(copy: Copy) -> None:
    Copy.objects.filter(pk=copy.pk).update(status=CopyStatus.FAILED)
    _record(copy, "failed", User.objects.system())


def _record(copy: Copy, what: str, actor: User, **data: Any) -> None:
    """Of a copy in the platform's chain, of a bundle in its case's."""
    data = {"copy": str(copy.key), **data}
    if copy.case is None:
        record(chain=PLATFORM, action=f"copies.{what}", actor=actor, subject=f"user:{copy.user_id}", data=data)
        return
    record(
        chain=copy.case.reference, action=f"copies.bundle_{what}", actor=actor, subject=copy.case.reference,
        firm_code=copy.case.firm.code, data=data,
    )  # fmt: skip


def due_copies(now: dt.datetime) -> list[int]:
    """Those that a lost message or a dead worker left behind."""
    with system_scope():
        return list(Copy.objects.due(now).order_by("next_try_at").values_list("pk", flat=True))


def delete_expired(now: dt.datetime) -> int:
    """Delete copies whose time is over, and what dead tries left on disk; how many copies. First the bytes, then the
    word of it: interrupted between the two, the next run says it."""
    with system_scope():
        over = list(Copy.objects.filter(status=CopyStatus.READY, expires_at__lte=now))
    for copy in over:
        storage.discard(copy)
        with system_scope():
            Copy.objects.filter(pk=copy.pk, status=CopyStatus.READY).update(status=CopyStatus.EXPIRED)
    with system_scope():
        kept = Copy.objects.filter(status__in=(CopyStatus.READY, CopyStatus.MAKING))
        storage.sweep({storage.path_of(copy).name for copy in kept})
    return len(over)
