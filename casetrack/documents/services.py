"""Issuing documents, and the drain that issues them after the acts that call for one."""

import datetime as dt
import logging
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from casetrack.audit.models import Entry
from casetrack.audit.services import record
from casetrack.cases.models import Case
from casetrack.cases.permissions import CASEWORKERS, require
from casetrack.cases.services.status import lock
from casetrack.documents import storage
from casetrack.documents.models import IN_EVERY_LANGUAGE, Document, DocumentKind, HandledEntry
from casetrack.documents.proofs import fingerprint, proof_of
from casetrack.documents.registry import COMPOSERS, Facts
from casetrack.documents.typesetting import pdf
from casetrack.lib import clock
from casetrack.lib.scope import system_scope
from casetrack.people.models import Language, User

logger = logging.getLogger(__name__)

# Cases in one go: a drain takes seconds, so that notices need not wait behind it.
AT_ONCE = 5
FIRST_PAUSE = dt.timedelta(minutes=1)
LONGEST_PAUSE = dt.timedelta(hours=6)


@transaction.atomic
def issue_document(
    case: Case, kind: str, facts: Mapping[str, Any], *, language: str, actor: User, entry: Entry | None = None
) -> Document:
    """Make a document, sign it, and put it on the case, for both sides.

    `facts` is what blocks.content gives: texts already in `language`. Raises NotAllowed.
    """
    lock(case)
    require(actor, case, *CASEWORKERS, "system")
    number = (case.documents.aggregate(last=Max("number"))["last"] or 0) + 1
    whole = {**frame(case, kind, number, language), **facts}
    proof, token = proof_of(whole), secrets.token_urlsafe(16)
    content = pdf(whole, proof, check_address(token, language) if kind == DocumentKind.RECEIPT else "")
    document = Document.objects.create(
        case=case,
        kind=kind,
        number=number,
        language=language,
        dated=dt.datetime.fromisoformat(whole["dated"]),
        facts=whole,
        fingerprint=fingerprint(whole),
        signature=proof["signature"],
        token=token,
        sha256=storage.keep(content),
        size=len(content),
        entry_id=entry.pk if entry else None,
        created_by=actor,
        created_at=clock.now(),
    )
    record(
        chain=case.reference, action="documents.issued", actor=actor, subject=case.reference, firm_code=case.firm.code,
        data={"kind": kind, "number": number, "sha256": document.sha256, "fingerprint": document.fingerprint},
    )  # fmt: skip
    return document


def frame(case: Case, kind: str, number: int, language: str) -> dict[str, Any]:
    """What every document says: whose it is, and the words of its margins."""
    with override(language):
        return {
            "version": 1,
            "kind": kind,
            "language": language,
            "reference": case.reference,
            "number": number,
            "site": settings.SITE_NAME,
            "title": str(DocumentKind(kind).label),
            "words": {
                "reference": _("Reference number"),
                "page": _("Page {page} of {pages}"),
                "fingerprint": _("Fingerprint of this document"),
                "signed": _(
                    "This document carries its facts and an electronic signature inside. With its reference number and"
                    " its fingerprint anybody can have it confirmed, without learning anything of the case."
                ),
                "scan": _("Check this receipt"),
            },
        }


def check_address(token: str, language: str) -> str:
    with override(language):
        return settings.SITE_URL.rstrip("/") + reverse("check-token", args=[token])


def made_again(document: Document) -> bytes:
    """The document made once more from what is kept of it: the same bytes, under the same version of Typst."""
    address = check_address(document.token, document.language) if document.kind == DocumentKind.RECEIPT else ""
    return pdf(document.facts, proof_of(document.facts), address)


@transaction.atomic
def note_reading(document: Document, *, actor: User) -> None:
    """Write to the log that one of the firm's people opened a document. The victim's own readings are not logged."""
    case = document.case
    if case.victim_user_id == actor.pk:
        return
    record(
        chain=case.reference, action="documents.read", actor=actor, subject=case.reference,
        data={"number": document.number, "sha256": document.sha256}, firm_code=case.firm.code,
    )  # fmt: skip


def drain(now: dt.datetime, *, only: Iterable[str] = COMPOSERS) -> int:
    """Make what is due, after every act or `only` some; how many documents. The case with the newest act comes first:
    somebody may be waiting for it. Not called inside a transaction: each entry has its own."""
    with system_scope():
        settled = HandledEntry.objects.filter(entry_id=OuterRef("pk"))
        settled = settled.filter(Q(done_at__isnull=False) | Q(next_try_at__gt=now))
        due = Entry.objects.filter(~Exists(settled), action__in=only)
        chains = list(dict.fromkeys(due.order_by("-pk").values_list("chain", flat=True)[:AT_ONCE]))
        # Within a case the oldest first: later documents name the earlier ones.
        queues = [list(due.filter(chain=chain).order_by("seq").values_list("pk", flat=True)) for chain in chains]
    return sum(_work_off(queue, now) for queue in queues)


def _work_off(queue: list[int], now: dt.datetime) -> int:
    """The documents of a case's entries, up to one that fails or is in another worker's hands."""
    total = 0
    for key in queue:
        made = _attempt(key, now)
        if made is None:
            break
        total += made
    return total


def _attempt(key: int, now: dt.datetime) -> int | None:
    try:
        with system_scope():
            return _make(key, now)
    except Exception:  # one entry must not hold up the others
        logger.exception("no document for audit entry %s", key)
        with system_scope():
            handled, _created = HandledEntry.objects.get_or_create(entry_id=key, defaults={"next_try_at": now})
            handled.next_try_at = now + min(FIRST_PAUSE * 2**handled.attempts, LONGEST_PAUSE)
            handled.attempts += 1
            handled.save(update_fields=["attempts", "next_try_at"])
        return None


def _make(key: int, now: dt.datetime) -> int | None:
    """The documents of one entry, all or none; None while another worker makes documents of the same case."""
    entry = Entry.objects.get(pk=key)
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(hashtextextended(%s, 1))", [entry.chain])
        if not cursor.fetchone()[0]:
            return None
    if HandledEntry.objects.filter(entry_id=key, done_at__isnull=False).exists():
        return 0
    case = Case.objects.select_related("firm", "victim").get(reference=entry.chain)
    actor = User.objects.system()
    composed = _composed(case, entry)
    for kind, language, facts in composed:
        issue_document(case, kind, facts, language=language, actor=actor, entry=entry)
    HandledEntry.objects.update_or_create(entry_id=key, defaults={"next_try_at": now, "done_at": now})
    return len(composed)


def _composed(case: Case, entry: Entry) -> list[tuple[str, str, Facts]]:
    """Kind, language and facts of each document of an entry: in the language of the case, and what both sides go on
    working with in the others too, right after it. A composer runs again only where one of its papers asks for that."""
    found = _composed_in(case.language, case, entry)
    order = [kind for kind, _language, _facts in found]
    if set(order).isdisjoint(IN_EVERY_LANGUAGE):
        return found
    for other in Language.values:
        if other != case.language:
            found += [paper for paper in _composed_in(other, case, entry) if paper[0] in IN_EVERY_LANGUAGE]
    return sorted(found, key=lambda paper: order.index(paper[0]))


def _composed_in(language: str, case: Case, entry: Entry) -> list[tuple[str, str, Facts]]:
    with override(language):
        return [(kind, language, facts) for kind, facts in COMPOSERS[entry.action](case, entry)]
