from typing import TYPE_CHECKING

from django.db import models

from casetrack.cases.models import Case
from casetrack.people.models import Role

if TYPE_CHECKING:
    from casetrack.assessment.models import Assessment
    from casetrack.people.models import User


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def visible_to(self, user: "User") -> "AssessmentQuerySet":
        """Assessments of visible cases; a victim sees those issued with an approved offer."""
        visible = self.filter(case__in=Case.objects.visible_to(user))
        return visible.filter(is_issued=True) if user.role == Role.VICTIM else visible
