"""A report that is being written. No firm sees a draft; submitting it opens a case."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from casetrack.cases.models import Case
from casetrack.intake.querysets import DraftQuerySet
from casetrack.lib.constraints import one_of
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


class ClaimChannel(models.TextChoices):
    TELEPHONE = "telephone", _("Read out on the telephone")
    POST = "post", _("By post to the registered address")


class ClaimCode(models.Model):
    """A code with which somebody takes over a case that the firm opened; kept as a keyed hash. One is open at a time:
    `ended_at` is when it was used, replaced, or mistyped too often."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="claim_codes")
    code_index = models.CharField(max_length=64)
    channel = models.CharField(max_length=10, choices=ClaimChannel.choices)
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    used_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at=None), name="intake_claimcode_one_open"
            ),
            one_of("channel", ClaimChannel.values, "intake_claimcode_channel"),
            models.CheckConstraint(
                condition=models.Q(used_by=None) | models.Q(ended_at__isnull=False), name="intake_claimcode_used_ended"
            ),
        ]
