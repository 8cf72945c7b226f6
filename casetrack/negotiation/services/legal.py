"""The legal basis of a payment: recorded by one person, checked by another, and nothing is paid without it."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext, override
from django.utils.translation import gettext_noop as _

from casetrack.cases.events import write_event
from casetrack.cases.models import Case
from casetrack.cases.permissions import require
from casetrack.cases.services.status import lock
from casetrack.cases.workflow import APPROVER, INVESTIGATOR
from casetrack.evidence.models import EvidenceFile
from casetrack.lib import clock
from casetrack.lib.errors import Conflict, InvalidInput, NotAllowed
from casetrack.lib.money import ZERO, plain
from casetrack.negotiation.bases import Basis, limit_on
from casetrack.negotiation.models import BasisStatus, LegalBasis, Payment, Settlement
from casetrack.people.models import User

LIVE = (BasisStatus.RECORDED, BasisStatus.CHECKED)


def basis_of(settlement: Settlement) -> LegalBasis | None:
    """The settlement's basis that counts: recorded or checked, not returned."""
    return next((basis for basis in settlement.legal_bases.all() if basis.status in LIVE), None)


def sums_of(cases: Iterable[int]) -> dict[int, Decimal]:
    """Whole yen that each case comes to, by its key: what is agreed in parts is one accident, however it is cut up. One
    query."""
    agreed = Settlement.objects.live().filter(case__in=set(cases))
    return dict(agreed.values_list("case").annotate(Sum("amount")).order_by())


def sum_of(case_id: int) -> Decimal:
    """See `sums_of`."""
    return sums_of([case_id]).get(case_id, ZERO)


def check_outgrown(basis: LegalBasis, whole: Decimal) -> None:
    """Raises Conflict where the body of the basis does not confirm what the case comes to by now: parts were agreed
    since. A confirmation by the Local Finance Bureau holds for less too."""
    limit = limit_on(basis.decided_on)
    if basis.kind == Basis.CONFIRMED_JSDA and whole > limit:
        raise Conflict(
            _(
                "What is agreed in this case has come to %(sum)s yen. The JSDA committee confirms up to %(limit)s yen:"
                " record another legal basis before anything more is paid."
            ),
            sum=f"{whole:,}", limit=f"{limit:,}",
        )  # fmt: skip


def is_outgrown(basis: LegalBasis, whole: Decimal) -> bool:
    """See `check_outgrown`."""
    try:
        check_outgrown(basis, whole)
    except Conflict:
        return True
    return False


def require_legal_basis(settlement: Settlement, whole: Decimal | None = None) -> LegalBasis:
    """The checked basis that covers the settlement, in a case that comes to `whole` (None: it is looked up). Raises
    Conflict where there is none: nothing may be paid."""
    basis = basis_of(settlement)
    if basis is None:
        raise Conflict(_("Record first on what legal basis the firm pays. Without it nothing may be paid."))
    if basis.status != BasisStatus.CHECKED:
        raise Conflict(_("A second person must check the legal basis before anything is paid."))
    if basis.amount < settlement.amount:
        raise Conflict(_("The legal basis covers less than what was agreed."))
    check_outgrown(basis, sum_of(settlement.case_id) if whole is None else whole)
    return basis


def _unpaid(settlement: Settlement) -> Case:
    case = lock(settlement.case)
    if Payment.objects.live().filter(settlement=settlement).exists():
        raise Conflict(_("The payment is recorded already."))
    return case


def check_body(kind: str, amount: Decimal, decided_on: dt.date) -> None:
    """Raises InvalidInput where the body of the basis does not confirm such an amount."""
    limit = limit_on(decided_on)
    if kind == Basis.CONFIRMED_JSDA and amount > limit:
        raise InvalidInput(
            _("The JSDA committee confirms up to %(limit)s yen. Above that, the Local Finance Bureau does."),
            field="kind", limit=f"{limit:,}",
        )  # fmt: skip
    if kind == Basis.CONFIRMED_BUREAU and amount <= limit:
        raise InvalidInput(
            _("Up to %(limit)s yen the JSDA committee confirms, not the Local Finance Bureau."),
            field="kind", limit=f"{limit:,}",
        )  # fmt: skip


@transaction.atomic
def record_legal_basis(
    settlement: Settlement,
    *,
    kind: str,
    reference: str,
    decided_on: dt.date,
    actor: User,
    note: str = "",
    evidence: EvidenceFile | None = None,
) -> LegalBasis:
    """Record on what basis the settlement's amount may be paid, for another person to check. It takes the place of a
    checked one that the case has outgrown.

    Raises NotAllowed, Conflict (paid already, or one is recorded), InvalidInput (no such kind, no reference, a day in
    the future, the wrong body for the amount, a file of another case).
    """
    case = _unpaid(settlement)
    require(actor, case, INVESTIGATOR, APPROVER)
    before, whole = basis_of(settlement), sum_of(case.pk)
    if before is not None and not (before.status == BasisStatus.CHECKED and is_outgrown(before, whole)):
        raise Conflict(_("A legal basis is recorded already; it must be returned first."))
    if kind not in Basis.values:
        raise InvalidInput(_("Choose one of the legal bases."), field="kind")
    if not reference.strip():
        raise InvalidInput(_("Enter the number or the day by which the paper is found."), field="reference")
    if decided_on > clock.tokyo_date(clock.now()):
        raise InvalidInput(_("The day lies in the future."), field="decided_on")
    check_body(kind, whole, decided_on)
    if evidence is not None and (evidence.case_id != case.pk or evidence.is_removed):
        raise InvalidInput(_("Choose a file of this case."), field="evidence")
    if before is not None:
        before.case = case
        _supersede(before, actor)
    basis = LegalBasis.objects.create(
        case=case,
        settlement=settlement,
        kind=kind,
        reference=reference.strip(),
        decided_on=decided_on,
        amount=settlement.amount,
        note=note.strip(),
        evidence=evidence,
        recorded_by=actor,
        recorded_at=clock.now(),
    )
    data = {"kind": kind, "amount": plain(basis.amount), "decided_on": decided_on.isoformat()}
    write_event(case, "negotiation.legal_basis_recorded", actor=actor, is_public=False, data=data)
    return basis


def _supersede(basis: LegalBasis, actor: User) -> None:
    """Return a checked basis that another takes the place of."""
    with override(settings.LANGUAGE_CODE):
        reason = gettext("The case has come to more than this body confirms.")
    _return(basis, reason, actor)


def _return(basis: LegalBasis, reason: str, actor: User) -> None:
    basis.status, basis.returned_because = BasisStatus.RETURNED, reason
    basis.save(update_fields=["status", "returned_because"])
    write_event(
        basis.case, "negotiation.legal_basis_returned", actor=actor, reason=reason, is_public=False,
        data={"kind": basis.kind},
    )  # fmt: skip


def _second_person(basis: LegalBasis, actor: User) -> Case:
    """The locked case of a basis that `actor` may check now."""
    case = _unpaid(basis.settlement)
    require(actor, case, APPROVER)
    basis.refresh_from_db()
    if basis.status != BasisStatus.RECORDED:
        raise Conflict(_("This legal basis no longer waits for a second person."))
    if basis.recorded_by_id == actor.pk:
        raise NotAllowed(_("Another person must check what you recorded."))
    return case


@transaction.atomic
def check_legal_basis(basis: LegalBasis, *, actor: User) -> LegalBasis:
    """A second person has seen the paper: the payment may be made. Raises NotAllowed, Conflict (also where the case has
    come to more than its body confirms)."""
    case = _second_person(basis, actor)
    check_outgrown(basis, sum_of(case.pk))
    basis.status, basis.checked_by, basis.checked_at = BasisStatus.CHECKED, actor, clock.now()
    basis.save(update_fields=["status", "checked_by", "checked_at"])
    write_event(case, "negotiation.legal_basis_checked", actor=actor, data={"kind": basis.kind})
    return basis


@transaction.atomic
def return_legal_basis(basis: LegalBasis, *, actor: User, reason: str) -> LegalBasis:
    """The second person returns it; another can be recorded. Raises NotAllowed, Conflict, InvalidInput (no reason)."""
    basis.case = _second_person(basis, actor)
    if not reason.strip():
        raise InvalidInput(_("Give a reason."), field="reason")
    _return(basis, reason.strip(), actor)
    return basis
