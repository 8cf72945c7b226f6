"""Which settlements may go to the bank now, and what keeps the others back, in words."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext_noop as _

from casetrack.calc.zengin import KNOWN, MOST_YEN, half_width
from casetrack.cases.models import Case
from casetrack.cases.workflow import Status
from casetrack.firms.models import Firm
from casetrack.lib import references
from casetrack.lib.errors import Conflict, DomainError
from casetrack.lib.money import ZERO
from casetrack.negotiation.models import Payment, Settlement, TransferLine
from casetrack.negotiation.services.agreeing import check_final
from casetrack.negotiation.services.legal import require_legal_basis, sums_of
from casetrack.negotiation.services.measures import credits_of
from casetrack.negotiation.services.restorations import require_restored
from casetrack.negotiation.services.underway import require_own_name
from casetrack.negotiation.transfers import LineStatus
from casetrack.people.bank import Standing, standings_of
from casetrack.people.models import BankAccount

CODE_WIDTH = 10
# As many are looked at in one go; the oldest agreements first.
MOST = 200
RELATED = ("case__firm", "case__victim", "offer__assessment", "countersignature")


@dataclass(frozen=True)
class Readiness:
    """A settlement on its way to the bank: whole yen `due` to `account`, unless there are `obstacles`."""

    settlement: Settlement
    due: Decimal
    account: BankAccount | None
    obstacles: list[DomainError] = field(default_factory=list)


def customer_code(case: Case) -> str:
    """The ten digits by which a bank's results are matched: year and number of the reference. Raises Conflict."""
    match = references.PATTERN.fullmatch(case.reference)
    code = match[1] + match[2] if match else ""
    if len(code) != CODE_WIDTH:
        raise Conflict(_("The case's number does not fit into a transfer file."))
    return code


def unpaid(firm: Firm) -> list[Settlement]:
    """The firm's settlements that wait for their payment and are in no live batch, the oldest agreement first: MOST at
    most. Of a case with several, only the first: they are paid one after another. One of which nothing is left to be
    paid keeps none of the others back."""
    paid = Payment.objects.live().values("settlement")
    moving = TransferLine.objects.filter(status=LineStatus.WAITING).values("case")
    rows = (
        Settlement.objects.live()
        .filter(Q(case__status=Status.AGREED) | ~Q(offer__settles=[]), case__firm=firm)
        .exclude(pk__in=paid)
        .exclude(case__in=moving)
        .order_by("agreed_at", "pk")[:MOST]
    )
    credits = credits_of(rows)
    first: dict[int, Settlement] = {}
    for row in sorted(rows, key=lambda row: row.amount == credits[row.pk]):
        first.setdefault(row.case_id, row)
    return [row for row in rows if first[row.case_id] is row]


def readiness_of(settlement: Settlement) -> Readiness:
    """Everything that keeps the settlement from being paid by transfer now."""
    (row,) = readiness_of_all([settlement])
    return row


def readiness_of_all(settlements: Iterable[Settlement]) -> list[Readiness]:
    """The same of settlements of one firm, in their order. Everything is read anew, in the same number of queries
    however many they are."""
    keys = [settlement.pk for settlement in settlements]
    read = Settlement.objects.select_related(*RELATED).prefetch_related("legal_bases", "restorations").in_bulk(keys)
    found = [read[key] for key in keys]
    if not found:
        return []
    credits, firm = credits_of(found), found[0].case.firm
    sums = sums_of(settlement.case_id for settlement in found)
    standings = standings_of((settlement.case.victim_user_id for settlement in found), firm.code)
    return [
        _judged(one, one.amount - credits[one.pk], sums.get(one.case_id, ZERO), standings[one.case.victim_user_id])
        for one in found
    ]


def _judged(settlement: Settlement, due: Decimal, whole: Decimal, standing: Standing) -> Readiness:
    """`whole` is what the case comes to."""
    return Readiness(settlement, due, standing.account, list(_obstacles(settlement, standing, due, whole)))


def _obstacles(settlement: Settlement, standing: Standing, due: Decimal, whole: Decimal) -> Iterator[DomainError]:
    case, account = settlement.case, standing.account
    checks: tuple[Callable[[], object], ...] = (
        lambda: _agreed(settlement),
        lambda: check_final(settlement, is_signed=hasattr(settlement, "countersignature")),
        lambda: require_legal_basis(settlement, whole),
        lambda: require_restored(settlement),
        lambda: _payable_amount(due),
        lambda: customer_code(case),
        lambda: _details(case, account),
        standing.require_payable,
        lambda: require_own_name(case, account),
        lambda: _writable(account),
    )
    for check in checks:
        try:
            check()
        except DomainError as obstacle:
            yield obstacle


def _agreed(settlement: Settlement) -> None:
    """A part is paid wherever its case is."""
    case = settlement.case
    if not settlement.is_partial and case.status != Status.AGREED:
        raise Conflict(_("This is not possible now: the case is at “%(status)s”."), status=case.staff_status)


def _payable_amount(due: Decimal) -> None:
    if due <= 0:
        raise Conflict(_("Nothing is left to be paid."))
    if due > MOST_YEN:
        raise Conflict(_("The amount is too large for a transfer file."))


def _details(case: Case, account: BankAccount | None) -> None:
    if case.victim_user_id is None:
        raise Conflict(_("The customer has no log-in yet, so there are no bank details."))
    if account is None:
        raise Conflict(_("The customer has not entered bank details yet."))


def _writable(account: BankAccount | None) -> None:
    unknown = sorted(set(half_width(account.holder)) - KNOWN) if account else []
    if unknown:
        raise Conflict(
            _("The bank's format does not know these characters of the holder's name: %(characters)s"),
            characters=" ".join(unknown),
        )  # fmt: skip
