"""Shares that a settlement moves: instructions to the firm's back office, and their being done."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casetrack.cases.models import Case, CompromisedAccount
from casetrack.lib.constraints import one_of
from casetrack.people.models import User


class Custody(models.TextChoices):
    """In which kind of account the shares are booked: it decides how they are taxed later."""

    SPECIFIC = "specific", _("Specific account (tokutei)")
    GENERAL = "general", _("General account (ippan)")
    NISA = "nisa", _("NISA account")


class RestorationInstruction(models.Model):
    """One security of a settlement in kind: instructed by one person, confirmed as done by another.

    `quantity` is that of the terms: more than 0 goes to the customer's account `incident`, less than 0 from it back to
    the firm. `lot` says which tax lot: the day and price of acquisition at which it is booked.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="restorations")
    settlement = models.ForeignKey("negotiation.Settlement", on_delete=models.PROTECT, related_name="restorations")
    security = models.CharField(max_length=40)
    quantity = models.DecimalField(max_digits=30, decimal_places=10)
    incident = models.ForeignKey(CompromisedAccount, on_delete=models.PROTECT, related_name="+")
    custody = models.CharField(max_length=10, choices=Custody.choices)
    lot = models.CharField(max_length=200)
    instructed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    instructed_at = models.DateTimeField()
    done_on = models.DateField(null=True)
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["settlement", "security"], name="negotiation_restored_once"),
            one_of("custody", Custody.values, "negotiation_restoration_custody"),
            models.CheckConstraint(condition=~Q(quantity=0), name="negotiation_restoration_quantity"),
            models.CheckConstraint(
                condition=Q(done_by__isnull=True) | ~Q(done_by=F("instructed_by")),
                name="negotiation_restoration_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(done_on__isnull=True, done_by__isnull=True, done_at__isnull=True)
                | Q(done_on__isnull=False, done_by__isnull=False, done_at__isnull=False),
                name="negotiation_restoration_done",
            ),
        ]
