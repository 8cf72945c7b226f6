"""The payment of a settlement."""

import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_noop as _

from casetrack.cases.models import Case
from casetrack.cases.permissions import require
from casetrack.cases.services import move
from casetrack.cases.services.status import lock
from casetrack.cases.workflow import APPROVER, VICTIM
from casetrack.lib import clock
from casetrack.lib.errors import Conflict, InvalidInput
from casetrack.lib.money import plain
from casetrack.negotiation.models import Payment, Settlement
from casetrack.negotiation.services.agreeing import require_final
from casetrack.negotiation.services.legal import require_legal_basis
from casetrack.negotiation.services.measures import still_due
from casetrack.negotiation.services.readiness import require_no_transfer
from casetrack.negotiation.services.restorations import require_restored
from casetrack.people.bank import require_payable
from casetrack.people.models import User


@transaction.atomic
def record_payment(
    settlement: Settlement, *, amount: Decimal, paid_on: dt.date, actor: User, note: str = "", is_done: bool = False
) -> Payment:
    """Record that the agreed amount was paid, less what was paid ahead.

    `is_done`: it has left the firm already, so what would keep a payment back now no longer can. Raises NotAllowed,
    IllegalTransition, Conflict (paid already, not countersigned, still revocable, no checked legal basis, the bank
    account is kept back, a transfer is under way), InvalidInput (another amount, a date in the future or before the
    agreement).
    """
    case = lock(settlement.case)
    require(actor, case, APPROVER)
    if Payment.objects.live().filter(settlement=settlement).exists():
        raise Conflict(_("The payment is recorded already."))
    due = still_due(settlement)
    if amount != due:
        raise InvalidInput(_("The amount still to be paid is %(amount)s yen."), field="amount", amount=plain(due))
    if not clock.tokyo_date(settlement.agreed_at) <= paid_on <= clock.tokyo_date(clock.now()):
        raise InvalidInput(_("Enter a day between the agreement and today."), field="paid_on")
    require_final(settlement)
    require_legal_basis(settlement)
    require_restored(settlement)
    if not is_done:
        require_payable(case.victim_user, case.firm.code)
        require_no_transfer(case)
    payment = Payment.objects.create(
        case=case,
        settlement=settlement,
        amount=amount,
        paid_on=paid_on,
        note=note.strip(),
        recorded_by=actor,
        recorded_at=clock.now(),
    )
    move(case, "record_payment", actor=actor, data={"amount": plain(amount), "paid_on": paid_on.isoformat()})
    return payment


@transaction.atomic
def confirm_receipt(payment: Payment, *, actor: User) -> Payment:
    """The victim confirms that the money arrived: the case closes. Raises NotAllowed, IllegalTransition, Conflict (the
    payment is recorded as failed)."""
    case = _live(payment)
    require(actor, case, VICTIM)
    move(case, "confirm_receipt", actor=actor)
    payment.received_at = clock.now()
    payment.save(update_fields=["received_at"])
    return payment


def _live(payment: Payment) -> Case:
    """The locked case of a payment that did not come back. Raises Conflict."""
    case = lock(payment.case)
    payment.refresh_from_db()
    if payment.failed_at is not None:
        raise Conflict(_("This payment is recorded as failed."))
    return case


@transaction.atomic
def fail_payment(payment: Payment, *, actor: User, reason: str) -> Payment:
    """Record that the money came back (a closed account, a wrong name): it is to be paid again.

    Raises NotAllowed, IllegalTransition (the victim has it, the case ended), Conflict (failed already), InvalidInput.
    """
    case = _live(payment)
    require(actor, case, APPROVER)
    move(case, "payment_failed", actor=actor, reason=reason, data={"amount": plain(payment.amount)})
    payment.failed_at, payment.failed_because = clock.now(), reason.strip()
    payment.save(update_fields=["failed_at", "failed_because"])
    return payment


@transaction.atomic
def deny_receipt(payment: Payment, *, actor: User, reason: str) -> Payment:
    """The victim says that the money did not arrive, or not as agreed: it is the firm's turn again.

    Raises NotAllowed, IllegalTransition, Conflict (recorded as failed), InvalidInput (no reason).
    """
    case = _live(payment)
    require(actor, case, VICTIM)
    move(case, "deny_receipt", actor=actor, reason=reason)
    payment.denied_at = clock.now()
    payment.save(update_fields=["denied_at"])
    return payment


@transaction.atomic
def show_payment(payment: Payment, *, actor: User, reason: str) -> Payment:
    """The firm shows that it did pay, after the victim said that nothing arrived: when, to where, by which number.

    Raises NotAllowed, IllegalTransition, Conflict (recorded as failed, or nobody denied it), InvalidInput (no reason).
    """
    case = _live(payment)
    require(actor, case, APPROVER)
    if payment.denied_at is None:
        raise Conflict(_("The customer has not said that the money is missing."))
    move(case, "show_payment", actor=actor, reason=reason)
    payment.denied_at = None
    payment.save(update_fields=["denied_at"])
    return payment
