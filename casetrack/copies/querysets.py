import datetime as dt
from typing import TYPE_CHECKING

from django.db import models

from casetrack.cases.models import Case
from casetrack.mediation.models import Mediation
from casetrack.people.models import Role

if TYPE_CHECKING:
    from casetrack.copies.models import Copy
    from casetrack.people.models import User


class CopyQuerySet(models.QuerySet["Copy"]):
    def visible_to(self, user: "User") -> "CopyQuerySet":
        """Copies of everything: one's own alone."""
        return self.filter(user=user, case=None)

    def bundles_visible_to(self, user: "User") -> "CopyQuerySet":
        """Bundles of visible cases; a mediator those that were asked for since the case came to the own body, for an
        earlier one may hold what another body did."""
        visible = self.filter(case__in=Case.objects.visible_to(user))
        if user.role != Role.MEDIATOR:
            return visible
        own = Mediation.objects.visible_to(user).filter(case=models.OuterRef("case")).order_by("-number")
        return visible.filter(asked_at__gte=models.Subquery(own.values("applied_at")[:1]))

    def running(self) -> "CopyQuerySet":
        return self.filter(status__in=("waiting", "making"))

    def due(self, now: dt.datetime) -> "CopyQuerySet":
        """Those that may be tried now: waiting ones, and ones whose worker has gone silent."""
        return self.running().filter(next_try_at__lte=now)

    def ready(self, now: dt.datetime) -> "CopyQuerySet":
        return self.filter(status="ready", expires_at__gt=now)
