"""Messages between victim and firm, and the firm's internal notes."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from casetrack.cases.models import Case
from casetrack.correspondence.querysets import NoteQuerySet
from casetrack.lib.constraints import one_of
from casetrack.people.models import User


class Party(models.TextChoices):
    VICTIM = "victim", _("Victim")
    FIRM = "firm", _("Firm")


class Message(models.Model):
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="messages")
    party = models.CharField(max_length=10, choices=Party.choices)
    author = models.ForeignKey(User, on_delete=models.PROTECT)
    body = models.TextField()
    sent_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [one_of("party", Party.values, "correspondence_message_party")]
        indexes = [models.Index(fields=["case", "sent_at", "id"], name="correspondence_message_order")]


class Note(models.Model):
    """What the firm's people write for themselves. Never shown to the victim (the database refuses it too)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(User, on_delete=models.PROTECT)
    body = models.TextField()
    written_at = models.DateTimeField()

    objects = NoteQuerySet.as_manager()
