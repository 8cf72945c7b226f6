"""The index of a case's file: what belongs to it, each with its SHA-256, for whoever reads it elsewhere."""

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from casetrack.audit.models import Entry
from casetrack.cases.models import Case
from casetrack.documents.blocks import Block, content, heading, pairs, paragraph, table
from casetrack.documents.models import BundleIndex, Document, DocumentKind
from casetrack.documents.proofs import fingerprint, proof_of
from casetrack.documents.registry import Facts, after
from casetrack.documents.services import frame
from casetrack.documents.typesetting import pdf
from casetrack.evidence.models import EvidenceFile
from casetrack.lib.formats import jp_date, jp_datetime
from casetrack.lib.scope import system_scope


@after("cases.escalated")
@after("cases.closed")
@after("negotiation.receipt_confirmed")
def index(case: Case, entry: Entry) -> list[tuple[str, Facts]]:
    facts = content(entry.occurred_at, settings.SITE_NAME, _blocks(case, entry), day=jp_date(entry.occurred_at))
    return [(DocumentKind.BUNDLE_INDEX, facts)]


def _blocks(case: Case, entry: Entry) -> Iterator[Block]:
    yield paragraph(_("What both sides hold of this case. With its SHA-256 each file can be recognized anywhere."))
    yield pairs(
        [
            (_("Reference number"), case.reference),
            (_("Firm"), case.firm.name),
            (_("Report received"), jp_datetime(case.opened_at)),
            (_("As of"), jp_datetime(entry.occurred_at)),
        ]
    )
    yield heading(_("Documents"))
    documents = case.documents.filter(is_public=True, dated__lte=entry.occurred_at).order_by("dated", "pk")
    yield _listed([(_titled(d), jp_datetime(d.dated), d.sha256) for d in documents])
    yield heading(_("Files"))
    files = EvidenceFile.objects.filter(case=case, is_removed=False, received_at__lte=entry.occurred_at)
    yield _listed([(f.name, jp_datetime(f.received_at), f.sha256) for f in files.order_by("received_at", "pk")])


def index_pdf(case: Case, files: Sequence[Mapping[str, Any]], at: dt.datetime, language: str) -> bytes:
    """The index of a bundle: its files (`path`, `size` in bytes, `sha256`), signed. It goes out inside the bundle and
    is not kept; that it was given out is, so that it can be confirmed like a document."""
    with override(language):
        facts = content(at, settings.SITE_NAME, _bundle_blocks(case, files, at), day=jp_datetime(at))
        whole = {**frame(case, DocumentKind.BUNDLE_INDEX, 0, language), **facts}
    proof = proof_of(whole)
    made = pdf(whole, proof)
    with system_scope():
        BundleIndex.objects.create(
            case=case,
            dated=at,
            fingerprint=fingerprint(whole),
            signature=proof["signature"],
            sha256=hashlib.sha256(made).hexdigest(),
        )
    return made


def _bundle_blocks(case: Case, files: Sequence[Mapping[str, Any]], at: dt.datetime) -> Iterator[Block]:
    yield paragraph(_("Every file of this bundle. With its SHA-256 each can be recognized anywhere."))
    yield pairs(
        [
            (_("Reference number"), case.reference),
            (_("Applicant"), case.victim.name),
            (_("Firm"), case.firm.name),
            (_("Mediation body"), case.body.name if case.body else ""),
            (_("As of"), jp_datetime(at)),
        ]
    )
    head = [(_("No."), "auto right"), (_("Name"), "1.1fr left"), (_("Bytes"), "auto right"), ("SHA-256", "1.2fr left")]
    rows = [
        [str(place), row["path"], f"{row['size']:,}", f"{row['sha256'][:32]}\n{row['sha256'][32:]}"]
        for place, row in enumerate(files, start=1)
    ]
    yield table(head, rows)


def _titled(document: Document) -> str:
    return f"{document.title} ({document.get_language_display()})"


def _listed(rows: list[tuple[str, str, str]]) -> Block:
    if not rows:
        return paragraph(_("None."))
    head = [(_("No."), "auto right"), (_("Name"), "1.1fr left"), (_("Date"), "auto left"), ("SHA-256", "1.2fr left")]
    cells = [
        [str(place), name, day, f"{sha256[:32]}\n{sha256[32:]}"]
        for place, (name, day, sha256) in enumerate(rows, start=1)
    ]
    return table(head, cells)
