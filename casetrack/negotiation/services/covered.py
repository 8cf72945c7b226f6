"""Settlements that were paid ahead in full: nothing is due, so nobody has to do anything for them."""

import datetime as dt

from django.db import transaction
from django.db.models import Q

from casetrack.cases.events import write_event
from casetrack.cases.services.status import lock
from casetrack.cases.workflow import Status
from casetrack.lib import clock
from casetrack.lib.errors import Conflict
from casetrack.lib.money import ZERO, plain
from casetrack.negotiation.models import InterimMeasure, MeasureStatus, Payment, Settlement
from casetrack.negotiation.services.agreeing import require_final
from casetrack.negotiation.services.measures import credit_of
from casetrack.negotiation.services.payments import take_step
from casetrack.negotiation.services.restorations import require_restored
from casetrack.negotiation.services.underway import live_line
from casetrack.people.models import User

COVERED = "negotiation.part_covered"


def record_covered(now: dt.datetime, *, actor: User) -> int:
    """Record what was paid ahead in full as paid, once it is signed and nobody can take it back any more; how many.

    The money left the firm with a legal basis of its own (see `measures.pay_ahead`), so that none is asked for here. A
    part is then done with; of the whole the victim says whether the money arrived, as of every other.
    """
    ahead = InterimMeasure.objects.filter(status=MeasureStatus.PAID).values("case")
    waiting = (
        Settlement.objects.live()
        .filter(Q(case__status=Status.AGREED) | ~Q(offer__settles=[]), case__in=ahead, revocable_until__lte=now)
        .exclude(countersignature=None)
        .exclude(pk__in=Payment.objects.live().values("settlement"))
    )
    done = 0
    for settlement in waiting.select_related("case__firm", "offer").order_by("agreed_at", "pk"):
        with transaction.atomic():
            done += _cover(settlement, actor)
    return done


def is_covered(settlement: Settlement) -> bool:
    """Whether all of it was paid ahead. One of nothing but shares or a waived deficit was not: it needs its papers."""
    return ZERO < settlement.amount == credit_of(settlement)


def _cover(settlement: Settlement, actor: User) -> bool:
    """The same of one, under its case's lock; whether it was."""
    case = settlement.case = lock(settlement.case)
    if Payment.objects.live().filter(settlement=settlement).exists() or live_line(case) is not None:
        return False
    if not is_covered(settlement) or not (settlement.is_partial or case.status == Status.AGREED):
        return False
    try:
        require_final(settlement)
        require_restored(settlement)
    except Conflict:
        return False
    now = clock.now()
    day = clock.tokyo_date(now)
    Payment.objects.create(
        case=case, settlement=settlement, amount=ZERO, paid_on=day, recorded_by=actor, recorded_at=now
    )
    if settlement.is_partial:
        write_event(case, COVERED, actor=actor, offer=settlement.offer.number)
    else:
        data = {"amount": plain(ZERO), "paid_on": day.isoformat()}
        take_step(settlement, "record_payment", actor=actor, data=data)
    return True
