"""The file of one case as a ZIP for the body and for both sides: what all three may read, and nothing else.

It asks for what the case's victim sees, in the scope of the body before which the case is, and every part is named
here besides: no account number in full, no bank account, nothing of payments but that they were made, none of the
firm's notes, reasons and names of people, nothing of what was before another body.
"""

import datetime as dt
from collections.abc import Iterator
from functools import partial
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from casetrack.cases.models import Case, CompromisedAccount
from casetrack.cases.timeline import open_timeline
from casetrack.copies import casefile
from casetrack.copies.archive import Part, many, one, text
from casetrack.copies.contents import LeftOut, named, read_file, stored_paper
from casetrack.copies.facts import facts
from casetrack.documents.bundle import index_pdf
from casetrack.documents.models import Document
from casetrack.evidence.models import EvidenceFile, Scan
from casetrack.intake.models import Addition
from casetrack.lib import clock, files
from casetrack.negotiation.good_faith_words import csv_text
from casetrack.people.models import Language, User

INCIDENT = tuple(name for name in casefile.INCIDENT if name != "number")
INDEX = "index.pdf"


def parts_of(case: Case, reader: User, at: dt.datetime) -> tuple[list[Part], list[LeftOut]]:
    """The parts but for the index, and what is left out with the reason. Called in the body's scope (that of the victim
    if there is none), in the bundle's language; `reader` is the victim's log-in."""
    left_out: list[LeftOut] = []
    papers = casefile.documents(case, reader)
    evidence = list(EvidenceFile.objects.visible_to(reader).filter(case=case).order_by("received_at", "pk"))
    listed = list(named("evidence", evidence))
    parts = [
        *(_readme(language, case, at) for language in Language.values),
        text("summary.html", partial(_summary, case, reader, at, papers, evidence)),
        one("case.json", partial(case_facts, case, reader)),
        text("timeline.csv", partial(_timeline, case)),
        text("good-faith.csv", partial(_good_faith, case)),
        many("messages.json", partial(casefile.messages, case)),
        many("offers.json", partial(casefile.offers, case, reader)),
        many("statements-of-loss.json", partial(casefile.assessments, case, reader)),
        many("documents.json", partial(_document_rows, papers)),
        many("evidence.json", partial(_evidence_rows, listed)),
        *(stored_paper(_document_path(row), row) for row in papers),
    ]
    for path, row in listed:
        if row.scan == Scan.INFECTED:
            left_out.append({"path": path, "because": "harmful", "sha256": row.sha256})
        elif row.scan == Scan.WAITING:
            left_out.append({"path": path, "because": "not scanned yet", "sha256": row.sha256})
        else:
            parts.append(read_file(path, row))
    return parts, left_out


def index_of(case: Case, written: list[dict[str, Any]], at: dt.datetime, language: str) -> Part:
    """The index as a signed PDF: every file of the bundle so far with its SHA-256."""
    content = index_pdf(case, written, at, language)
    return Part(INDEX, lambda: [content], packed=True, size=len(content))


def case_facts(case: Case, reader: User) -> dict[str, Any]:
    """Who the sides are, how the case stands, the accounts without their numbers, and the mediations."""
    return {
        **facts(case, "reference", "status", "opened_by", "opened_at"),
        "status_in_words": str(case.staff_status),
        "firm": {"code": case.firm.code, "name_ja": case.firm.name_ja, "name_en": case.firm.name_en},
        "applicant": {"name": case.victim.name, "kana": case.victim.kana},
        "accounts": [_incident(row) for row in case.incidents.order_by("pk")],
        "said_later": [
            facts(row, "topic", "text", "reason", "added_at")
            for row in Addition.objects.visible_to(reader).filter(case=case).order_by("added_at", "pk")
        ],
        "mediations": casefile.mediations(case, body=case.body_id),
        "settlements": [
            {**facts(row, "amount", "terms_sha256", "agreed_at"), "status": row.offer.status}
            for row in case.settlements.select_related("offer").order_by("pk")
        ],
    }


def _incident(row: CompromisedAccount) -> dict[str, Any]:
    trades = row.claimed_trades.order_by("pk")
    return {
        "account": row.masked,
        **facts(row, *INCIDENT),
        "trades_reported": [
            facts(trade, "side", "security", "traded_on", "quantity", "amount", "on_margin") for trade in trades
        ],
    }


def _readme(language: str, case: Case, at: dt.datetime) -> Part:
    def written() -> str:
        with override(language):
            return render_to_string("copies/bundle.txt", {"site_name": settings.SITE_NAME, "at": at, "case": case})

    return text(f"README-{language}.txt", written)


def _timeline(case: Case) -> str:
    """The public steps: when (Tokyo, ISO 8601), who, what, and the words that belong to it."""
    rows = [
        [row.at.astimezone(clock.TOKYO).isoformat(timespec="seconds"), row.who, str(row.title), row.note]
        for row in open_timeline(case)
    ]
    return "\ufeff" + files.csv_text([[_("When"), _("Who"), _("Step"), _("Words")], *rows])


def _good_faith(case: Case) -> str:
    return "\ufeff" + csv_text(case, is_outside=True)


def _document_path(row: Document) -> str:
    return f"documents/{row.number}-{row.kind}.pdf"


def _document_rows(rows: list[Document]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield {
            "path": _document_path(row),
            "title": row.title,
            **facts(row, "number", "kind", "language", "dated", "sha256", "size", "fingerprint", "signature"),
        }


def _evidence_rows(rows: list[tuple[str, EvidenceFile]]) -> Iterator[dict[str, Any]]:
    for path, row in rows:
        yield {"path": path, **facts(row, "name", "content_type", "size", "sha256", "received_at", "scan")}


def _summary(case: Case, reader: User, at: dt.datetime, papers: list[Document], evidence: list[EvidenceFile]) -> str:
    """The case on one page, to be read in any browser."""
    context = {
        "case": case,
        "at": at,
        "site_name": settings.SITE_NAME,
        "mediations": casefile.mediations(case, body=case.body_id),
        "steps": open_timeline(case),
        "messages": casefile.messages(case),
        "offers": casefile.offers(case, reader),
        "documents": papers,
        "evidence": evidence,
    }
    return render_to_string("copies/bundle.html", context)
