import datetime as dt
from typing import TYPE_CHECKING

from django.db import models

from casetrack.bodies.models import body_membership_of
from casetrack.firms.models import membership_of
from casetrack.people.models import Role

if TYPE_CHECKING:
    from casetrack.cases.models import Case, Event
    from casetrack.people.models import User


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: "User") -> "CaseQuerySet":
        """The victim's own, the firm's own, those handed to the mediator's body, everything for the system, nothing for
        anybody else."""
        if user.role == Role.SYSTEM:
            return self
        if user.role == Role.VICTIM:
            return self.filter(victim_user=user)
        if user.role == Role.MEDIATOR:
            place = body_membership_of(user)
            return self.filter(body=place.body_id) if place else self.none()
        membership = membership_of(user)
        return self.filter(firm=membership.firm_id) if membership else self.none()

    def open(self) -> "CaseQuerySet":
        return self.exclude(status__in=("closed", "declined", "withdrawn"))

    def overdue(self, now: dt.datetime) -> "CaseQuerySet":
        return self.filter(due_at__lt=now)

    def beside(self, case: "Case") -> "CaseQuerySet":
        """The others that were reported together with this one. For its victim alone."""
        return self.filter(sitting__isnull=False, sitting=case.sitting).exclude(pk=case.pk)


class EventQuerySet(models.QuerySet["Event"]):
    def outside(self, case: "Case") -> "EventQuerySet":
        """The public steps of a case for its mediation body and for what all three parties read: what was before
        another body is not among them. Of a case that is before none, all."""
        public = self.filter(case=case, is_public=True)
        return public.filter(models.Q(body=None) | models.Q(body=case.body_id)) if case.body_id else public
