from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from casetrack.intake.models import Draft
    from casetrack.people.models import User


class DraftQuerySet(models.QuerySet["Draft"]):
    def visible_to(self, user: "User") -> "DraftQuerySet":
        """One's own."""
        return self.filter(user=user)

    def open(self) -> "DraftQuerySet":
        return self.filter(case__isnull=True)
