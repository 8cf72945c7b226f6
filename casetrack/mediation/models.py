"""A mediation before an outside body: the application, its hearings, its proposals. Amounts are whole yen."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casetrack.bodies.models import Body
from casetrack.cases.models import Case
from casetrack.lib.constraints import not_negative, one_of
from casetrack.mediation.querysets import ConciliationProposalQuerySet, MediationQuerySet, MediationRecordQuerySet
from casetrack.mediation.workflow import ENDED, LIVE, MediationStatus
from casetrack.people.models import User

if TYPE_CHECKING:
    import datetime as dt

    from django_stubs_ext.db.models.manager import RelatedManager


class Mediation(models.Model):
    """One application of a victim's to a body, and where it stands.

    `claimed` is the amount in dispute; `fee` what the application costs before tax, by the body's table on the day of
    applying (null: the body's fees are not known here). `asks` is what the applicant wants. Applying is the consent
    that the body reads the case. `file_number` is the body's own. `reason` is why it was not accepted, not settled or
    withdrawn; `amount` what it was settled at. Once it has ended nothing of it changes.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="mediations")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="mediations")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=14, choices=MediationStatus.choices, default=MediationStatus.APPLIED)
    claimed = models.DecimalField(max_digits=20, decimal_places=0)
    fee = models.DecimalField(max_digits=20, decimal_places=0, null=True)
    asks = models.TextField()
    applied_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    applied_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    file_number = models.CharField(max_length=60, blank=True)
    amount = models.DecimalField(max_digits=20, decimal_places=0, null=True)
    reason = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)

    objects = MediationQuerySet.as_manager()

    if TYPE_CHECKING:
        hearings: RelatedManager["Hearing"]
        proposals: RelatedManager["ConciliationProposal"]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="mediation_number"),
            models.UniqueConstraint(fields=["case"], condition=Q(status__in=LIVE), name="mediation_one_live"),
            one_of("status", MediationStatus.values, "mediation_status"),
            models.CheckConstraint(condition=Q(claimed__gt=0), name="mediation_claimed"),
            not_negative("fee", "mediation_fee"),
            models.CheckConstraint(
                condition=Q(status__in=ENDED, ended_at__isnull=False) | Q(status__in=LIVE, ended_at__isnull=True),
                name="mediation_ended",
            ),
            models.CheckConstraint(
                condition=Q(status="settled", amount__isnull=False) | (~Q(status="settled") & Q(amount__isnull=True)),
                name="mediation_settled_at",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["not_accepted", "not_settled"]) | ~Q(reason=""), name="mediation_reason"
            ),
        ]
        indexes = [models.Index(fields=["body", "applied_at", "id"], name="mediation_desk")]

    @property
    def is_live(self) -> bool:
        return self.status in LIVE


class MediationRecord(models.Model):
    """What a body keeps of a mediation that has ended: that there was one, when, and how it ended; nothing of what was
    said in it. The case itself it may no longer see. Written once, by `services.leading.finish`."""

    mediation = models.OneToOneField(Mediation, on_delete=models.PROTECT, related_name="record")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="records")
    reference = models.CharField(max_length=24)
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=14, choices=MediationStatus.choices)
    file_number = models.CharField(max_length=60, blank=True)
    applied_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField()

    objects = MediationRecordQuerySet.as_manager()

    class Meta:
        constraints = [one_of("status", ENDED, "mediation_record_status")]
        indexes = [models.Index(fields=["body", "applied_at", "id"], name="mediation_record_desk")]


class Hearing(models.Model):
    """A day on which the body hears the sides. `place` is where, or how it is done online; `note` is for both sides."""

    mediation = models.ForeignKey(Mediation, on_delete=models.PROTECT, related_name="hearings")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    is_online = models.BooleanField(default=False)
    place = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)
    cancelled_because = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mediation", "number"], name="mediation_hearing_number"),
            models.CheckConstraint(condition=~Q(place=""), name="mediation_hearing_place"),
        ]
        indexes = [
            models.Index(fields=["mediation", "at"], condition=Q(cancelled_at=None), name="mediation_hearing_next")
        ]


class Reply(models.TextChoices):
    WAITING = "", _("Not answered yet")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused")


class ConciliationProposal(models.Model):
    """A special conciliation proposal: what the body proposes to both sides, and what each answered. Never edited.

    `components` maps components to whole yen that add up to `amount`; it may be empty. Each side answers once, until
    `answer_by`. `ended_at` is when a side refused it, both had accepted it, or something took its place.
    """

    mediation = models.ForeignKey(Mediation, on_delete=models.PROTECT, related_name="proposals")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    amount = models.DecimalField(max_digits=20, decimal_places=0)
    components = models.JSONField(default=dict)
    text = models.TextField()
    reasons = models.TextField()
    answer_by = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    victim_reply = models.CharField(max_length=10, choices=Reply.choices, blank=True)
    victim_said = models.TextField(blank=True)
    victim_replied_at = models.DateTimeField(null=True)
    firm_reply = models.CharField(max_length=10, choices=Reply.choices, blank=True)
    firm_said = models.TextField(blank=True)
    firm_replied_at = models.DateTimeField(null=True)
    firm_replied_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = ConciliationProposalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mediation", "number"], name="mediation_proposal_number"),
            models.UniqueConstraint(
                fields=["mediation"], condition=Q(ended_at=None), name="mediation_one_open_proposal"
            ),
            one_of("victim_reply", Reply.values, "mediation_proposal_victim"),
            one_of("firm_reply", Reply.values, "mediation_proposal_firm"),
            not_negative("amount", "mediation_proposal_amount"),
            models.CheckConstraint(condition=Q(answer_by__gt=F("made_at")), name="mediation_proposal_answer_by"),
            models.CheckConstraint(
                condition=~Q(firm_reply="refused") | ~Q(firm_said=""), name="mediation_proposal_refusal_reason"
            ),
            models.CheckConstraint(
                condition=Q(firm_reply="") | Q(firm_replied_by__isnull=False), name="mediation_proposal_firm_by"
            ),
        ]

    def is_open(self, now: "dt.datetime") -> bool:
        """Whether a side may still answer it."""
        return self.ended_at is None and now < self.answer_by
