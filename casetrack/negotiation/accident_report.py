"""What a firm fills into a report of an accident, or an application for its confirmation, as far as the case knows."""

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Count, Max, Min
from django.utils.translation import gettext as _

from casetrack.assessment.statement import COMPONENTS
from casetrack.cases.models import Case
from casetrack.evidence.models import EvidenceFile
from casetrack.ledger.models import Attributed, Execution
from casetrack.lib.formats import colon, jp_date, jp_datetime, quantity, yen
from casetrack.negotiation.models import LegalBasis, Settlement


def facts_of(settlement: Settlement, basis: LegalBasis | None) -> list[tuple[str, str]]:
    """Each field's name with its value, in words of the active language; amounts in yen, times in Japan time.

    It holds the customer's name: only the firm's people may be given it.
    """
    case = settlement.case
    return [*_parties(case), *_events(case), *_amounts(settlement), *_basis(basis), *_evidence(case)]


def _parties(case: Case) -> Iterator[tuple[str, str]]:
    yield _("Firm"), f"{case.firm.name} ({case.firm.code})"
    yield _("Reference number"), case.reference
    yield _("Customer"), " ".join(filter(None, (case.victim.name, case.victim.kana)))
    yield _("Report received"), jp_datetime(case.opened_at)


def _events(case: Case) -> Iterator[tuple[str, str]]:
    incidents = list(case.incidents.order_by("pk"))
    accounts = {incident.account_id for incident in incidents} - {None}
    trades = Execution.objects.filter(account__in=accounts, attribution=Attributed.UNAUTHORIZED)
    counted = trades.values("account").annotate(count=Count("pk"), first=Min("executed_at"), last=Max("executed_at"))
    by_account = {row["account"]: row for row in counted.order_by()}
    for incident in incidents:
        yield _("Account"), incident.masked
        yield _("How they got in"), str(incident.get_vector_display())
        yield _("First unauthorized access"), jp_datetime(incident.first_access_at)
        found = by_account.get(incident.account_id) if incident.account_id else None
        yield _("Unauthorized executions"), quantity(found["count"] if found else 0)
        if found:
            yield _("From … to"), f"{jp_datetime(found['first'])} – {jp_datetime(found['last'])}"


def _amounts(settlement: Settlement) -> Iterator[tuple[str, str]]:
    terms, run = settlement.terms, settlement.offer.assessment
    yield _("Agreed"), jp_datetime(settlement.agreed_at)
    if run is not None:
        yield _("Valuation date"), jp_date(run.valuation_on)
        yield _("Loss by the assessment"), yen(run.loss)
    for name, amount in terms["components"].items():
        if Decimal(amount):
            yield f"{_('Component')}{colon()}{COMPONENTS.get(name, name)}", yen(amount)
    for security, units in terms.get("in_kind", {}).items():
        yield f"{_('Shares in kind')}{colon()}{security}", quantity(units)
    if Decimal(terms.get("waived", 0)):
        yield _("Margin deficit that is waived"), yen(terms["waived"])
    if terms.get("conditions"):
        yield _("Conditions"), terms["conditions"]
    yield _("Amount to be paid"), yen(settlement.amount)
    yield _("Reasons"), terms["reasons"]
    yield _("Hash of the terms (SHA-256)"), settlement.terms_sha256


def _basis(basis: LegalBasis | None) -> Iterator[tuple[str, str]]:
    if basis is not None:
        yield _("Legal basis"), str(basis.get_kind_display())
        yield _("Number or paper"), f"{basis.reference}, {jp_date(basis.decided_on)}"


def _evidence(case: Case) -> Iterator[tuple[str, str]]:
    for file in EvidenceFile.objects.filter(case=case, is_removed=False).order_by("received_at", "pk"):
        yield _("File"), f"{file.name} – {file.sha256}"
