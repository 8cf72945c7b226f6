"""Offers and counter-offers, the settlement they lead to, its legal basis and its payment. Amounts are whole yen."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casetrack.assessment.models import Assessment
from casetrack.cases.models import Case
from casetrack.evidence.models import EvidenceFile
from casetrack.lib.constraints import not_negative, one_of
from casetrack.negotiation.bases import Basis
from casetrack.negotiation.querysets import OfferQuerySet, PaymentQuerySet, SettlementQuerySet
from casetrack.negotiation.restoration import RestorationInstruction as RestorationInstruction
from casetrack.negotiation.transfers import RemitterAccount as RemitterAccount
from casetrack.negotiation.transfers import TransferBatch as TransferBatch
from casetrack.negotiation.transfers import TransferLine as TransferLine
from casetrack.negotiation.workflow import OfferStatus
from casetrack.people.models import User


class OfferParty(models.TextChoices):
    FIRM = "firm", _("Firm")
    VICTIM = "victim", _("Victim")


class Offer(models.Model):
    """What one side proposes, with its reasons (see `proposal`).

    The firm's is prepared by one person and approved by another.

    `components` maps components (and "solatium") to whole yen and adds up to `amount`; a counter-offer may leave it
    empty. `answer_reason` is what the other side wrote when refusing, countering or returning it. `relied_on` lists
    files of the case as {id, name, sha256}.

    `settles` names the components that acceptance settles while the others stay in dispute; empty: everything.
    `builds_on` is what was settled in part before, as {number of that offer: its `settles`}.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="offers")
    number = models.PositiveIntegerField()
    party = models.CharField(max_length=10, choices=OfferParty.choices)
    status = models.CharField(max_length=12, choices=OfferStatus.choices)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, null=True, related_name="offers")
    amount = models.DecimalField(max_digits=20, decimal_places=0)
    components = models.JSONField(default=dict)
    component_reasons = models.JSONField(default=dict)
    in_kind = models.JSONField(default=dict)
    waived = models.DecimalField(max_digits=20, decimal_places=0, default=0)
    conditions = models.TextField(blank=True)
    relied_on = models.JSONField(default=list)
    settles = models.JSONField(default=list)
    builds_on = models.JSONField(default=dict)
    reasons = models.TextField()
    valid_until = models.DateTimeField(null=True)
    in_answer_to = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="answers")
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    answer_reason = models.TextField(blank=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="negotiation_offer_number"),
            models.UniqueConstraint(fields=["case"], condition=Q(status="open"), name="negotiation_one_open_offer"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(status="prepared"), name="negotiation_one_prepared_offer"
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(status="accepted", settles=[]),
                name="negotiation_one_accepted_offer",
            ),
            one_of("status", OfferStatus.values, "negotiation_offer_status"),
            one_of("party", OfferParty.values, "negotiation_offer_party"),
            not_negative("amount", "negotiation_offer_amount"),
            not_negative("waived", "negotiation_offer_waived"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("prepared_by")), name="negotiation_four_eyes"
            ),
            models.CheckConstraint(
                condition=~Q(party="firm")
                | Q(status__in=["prepared", "rejected", "withdrawn"])
                | (Q(approved_by__isnull=False) & Q(opened_at__isnull=False) & Q(valid_until__isnull=False)),
                name="negotiation_open_is_approved",
            ),
        ]

    def get_status_display(self) -> str:  # type: ignore[no-redef]
        """The status in words; of an offer that lapsed, whether its day had come or its case had ended."""
        said = _("Ended with the case") if self.has_ended_with_case else OfferStatus(self.status).label
        return str(said)

    @property
    def has_ended_with_case(self) -> bool:
        """Whether it lapsed before its day, or had none: the case was withdrawn, declined or closed."""
        if self.status != OfferStatus.LAPSED or self.ended_at is None:
            return False
        return self.valid_until is None or self.ended_at < self.valid_until

    @property
    def burden(self) -> Decimal:
        """What it costs the firm in yen, for the limits of those who approve: the amount and the deficit given up."""
        return self.amount + self.waived

    @property
    def is_partial(self) -> bool:
        """Whether it is about some components only, and leaves the others in dispute."""
        return bool(self.settles)

    @property
    def settled_before(self) -> set[str]:
        """The components that were settled by earlier offers when this one was prepared."""
        return {name for names in self.builds_on.values() for name in names}


class Settlement(models.Model):
    """What was agreed: the accepted offer's amount, locked. `terms` is what both saw, `terms_sha256` its hash.

    The firm's approver countersigns it. Until `revocable_until` the customer may take the acceptance back: the offer is
    then at `revoked`, and the case may be settled anew. The row itself is never changed.

    A case has one settlement of the whole at most, which ends the negotiation, and before it any number of settlements
    of a part (`is_partial`), which are countersigned and paid beside it.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="settlements")
    offer = models.OneToOneField(Offer, on_delete=models.PROTECT, related_name="settlement")
    amount = models.DecimalField(max_digits=20, decimal_places=0)
    terms = models.JSONField()
    terms_sha256 = models.CharField(max_length=64)
    agreed_by = models.ForeignKey(User, on_delete=models.PROTECT)
    agreed_at = models.DateTimeField()
    revocable_until = models.DateTimeField()

    objects = SettlementQuerySet.as_manager()

    class Meta:
        constraints = [not_negative("amount", "negotiation_settlement_amount")]

    @property
    def is_partial(self) -> bool:
        """Whether it settles some components only. `offer` is read."""
        return self.offer.is_partial


class Countersignature(models.Model):
    """The firm's signature under a settlement, by an approver who did not prepare the offer. Append-only."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    settlement = models.OneToOneField(Settlement, on_delete=models.PROTECT, related_name="countersignature")
    terms_sha256 = models.CharField(max_length=64)
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()


class BasisStatus(models.TextChoices):
    RECORDED = "recorded", _("Waiting for a second person")
    CHECKED = "checked", _("Checked")
    RETURNED = "returned", _("Returned")


class LegalBasis(models.Model):
    """Why the law lets the firm pay a settlement: recorded by one person, checked by another, before any payment.

    `reference` names the authority's paper, `decided_on` is its day, `amount` what it covers in whole yen.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="legal_bases")
    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="legal_bases")
    kind = models.CharField(max_length=24, choices=Basis.choices)
    status = models.CharField(max_length=10, choices=BasisStatus.choices, default=BasisStatus.RECORDED)
    reference = models.CharField(max_length=120)
    decided_on = models.DateField()
    amount = models.DecimalField(max_digits=20, decimal_places=0)
    note = models.TextField(blank=True)
    evidence = models.ForeignKey(EvidenceFile, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)
    returned_because = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["settlement"],
                condition=Q(status__in=["recorded", "checked"]),
                name="negotiation_one_live_basis",
            ),
            one_of("kind", Basis.values, "negotiation_basis_kind"),
            one_of("status", BasisStatus.values, "negotiation_basis_status"),
            not_negative("amount", "negotiation_basis_amount"),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("recorded_by")),
                name="negotiation_basis_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(status="checked") | Q(checked_by__isnull=False), name="negotiation_basis_checked_by"
            ),
        ]


class Measure(models.TextChoices):
    PROVISIONAL_PAYMENT = "provisional_payment", _("Provisional payment")
    DEFICIT_SUSPENDED = "deficit_suspended", _("Margin deficit not demanded for now")
    DEFICIT_WAIVED = "deficit_waived", _("Margin deficit waived")


class MeasureStatus(models.TextChoices):
    PROPOSED = "proposed", _("Waiting for approval")
    APPROVED = "approved", _("In force")
    RETURNED = "returned", _("Returned")
    PAID = "paid", _("Paid")
    ENDED = "ended", _("Ended")


class InterimMeasure(models.Model):
    """Help while the case runs, proposed by one person and approved by another: money ahead of the settlement (as US
    Regulation E, 12 CFR 1005.11, has it), or a margin deficit that is not demanded, or waived.

    `amount` is whole yen, of the payment or of the deficit. What was paid provisionally counts towards the settlement.
    A provisional payment names its legal basis (`bases.Basis`) and `reference`. `until`: the last day, if there is one.
    `paid_note`: the firm's own, on whose account it was paid to.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="measures")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=24, choices=Measure.choices)
    status = models.CharField(max_length=10, choices=MeasureStatus.choices, default=MeasureStatus.PROPOSED)
    amount = models.DecimalField(max_digits=20, decimal_places=0)
    until = models.DateField(null=True)
    reason = models.TextField()
    basis = models.CharField(max_length=24, choices=Basis.choices, blank=True)
    reference = models.CharField(max_length=120, blank=True)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    paid_on = models.DateField(null=True)
    paid_note = models.TextField(blank=True)
    ended_because = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="negotiation_measure_number"),
            one_of("kind", Measure.values, "negotiation_measure_kind"),
            one_of("status", MeasureStatus.values, "negotiation_measure_status"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="negotiation_measure_amount"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
                name="negotiation_measure_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "paid"]) | Q(approved_by__isnull=False),
                name="negotiation_measure_approved_by",
            ),
            models.CheckConstraint(
                condition=~Q(status="paid") | (Q(kind="provisional_payment") & Q(paid_on__isnull=False)),
                name="negotiation_measure_paid_on",
            ),
            models.CheckConstraint(
                condition=~Q(kind="provisional_payment") | ~Q(basis=""), name="negotiation_measure_basis"
            ),
        ]


class Payment(models.Model):
    """Money paid under a settlement, as an approver recorded it; `received_at` is the victim's confirmation.

    `denied_at`: the victim said that it did not arrive. `failed_at`: it came back, so it counts no longer and another
    can be recorded; `failed_because` is what the firm wrote.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="payments")
    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="payments")
    amount = models.DecimalField(max_digits=20, decimal_places=0)
    paid_on = models.DateField()
    note = models.TextField(blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT)
    recorded_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    denied_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    failed_because = models.TextField(blank=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        constraints = [
            not_negative("amount", "negotiation_payment_amount"),
            models.UniqueConstraint(
                fields=["settlement"], condition=Q(failed_at__isnull=True), name="negotiation_one_live_payment"
            ),
            models.CheckConstraint(
                condition=Q(failed_at__isnull=True) | Q(received_at__isnull=True),
                name="negotiation_failed_not_received",
            ),
        ]
