"""A report that is being written. No firm sees a draft; submitting it opens a case."""

import uuid

from django.db import models

from casetrack.cases.models import Case
from casetrack.intake.querysets import DraftQuerySet
from casetrack.people.models import User


class Draft(models.Model):
    """Answers by step, as typed. `case` is set once, by submission: a second submission finds it there."""

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="drafts")
    answers = models.JSONField(default=dict)
    saved_at = models.DateTimeField()
    started_at = models.DateTimeField()
    case = models.OneToOneField(Case, on_delete=models.PROTECT, null=True, related_name="draft")

    objects = DraftQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["user", "-saved_at"], name="intake_draft_own")]
