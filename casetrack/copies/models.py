"""Copies of everything held about a victim, asked for by themselves, and bundles: the file of one case for its three
parties. Made in the background, kept for a day."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casetrack.cases.models import Case
from casetrack.copies.querysets import CopyQuerySet
from casetrack.lib.constraints import one_of
from casetrack.people.models import Language, User


class CopyStatus(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("copy", "Waiting")
    MAKING = "making", _("Being made")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Could not be made")
    EXPIRED = "expired", _("Deleted")


RUNNING = (CopyStatus.WAITING, CopyStatus.MAKING)


class Copy(models.Model):
    """One ZIP: of everything about `user`, or, with a `case`, the bundle of that case, which `user` asked for and each
    of its parties may fetch. Its sealed bytes lie at `storage.path_of` while it is ready; `size` and `sha256` are the
    ZIP's own.

    `done` of `total` parts are written. `attempts` numbers the tries: a try writes only as long as the number is its
    own. `next_try_at` is when a waiting copy may be tried, or when a silent try counts as dead and may be taken over.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="copies")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="bundles")
    language = models.CharField(max_length=5, choices=Language.choices)
    status = models.CharField(max_length=10, choices=CopyStatus.choices, default=CopyStatus.WAITING)
    asked_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)

    objects = CopyQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("language", Language.values, "copies_copy_language"),
            one_of("status", CopyStatus.values, "copies_copy_status"),
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(status__in=RUNNING, case=None), name="copies_copy_one_running"
            ),
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(status__in=RUNNING), name="copies_copy_one_bundle_running"
            ),
            models.CheckConstraint(
                condition=~models.Q(status="ready")
                | models.Q(made_at__isnull=False, expires_at__isnull=False, size__gt=0),
                name="copies_copy_ready",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-asked_at"], name="copies_copy_own"),
            models.Index(fields=["next_try_at"], condition=models.Q(status__in=RUNNING), name="copies_copy_queue"),
        ]
