"""A report that is being written. No firm sees a victim's draft, only those that it takes down itself on the telephone;
submitting one opens a case."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from casetrack.cases.models import Answer, Case, UnauthorizedTrade
from casetrack.firms.models import Firm
from casetrack.intake.querysets import AdditionQuerySet, BroughtTradeQuerySet, DraftQuerySet
from casetrack.lib.constraints import one_of
from casetrack.people.models import User


class Draft(models.Model):
    """Answers by step, as typed. `case` is set once, by submission: a second submission finds it there.

    Of several firms reported in one sitting each has its draft; `lead` is the one that holds what is asked once
    (null: this one does). `firm_code` is empty until an account was named.

    `firm` takes the report down on the telephone (null: a victim writes). Its caseworkers see it; `user` alone writes
    it, since `held_since`, and took it over from `held_before` (null: from nobody).
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="drafts")
    answers = models.JSONField(default=dict)
    saved_at = models.DateTimeField()
    started_at = models.DateTimeField()
    lead = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="followers")
    firm_code = models.CharField(max_length=20, blank=True)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, null=True, related_name="draft")
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, null=True, related_name="+")
    held_since = models.DateTimeField(null=True)
    held_before = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(firm=None, held_since=None, held_before=None)
                | models.Q(firm__isnull=False, held_since__isnull=False),
                name="intake_draft_held",
            )
        ]
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


class BroughtTrade(models.Model):
    """A row of a broker's list that the victim brought, and her answer to "Was this you?" (empty: not answered yet).

    `account` is the blind index of the number whose list it was, where the victim named several.
    `identity` says which row it is, whatever file it came from: the same list again adds nothing. `act` is the act
    that marked many rows at once and marked this one last, `before` what the row said before it: for taking it back.
    """

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="brought_trades")
    identity = models.CharField(max_length=64)
    line = models.PositiveIntegerField()
    traded_on = models.DateField()
    settled_on = models.DateField(null=True)
    security_code = models.CharField(max_length=40, blank=True)
    security_name = models.CharField(max_length=200, blank=True)
    market = models.CharField(max_length=80, blank=True)
    account_kind = models.CharField(max_length=80, blank=True)
    side = models.CharField(max_length=20, blank=True)
    deal = models.CharField(max_length=40, blank=True)
    quantity = models.DecimalField(max_digits=34, decimal_places=10, null=True)
    price = models.DecimalField(max_digits=34, decimal_places=10, null=True)
    amount = models.DecimalField(max_digits=34, decimal_places=10, null=True)
    currency = models.CharField(max_length=3, blank=True)
    words = models.CharField(max_length=80, blank=True)
    account = models.CharField(max_length=64, blank=True)
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    answered_at = models.DateTimeField(null=True)
    act = models.UUIDField(null=True)
    before = models.CharField(max_length=10, blank=True)

    objects = BroughtTradeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draft", "account", "identity"], name="intake_brought_once"),
            one_of("answer", ["", *Answer.values], "intake_brought_answer"),
        ]
        indexes = [models.Index(fields=["draft", "traded_on", "id"], name="intake_brought_order")]

    @property
    def security(self) -> str:
        """Code and name, as far as the file has them."""
        return " ".join(filter(None, (self.security_code, self.security_name)))

    @property
    def is_on_margin(self) -> bool | None:
        """None: the file does not say."""
        return True if self.deal.startswith("margin") else False if self.deal in ("cash", "fund") else None


class ColumnMapping(models.Model):
    """Which column of an unknown file is which fact, as its owner said once. `fingerprint` is the header's."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="column_mappings")
    fingerprint = models.CharField(max_length=64)
    columns = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "fingerprint"], name="intake_mapping_once")]


class Addition(models.Model):
    """Something the victim said after the report was handed in. Append-only: what was said before stays as it was.

    `topic` is the step of the report that it puts right, empty for a fact remembered later. `facts` are all answers
    of that topic as they should be (as a draft holds them); null if it is said in words alone, in `text`.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="additions")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    topic = models.CharField(max_length=40, blank=True)
    facts = models.JSONField(null=True)
    text = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    added_at = models.DateTimeField()

    objects = AdditionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(models.Q(facts__isnull=True) & ~models.Q(text=""))
                | (models.Q(facts__isnull=False, text="") & ~models.Q(topic="")),
                name="intake_addition_says_something",
            )
        ]
        indexes = [models.Index(fields=["case", "added_at", "id"], name="intake_addition_order")]


class UnplacedTrade(models.Model):
    """A trade of a report on several accounts of which the victim did not know in which it was: it stands with the
    first account until the firm has found out (`placed_at`)."""

    trade = models.OneToOneField(UnauthorizedTrade, on_delete=models.PROTECT, related_name="unplaced")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="unplaced_trades")
    placed_at = models.DateTimeField(null=True)
    placed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(placed_at=None, placed_by=None)
                | models.Q(placed_at__isnull=False, placed_by__isnull=False),
                name="intake_unplaced_by",
            )
        ]
