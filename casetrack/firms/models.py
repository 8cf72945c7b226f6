"""Securities firms, the people who work cases there, and what a firm decided about its clocks."""

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from casetrack.lib.constraints import not_negative, one_of
from casetrack.people.models import User

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager

MOST_DAYS = 60
"""The most business days that a firm may give itself for anything: about three months."""


class Firm(models.Model):
    """A securities firm. What it decided about its clocks are rows of their own (`cases.clocks.rulebook_of`)."""

    code = models.CharField(max_length=20, unique=True)
    name_ja = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    emergency_phone = models.CharField(max_length=40, blank=True)
    emergency_hours_ja = models.CharField(max_length=120, blank=True)
    emergency_hours_en = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)

    if TYPE_CHECKING:
        target_decisions: RelatedManager["ClockTarget"]
        day_decisions: RelatedManager["ClosedDay"]

    class Meta:
        ordering = ["name_ja"]
        constraints = [
            models.CheckConstraint(condition=models.Q(code__regex=r"^[A-Z][A-Z0-9]{1,19}$"), name="firms_firm_code")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if get_language() == "en" else self.name_ja

    @property
    def emergency_hours(self) -> str:
        """When the emergency telephone is answered, in the reader's language if the firm says it there."""
        mine, other = self.emergency_hours_ja, self.emergency_hours_en
        return (other or mine) if get_language() == "en" else (mine or other)


class ClockTarget(models.Model):
    """A decision about one clock, never changed: those that begin on `valid_from` or later run for `days` business days
    (None: as many as the platform's default says). A target, not law. `decided_by` is None for what an operator set
    before there were pages for it.
    """

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="target_decisions")
    clock = models.CharField(max_length=20)
    days = models.PositiveSmallIntegerField(null=True)
    valid_from = models.DateField()
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(days__isnull=True) | models.Q(days__range=(1, MOST_DAYS)),
                name="firms_clock_target_days",
            )
        ]


class ClosedDay(models.Model):
    """A decision about one day, never changed: the firm is closed on it, beside Japan's holidays, or (`is_closed` is
    False) it is not closed after all. The latest one holds, for clocks that begin after it. `label` says why it is
    closed; `decided_by` is None as in ClockTarget.
    """

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="day_decisions")
    day = models.DateField()
    is_closed = models.BooleanField(default=True)
    label = models.CharField(max_length=80, blank=True)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["id"]


class StaffRole(models.TextChoices):
    INTAKE = "intake", _("Intake")
    INVESTIGATOR = "investigator", _("Investigator")
    APPROVER = "approver", _("Approver")
    ADMIN = "admin", _("Administrator")


class Membership(models.Model):
    """A person's place at a firm: one firm and one role at a time.

    `approves_up_to` is whole yen: the most that an approver approves alone. None: no limit.
    """

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="membership")
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=StaffRole.choices)
    display_name = models.CharField(max_length=80, blank=True)
    approves_up_to = models.DecimalField(max_digits=20, decimal_places=0, null=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            one_of("role", StaffRole.values, "firms_membership_role"),
            not_negative("approves_up_to", "firms_membership_approves_up_to"),
        ]

    def __str__(self) -> str:
        return self.display_name or self.user.email


def membership_of(user: User) -> Membership | None:
    """The active membership at an active firm, or None. The user object keeps it for the length of a request."""
    membership: Membership | None = getattr(user, "membership", None)
    return membership if membership and membership.is_active and membership.firm.is_active else None
