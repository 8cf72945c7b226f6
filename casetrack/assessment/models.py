"""Compensation policies, and assessments: stored runs of the calculator that can be recomputed to the same digits."""

from decimal import Decimal

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from casetrack.assessment.querysets import (
    AssessmentQuerySet,
    PolicyQuerySet,
    ReductionQuerySet,
    ValuationProposalQuerySet,
)
from casetrack.cases.models import Case, CompromisedAccount
from casetrack.correspondence.models import Party
from casetrack.firms.models import Firm
from casetrack.lib.constraints import not_negative, one_of, period
from casetrack.people.models import User


class Method(models.TextChoices):
    CASH = "cash", _("Cash")
    RESTORATION = "restoration", _("Restoration")
    CHOICE = "choice", _("Restoration or cash, as the customer chooses")


class ValuationRule(models.TextChoices):
    """Which day a policy values at, at its end in Tokyo."""

    NONE = "none", _("None: agreed case by case")
    FIRST_TRADE = "first_trade", _("The day of the first unauthorized trade")
    REPORT = "report", _("The day of the report")


class ValuationBasis(models.TextChoices):
    """Where the valuation date of a run comes from."""

    POLICY = "policy", _("Set by the policy")
    AGREED = "agreed", _("Agreed between customer and firm")
    FIRM = "firm", _("Chosen by the firm")


class PolicyStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PROPOSED = "proposed", _("Waiting for approval")
    PUBLISHED = "published", _("Published")
    DISCARDED = "discarded", _("Discarded")


class CompensationPolicy(models.Model):
    """What a firm pays for incidents of a period: drafted by one person, published by another. A published version is
    never edited (the database refuses it); a new one follows it.

    `ratios` maps components of assessment.md to decimal strings from 0 to 1. `solatium` is whole yen. With
    `is_individual` the firm decides each case by its circumstances, and the ratios are where it starts from.
    `reductions` maps a customer's factor (calc's names, see `reductions.FACTORS`) to the highest share that it may take
    away, a decimal string from 0 to 1. `application_until`: the last day on which a victim may apply.
    `valuation_days` are business days after the day of `valuation_rule`.
    `returned_because`: why the last approver sent it back, until it is proposed again.
    """

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="policies")
    version = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=PolicyStatus.choices, default=PolicyStatus.DRAFT)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    method = models.CharField(max_length=20, choices=Method.choices)
    ratios = models.JSONField(default=dict)
    solatium = models.DecimalField(max_digits=12, decimal_places=0, default=0)
    is_individual = models.BooleanField(default=False)
    reductions = models.JSONField(default=dict, blank=True)
    valuation_rule = models.CharField(max_length=20, choices=ValuationRule.choices, default=ValuationRule.NONE)
    valuation_days = models.PositiveSmallIntegerField(default=0)
    application_until = models.DateField(null=True, blank=True)
    summary_ja = models.TextField(blank=True)
    summary_en = models.TextField(blank=True)
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    returned_because = models.TextField(blank=True)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "version"], name="assessment_policy_version"),
            one_of("method", Method.values, "assessment_policy_method"),
            not_negative("solatium", "assessment_policy_solatium"),
            period("valid_from", "valid_until", "assessment_policy_period"),
            one_of("status", PolicyStatus.values, "assessment_policy_status"),
            one_of("valuation_rule", ValuationRule.values, "assessment_policy_valuation_rule"),
            models.UniqueConstraint(
                fields=["firm"],
                condition=models.Q(status__in=["draft", "proposed"]),
                name="assessment_policy_one_draft",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="published") | models.Q(published_at__isnull=False),
                name="assessment_policy_published_at",
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by=None) | ~models.Q(approved_by=models.F("prepared_by")),
                name="assessment_policy_four_eyes",
            ),
        ]

    @property
    def summary(self) -> str:
        """The policy's text in the reader's language, as far as there is one."""
        first, second = self.summary_ja, self.summary_en
        return (second or first) if get_language() == "en" else (first or second)

    def as_input(self, method: str, *, reduction: str = "0", with_solatium: bool = True) -> dict[str, object]:
        """The `policy` member of assessment.md's input, for the policy's method or the one that was chosen."""
        solatium = str(self.solatium) if with_solatium else "0"
        return {"method": str(method), "ratios": self.ratios, "reduction": reduction, "solatium": solatium}


class ReductionStatus(models.TextChoices):
    PROPOSED = "proposed", _("Waiting for approval")
    APPROVED = "approved", _("Approved")
    RETURNED = "returned", _("Returned")
    DROPPED = "dropped", _("Dropped")
    REPLACED = "replaced", _("Replaced by a later one")


class Reduction(models.Model):
    """What a case's compensation is reduced by for the customer's own conduct, and what speaks against it: proposed by
    one person, approved by another. What it says is never edited (the database refuses it); a new one follows it.

    `share` lies above 0 and up to 1. `customer_factors` and `firm_factors` map the names of `reductions` to
    {"note": words, "files": keys of the case's evidence files}; the victim reads them with `reason` once a run was
    issued. `limit` is the highest share that `policy` allowed for these factors; null: it names none. A vulnerable
    customer's compensation is reduced for gross negligence alone.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reductions")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=ReductionStatus.choices, default=ReductionStatus.PROPOSED)
    policy = models.ForeignKey(CompensationPolicy, on_delete=models.PROTECT, related_name="+")
    limit = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    share = models.DecimalField(max_digits=5, decimal_places=4)
    customer_factors = models.JSONField()
    firm_factors = models.JSONField(default=dict)
    reason = models.TextField()
    is_vulnerable = models.BooleanField(default=False)
    is_gross = models.BooleanField(default=False)
    gross_reason = models.TextField(blank=True)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    returned_because = models.TextField(blank=True)

    objects = ReductionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="assessment_reduction_number"),
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(status="proposed"), name="assessment_reduction_one_proposed"
            ),
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(status="approved"), name="assessment_reduction_one_approved"
            ),
            one_of("status", ReductionStatus.values, "assessment_reduction_status"),
            models.CheckConstraint(condition=models.Q(share__gt=0, share__lte=1), name="assessment_reduction_share"),
            models.CheckConstraint(
                condition=models.Q(limit=None) | models.Q(share__lte=models.F("limit")),
                name="assessment_reduction_limit",
            ),
            models.CheckConstraint(condition=~models.Q(customer_factors={}), name="assessment_reduction_factors"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="assessment_reduction_reason"),
            models.CheckConstraint(
                condition=models.Q(approved_by=None) | ~models.Q(approved_by=models.F("proposed_by")),
                name="assessment_reduction_four_eyes",
            ),
            models.CheckConstraint(
                condition=~models.Q(status__in=["approved", "replaced"])
                | models.Q(approved_by__isnull=False, approved_at__isnull=False),
                name="assessment_reduction_approved_by",
            ),
            models.CheckConstraint(
                condition=models.Q(is_gross=False) | ~models.Q(gross_reason=""), name="assessment_reduction_gross"
            ),
            models.CheckConstraint(
                condition=models.Q(is_vulnerable=False) | models.Q(is_gross=True),
                name="assessment_reduction_vulnerable",
            ),
        ]

    @property
    def percent(self) -> Decimal:
        return self.share * 100

    @property
    def is_barred(self) -> bool:
        """Whether it may not be taken: the customer is vulnerable, as said by now, and it was not gross negligence."""
        return self.case.is_vulnerable and not self.is_gross

    @property
    def limit_percent(self) -> Decimal | None:
        return None if self.limit is None else self.limit * 100


class ValuationProposal(models.Model):
    """A valuation date that one side proposes to the other, and why. Append-only; a side's later one replaces its
    earlier one as long as that has no answer."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="valuation_proposals")
    number = models.PositiveIntegerField()
    party = models.CharField(max_length=10, choices=Party.choices)
    valuation_on = models.DateField()
    reason = models.TextField()
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()

    objects = ValuationProposalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="assessment_valuation_number"),
            one_of("party", Party.values, "assessment_valuation_party"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="assessment_valuation_reason"),
        ]


class ValuationAnswer(models.Model):
    """The other side's answer to a proposed valuation date, declined with a reason. Append-only."""

    proposal = models.OneToOneField(ValuationProposal, on_delete=models.PROTECT, related_name="answer")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    is_accepted = models.BooleanField()
    reason = models.TextField(blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_accepted=True) | ~models.Q(reason=""), name="assessment_valuation_declined"
            ),
        ]


class Assessment(models.Model):
    """A run for a case at a valuation date under a policy. Amounts in whole yen unless the rules give fractions.

    `method` is the policy's, or the one that was chosen where the policy leaves the choice.
    One AssessedAccount per confirmed incident holds the exact input and result. `reduced_by` is the approved reduction
    that the run took, `reduction` and `reduction_reason` what it said. `valuation_basis` says where the date comes
    from: `valuation_proposal` is the one that was agreed, `valuation_reason` the firm's words. `price_evidence` lists
    the files (key, name, sha256) that show the prices entered by hand. `is_issued`: it came with an approved offer, so
    the victim sees it.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assessments")
    number = models.PositiveIntegerField()
    policy = models.ForeignKey(CompensationPolicy, on_delete=models.PROTECT)
    method = models.CharField(max_length=20, choices=Method.choices)
    valuation_on = models.DateField()
    valuation_basis = models.CharField(max_length=10, choices=ValuationBasis.choices, default=ValuationBasis.FIRM)
    valuation_proposal = models.ForeignKey(ValuationProposal, on_delete=models.PROTECT, null=True, related_name="runs")
    valuation_reason = models.TextField(blank=True)
    price_evidence = models.JSONField(default=list)
    reduction = models.DecimalField(max_digits=5, decimal_places=4, default=0)
    reduction_reason = models.TextField(blank=True)
    reduced_by = models.ForeignKey(Reduction, on_delete=models.PROTECT, null=True, related_name="runs")
    method_version = models.CharField(max_length=10)
    loss = models.DecimalField(max_digits=34, decimal_places=10)
    due = models.DecimalField(max_digits=20, decimal_places=0)
    cash = models.DecimalField(max_digits=20, decimal_places=0)
    restoration = models.DecimalField(max_digits=20, decimal_places=0)
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT)
    prepared_at = models.DateTimeField()
    is_issued = models.BooleanField(default=False)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="assessment_number"),
            models.CheckConstraint(
                condition=models.Q(reduction__gte=0) & models.Q(reduction__lte=1), name="assessment_reduction"
            ),
            not_negative("cash", "assessment_cash"),
            one_of("method", [Method.CASH, Method.RESTORATION], "assessment_method"),
            one_of("valuation_basis", ValuationBasis.values, "assessment_valuation_basis"),
            models.CheckConstraint(
                condition=~models.Q(valuation_basis="agreed") | models.Q(valuation_proposal__isnull=False),
                name="assessment_valuation_agreed",
            ),
        ]


class AssessedAccount(models.Model):
    """The exact input of one account's run, its SHA-256, and the result, both as assessment.md shapes them."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="accounts")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    incident = models.ForeignKey(CompromisedAccount, on_delete=models.PROTECT, related_name="assessed")
    inputs = models.JSONField()
    inputs_sha256 = models.CharField(max_length=64)
    result = models.JSONField()
    price_sources = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assessment", "incident"], name="assessment_account_once")]


class Simulation(models.Model):
    """What a draft would change in the firm's real cases, computed in the background. Amounts are whole yen.

    `rows` are [reference, due before, due after] of the cases that would change, the largest change first.
    """

    policy = models.ForeignKey(CompensationPolicy, on_delete=models.PROTECT, related_name="simulations")
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    policy_sha256 = models.CharField(max_length=64)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    before = models.DecimalField(max_digits=24, decimal_places=0, default=0)
    after = models.DecimalField(max_digits=24, decimal_places=0, default=0)
    rows = models.JSONField(default=list)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["policy", "-asked_at"], name="assessment_simulation_last")]

    @property
    def difference(self) -> Decimal:
        return self.after - self.before

    @property
    def changed(self) -> int:
        return len(self.rows)
