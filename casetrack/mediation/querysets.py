from typing import TYPE_CHECKING

from django.db import models

from casetrack.cases.models import Case
from casetrack.mediation.workflow import LIVE

if TYPE_CHECKING:
    from casetrack.mediation.models import Mediation
    from casetrack.people.models import User


class MediationQuerySet(models.QuerySet["Mediation"]):
    def visible_to(self, user: "User") -> "MediationQuerySet":
        """Mediations of visible cases. A body sees those before itself: one that was withdrawn is no longer its own."""
        return self.filter(case__in=Case.objects.visible_to(user))

    def live(self) -> "MediationQuerySet":
        """Those that have not ended: one of a case at most."""
        return self.filter(status__in=LIVE)
