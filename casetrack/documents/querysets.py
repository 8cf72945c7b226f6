from typing import TYPE_CHECKING

from django.db import models

from casetrack.cases.models import Case
from casetrack.people.models import Role

if TYPE_CHECKING:
    from casetrack.documents.models import Document
    from casetrack.people.models import User


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, user: "User") -> "DocumentQuerySet":
        """Documents of visible cases; a victim sees those that are meant for both sides."""
        visible = self.filter(case__in=Case.objects.visible_to(user))
        return visible.filter(is_public=True) if user.role == Role.VICTIM else visible
