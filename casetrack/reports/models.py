"""Editions of the regulator's summary: what was published stays as it was, with what it was computed from."""

from django.db import models

from casetrack.lib.constraints import one_of, period
from casetrack.people.models import User


class SummaryEdition(models.Model):
    """One compilation. `rows` are the table's rows; `sha256` is of the CSV."""

    number = models.PositiveIntegerField(unique=True)
    first_month = models.DateField()
    last_month = models.DateField()
    by = models.CharField(max_length=12, choices=[("month", "month"), ("half-month", "half-month")])
    as_of = models.DateTimeField()
    rows = models.JSONField()
    sha256 = models.CharField(max_length=64)
    compiled_by = models.ForeignKey(User, on_delete=models.PROTECT)
    compiled_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("by", ["month", "half-month"], "reports_edition_by"),
            period("first_month", "last_month", "reports_edition_period"),
        ]
