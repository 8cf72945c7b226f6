"""The payment of a settlement."""

import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_noop as _

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
from casetrack.people.bank import require_payable
from casetrack.people.models import User


@transaction.atomic
def record_payment(
    settlement: Settlement, *, amount: Decimal, paid_on: dt.date, actor: User, note: str = ""
) -> Payment:
    """Record that the agreed amount was paid.

    Raises NotAllowed, IllegalTransition, Conflict (paid already, not countersigned, still revocable, no checked legal
    basis, the bank account is kept back), InvalidInput (another amount, a date in the future or before the agreement).
    """
    case = lock(settlement.case)
    require(actor, case, APPROVER)
    if Payment.objects.filter(settlement=settlement).exists():
        raise Conflict(_("The payment is recorded already."))
    if amount != settlement.amount:
        raise InvalidInput(_("The agreed amount is %(amount)s yen."), field="amount", amount=plain(settlement.amount))
    if not clock.tokyo_date(settlement.agreed_at) <= paid_on <= clock.tokyo_date(clock.now()):
        raise InvalidInput(_("Enter a day between the agreement and today."), field="paid_on")
    require_final(settlement)
    require_legal_basis(settlement)
    require_payable(case.victim_user, case.firm.code)
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
    """The victim confirms that the money arrived: the case closes. Raises NotAllowed, IllegalTransition."""
    case = lock(payment.case)
    require(actor, case, VICTIM)
    move(case, "confirm_receipt", actor=actor)
    payment.received_at = clock.now()
    payment.save(update_fields=["received_at"])
    return payment
