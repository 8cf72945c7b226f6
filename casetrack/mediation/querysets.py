import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from casetrack.bodies.models import body_membership_of
from casetrack.cases.models import Case
from casetrack.mediation.workflow import LIVE
from casetrack.negotiation.models import Settlement
from casetrack.people.models import Role

if TYPE_CHECKING:
    from decimal import Decimal

    from casetrack.mediation.models import ConciliationProposal, Mediation, MediationRecord
    from casetrack.people.models import User


class MediationQuerySet(models.QuerySet["Mediation"]):
    def visible_to(self, user: "User") -> "MediationQuerySet":
        """Mediations of visible cases; a mediator sees those before the own body, not what another body did before."""
        visible = self.filter(case__in=Case.objects.visible_to(user))
        return visible.filter(body=models.F("case__body")) if user.role == Role.MEDIATOR else visible

    def waiting_for_victim(self, cases: Iterable["Case"], now: dt.datetime) -> dict[int, dt.datetime]:
        """By case: until when its victim may answer a proposal that they have not answered."""
        handed = [case.pk for case in cases if case.body_id is not None]
        if not handed:
            return {}
        open_ones = self.filter(
            case__in=handed, proposals__ended_at=None, proposals__victim_reply="", proposals__answer_by__gt=now
        )
        return dict(open_ones.values_list("case", "proposals__answer_by"))

    def live(self) -> "MediationQuerySet":
        """Those that have not ended: one of a case at most."""
        return self.filter(status__in=LIVE)


class MediationRecordQuerySet(models.QuerySet["MediationRecord"]):
    def visible_to(self, user: "User") -> "MediationRecordQuerySet":
        """A mediator's own body's; the two sides have the mediations themselves."""
        place = body_membership_of(user)
        return self.filter(body=place.body_id) if place else self.none()


def settled_in_part() -> Coalesce:
    """What it costs the firm in whole yen that stands settled in part in a proposal's case, in a query (see
    `Offer.burden`)."""
    parts = Settlement.objects.live().partial().filter(case=OuterRef("case"))
    cost = parts.order_by().values("case").annotate(sum=Sum(F("amount") + F("offer__waived"))).values("sum")
    return Coalesce(Subquery(cost), 0, output_field=models.DecimalField(max_digits=20, decimal_places=0))


class ConciliationProposalQuerySet(models.QuerySet["ConciliationProposal"]):
    def within(self, limit: "Decimal") -> "ConciliationProposalQuerySet":
        """Those that an approver with this limit accepts alone: what was settled in part before counts towards it.
        However a case is cut up, it needs the same limit."""
        return self.filter(amount__lte=limit - settled_in_part())

    def burden_of(self, proposal: "ConciliationProposal") -> "Decimal":
        """What an approver decides on by accepting the proposal, in whole yen, by the same rule."""
        burden: Decimal = self.values_list(F("amount") + settled_in_part(), flat=True).get(pk=proposal.pk)
        return burden
