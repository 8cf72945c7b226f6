"""Files that people hand in. The bytes lie on disk under their SHA-256; only a view that checks gives them out."""

import datetime as dt
import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from casetrack.cases.models import Case
from casetrack.evidence.querysets import EvidenceQuerySet, RequestQuerySet, UploadQuerySet
from casetrack.lib import clock
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


class Scan(models.TextChoices):
    """What the virus scanner says of a file's content."""

    UNSCANNED = "unscanned", _("Not scanned")
    """No scanner is set up; nothing is known."""
    WAITING = "waiting", _("Waiting for the scan")
    """The firm does not open it yet."""
    CLEAN = "clean", _("Nothing found")
    INFECTED = "infected", _("Harmful")
    """Nobody opens it."""


class Preview(models.TextChoices):
    """The small picture that is made of a photograph or a screenshot."""

    NONE = "none"
    """The content is of another kind."""
    WAITING = "waiting"
    READY = "ready"
    IMPOSSIBLE = "impossible"


class Request(models.Model):
    """One thing that the firm asks the victim for. It is answered once: by files, or by why there are none."""

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence_requests")
    what = models.CharField(max_length=200)
    why = models.TextField(blank=True)
    due_on = models.DateField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(answered_at=None) | models.Q(withdrawn_at=None), name="evidence_request_one_end"
            )
        ]

    @property
    def due_at(self) -> dt.datetime:
        """The end of the day in Tokyo."""
        return dt.datetime.combine(self.due_on + dt.timedelta(days=1), dt.time(), clock.TOKYO) - dt.timedelta(seconds=1)

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and self.withdrawn_at is None


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
    request = models.ForeignKey(Request, on_delete=models.PROTECT, null=True, related_name="files")
    scan = models.CharField(max_length=10, choices=Scan.choices, default=Scan.UNSCANNED)
    scanned_at = models.DateTimeField(null=True)
    finding = models.CharField(max_length=200, blank=True)
    preview = models.CharField(max_length=10, choices=Preview.choices, default=Preview.NONE)
    preview_tries = models.PositiveSmallIntegerField(default=0)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("content_type", Kind.values, "evidence_file_kind"),
            one_of("scan", Scan.values, "evidence_file_scan"),
            one_of("preview", Preview.values, "evidence_file_preview"),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="evidence_file_size"),
            models.CheckConstraint(
                condition=models.Q(case__isnull=False) | models.Q(draft_key__isnull=False), name="evidence_file_place"
            ),
            models.CheckConstraint(
                condition=models.Q(is_removed=False) | models.Q(case__isnull=True), name="evidence_file_kept"
            ),
        ]
        indexes = [
            models.Index(fields=["draft_key"], name="evidence_file_draft"),
            models.Index(fields=["sha256"], name="evidence_file_content"),
            models.Index(
                fields=["received_at"],
                condition=models.Q(scan__in=[Scan.WAITING, Scan.UNSCANNED]) | models.Q(preview=Preview.WAITING),
                name="evidence_file_todo",
            ),
        ]


class Upload(models.Model):
    """A file on its way, in pieces. `received` is the truth about how much has arrived; the bytes lie in a private
    folder until `finish_upload` makes an EvidenceFile of them."""

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    draft_key = models.UUIDField(null=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+")
    request = models.ForeignKey(Request, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, blank=True)
    received = models.PositiveBigIntegerField(default=0)
    started_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    file = models.ForeignKey(EvidenceFile, on_delete=models.PROTECT, null=True, related_name="+")

    objects = UploadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(case__isnull=False) ^ models.Q(draft_key__isnull=False), name="evidence_upload_place"
            ),
            models.CheckConstraint(
                condition=models.Q(size__gt=0, received__lte=models.F("size")), name="evidence_upload_size"
            ),
        ]
        indexes = [models.Index(fields=["touched_at"], name="evidence_upload_touched")]
