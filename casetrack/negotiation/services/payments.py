"""The payment of a settlement. That of the whole leads the case on; that of a part goes on beside the negotiation, at
whatever stage the case is: what was agreed is paid."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from casetrack.cases.events import write_event
from casetrack.cases.models import Case
from casetrack.cases.permissions import require
from casetrack.cases.services import move
from casetrack.cases.services.status import lock
from casetrack.cases.workflow import ACTIONS, APPROVER, VICTIM
from casetrack.lib import clock
from casetrack.lib.errors import Conflict, InvalidInput
from casetrack.lib.money import plain
from casetrack.negotiation.models import Payment, Settlement
from casetrack.negotiation.services.agreeing import require_final
from casetrack.negotiation.services.legal import require_legal_basis
from casetrack.negotiation.services.measures import still_due
from casetrack.negotiation.services.restorations import require_restored
from casetrack.negotiation.services.underway import check_account, require_no_transfer
from casetrack.people.bank import require_payable
from casetrack.people.models import User

# What the steps of the workflow's table are called where only a part was settled, and the case stays where it is.
OF_A_PART = {
    "record_payment": "negotiation.part_paid",
    "payment_failed": "negotiation.part_payment_failed",
    "show_payment": "negotiation.part_payment_shown",
    "deny_receipt": "negotiation.part_receipt_denied",
    "confirm_receipt": "negotiation.part_received",
}


def take_step(
    settlement: Settlement, action: str, *, actor: User, reason: str = "", data: dict[str, Any] | None = None
) -> None:
    """The workflow's row `action` for a settlement whose case is locked. Raises NotAllowed, IllegalTransition,
    InvalidInput (no reason)."""
    case, row = settlement.case, ACTIONS[action]
    if not settlement.is_partial:
        move(case, action, actor=actor, reason=reason, data=data)
        return
    require(actor, case, *row.by, "system")
    if row.reason and not reason.strip():
        raise InvalidInput(_("Give a reason."), field="reason")
    number = settlement.offer.number
    write_event(case, OF_A_PART[action], actor=actor, reason=reason.strip(), data=data, offer=number)


@transaction.atomic
def record_payment(
    settlement: Settlement, *, amount: Decimal, paid_on: dt.date, actor: User, note: str = "", is_done: bool = False
) -> Payment:
    """Record that the agreed amount was paid, less what was paid ahead.

    `is_done`: it has left the firm already, so its amount is what it is and nothing can keep it back now. Raises
    NotAllowed, IllegalTransition, Conflict (paid already, not countersigned, still revocable, no checked legal basis,
    the bank account is kept back, a transfer is under way), InvalidInput (another amount, a date in the future
    or before the agreement, an account in another name or none, without a note on it).
    """
    case = settlement.case = lock(settlement.case)
    require(actor, case, APPROVER)
    if Payment.objects.live().filter(settlement=settlement).exists():
        raise Conflict(_("The payment is recorded already."))
    due = still_due(settlement)
    if amount != due and not is_done:
        raise InvalidInput(_("The amount still to be paid is %(amount)s yen."), field="amount", amount=plain(due))
    if not clock.tokyo_date(settlement.agreed_at) <= paid_on <= clock.tokyo_date(clock.now()):
        raise InvalidInput(_("Enter a day between the agreement and today."), field="paid_on")
    require_final(settlement)
    require_restored(settlement)
    if not is_done:
        require_legal_basis(settlement)
        require_payable(case.victim_user, case.firm.code)
        if amount:
            check_account(case, note)
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
    data = {"amount": plain(amount), "paid_on": paid_on.isoformat()}
    take_step(settlement, "record_payment", actor=actor, data=data)
    return payment


def _live(payment: Payment) -> Case:
    """The locked case of a payment that did not come back. Raises Conflict."""
    case = payment.settlement.case = lock(payment.case)
    payment.refresh_from_db(fields=["received_at", "denied_at", "failed_at"])
    if payment.failed_at is not None:
        raise Conflict(_("This payment is recorded as failed."))
    if payment.settlement.is_partial and not payment.amount:
        raise Conflict(_("Nothing was left to be paid here, so there is nothing to say about its arrival."))
    if payment.settlement.is_partial and payment.received_at is not None:
        raise Conflict(_("The customer has confirmed this payment already."))
    return case


@transaction.atomic
def confirm_receipt(payment: Payment, *, actor: User) -> Payment:
    """The victim confirms that the money arrived: the case closes, unless only a part was settled. Raises NotAllowed,
    IllegalTransition, Conflict (the payment is recorded as failed, or confirmed already)."""
    case = _live(payment)
    require(actor, case, VICTIM)
    take_step(payment.settlement, "confirm_receipt", actor=actor)
    payment.received_at, payment.denied_at = clock.now(), None
    payment.save(update_fields=["received_at", "denied_at"])
    return payment


@transaction.atomic
def fail_payment(payment: Payment, *, actor: User, reason: str) -> Payment:
    """Record that the money came back (a closed account, a wrong name): it is to be paid again.

    Raises NotAllowed, IllegalTransition (the victim has it, the case ended), Conflict (failed already, or of a part:
    the victim has it), InvalidInput.
    """
    case = _live(payment)
    require(actor, case, APPROVER)
    take_step(payment.settlement, "payment_failed", actor=actor, reason=reason, data={"amount": plain(payment.amount)})
    payment.failed_at, payment.failed_because = clock.now(), reason.strip()
    payment.save(update_fields=["failed_at", "failed_because"])
    return payment


@transaction.atomic
def deny_receipt(payment: Payment, *, actor: User, reason: str) -> Payment:
    """The victim says that the money did not arrive, or not as agreed: it is the firm's turn again.

    Raises NotAllowed, IllegalTransition, Conflict (recorded as failed, or of a part: said or confirmed already),
    InvalidInput (no reason).
    """
    case = _live(payment)
    require(actor, case, VICTIM)
    if payment.settlement.is_partial and payment.denied_at is not None:
        raise Conflict(_("You have said this already. The firm has not answered yet."))
    take_step(payment.settlement, "deny_receipt", actor=actor, reason=reason)
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
    take_step(payment.settlement, "show_payment", actor=actor, reason=reason)
    payment.denied_at = None
    payment.save(update_fields=["denied_at"])
    return payment
