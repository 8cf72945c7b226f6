"""After an acceptance: the firm countersigns, the customer may take it back for a while, and then it may be paid."""

from django.db import transaction
from django.utils.translation import gettext_noop as _

from casetrack.cases.events import write_event
from casetrack.cases.models import Case
from casetrack.cases.permissions import require, require_limit, require_second_person
from casetrack.cases.services import move
from casetrack.cases.services.status import lock
from casetrack.cases.workflow import APPROVER, VICTIM
from casetrack.lib import clock
from casetrack.lib.clock import TOKYO
from casetrack.lib.errors import Conflict
from casetrack.negotiation.models import Countersignature, Payment, Settlement
from casetrack.negotiation.services.offers import lead
from casetrack.negotiation.workflow import OfferStatus
from casetrack.people.models import User


def live_settlement(case: Case) -> Settlement | None:
    """What the two sides have agreed, unless it was taken back."""
    return Settlement.objects.live().filter(case=case).select_related("offer", "countersignature").first()


def _live(settlement: Settlement) -> Case:
    """The locked case of a settlement that stands and is not paid. Raises Conflict."""
    case = lock(settlement.case)
    settlement.offer.refresh_from_db(fields=["status"])
    if settlement.offer.status != OfferStatus.ACCEPTED:
        raise Conflict(_("The acceptance was taken back."))
    if Payment.objects.live().filter(settlement=settlement).exists():
        raise Conflict(_("The payment is recorded already."))
    return case


@transaction.atomic
def countersign(settlement: Settlement, *, actor: User) -> Countersignature:
    """Sign for the firm what the customer accepted. Raises NotAllowed (not an approver, the one who prepared the
    offer, above the limit), Conflict (signed already, taken back, paid)."""
    case = _live(settlement)
    require(actor, case, APPROVER)
    require_second_person(actor, settlement.offer.prepared_by_id)
    require_limit(actor, settlement.offer.burden)
    if Countersignature.objects.filter(settlement=settlement).exists():
        raise Conflict(_("The settlement is countersigned already."))
    signature = Countersignature.objects.create(
        case=case,
        settlement=settlement,
        terms_sha256=settlement.terms_sha256,
        signed_by=actor,
        signed_at=clock.now(),
    )
    data = {"offer": settlement.offer.number, "terms_sha256": settlement.terms_sha256}
    write_event(case, "negotiation.countersigned", actor=actor, data=data)
    return signature


@transaction.atomic
def revoke_acceptance(settlement: Settlement, *, actor: User, reason: str = "") -> Settlement:
    """Take the acceptance back, with or without a reason: the case is negotiated again.

    Raises NotAllowed, IllegalTransition, Conflict (the time for it is over, taken back already, paid).
    """
    case = _live(settlement)
    require(actor, case, VICTIM)
    if clock.now() >= settlement.revocable_until:
        raise Conflict(_("The time to take the acceptance back is over."))
    lead(settlement.offer, "revoke", actor=actor, reason=reason)
    move(case, "revoke", actor=actor, reason=reason, data={"offer": settlement.offer.number})
    return settlement


def require_final(settlement: Settlement) -> None:
    """Raises Conflict unless the settlement stands, is countersigned, and can no longer be taken back."""
    settlement.offer.refresh_from_db(fields=["status"])
    if settlement.offer.status != OfferStatus.ACCEPTED:
        raise Conflict(_("The acceptance was taken back."))
    if not Countersignature.objects.filter(settlement=settlement).exists():
        raise Conflict(_("An approver must countersign the settlement before anything is paid."))
    if clock.now() < settlement.revocable_until:
        until = settlement.revocable_until.astimezone(TOKYO).strftime("%Y-%m-%d %H:%M")
        raise Conflict(
            _("The customer may take the acceptance back until %(until)s (Japan time). Nothing may be paid before."),
            until=until,
        )
