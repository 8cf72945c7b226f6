from typing import TYPE_CHECKING

from django.db import models

from casetrack.cases.models import Case
from casetrack.people.models import INSIDE

if TYPE_CHECKING:
    from casetrack.correspondence.models import Note
    from casetrack.people.models import User


class NoteQuerySet(models.QuerySet["Note"]):
    def visible_to(self, user: "User") -> "NoteQuerySet":
        """Notes of visible cases, for the firm only."""
        if user.role not in INSIDE:
            return self.none()
        return self.filter(case__in=Case.objects.visible_to(user))
