"""Files that people hand in. The bytes lie on disk under their SHA-256; only a view that checks gives them out."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from casetrack.cases.models import Case
from casetrack.evidence.querysets import EvidenceQuerySet
from casetrack.lib.constraints import one_of
from casetrack.people.models import User


class Kind(models.TextChoices):
    """What a file is by its content: the allow-list."""

    PDF = "application/pdf", "PDF"
    PNG = "image/png", "PNG"
    JPEG = "image/jpeg", "JPEG"
    HEIC = "image/heic", "HEIC"
    TEXT = "text/plain", _("Text")
    CSV = "text/csv", "CSV"
    EML = "message/rfc822", _("Saved e-mail")
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel"


class EvidenceFile(models.Model):
    """One file. Until the draft it belongs to is submitted, `case` is null and only the uploader sees it."""

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="evidence")
    draft_key = models.UUIDField(null=True)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT)
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100, choices=Kind.choices)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    is_removed = models.BooleanField(default=False)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("content_type", Kind.values, "evidence_file_kind"),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="evidence_file_size"),
            models.CheckConstraint(
                condition=models.Q(case__isnull=False) | models.Q(draft_key__isnull=False), name="evidence_file_place"
            ),
            models.CheckConstraint(
                condition=models.Q(is_removed=False) | models.Q(case__isnull=True), name="evidence_file_kept"
            ),
        ]
        indexes = [models.Index(fields=["draft_key"], name="evidence_file_draft")]
