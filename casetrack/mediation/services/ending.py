"""How a mediation ends without a settlement, and how both sides may end a case in which there was one.

A body reads a case for as long as it mediates in it. With every end but a settlement the case is taken from it in the
same act; what it keeps is the record of the mediation. A mediation that was settled is followed until the case ends,
so that the body can answer questions about what it brought about; then the database takes the case from it
(migration 0006).
"""

from django.db import transaction
from django.utils.translation import gettext_noop as _

from casetrack.cases.models import Case
from casetrack.cases.services import move
from casetrack.cases.services.status import lock
from casetrack.lib import clock
from casetrack.lib.errors import Conflict
from casetrack.lib.scope import system_scope
from casetrack.mediation.models import Mediation
from casetrack.mediation.services.applying import live_mediation
from casetrack.mediation.services.leading import begin, finish
from casetrack.mediation.services.settled import owes_offer
from casetrack.negotiation.services.offers import end_offers
from casetrack.people.models import User


@transaction.atomic
def decline_application(mediation: Mediation, *, actor: User, reason: str) -> Mediation:
    """The body does not take the case on. Raises NotAllowed, Conflict, InvalidInput (no reason)."""
    return _end(mediation, "decline", actor, reason)


@transaction.atomic
def end_mediation(mediation: Mediation, *, actor: User, reason: str) -> Mediation:
    """The body ends it: no settlement is to be expected. Raises NotAllowed, Conflict, InvalidInput (no reason)."""
    return _end(mediation, "end", actor, reason)


@transaction.atomic
def withdraw_mediation(mediation: Mediation, *, actor: User, reason: str = "") -> Mediation:
    """The applicant takes the application back, and with it the consent. Raises NotAllowed, Conflict, InvalidInput (too
    long)."""
    return _end(mediation, "withdraw", actor, reason)


def _end(mediation: Mediation, action: str, actor: User, reason: str) -> Mediation:
    """End it, and take the case from the body. In the system's scope: no mediator gives a case away by itself."""
    begin(mediation, action, actor=actor)
    mediation.proposals.filter(ended_at=None).update(ended_at=clock.now())
    finish(mediation, action, actor=actor, reason=reason)
    mediation.case.body = None
    with system_scope():
        mediation.case.save(update_fields=["body"])
    return mediation


def check_firm_may_end(case: Case) -> None:
    """Raises Conflict while a body mediates in the case, and while the firm owes the offer on which a mediation was
    settled. The victim may withdraw a case at any time."""
    if live_mediation(case) is not None:
        raise Conflict(_("A body mediates in this case. The firm can end it once the mediation has ended."))
    if owes_offer(case):
        raise Conflict(_("The mediation of this case was settled. First make the offer that was agreed."))


def may_firm_end(case: Case) -> bool:
    """The same as a question, for the firm's buttons. A case that was never before a body costs no query."""
    return case.body_id is None or (live_mediation(case) is None and not owes_offer(case))


@transaction.atomic
def close_case(case: Case, *, actor: User, reason: str) -> Case:
    """The firm closes a case. Raises as `check_firm_may_end` and `cases.services.move`."""
    check_firm_may_end(lock(case))
    return _leave(case, "close", actor, reason)


@transaction.atomic
def decline_case(case: Case, *, actor: User, reason: str) -> Case:
    """The firm declines a case. Raises as `check_firm_may_end` and `cases.services.move`."""
    check_firm_may_end(lock(case))
    return _leave(case, "decline", actor, reason)


@transaction.atomic
def withdraw_case(case: Case, *, actor: User, reason: str = "") -> Case:
    """The victim withdraws the case, and with it what she asked of a body: it no longer sees the case. Raises as
    `cases.services.move`."""
    mediation = live_mediation(lock(case))
    if mediation is not None:
        withdraw_mediation(mediation, actor=actor)
        case.body = None
    return _leave(case, "withdraw", actor, reason)


def _leave(case: Case, action: str, actor: User, reason: str) -> Case:
    """Nobody can answer what is on offer any more, so it lapses."""
    move(case, action, actor=actor, reason=reason)
    end_offers(case, actor=actor)
    return case
