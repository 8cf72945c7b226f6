"""Compensation policies, and assessments: stored runs of the calculator that can be recomputed to the same digits."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from casetrack.assessment.querysets import AssessmentQuerySet
from casetrack.cases.models import Case, CompromisedAccount
from casetrack.firms.models import Firm
from casetrack.lib.constraints import not_negative, one_of, period
from casetrack.people.models import User


class Method(models.TextChoices):
    CASH = "cash", _("Cash")
    RESTORATION = "restoration", _("Restoration")


class CompensationPolicy(models.Model):
    """What a firm pays for incidents of a period. A published version is never edited; a new one follows it.

    `ratios` maps components of assessment.md to decimal strings from 0 to 1. `solatium` is whole yen.
    """

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="policies")
    version = models.PositiveIntegerField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    method = models.CharField(max_length=20, choices=Method.choices)
    ratios = models.JSONField(default=dict)
    solatium = models.DecimalField(max_digits=12, decimal_places=0, default=0)
    summary_ja = models.TextField(blank=True)
    summary_en = models.TextField(blank=True)
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "version"], name="assessment_policy_version"),
            one_of("method", Method.values, "assessment_policy_method"),
            not_negative("solatium", "assessment_policy_solatium"),
            period("valid_from", "valid_until", "assessment_policy_period"),
        ]

    def as_input(self, *, reduction: str = "0", with_solatium: bool = True) -> dict[str, object]:
        """The `policy` member of assessment.md's input."""
        solatium = str(self.solatium) if with_solatium else "0"
        return {"method": self.method, "ratios": self.ratios, "reduction": reduction, "solatium": solatium}


class Assessment(models.Model):
    """A run for a case at a valuation date under a policy. Amounts in whole yen unless the rules give fractions.

    One AssessedAccount per confirmed incident holds the exact input and result. `is_issued`: it came with an
    approved offer, so the victim sees it.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assessments")
    number = models.PositiveIntegerField()
    policy = models.ForeignKey(CompensationPolicy, on_delete=models.PROTECT)
    valuation_on = models.DateField()
    reduction = models.DecimalField(max_digits=5, decimal_places=4, default=0)
    reduction_reason = models.TextField(blank=True)
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
