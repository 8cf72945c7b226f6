import datetime as dt
from typing import TYPE_CHECKING

from django.db import models

from casetrack.cases.models import Case

if TYPE_CHECKING:
    from casetrack.copies.models import Copy
    from casetrack.people.models import User


class CopyQuerySet(models.QuerySet["Copy"]):
    def visible_to(self, user: "User") -> "CopyQuerySet":
        """Copies of everything: one's own alone."""
        return self.filter(user=user, case=None)

    def bundles_visible_to(self, user: "User") -> "CopyQuerySet":
        """Bundles of visible cases."""
        return self.filter(case__in=Case.objects.visible_to(user))

    def running(self) -> "CopyQuerySet":
        return self.filter(status__in=("waiting", "making"))

    def due(self, now: dt.datetime) -> "CopyQuerySet":
        """Those that may be tried now: waiting ones, and ones whose worker has gone silent."""
        return self.running().filter(next_try_at__lte=now)

    def ready(self, now: dt.datetime) -> "CopyQuerySet":
        return self.filter(status="ready", expires_at__gt=now)
