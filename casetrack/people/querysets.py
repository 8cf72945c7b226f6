from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from casetrack.people.models import BankAccount, User, Victim


class VictimQuerySet(models.QuerySet["Victim"]):
    def of_user(self, user: "User") -> "VictimQuerySet":
        """The profile of a person's own."""
        return self.filter(user=user)


class BankAccountQuerySet(models.QuerySet["BankAccount"]):
    def visible_to(self, user: "User") -> "BankAccountQuerySet":
        """The victim's own, those of a firm's customers, everything for the system, nothing for anybody else."""
        if user.role == "system":
            return self
        if user.role == "victim":
            return self.filter(user=user)
        membership = getattr(user, "membership", None)
        if membership is None or not membership.is_active or user.role != "firm":
            return self.none()
        return self.filter(user__own_cases__firm=membership.firm_id).distinct()
