"""What was told to whom. Notices hang on the audit log: a drain reads entries that were not handled yet."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from casetrack.cases.models import Case
from casetrack.lib.constraints import one_of
from casetrack.people.models import User, Victim


class HandledEntry(models.Model):
    """One row per audit entry that the drain has looked at."""

    entry_id = models.BigIntegerField(primary_key=True)
    handled_at = models.DateTimeField()


class DeliveryStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    KEPT = "kept", _("Shown in the application only")


class HowTold(models.TextChoices):
    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("Once a day, at 18:00")
    NEVER = "never", _("No e-mail")


class MailChoice(models.Model):
    """How a victim wants to be told by e-mail of what is not urgent. Without a row: at once."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, primary_key=True, related_name="mail_choice")
    how = models.CharField(max_length=10, choices=HowTold.choices, default=HowTold.AT_ONCE)

    class Meta:
        constraints = [one_of("how", HowTold.values, "notifications_mailchoice_how")]


class Delivery(models.Model):
    """One mail to one person. Holds no case content: the template says only that there is news.

    It goes to a log-in (`recipient`) or to a victim who has none yet (`victim`); the address is read when it is sent.
    `next_try_at` is when a waiting one may be tried (again). To a victim it is also a notice in the application:
    `case` and `action` say of what, `read_at` when it was marked as read.
    """

    entry_id = models.BigIntegerField()
    recipient = models.ForeignKey(User, on_delete=models.PROTECT, null=True)
    victim = models.ForeignKey(Victim, on_delete=models.PROTECT, null=True, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=60, blank=True)
    is_urgent = models.BooleanField(default=True)
    read_at = models.DateTimeField(null=True)
    template = models.CharField(max_length=60)
    status = models.CharField(max_length=10, choices=DeliveryStatus.choices, default=DeliveryStatus.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry_id", "recipient", "template"], name="notifications_delivery_once"),
            models.UniqueConstraint(fields=["entry_id", "victim", "template"], name="notifications_invitation_once"),
            models.CheckConstraint(
                condition=models.Q(recipient__isnull=False, victim__isnull=True)
                | models.Q(recipient__isnull=True, victim__isnull=False),
                name="notifications_delivery_to_one",
            ),
            one_of("status", DeliveryStatus.values, "notifications_delivery_status"),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=models.Q(status="waiting"), name="notifications_delivery_queue"
            )
        ]
