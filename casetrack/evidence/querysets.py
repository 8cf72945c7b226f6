from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from casetrack.cases.models import Case

if TYPE_CHECKING:
    from casetrack.evidence.models import EvidenceFile
    from casetrack.people.models import User


class EvidenceQuerySet(models.QuerySet["EvidenceFile"]):
    def visible_to(self, user: "User") -> "EvidenceQuerySet":
        """Files of visible cases, and the files of one's own drafts."""
        own = Q(case__isnull=True, uploaded_by=user)
        return self.filter(own | Q(case__in=Case.objects.visible_to(user)), is_removed=False)
