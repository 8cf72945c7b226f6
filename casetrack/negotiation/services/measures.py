"""Help while a case runs: a provisional payment, a margin deficit that is not demanded for now, or waived."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from django.db import transaction
from django.db.models import Max, Q, Sum
from django.utils.translation import gettext_noop as _

from casetrack.cases.events import write_event
from casetrack.cases.models import Case
from casetrack.cases.permissions import require, require_limit, require_second_person
from casetrack.cases.services.status import lock
from casetrack.cases.workflow import APPROVER, INVESTIGATOR, Status
from casetrack.lib import clock
from casetrack.lib.errors import Conflict, IllegalTransition, InvalidInput
from casetrack.lib.money import ZERO, plain
from casetrack.negotiation.bases import Basis
from casetrack.negotiation.models import InterimMeasure, Measure, MeasureStatus, Settlement
from casetrack.negotiation.querysets import given_ahead
from casetrack.negotiation.services.legal import check_body
from casetrack.negotiation.services.underway import check_account, require_no_transfer
from casetrack.people.bank import require_payable
from casetrack.people.models import User

WHILE = (
    Status.ACKNOWLEDGED,
    Status.INVESTIGATING,
    Status.AWAITING_VICTIM,
    Status.ASSESSED,
    Status.NEGOTIATING,
    Status.ESCALATED,
)


def credits_of(settlements: Iterable[Settlement]) -> dict[int, Decimal]:
    """Whole yen of what was paid ahead that count towards each settlement, by its key: what those that are paid, and
    those agreed before it in its case, have not used up. Two queries at most, however many they are."""
    wanted = {settlement.pk: settlement.case_id for settlement in settlements}
    credits = dict.fromkeys(wanted, Decimal(0))
    ahead = InterimMeasure.objects.filter(case__in=set(wanted.values()), status=MeasureStatus.PAID)
    left = dict(ahead.values_list("case").annotate(Sum("amount")).order_by())
    if not left:
        return credits
    paid = Sum("payments__amount", filter=Q(payments__failed_at=None))
    agreed = Settlement.objects.live().filter(case__in=left).annotate(paid=paid).order_by("agreed_at", "pk")
    rows = list(agreed.values_list("pk", "case", "amount", "paid"))
    for key, case, amount, so_far in sorted(rows, key=lambda row: row[3] is None):
        used = min(left[case], amount) if so_far is None else amount - so_far
        left[case] -= used
        if key in credits:
            credits[key] = used
    return credits


def credit_of(settlement: Settlement) -> Decimal:
    """See `credits_of`."""
    return credits_of([settlement])[settlement.pk]


def still_due(settlement: Settlement) -> Decimal:
    """Whole yen of the settlement still to be paid: what was agreed less what was paid ahead, never below 0."""
    return settlement.amount - credit_of(settlement)


def burden_of(measure: InterimMeasure) -> Decimal:
    """What an approver decides on with it, in whole yen, for their limit: with what was given in the case before, ahead
    or as a settled part. However a case is cut up, it needs the same limit."""
    before: Decimal = InterimMeasure.objects.filter(pk=measure.pk).values_list(given_ahead(), flat=True).get()
    agreed = _agreed_in(measure.case)
    return measure.amount + before + _beyond_help(agreed) + sum((one.offer.waived for one in agreed), ZERO)


def _agreed_in(case: Case) -> list[Settlement]:
    return list(Settlement.objects.live().filter(case=case).select_related("offer"))


def _beyond_help(agreed: list[Settlement]) -> Decimal:
    """Whole yen of these settlements that are not what was paid ahead already."""
    return sum((one.amount for one in agreed), ZERO) - sum(credits_of(agreed).values(), ZERO)


def _running(case: Case) -> None:
    lock(case)
    if case.status not in WHILE:
        raise IllegalTransition(_("This is not possible now: the case is at “%(status)s”."), status=case.staff_status)


@transaction.atomic
def propose_measure(
    case: Case,
    *,
    kind: str,
    amount: Decimal,
    reason: str,
    actor: User,
    until: dt.date | None = None,
    basis: str = "",
    reference: str = "",
) -> InterimMeasure:
    """Propose help for the victim, for another person to approve; the victim reads `reason` once it is approved.

    A provisional payment needs a legal `basis` with its `reference`, as every payment does. Raises NotAllowed,
    IllegalTransition, InvalidInput (`field` names what).
    """
    _running(case)
    require(actor, case, INVESTIGATOR)
    if kind not in Measure.values:
        raise InvalidInput(_("Choose what is to be done."), field="kind")
    if amount <= 0 or amount != amount.to_integral_value():
        raise InvalidInput(_("Enter the amount in whole yen."), field="amount")
    if not reason.strip():
        raise InvalidInput(_("Give a reason."), field="reason")
    if until is not None and until < clock.tokyo_date(clock.now()):
        raise InvalidInput(_("The day lies in the past."), field="until")
    is_payment = kind == Measure.PROVISIONAL_PAYMENT
    if is_payment and basis not in Basis.values:
        raise InvalidInput(_("Choose one of the legal bases."), field="basis")
    if is_payment and not reference.strip():
        raise InvalidInput(_("Enter the number or the day by which the paper is found."), field="reference")
    if is_payment:
        _check_basis(case, basis, amount)
    measure = InterimMeasure.objects.create(
        case=case,
        number=(case.measures.aggregate(last=Max("number"))["last"] or 0) + 1,
        kind=kind,
        amount=amount,
        until=until,
        reason=reason.strip(),
        basis=basis if is_payment else "",
        reference=reference.strip() if is_payment else "",
        proposed_by=actor,
        proposed_at=clock.now(),
    )
    _write(measure, "proposed", actor, is_public=False)
    return measure


def _check_basis(case: Case, basis: str, amount: Decimal) -> None:
    """The body that confirms is that of all that is paid in the case, ahead and as settled parts: it is one
    accident."""
    ahead = case.measures.filter(
        kind=Measure.PROVISIONAL_PAYMENT, status__in=[MeasureStatus.APPROVED, MeasureStatus.PAID]
    )
    so_far: Decimal = (ahead.aggregate(sum=Sum("amount"))["sum"] or ZERO) + _beyond_help(_agreed_in(case))
    try:
        check_body(basis, so_far + amount, clock.tokyo_date(clock.now()))
    except InvalidInput as refused:
        refused.field = "basis"
        raise


def _write(measure: InterimMeasure, what: str, actor: User, *, reason: str = "", is_public: bool = True) -> None:
    write_event(
        measure.case, f"negotiation.measure_{what}", actor=actor, reason=reason, is_public=is_public,
        data={"measure": measure.number, "kind": measure.kind, "amount": plain(measure.amount)},
    )  # fmt: skip


def _at(measure: InterimMeasure, actor: User, *statuses: MeasureStatus) -> None:
    """Lock the case and read again. Raises IllegalTransition, NotAllowed, Conflict."""
    _running(measure.case)
    require(actor, measure.case, APPROVER)
    measure.refresh_from_db(fields=["status"])
    if measure.status not in statuses:
        raise Conflict(_("Somebody has decided on this already."))


@transaction.atomic
def approve_measure(measure: InterimMeasure, *, actor: User) -> InterimMeasure:
    """Approve it: it holds from now on, and the victim is told. Raises NotAllowed (also above the limit, with what was
    given before), IllegalTransition, Conflict, InvalidInput (with what was approved since, another body confirms)."""
    _at(measure, actor, MeasureStatus.PROPOSED)
    require_second_person(actor, measure.proposed_by_id)
    require_limit(actor, burden_of(measure))
    if measure.kind == Measure.PROVISIONAL_PAYMENT:
        _check_basis(measure.case, measure.basis, measure.amount)
    measure.status, measure.approved_by, measure.approved_at = MeasureStatus.APPROVED, actor, clock.now()
    measure.save(update_fields=["status", "approved_by", "approved_at"])
    _write(measure, "approved", actor, reason=measure.reason)
    return measure


def _end(measure: InterimMeasure, status: MeasureStatus, reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise InvalidInput(_("Give a reason."), field="reason")
    measure.status, measure.ended_because = status, reason
    measure.save(update_fields=["status", "ended_because"])
    return reason


@transaction.atomic
def return_measure(measure: InterimMeasure, *, actor: User, reason: str) -> InterimMeasure:
    """Return a proposal with a reason. Raises NotAllowed, IllegalTransition, Conflict, InvalidInput."""
    _at(measure, actor, MeasureStatus.PROPOSED)
    require_second_person(actor, measure.proposed_by_id)
    _write(measure, "returned", actor, reason=_end(measure, MeasureStatus.RETURNED, reason), is_public=False)
    return measure


@transaction.atomic
def end_measure(measure: InterimMeasure, *, actor: User, reason: str) -> InterimMeasure:
    """End what is in force, with a reason that the victim reads. A waiver stays: it was given.

    Raises NotAllowed, IllegalTransition, Conflict, InvalidInput.
    """
    _at(measure, actor, MeasureStatus.APPROVED)
    if measure.kind == Measure.DEFICIT_WAIVED:
        raise Conflict(_("A waiver cannot be taken back."))
    _write(measure, "ended", actor, reason=_end(measure, MeasureStatus.ENDED, reason))
    return measure


@transaction.atomic
def pay_ahead(measure: InterimMeasure, *, paid_on: dt.date, actor: User, note: str = "") -> InterimMeasure:
    """Record that an approved provisional payment was made. Raises NotAllowed, IllegalTransition, Conflict (not
    approved, no payment, the bank account is kept back, a transfer is under way), InvalidInput (the day, an account in
    another name or none, without a note on it)."""
    _at(measure, actor, MeasureStatus.APPROVED)
    if measure.kind != Measure.PROVISIONAL_PAYMENT:
        raise Conflict(_("Nothing is paid with this."))
    assert measure.approved_at is not None  # noqa: S101  (the database holds it)
    if not clock.tokyo_date(measure.approved_at) <= paid_on <= clock.tokyo_date(clock.now()):
        raise InvalidInput(_("Enter a day between the approval and today."), field="paid_on")
    require_payable(measure.case.victim_user, measure.case.firm.code)
    check_account(measure.case, note)
    require_no_transfer(measure.case)
    measure.status, measure.paid_on, measure.paid_note = MeasureStatus.PAID, paid_on, note.strip()
    measure.save(update_fields=["status", "paid_on", "paid_note"])
    _write(measure, "paid", actor)
    return measure
