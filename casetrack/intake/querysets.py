import datetime as dt
from typing import TYPE_CHECKING

from django.db import models

from casetrack.cases.models import Case
from casetrack.cases.permissions import CASEWORKERS
from casetrack.firms.models import membership_of
from casetrack.people.models import Role

if TYPE_CHECKING:
    from casetrack.intake.models import Addition, BroughtTrade, Draft
    from casetrack.people.models import User


class DraftQuerySet(models.QuerySet["Draft"]):
    def visible_to(self, user: "User") -> "DraftQuerySet":
        """A victim's own; a caseworker's firm's, which it takes down on the telephone."""
        if user.role == Role.VICTIM:
            return self.filter(user=user, firm=None)
        membership = membership_of(user)
        if membership is None or membership.role not in CASEWORKERS:
            return self.none()
        return self.filter(firm=membership.firm_id)

    def open(self) -> "DraftQuerySet":
        """Not handed in; a sitting of several firms counts once."""
        return self.filter(case__isnull=True, lead__isnull=True)


class BroughtTradeQuerySet(models.QuerySet["BroughtTrade"]):
    def of_security(self, key: str) -> "BroughtTradeQuerySet":
        """Rows of one security, by its code or, where the file has none, by its name."""
        return self.filter(models.Q(security_code=key) | models.Q(security_code="", security_name=key))

    def in_order(self) -> "BroughtTradeQuerySet":
        return self.order_by("traded_on", "pk")

    def after(self, day: dt.date, pk: int) -> "BroughtTradeQuerySet":
        """Rows that come later in order than this place."""
        return self.filter(models.Q(traded_on__gt=day) | models.Q(traded_on=day, pk__gt=pk))

    def upto(self, day: dt.date, pk: int) -> "BroughtTradeQuerySet":
        """Rows that come before this place in order."""
        return self.filter(models.Q(traded_on__lt=day) | models.Q(traded_on=day, pk__lt=pk))


class AdditionQuerySet(models.QuerySet["Addition"]):
    def visible_to(self, user: "User") -> "AdditionQuerySet":
        return self.filter(case__in=Case.objects.visible_to(user))
