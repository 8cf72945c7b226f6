"""After a settlement in mediation the firm offers exactly what was agreed: nothing else, until it is settled here."""

import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_noop as _

from casetrack.assessment.models import Assessment
from casetrack.cases.models import Case
from casetrack.cases.services.status import lock
from casetrack.lib.errors import Conflict, InvalidInput
from casetrack.lib.money import ZERO
from casetrack.mediation.models import Mediation
from casetrack.mediation.workflow import MediationStatus
from casetrack.negotiation.models import Offer, OfferParty, Settlement
from casetrack.negotiation.proposal import Proposal
from casetrack.negotiation.services import approve_offer, live_settlement, prepare_offer, revoke_acceptance
from casetrack.negotiation.workflow import OfferStatus
from casetrack.people.models import User

# How an offer ends by what its customer does.
ANSWERED = (OfferStatus.REFUSED, OfferStatus.COUNTERED)
# How long the agreed offer must have been open for its customer to be taken as not wanting it: a firm does not free
# itself by an offer of an hour.
LEAST_OPEN = dt.timedelta(days=7)


def settled_mediation(case: Case) -> Mediation | None:
    """The last mediation of the case, if it was settled."""
    last = Mediation.objects.filter(case=case).select_related("body").order_by("number").last()
    return last if last is not None and last.status == MediationStatus.SETTLED else None


def agreed_amount(case: Case) -> Decimal | None:
    """Whole yen on which the sides settled in mediation and which is not settled here yet; None: there is none."""
    mediation = settled_mediation(case)
    return None if mediation is None or live_settlement(case) is not None else mediation.amount


def owes_offer(case: Case) -> bool:
    """Whether the firm still has to make the offer on which a mediation was settled, or the customer may still answer
    it. An offer that the customer refused, countered, or let lapse after a week or more is made."""
    mediation = settled_mediation(case)
    if mediation is None or live_settlement(case) is not None:
        return False
    made = Offer.objects.filter(case=case, party=OfferParty.FIRM, settles=[], amount=mediation.amount or ZERO)
    lapsed = Q(status=OfferStatus.LAPSED, valid_until__gte=F("opened_at") + LEAST_OPEN)
    return not made.filter(Q(status__in=ANSWERED) | lapsed, ended_at__gte=mediation.ended_at).exists()


def is_held_by_mediation(settlement: Settlement) -> bool:
    """Whether a mediation was settled on top of this settlement of a part. The amount that binds both sides is for the
    rest; without the part it would be for more than they agreed on."""
    mediation = settled_mediation(settlement.case) if settlement.is_partial else None
    return mediation is not None and mediation.ended_at is not None and settlement.agreed_at <= mediation.ended_at


@transaction.atomic
def revoke_bound_acceptance(settlement: Settlement, *, actor: User, reason: str = "") -> Settlement:
    """`negotiation.services.revoke_acceptance`, but for a part on top of which a mediation was settled: by accepting
    the body's proposal both sides have confirmed it.

    Raises Conflict (such a part) besides.
    """
    lock(settlement.case)
    if is_held_by_mediation(settlement):
        raise Conflict(
            _("The mediation was settled for the rest, on top of this part. It can no longer be taken back.")
        )
    return revoke_acceptance(settlement, actor=actor, reason=reason)


@transaction.atomic
def prepare_bound_offer(
    case: Case, run: Assessment, *, proposal: Proposal, reasons: str, valid_until: dt.datetime, actor: User
) -> Offer:
    """`negotiation.services.prepare_offer`, of the agreed amount where a mediation was settled.

    Raises InvalidInput (another amount, or for a part only) besides.
    """
    agreed = agreed_amount(lock(case))
    if agreed is not None and proposal.settles:
        raise InvalidInput(_("The mediation was settled for the whole. Make an offer for the whole."), field="settles")
    if agreed is not None and (proposal.amount != agreed or proposal.settles):
        raise InvalidInput(
            _("The mediation was settled at %(amount)s yen. The offer must be of exactly that amount."),
            field="adjustment", amount=f"{agreed:,}",
        )  # fmt: skip
    return prepare_offer(case, run, proposal=proposal, reasons=reasons, valid_until=valid_until, actor=actor)


@transaction.atomic
def approve_bound_offer(offer: Offer, *, actor: User) -> Offer:
    """`negotiation.services.approve_offer`, for an offer that was prepared before a mediation was settled too.

    Raises Conflict (another amount was agreed) besides.
    """
    agreed = agreed_amount(lock(offer.case))
    if agreed is not None and (offer.amount != agreed or offer.settles):
        raise Conflict(
            _("The mediation was settled at %(amount)s yen. The offer must be of exactly that amount."),
            amount=f"{agreed:,}",
        )  # fmt: skip
    return approve_offer(offer, actor=actor)
