"""Papers that casetrack gives out: made once, by a program, from facts that are kept beside them."""

import uuid

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casetrack.cases.models import Case
from casetrack.documents.querysets import DocumentQuerySet
from casetrack.lib.constraints import one_of
from casetrack.people.models import Language, User


class DocumentKind(models.TextChoices):
    """What a paper is; the label is its title."""

    RECEIPT = "receipt", _("Receipt of a report")
    ACKNOWLEDGEMENT = "acknowledgement", _("Confirmation that the firm has the report")
    STATEMENT = "statement", _("Statement of loss")
    OFFER = "offer", _("Offer of compensation")
    REFUSAL = "refusal", _("Refusal of compensation")
    SETTLEMENT = "settlement", _("Settlement agreement")
    BUNDLE_INDEX = "bundle_index", _("Index of the case file")


# Given out in every language, whichever the case is in: what lawyers, mediators and families work with, and what binds.
IN_EVERY_LANGUAGE = (DocumentKind.STATEMENT, DocumentKind.SETTLEMENT)


class Document(models.Model):
    """One PDF. Append-only; its bytes lie on disk under `sha256`.

    `facts` is the exact content that it was made from (and that it carries inside), `fingerprint` the SHA-256 of it as
    canonical JSON, `signature` the deployment's over `proofs.statement`. `token` leads to the public page that confirms
    it and says nothing of the case. `entry_id` is the audit entry after which it was made.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=20, choices=DocumentKind.choices)
    number = models.PositiveIntegerField()
    language = models.CharField(max_length=5, choices=Language.choices)
    dated = models.DateTimeField()
    facts = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    signature = models.CharField(max_length=120)
    token = models.CharField(max_length=40, unique=True)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    is_public = models.BooleanField(default=True)
    entry_id = models.BigIntegerField(null=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    objects = DocumentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="documents_document_number"),
            models.UniqueConstraint(fields=["entry_id", "kind", "language"], name="documents_document_once"),
            one_of("kind", DocumentKind.values, "documents_document_kind"),
            one_of("language", Language.values, "documents_document_language"),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="documents_document_size"),
        ]
        indexes = [models.Index(fields=["sha256"], name="documents_document_content")]

    def __str__(self) -> str:
        return f"{self.case.reference}/{self.number}"

    @property
    def title(self) -> str:
        """What it is, in the active language."""
        if self.facts.get("is_countersigned"):
            return gettext("Settlement agreement, countersigned")
        return str(self.get_kind_display())


class BundleIndex(models.Model):
    """That the index of a bundle was given out, so that it can be confirmed. Append-only.

    The index itself goes out inside the bundle and is not kept, nor is what it says: `fingerprint` is that of its
    facts, `signature` the deployment's over `proofs.statement`, `sha256` that of the PDF.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    dated = models.DateTimeField()
    fingerprint = models.CharField(max_length=64)
    signature = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["sha256"], name="documents_index_content"),
            models.Index(fields=["case", "fingerprint"], name="documents_index_fingerprint"),
        ]


class HandledEntry(models.Model):
    """An audit entry after which documents are made: made (`done_at`), or tried in vain and due again."""

    entry_id = models.BigIntegerField(primary_key=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
