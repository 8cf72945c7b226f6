"""How a firm pays by transfer file: the account it pays from, batches made by one person and approved by another, and
what the bank said of each transfer."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casetrack.cases.models import Case
from casetrack.firms.models import Firm, membership_of
from casetrack.lib.constraints import one_of
from casetrack.lib.crypto import decrypt
from casetrack.people.models import BankAccount, Role, User

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager


class BatchQuerySet(models.QuerySet["TransferBatch"]):
    def visible_to(self, user: User) -> "BatchQuerySet":
        """Those of the person's firm; all to the system."""
        if user.role == Role.SYSTEM:
            return self
        membership = membership_of(user)
        return self.filter(firm=membership.firm_id) if membership else self.none()


class LineQuerySet(models.QuerySet["TransferLine"]):
    def unresolved(self) -> "LineQuerySet":
        """Transfers that failed and after which nothing else was tried: somebody has to find out why, and pay again."""
        from casetrack.negotiation.models import Payment  # which needs this module

        again = TransferLine.objects.filter(settlement=models.OuterRef("settlement"), pk__gt=models.OuterRef("pk"))
        paid = Payment.objects.live().filter(settlement=models.OuterRef("settlement"))
        return self.filter(
            ~models.Exists(again.exclude(status=LineStatus.DROPPED)),
            ~models.Exists(paid),
            Q(case__status="agreed") | ~Q(settlement__offer__settles=[]),
            status=LineStatus.FAILED,
        )


class RemitterKind(models.TextChoices):
    ORDINARY = "1", _("Ordinary account (futsu)")
    CURRENT = "2", _("Current account (toza)")
    OTHER = "9", _("Another kind")


class RemitterAccount(models.Model):
    """The account that a firm pays from, and the number under which its bank knows the firm's files (委託者コード)."""

    firm = models.OneToOneField(Firm, on_delete=models.PROTECT, related_name="remitter")
    client_code = models.CharField(max_length=10)
    client_name = models.CharField(max_length=80)
    bank_code = models.CharField(max_length=4)
    bank_name = models.CharField(max_length=40)
    branch_code = models.CharField(max_length=3)
    branch_name = models.CharField(max_length=40)
    account_kind = models.CharField(max_length=1, choices=RemitterKind.choices)
    number_encrypted = models.TextField()
    number_hint = models.CharField(max_length=3)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [one_of("account_kind", RemitterKind.values, "negotiation_remitter_kind")]

    @property
    def number(self) -> str:
        return decrypt(self.number_encrypted)


class BatchStatus(models.TextChoices):
    MADE = "made", _("Waiting for a second person")
    APPROVED = "approved", _("Approved")
    RETURNED = "returned", _("Taken back")


class TransferBatch(models.Model):
    """Transfers that go to the firm's bank as one file, on one day. Its file is made with it, kept encrypted, and given
    out once another person has approved it; nothing counts as paid before the bank's results."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="transfer_batches")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=BatchStatus.choices, default=BatchStatus.MADE)
    day = models.DateField()
    file_encrypted = models.TextField()
    file_sha256 = models.CharField(max_length=64)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(null=True)
    returned_because = models.TextField(blank=True)

    objects = BatchQuerySet.as_manager()

    if TYPE_CHECKING:
        lines: RelatedManager["TransferLine"]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "number"], name="negotiation_batch_number"),
            one_of("status", BatchStatus.values, "negotiation_batch_status"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("made_by")),
                name="negotiation_batch_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(status="approved") | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="negotiation_batch_approved_by",
            ),
            models.CheckConstraint(
                condition=Q(fetched_at__isnull=True) | Q(approved_by__isnull=False),
                name="negotiation_batch_fetched_approved",
            ),
        ]


class LineStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting for the bank")
    EXECUTED = "executed", _("Executed")
    FAILED = "failed", _("Failed")
    DROPPED = "dropped", _("Taken back")


class TransferLine(models.Model):
    """One transfer of a batch: a settlement's amount in whole yen, to one version of the victim's bank details.

    `result` is the bank's code and `reason` what it wrote; both empty while it waits.
    """

    batch = models.ForeignKey(TransferBatch, on_delete=models.PROTECT, related_name="lines")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="transfers")
    settlement = models.ForeignKey("negotiation.Settlement", on_delete=models.PROTECT, related_name="transfers")
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(max_digits=10, decimal_places=0)
    status = models.CharField(max_length=10, choices=LineStatus.choices, default=LineStatus.WAITING)
    result = models.CharField(max_length=1, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    result_at = models.DateTimeField(null=True)

    objects = LineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(status="waiting"), name="negotiation_one_live_transfer"
            ),
            models.UniqueConstraint(fields=["batch", "case"], name="negotiation_transfer_once_in_batch"),
            one_of("status", LineStatus.values, "negotiation_transfer_status"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="negotiation_transfer_amount"),
            models.CheckConstraint(
                condition=~Q(status__in=["executed", "failed"]) | Q(result_at__isnull=False),
                name="negotiation_transfer_result",
            ),
        ]
