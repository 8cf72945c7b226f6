from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from casetrack.people.models import User, Victim


class VictimQuerySet(models.QuerySet["Victim"]):
    def of_user(self, user: "User") -> "VictimQuerySet":
        """The profile of a person's own."""
        return self.filter(user=user)
