import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import models

from casetrack.cases.models import Case
from casetrack.cases.workflow import Status
from casetrack.mediation.workflow import LIVE

if TYPE_CHECKING:
    from casetrack.mediation.models import Mediation
    from casetrack.people.models import User


class MediationQuerySet(models.QuerySet["Mediation"]):
    def visible_to(self, user: "User") -> "MediationQuerySet":
        """Mediations of visible cases. A body sees those before itself: one that was withdrawn is no longer its own."""
        return self.filter(case__in=Case.objects.visible_to(user))

    def waiting_for_victim(self, cases: Iterable["Case"], now: dt.datetime) -> dict[int, dt.datetime]:
        """By case: until when its victim may answer a proposal that they have not answered."""
        escalated = [case.pk for case in cases if case.status == Status.ESCALATED]
        if not escalated:
            return {}
        open_ones = self.filter(
            case__in=escalated, proposals__ended_at=None, proposals__victim_reply="", proposals__answer_by__gt=now
        )
        return dict(open_ones.values_list("case", "proposals__answer_by"))

    def live(self) -> "MediationQuerySet":
        """Those that have not ended: one of a case at most."""
        return self.filter(status__in=LIVE)
