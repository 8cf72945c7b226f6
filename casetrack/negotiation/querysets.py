from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from casetrack.cases.models import Case
from casetrack.negotiation.workflow import PUBLIC, OfferStatus
from casetrack.people.models import INSIDE

if TYPE_CHECKING:
    from casetrack.negotiation.models import Offer, Payment, Settlement
    from casetrack.people.models import User


def settled_before(offer: str = "") -> Coalesce:
    """What it costs the firm in whole yen (see `Offer.burden`) that stands settled in part before an offer, in a query;
    `offer` is the way from its rows to the offer."""
    from casetrack.negotiation.models import Offer  # which needs this module

    parts = Offer.objects.filter(
        case=OuterRef(f"{offer}case"), number__lt=OuterRef(f"{offer}number"), status=OfferStatus.ACCEPTED
    ).exclude(settles=[])
    cost = parts.order_by().values("case").annotate(sum=Sum(F("amount") + F("waived"))).values("sum")
    return Coalesce(Subquery(cost), 0, output_field=models.DecimalField(max_digits=20, decimal_places=0))


def given_ahead() -> Coalesce:
    """What the firm has given in whole yen while the case runs, beside the measure of the row, in a query: provisional
    payments that are approved or made, and waived deficits."""
    from casetrack.negotiation.models import InterimMeasure, Measure, MeasureStatus  # which needs this module

    given = InterimMeasure.objects.filter(
        case=OuterRef("case"),
        kind__in=[Measure.PROVISIONAL_PAYMENT, Measure.DEFICIT_WAIVED],
        status__in=[MeasureStatus.APPROVED, MeasureStatus.PAID],
    ).exclude(pk=OuterRef("pk"))
    cost = given.order_by().values("case").annotate(sum=Sum("amount")).values("sum")
    return Coalesce(Subquery(cost), 0, output_field=models.DecimalField(max_digits=20, decimal_places=0))


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
