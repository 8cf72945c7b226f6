"""The firm's facts: brokerage accounts, their executions, and what each execution was decided to be."""

from typing import TYPE_CHECKING

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from casetrack.firms.models import Firm
from casetrack.ledger.querysets import ExecutionQuerySet
from casetrack.lib.constraints import one_of
from casetrack.lib.crypto import account_index, decrypt, encrypt, normalize_account_number
from casetrack.people.models import User

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager


class Type(models.TextChoices):
    """What a row of a ledger is (assessment.md: the types of events)."""

    OPENING_CASH = "opening_cash", _("Opening cash")
    OPENING_POSITION = "opening_position", _("Opening position")
    BUY = "buy", _("Buy")
    SELL = "sell", _("Sell")
    MARGIN_OPEN = "margin_open", _("Margin opening")
    MARGIN_CLOSE = "margin_close", _("Margin closing")
    SPLIT = "split", _("Split")
    INCOME = "income", _("Income")
    CHARGE = "charge", _("Charge")
    CASH_IN = "cash_in", _("Deposit")
    CASH_OUT = "cash_out", _("Withdrawal")


class Side(models.TextChoices):
    LONG = "long", _("Long")
    SHORT = "short", _("Short")


class Attributed(models.TextChoices):
    GENUINE = "genuine", _("Genuine")
    UNAUTHORIZED = "unauthorized", _("Unauthorized")
    LIQUIDATION = "liquidation", _("Forced liquidation")
    MITIGATION = "mitigation", _("Mitigation by the customer")
    MISSED = "missed", _("Missed income")


G, U, L, M, X = Attributed
ALLOWED: dict[str, tuple[Attributed, ...]] = {
    Type.OPENING_CASH: (G,),
    Type.OPENING_POSITION: (G,),
    Type.BUY: (G, U, M),
    Type.SELL: (G, U, M, L),
    Type.MARGIN_OPEN: (G, U),
    Type.MARGIN_CLOSE: (G, U, M, L),
    Type.SPLIT: (G,),
    Type.INCOME: (G, U, X),
    Type.CHARGE: (G, U, L),
    Type.CASH_IN: (G, U),
    Type.CASH_OUT: (G, U),
}
# What the regulator's table counts as executions.
TRADES = (Type.BUY, Type.SELL, Type.MARGIN_OPEN, Type.MARGIN_CLOSE)


class Account(models.Model):
    """A brokerage account at a firm. Its number is encrypted: `number_index` finds it, `number_hint` masks it."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="accounts")
    number_encrypted = models.TextField()
    number_index = models.CharField(max_length=64)
    number_hint = models.CharField(max_length=8)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["firm", "number_index"], name="ledger_account_number")]

    @property
    def number(self) -> str:
        """The full number: only for those who may read it; the service that shows it logs the reading."""
        return decrypt(self.number_encrypted)

    @property
    def masked(self) -> str:
        return f"••••{self.number_hint}"

    @staticmethod
    def number_fields(firm: Firm, number: str) -> dict[str, str]:
        """The three columns of a number typed or imported: encrypted as given, indexed and hinted normalized."""
        normalized = normalize_account_number(number)
        hint = normalized[-3:] if len(normalized) > 5 else normalized[-1:]
        return {
            "number_encrypted": encrypt(number),
            "number_index": account_index(firm.code, number),
            "number_hint": hint,
        }


class ImportBatch(models.Model):
    """One file that was read into a firm's ledger, and what became of its rows."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT)
    file_name = models.CharField(max_length=255)
    file_sha256 = models.CharField(max_length=64)
    format = models.CharField(max_length=40)
    imported_by = models.ForeignKey(User, on_delete=models.PROTECT)
    imported_at = models.DateTimeField()
    accepted = models.PositiveIntegerField(default=0)
    duplicate = models.PositiveIntegerField(default=0)
    superseded = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    conflicts = models.PositiveIntegerField(default=0)


def _decimal(**options: object) -> models.DecimalField:  # type: ignore[type-arg]
    return models.DecimalField(max_digits=34, decimal_places=10, **options)  # type: ignore[arg-type]


class ExecutionFacts(models.Model):
    """The columns that a ledger row has (interfaces: the ledger format). Null: not applicable or unknown.

    quantity is in units (for a split: the ratio), price per `unit` in `currency`, fees, tax and interest in
    `currency`, fx in yen per unit of `currency`.
    """

    executed_at = models.DateTimeField()
    type = models.CharField(max_length=20, choices=Type.choices)
    side = models.CharField(max_length=5, choices=Side.choices, blank=True)
    security = models.CharField(max_length=40, blank=True)
    quantity = _decimal(null=True)
    price = _decimal(null=True)
    unit = _decimal(null=True)
    currency = models.CharField(max_length=3, blank=True)
    fx = _decimal(null=True)
    settled_in = models.CharField(max_length=3, blank=True)
    fees = _decimal(null=True)
    tax = _decimal(null=True)
    interest = _decimal(null=True)
    open_price = _decimal(null=True)
    amount = _decimal(null=True)
    checksum = models.CharField(max_length=64)
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="+")
    place = models.PositiveIntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        abstract = True


class Execution(ExecutionFacts):
    """One row of an account's ledger as it stands now; `execution_id` is the firm's, unique per account.

    `attribution` repeats the latest Attribution row (empty: not yet decided); `place` keeps the order of the file
    among rows of the same instant.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="executions")
    execution_id = models.CharField(max_length=80)
    attribution = models.CharField(max_length=20, choices=Attributed.choices, blank=True)

    objects = ExecutionQuerySet.as_manager()

    if TYPE_CHECKING:
        attributions: RelatedManager["Attribution"]
        revisions: RelatedManager["ExecutionRevision"]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "execution_id"], name="ledger_execution_id"),
            one_of("type", Type.values, "ledger_execution_type"),
            one_of("side", ["", *Side.values], "ledger_execution_side"),
            one_of("attribution", ["", *Attributed.values], "ledger_execution_attribution"),
            models.CheckConstraint(
                condition=models.Q(quantity__isnull=True) | models.Q(quantity__gt=0), name="ledger_execution_quantity"
            ),
            models.CheckConstraint(
                condition=models.Q(price__isnull=True) | models.Q(price__gte=0), name="ledger_execution_price"
            ),
            models.CheckConstraint(
                condition=models.Q(unit__isnull=True) | models.Q(unit__gt=0), name="ledger_execution_unit"
            ),
            models.CheckConstraint(
                condition=models.Q(fx__isnull=True) | models.Q(fx__gt=0), name="ledger_execution_fx"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "executed_at", "place", "id"], name="ledger_execution_order"),
            models.Index(
                fields=["account", "security", "unit"],
                condition=models.Q(unit__isnull=False),
                name="ledger_execution_unit",
            ),
            models.Index(
                fields=["account"], condition=models.Q(attribution="unauthorized"), name="ledger_execution_suspect"
            ),
        ]

    @property
    def allowed_attributions(self) -> tuple[Attributed, ...]:
        return ALLOWED[self.type]


class ExecutionRevision(ExecutionFacts):
    """What an execution said before a later file changed it."""

    execution = models.ForeignKey(Execution, on_delete=models.PROTECT, related_name="revisions")
    superseded_at = models.DateTimeField()


class Source(models.TextChoices):
    FILE = "file", _("File")
    PERSON = "person", _("Person")
    RULE = "rule", _("Rule")


class Attribution(models.Model):
    """A decision what an execution was. Append-only; the latest counts. An empty value takes a decision back."""

    execution = models.ForeignKey(Execution, on_delete=models.PROTECT, related_name="attributions")
    value = models.CharField(max_length=20, choices=Attributed.choices, blank=True)
    source = models.CharField(max_length=10, choices=Source.choices)
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT)
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("value", ["", *Attributed.values], "ledger_attribution_value"),
            one_of("source", Source.values, "ledger_attribution_source"),
        ]
        indexes = [
            models.Index(fields=["execution", "-recorded_at", "-id"], name="ledger_attribution_latest"),
            BrinIndex(fields=["recorded_at"], autosummarize=True, name="ledger_attribution_recorded"),
        ]
