from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from casetrack.cases.models import Case
from casetrack.negotiation.workflow import PUBLIC, OfferStatus
from casetrack.people.models import INSIDE

if TYPE_CHECKING:
    from casetrack.negotiation.models import Offer, Payment, Settlement
    from casetrack.people.models import User


class SettlementQuerySet(models.QuerySet["Settlement"]):
    def live(self) -> "SettlementQuerySet":
        """Settlements whose acceptance was not taken back: of a case one of the whole at most, and those of parts."""
        return self.filter(offer__status=OfferStatus.ACCEPTED)

    def whole(self) -> "SettlementQuerySet":
        """Those that settle everything that was not settled before."""
        return self.filter(offer__settles=[])

    def partial(self) -> "SettlementQuerySet":
        """Those that settle some components and leave the others in dispute."""
        return self.exclude(offer__settles=[])


class PaymentQuerySet(models.QuerySet["Payment"]):
    def live(self) -> "PaymentQuerySet":
        """Payments that did not come back: one of a settlement at most."""
        return self.filter(failed_at=None)


class OfferQuerySet(models.QuerySet["Offer"]):
    def visible_to(self, user: "User") -> "OfferQuerySet":
        """Offers of visible cases; outside the firm one sees those that were approved, and the counter-offers."""
        visible = self.filter(case__in=Case.objects.visible_to(user))
        if user.role in INSIDE:
            return visible
        return visible.filter(Q(party="victim") | Q(opened_at__isnull=False), status__in=PUBLIC)
