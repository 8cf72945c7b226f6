"""After an acceptance: the firm countersigns, the customer may take it back for a while, and then it may be paid."""

from django.db import transaction
from django.utils.translation import gettext, override
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
from casetrack.negotiation.models import Countersignature, Offer, OfferParty, Payment, Settlement
from casetrack.negotiation.partial import burden_in_case
from casetrack.negotiation.services.offers import lead, open_offer
from casetrack.negotiation.workflow import OfferStatus
from casetrack.people.models import User


def live_settlement(case: Case) -> Settlement | None:
    """What the two sides have agreed on the whole, unless it was taken back."""
    return Settlement.objects.live().whole().filter(case=case).select_related("offer", "countersignature").first()


def live_settlements(case: Case) -> list[Settlement]:
    """Everything that stands agreed, in the order in which it was agreed: parts, and at the end the whole."""
    agreed = Settlement.objects.live().filter(case=case).select_related("offer", "countersignature")
    return list(agreed.order_by("agreed_at", "pk"))


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
    require_limit(actor, burden_in_case(settlement.offer))
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
    """Take the acceptance back, with or without a reason: the case is negotiated again. An offer that builds on a part
    that is no longer settled ends with it.

    Raises NotAllowed, IllegalTransition, Conflict (the time for it is over, taken back already, paid; of a part, also
    where the whole was agreed on top of it).
    """
    case = _live(settlement)
    require(actor, case, VICTIM)
    if clock.now() >= settlement.revocable_until:
        raise Conflict(_("The time to take the acceptance back is over."))
    if settlement.is_partial and live_settlement(case) is not None:
        raise Conflict(_("The whole was agreed on top of this part. Take that acceptance back first."))
    lead(settlement.offer, "revoke", actor=actor, reason=reason)
    if settlement.is_partial:
        write_event(case, "negotiation.part_revoked", actor=actor, reason=reason, offer=settlement.offer.number)
        _end_what_built_on(settlement.offer)
    else:
        move(case, "revoke", actor=actor, reason=reason, data={"offer": settlement.offer.number})
    return settlement


def _end_what_built_on(offer: Offer) -> None:
    """Take back the firm's open offer that counted on the part. One that is only prepared is refused when somebody
    approves it (`partial.check_still_builds_on`)."""
    system = User.objects.system()
    opened = open_offer(offer.case)
    if opened is not None and opened.party == OfferParty.FIRM and str(offer.number) in opened.builds_on:
        with override(offer.case.language):
            reason = gettext("The acceptance of a part on which this offer was built was taken back.")
        lead(opened, "withdraw", actor=system, reason=reason)
        write_event(
            offer.case, "negotiation.offer_withdrawn", actor=system, reason=reason, data={"offer": opened.number}
        )


def require_final(settlement: Settlement) -> None:
    """Raises Conflict unless the settlement stands, is countersigned, and can no longer be taken back: read anew."""
    settlement.offer.refresh_from_db(fields=["status"])
    check_final(settlement, is_signed=Countersignature.objects.filter(settlement=settlement).exists())


def check_final(settlement: Settlement, *, is_signed: bool) -> None:
    """The same of a settlement that was just read, with its offer."""
    if settlement.offer.status != OfferStatus.ACCEPTED:
        raise Conflict(_("The acceptance was taken back."))
    if not is_signed:
        raise Conflict(_("An approver must countersign the settlement before anything is paid."))
    if clock.now() < settlement.revocable_until:
        until = settlement.revocable_until.astimezone(TOKYO).strftime("%Y-%m-%d %H:%M")
        raise Conflict(
            _("The customer may take the acceptance back until %(until)s (Japan time). Nothing may be paid before."),
            until=until,
        )
