import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import models

from casetrack.cases.models import Case
from casetrack.mediation.workflow import LIVE
from casetrack.people.models import Role

if TYPE_CHECKING:
    from casetrack.mediation.models import Mediation
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
