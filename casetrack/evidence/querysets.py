from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from casetrack.cases.models import Case

if TYPE_CHECKING:
    from casetrack.evidence.models import EvidenceFile, Request, Upload
    from casetrack.people.models import User


class EvidenceQuerySet(models.QuerySet["EvidenceFile"]):
    def visible_to(self, user: "User") -> "EvidenceQuerySet":
        """Files of visible cases, and the files of one's own drafts."""
        own = Q(case__isnull=True, uploaded_by=user)
        return self.filter(own | Q(case__in=Case.objects.visible_to(user)), is_removed=False)


class RequestQuerySet(models.QuerySet["Request"]):
    def visible_to(self, user: "User") -> "RequestQuerySet":
        return self.filter(case__in=Case.objects.visible_to(user))

    def open(self) -> "RequestQuerySet":
        return self.filter(answered_at=None, withdrawn_at=None)


class UploadQuerySet(models.QuerySet["Upload"]):
    def visible_to(self, user: "User") -> "UploadQuerySet":
        """One's own alone: what is on its way is nobody else's yet."""
        return self.filter(uploaded_by=user)

    def unfinished(self) -> "UploadQuerySet":
        return self.filter(file=None)
