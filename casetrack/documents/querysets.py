from typing import TYPE_CHECKING

from django.db import models

from casetrack.cases.models import Case
from casetrack.people.models import INSIDE

if TYPE_CHECKING:
    from casetrack.documents.models import Document
    from casetrack.people.models import User


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, user: "User") -> "DocumentQuerySet":
        """Documents of visible cases; outside the firm one sees those that are meant for both sides."""
        visible = self.filter(case__in=Case.objects.visible_to(user))
        return visible if user.role in INSIDE else visible.filter(is_public=True)

    def newest_first(self) -> "DocumentQuerySet":
        """By their day; of one act's papers the case's own language comes before the other."""
        return self.order_by("-dated", "number")
