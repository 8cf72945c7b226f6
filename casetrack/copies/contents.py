"""What a copy holds, part by part. The lists are made first, so that the page can say how far it is; the bytes are
read when it is their turn.

Everything is asked for as its owner asks (`visible_to`), and read in the owner's scope of row-level security besides.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override

from casetrack.cases.models import Case
from casetrack.copies import casefile, person
from casetrack.copies.archive import Part, many, one, text
from casetrack.copies.facts import facts
from casetrack.documents import storage as papers
from casetrack.documents.models import Document
from casetrack.evidence import storage as files
from casetrack.evidence.models import EvidenceFile, Kind, Scan
from casetrack.evidence.sniffing import download_name
from casetrack.intake.models import Draft
from casetrack.negotiation.good_faith_words import csv_text
from casetrack.people.models import Language, User

PIECE = 256 * 1024
# Content that is compressed already; anything else shrinks.
PACKED = {Kind.PDF, Kind.PNG, Kind.JPEG, Kind.HEIC, Kind.XLSX}
LONGEST_NAME = 120
LeftOut = dict[str, Any]


def parts_of(user: User, at: dt.datetime) -> tuple[list[Part], list[LeftOut]]:
    """The parts, and what is left out with the reason. Called in the owner's scope, in the copy's language."""
    left_out: list[LeftOut] = []
    parts = [
        *(_readme(language, at) for language in Language.values),
        one("account.json", partial(person.account, user)),
        one("bank-accounts.json", partial(person.bank_accounts, user)),
        many("log.json", partial(person.log, user)),
        many("notices.json", partial(person.notices, user)),
    ]
    cases = Case.objects.visible_to(user).select_related("firm", "victim").order_by("opened_at", "pk")
    for case in cases:
        parts += _case_parts(case, user, at, left_out)
    drafts = Draft.objects.visible_to(user).select_related("lead", "case").order_by("pk")
    for number, draft in enumerate(drafts, 1):
        parts += _draft_parts(f"drafts/{number}", draft, user, left_out)
    return parts, left_out


def _readme(language: str, at: dt.datetime) -> Part:
    def written() -> str:
        with override(language):
            return render_to_string("copies/readme.txt", {"site_name": settings.SITE_NAME, "at": at})

    return text(f"README-{language}.txt", written)


def _case_parts(case: Case, user: User, at: dt.datetime, left_out: list[LeftOut]) -> Iterator[Part]:
    folder = f"cases/{case.reference}"
    documents = casefile.documents(case, user)
    evidence = list(EvidenceFile.objects.visible_to(user).filter(case=case).order_by("received_at", "pk"))
    listed = list(named(f"{folder}/evidence", evidence))
    yield text(f"{folder}/summary.html", partial(_summary, case, user, at, documents, evidence))
    yield one(f"{folder}/case.json", partial(casefile.case_facts, case, user))
    yield many(f"{folder}/executions.json", partial(casefile.executions, case))
    yield many(f"{folder}/messages.json", partial(casefile.messages, case))
    yield many(f"{folder}/offers.json", partial(casefile.offers, case, user))
    yield text(f"{folder}/good-faith.csv", partial(_good_faith, case))
    yield many(f"{folder}/assessments.json", partial(casefile.assessments, case, user))
    yield many(f"{folder}/documents.json", partial(_document_rows, folder, documents))
    yield many(f"{folder}/evidence.json", partial(_evidence_rows, listed, user, case))
    for row in documents:
        yield stored_paper(_document_path(folder, row), row)
    yield from _evidence_parts(listed, user, left_out)


def _good_faith(case: Case) -> str:
    """The ledger that the firm reads too, as it stands on its page; the mark in front is for spreadsheets."""
    return "\ufeff" + csv_text(case)


def _draft_parts(folder: str, draft: Draft, user: User, left_out: list[LeftOut]) -> Iterator[Part]:
    own = EvidenceFile.objects.visible_to(user).filter(case=None, draft_key=draft.key)
    listed = list(named(f"{folder}/evidence", own.order_by("received_at", "pk")))
    yield one(f"{folder}/draft.json", partial(person.draft, draft))
    yield many(f"{folder}/trades.json", partial(person.brought_trades, draft))
    yield many(f"{folder}/evidence.json", partial(_evidence_rows, listed, user, None))
    yield from _evidence_parts(listed, user, left_out)


def named(folder: str, rows: Iterable[EvidenceFile]) -> Iterator[tuple[str, EvidenceFile]]:
    """Each file with a name of its own, in the order in which they came, that every system can unpack."""
    for place, row in enumerate(rows, 1):
        name = re.sub(r'[\x00-\x1f\x7f<>:"/\\|?*]', "_", download_name(row.name, row.content_type))
        yield f"{folder}/{place:03}-{name[-LONGEST_NAME:]}", row


def _evidence_parts(listed: Iterable[tuple[str, EvidenceFile]], user: User, left_out: list[LeftOut]) -> Iterator[Part]:
    """The originals that the person may open: harmful content nobody opens, and what still waits for the virus scan
    only whoever handed it in (as casetrack.web.evidence has it)."""
    for path, row in listed:
        if row.scan == Scan.INFECTED:
            left_out.append({"path": path, "because": "harmful", "sha256": row.sha256})
        elif row.scan == Scan.WAITING and row.uploaded_by_id != user.pk:
            left_out.append({"path": path, "because": "not scanned yet", "sha256": row.sha256})
        else:
            yield read_file(path, row)


def read_file(path: str, row: EvidenceFile) -> Part:
    """An original, unchanged."""
    return Part(path, partial(_read, files.path_of(row.sha256)), packed=row.content_type in PACKED, size=row.size)


def stored_paper(path: str, row: Document) -> Part:
    return Part(path, partial(_read, papers.path_of(row.sha256)), packed=True, size=row.size)


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from iter(lambda: file.read(PIECE), b"")


def _evidence_rows(listed: list[tuple[str, EvidenceFile]], user: User, case: Case | None) -> Iterator[dict[str, Any]]:
    openings = casefile.first_openings(case) if case else {}
    for path, row in listed:
        opened_at = openings.get(str(row.key))
        yield {"path": path, **casefile.evidence_facts(row, user), "opened_by_firm_at": opened_at}


def _document_path(folder: str, row: Document) -> str:
    return f"{folder}/documents/{row.number}-{row.kind}.pdf"


def _document_rows(folder: str, rows: list[Document]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield {
            "path": _document_path(folder, row),
            "title": row.title,
            **facts(row, "number", "kind", "language", "dated", "sha256", "size", "fingerprint", "signature"),
        }


def _summary(case: Case, user: User, at: dt.datetime, documents: list[Document], evidence: list[EvidenceFile]) -> str:
    """The case on one page, to be read in any browser."""
    context = {
        "case": case,
        "at": at,
        "site_name": settings.SITE_NAME,
        "facts": casefile.case_facts(case, user),
        "messages": casefile.messages(case),
        "offers": casefile.offers(case, user),
        "documents": documents,
        "evidence": evidence,
    }
    return render_to_string("copies/summary.html", context)
