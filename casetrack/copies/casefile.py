"""What a copy says of a case: what its victim reads of it on the pages, as rows. Never the firm's own notes, reasons
and names of people."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch

from casetrack.assessment.models import Assessment, ValuationProposal
from casetrack.audit.models import Entry
from casetrack.cases.models import Access, Case, CompromisedAccount, ExecutionAnswer
from casetrack.cases.timeline import timeline
from casetrack.copies.facts import facts, opened
from casetrack.copies.person import profile
from casetrack.correspondence.models import Message
from casetrack.documents.models import Document
from casetrack.evidence.models import EvidenceFile, Request
from casetrack.intake.models import Addition
from casetrack.intake.placing import is_unplaced
from casetrack.ledger.models import Execution
from casetrack.mediation.models import Mediation
from casetrack.negotiation.models import Offer, Settlement
from casetrack.people.models import User

INCIDENT = (
    "number", "kinds", "vector", "first_access_at", "detected_at", "noticed_at", "noticed_how", "noticed_note",
    "told_firm_at", "freeze_asked_at", "frozen_at", "firm_answer", "firm_answer_note", "mfa_offered", "mfa_kind",
    "access",
)  # fmt: skip
EXECUTION = (
    "executed_at", "type", "side", "security", "quantity", "price", "unit", "currency", "fx", "settled_in", "fees",
    "tax", "interest", "open_price", "amount",
)  # fmt: skip
OFFER = (
    "number", "party", "status", "amount", "components", "component_reasons", "in_kind", "waived", "conditions",
    "relied_on", "settles", "builds_on", "reasons", "valid_until", "opened_at", "ended_at", "answer_reason",
)  # fmt: skip
ASSESSMENT = (
    "number", "method", "valuation_on", "valuation_basis", "valuation_reason", "price_evidence", "reduction",
    "reduction_reason", "method_version", "loss", "due", "cash", "restoration",
)  # fmt: skip

GROUNDS = ("share", "customer_factors", "firm_factors", "reason", "is_gross", "gross_reason")


def case_facts(case: Case, user: User) -> dict[str, Any]:
    """The case, the report as it was handed in, its accounts, and what happened, by the database and in words."""
    return {
        **facts(case, "reference", "status", "opened_by", "opened_at", "language", "due_at"),
        "status_in_words": case.public_status,
        "firm": {"code": case.firm.code, "name_ja": case.firm.name_ja, "name_en": case.firm.name_en},
        "profile": profile(case.victim),
        "report": opened(case.report),
        "said_later": [
            {**facts(row, "topic", "text", "reason", "added_at"), "facts": opened(row.facts)}
            for row in Addition.objects.visible_to(user).filter(case=case).order_by("added_at", "pk")
        ],
        "accounts": [_incident(incident) for incident in case.incidents.order_by("pk")],
        "events": events(case, user),
        "evidence_requests": [
            facts(row, "what", "why", "due_on", "asked_at", "answered_at", "answer", "withdrawn_at")
            for row in Request.objects.visible_to(user).filter(case=case).order_by("pk")
        ],
        "valuation_dates": _valuation_dates(case, user),
        "settlements": _settlements(case),
        "mediations": mediations(case),
        "measures": [facts(row, *MEASURE) for row in case.measures.filter(status__in=TOLD).order_by("number")],
    }


def _valuation_dates(case: Case, user: User) -> list[dict[str, Any]]:
    """The dates that either side proposed, each with its answer."""
    rows = ValuationProposal.objects.visible_to(user).filter(case=case).select_related("answer").order_by("number")
    return [
        {
            **facts(row, "number", "party", "valuation_on", "reason", "proposed_at"),
            "answer": facts(row.answer, "is_accepted", "reason", "answered_at") if hasattr(row, "answer") else None,
        }
        for row in rows
    ]


def _incident(incident: CompromisedAccount) -> dict[str, Any]:
    trades = incident.claimed_trades.select_related("execution", "unplaced").order_by("pk")
    return {
        **facts(incident, *INCIDENT),
        "trades_reported": [
            {
                **facts(trade, "side", "security", "traded_on", "quantity", "amount", "on_margin"),
                "account_known": not is_unplaced(trade),
                "execution": trade.execution.execution_id if trade.execution else None,
            }
            for trade in trades
        ],
        "decisions": [
            facts(row, "access", "first_access_at", "detected_at", "recorded_at")
            for row in incident.decisions.order_by("pk")
        ],
    }


def events(case: Case, user: User) -> list[dict[str, Any]]:
    """The timeline as its victim reads it, each step with the name that the log has for it."""
    actions = case.events.filter(is_public=True).order_by("at", "id").values_list("action", flat=True)
    return [
        {"at": row.at, "action": action, "who": row.who, "what": str(row.title), "words": row.note}
        for action, row in zip(actions, timeline(case, user=user), strict=True)
    ]


MEDIATION = (
    "number", "status", "claimed", "fee", "asks", "applied_at", "accepted_at", "file_number", "amount", "reason",
    "ended_at",
)  # fmt: skip
HEARING = ("number", "at", "is_online", "place", "note", "cancelled_at", "cancelled_because")
PROPOSAL = (
    "number", "amount", "components", "text", "reasons", "answer_by", "made_at", "victim_reply", "victim_said",
    "victim_replied_at", "firm_reply", "firm_said", "firm_replied_at",
)  # fmt: skip


def mediations(case: Case, *, body: int | None = None) -> list[dict[str, Any]]:
    """Each with its hearings and proposals, as all three parties read them; with `body` only those before that one."""
    rows = Mediation.objects.filter(case=case, **({"body": body} if body else {}))
    rows = rows.select_related("body").order_by("number")
    return [
        {
            **facts(row, *MEDIATION),
            "body": {"code": row.body.code, "name_ja": row.body.name_ja, "name_en": row.body.name_en},
            "hearings": [facts(one, *HEARING) for one in row.hearings.order_by("number")],
            "proposals": [facts(one, *PROPOSAL) for one in row.proposals.order_by("number")],
        }
        for row in rows
    ]


MEASURE = ("number", "kind", "status", "amount", "until", "reason", "approved_at", "paid_on", "ended_because")
TOLD = ("approved", "paid", "ended")
PAYMENT = (
    "amount", "paid_on", "note", "recorded_at", "received_at", "denied_at", "failed_at", "failed_because",
)  # fmt: skip

RESTORATION = ("security", "quantity", "custody", "lot", "done_on")


def _settlements(case: Case) -> list[dict[str, Any]]:
    """Each with whether it stands; one that was taken back stays among them."""
    return [
        {
            **facts(row, "amount", "terms", "terms_sha256", "agreed_at", "revocable_until"),
            "status": row.offer.status,
            "countersigned_at": row.countersignature.signed_at if hasattr(row, "countersignature") else None,
            "restorations": [facts(one, *RESTORATION) for one in row.restorations.order_by("pk")],
            "payments": [facts(payment, *PAYMENT) for payment in row.payments.order_by("pk")],
        }
        for row in Settlement.objects.filter(case=case).select_related("offer", "countersignature").order_by("pk")
    ]


def executions(case: Case) -> Iterator[dict[str, Any]]:
    """The ledger of the accounts whose access was confirmed: each row as it stands and as it was, what the firm
    decided it to be, and what the victim answered."""
    accounts = case.incidents.filter(access=Access.CONFIRMED).values("account")
    answers = Prefetch("answers", ExecutionAnswer.objects.filter(case=case), "own_answers")
    rows = Execution.objects.filter(account__in=accounts).select_related("account").in_order()
    for row in rows.prefetch_related(answers, "revisions").iterator(chunk_size=500):
        given = next(iter(row.own_answers), None)  # type: ignore[attr-defined]
        yield {
            "account": row.account.masked,
            "execution_id": row.execution_id,
            **facts(row, *EXECUTION, "attribution"),
            "your_answer": given.answer if given else None,
            "answered_at": given.answered_at if given else None,
            "earlier_versions": [facts(old, *EXECUTION, "superseded_at") for old in row.revisions.all()],
        }


def messages(case: Case) -> Iterator[dict[str, Any]]:
    for row in Message.objects.filter(case=case).order_by("sent_at", "pk").iterator():
        yield facts(row, "party", "sent_at", "read_at", "body")


def offers(case: Case, user: User) -> Iterator[dict[str, Any]]:
    """Offers and counter-offers that the victim sees."""
    rows = Offer.objects.visible_to(user).filter(case=case).select_related("assessment", "in_answer_to")
    for row in rows.order_by("number").iterator():
        yield {
            **facts(row, *OFFER),
            "made_at": row.opened_at or row.prepared_at,
            "assessment": row.assessment.number if row.assessment else None,
            "in_answer_to": row.in_answer_to.number if row.in_answer_to else None,
        }


def assessments(case: Case, user: User) -> Iterator[dict[str, Any]]:
    """Issued runs of the calculator with their exact inputs: whoever has the rules can compute them again."""
    runs = Assessment.objects.visible_to(user).filter(case=case).select_related("reduced_by")
    for run in runs.order_by("number").iterator():
        accounts = run.accounts.order_by("pk")
        yield {
            **facts(run, *ASSESSMENT),
            "grounds": facts(run.reduced_by, *GROUNDS) if run.reduced_by else None,
            "accounts": [facts(row, "inputs", "inputs_sha256", "result", "price_sources") for row in accounts],
        }


def documents(case: Case, user: User) -> list[Document]:
    return list(Document.objects.visible_to(user).filter(case=case).order_by("number"))


def first_openings(case: Case) -> dict[str, Any]:
    """When the firm first opened each file, by the file's key."""
    read = Entry.objects.filter(chain=case.reference, action="evidence.file_read").order_by("-id")
    return dict(read.values_list("data__file", "occurred_at"))


def evidence_facts(file: EvidenceFile, user: User) -> dict[str, Any]:
    return {
        **facts(file, "name", "content_type", "size", "sha256", "received_at", "scan", "scanned_at"),
        "by_you": file.uploaded_by_id == user.pk,
    }
