"""A case: one victim, one firm, one or more compromised accounts, and how it ends."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from casetrack.bodies.models import Body
from casetrack.cases.querysets import CaseQuerySet, EventQuerySet
from casetrack.cases.workflow import STAFF_NAMES, Status
from casetrack.firms.models import Firm
from casetrack.ledger.models import Account, Execution
from casetrack.lib.constraints import not_negative, one_of
from casetrack.lib.crypto import decrypt
from casetrack.people.models import Language, User, Victim

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise
    from django_stubs_ext.db.models.manager import RelatedManager


# Which needs make a person vulnerable (intake.choices.Need has them all).
VULNERABLE = frozenset({"age", "distress", "illness", "disability"})


class OpenedBy(models.TextChoices):
    VICTIM = "victim", _("Victim")
    FIRM = "firm", _("Firm")


class Case(models.Model):
    """`victim_user` is the log-in that sees it as the victim; null until a case opened by the firm is claimed.

    `report` is what was submitted, kept as it was; `needs` what makes it harder for the person, as last said. Cases
    reported together, each to a firm of its own, have the same `sitting`: their victim sees them side by side, the
    firms do not learn of one another. `body` is the mediation body to which the victim handed the case (null: none, or
    one that does not work here); its people read what both sides may read. `due_at` repeats what calc.clocks derives
    from the case's events for the present status (null: no clock runs, or it is paused).
    """

    reference = models.CharField(max_length=24, unique=True)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="cases")
    victim = models.ForeignKey(Victim, on_delete=models.PROTECT, related_name="cases")
    victim_user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="own_cases")
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.SUBMITTED)
    opened_by = models.CharField(max_length=10, choices=OpenedBy.choices)
    opened_at = models.DateTimeField()
    assigned_to = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="assigned_cases")
    language = models.CharField(max_length=5, choices=Language.choices, default=Language.JA)
    report = models.JSONField(default=dict)
    needs = models.JSONField(default=list)
    sitting = models.UUIDField(null=True, db_index=True)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, null=True, related_name="cases")
    due_at = models.DateTimeField(null=True)

    objects = CaseQuerySet.as_manager()

    if TYPE_CHECKING:
        incidents: RelatedManager["CompromisedAccount"]
        events: RelatedManager["Event"]

    class Meta:
        constraints = [
            one_of("status", Status.values, "cases_case_status"),
            one_of("opened_by", OpenedBy.values, "cases_case_opened_by"),
            one_of("language", Language.values, "cases_case_language"),
        ]
        indexes = [
            models.Index(fields=["firm", "status", "opened_at", "id"], name="cases_case_queue"),
            models.Index(fields=["firm", "opened_at", "id"], name="cases_case_firm_age"),
            models.Index(fields=["firm", "due_at"], name="cases_case_due"),
            models.Index(fields=["victim_user", "-opened_at"], name="cases_case_victim"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def staff_status(self) -> "StrOrPromise":
        return STAFF_NAMES[Status(self.status)]

    @property
    def public_status(self) -> "StrOrPromise":
        return Status(self.status).label

    @property
    def is_vulnerable(self) -> bool:
        """Whether the person said once that they are: by age, distress, illness or disability."""
        return bool(VULNERABLE & set(self.needs))

    def is_breached(self, now: dt.datetime) -> bool:
        """Whether the running clock is past its deadline."""
        return self.due_at is not None and self.due_at < now


class Event(models.Model):
    """A step of a case: its timeline and its clocks. Append-only, written with the audit entry.

    `from_status` and `to_status` are set by changes of status. `reason` is what the actor wrote. `is_public`: the
    victim sees the step too. `clock` and `days` are set by steps about a clock: its name, and by how many business days
    it is to run longer; a mediation body's proposal has `days` too: how many days later it can still be answered.
    `body` is set by the steps of a mediation: no other body reads them. `offer` is set by the steps of what was settled
    in part, and by those about the clock of its payment: the number of the offer that settled it.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    action = models.CharField(max_length=60)
    from_status = models.CharField(max_length=20, blank=True)
    to_status = models.CharField(max_length=20, blank=True)
    actor = models.ForeignKey(User, on_delete=models.PROTECT)
    actor_role = models.CharField(max_length=20)
    reason = models.TextField(blank=True)
    is_public = models.BooleanField(default=True)
    clock = models.CharField(max_length=20, blank=True)
    days = models.PositiveSmallIntegerField(null=True)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, null=True, related_name="+")
    offer = models.PositiveIntegerField(null=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("from_status", ["", *Status.values], "cases_event_from"),
            one_of("to_status", ["", *Status.values], "cases_event_to"),
        ]
        indexes = [models.Index(fields=["case", "at", "id"], name="cases_event_order")]


class Kind(models.TextChoices):
    SPECIFIED = "specified", _("Specified account (tokutei)")
    GENERAL = "general", _("General account (ippan)")
    NISA = "nisa", _("NISA account")
    MARGIN = "margin", _("Margin account")
    FOREIGN = "foreign", _("Foreign securities account")


class Vector(models.TextChoices):
    PHISHING = "phishing", _("Phishing")
    ADVERSARY_IN_THE_MIDDLE = "adversary_in_the_middle", _("Real-time phishing (a site that relays the log-in)")
    INFOSTEALER = "infostealer", _("Infostealing malware")
    MALWARE = "malware", _("Other malware")
    UNKNOWN = "unknown", _("Not known")


class Noticed(models.TextChoices):
    NOTIFICATION = "notification", _("A notification on my phone or by e-mail")
    LOG_IN = "log_in", _("I saw it when I logged in")
    STATEMENT = "statement", _("A statement or trade report")
    FIRM_CALLED = "firm_called", _("The firm contacted me")
    OTHER = "other", _("In another way")


class FirmAnswer(models.TextChoices):
    FROZEN = "frozen", _("It froze the account")
    REFUSED = "refused", _("It said that it could not freeze the account")
    LATER = "later", _("It promised to call back or freeze it later")
    NOT_REACHED = "not_reached", _("I could not reach it")
    NOT_ASKED = "not_asked", _("I have not contacted it yet")
    OTHER = "other", _("Something else")


class MfaOffered(models.TextChoices):
    USED = "used", _("Offered, and I used it")
    NOT_USED = "not_used", _("Offered, and I did not use it")
    NOT_OFFERED = "not_offered", _("Not offered")
    UNKNOWN = "unknown", _("I don't know")


class Access(models.TextChoices):
    REPORTED = "reported", _("Reported")
    CONFIRMED = "confirmed", _("Confirmed")
    REFUTED = "refuted", _("Refuted")


class CompromisedAccount(models.Model):
    """One incident of an account, as reported and as the firm decides.

    The number is what the victim typed (or the firm's file gave). `account` is the ledger account: linked when an
    investigator, having checked the identity, confirms the access; never by the number alone.
    `first_access_at` is the first unauthorized instant (reported, then as decided).
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="incidents")
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="incidents")
    number_encrypted = models.TextField()
    number_index = models.CharField(max_length=64)
    number_hint = models.CharField(max_length=8)
    kinds = models.JSONField(default=list)
    vector = models.CharField(max_length=30, choices=Vector.choices, default=Vector.UNKNOWN)
    first_access_at = models.DateTimeField(null=True)
    detected_at = models.DateTimeField(null=True)
    noticed_at = models.DateTimeField(null=True)
    noticed_how = models.CharField(max_length=20, choices=Noticed.choices, blank=True)
    noticed_note = models.TextField(blank=True)
    told_firm_at = models.DateTimeField(null=True)
    freeze_asked_at = models.DateTimeField(null=True)
    frozen_at = models.DateTimeField(null=True)
    firm_answer = models.CharField(max_length=20, choices=FirmAnswer.choices, blank=True)
    firm_answer_note = models.TextField(blank=True)
    mfa_offered = models.CharField(max_length=20, choices=MfaOffered.choices, default=MfaOffered.UNKNOWN)
    mfa_kind = models.CharField(max_length=80, blank=True)
    access = models.CharField(max_length=10, choices=Access.choices, default=Access.REPORTED)

    class Meta:
        constraints = [
            one_of("vector", Vector.values, "cases_incident_vector"),
            one_of("noticed_how", ["", *Noticed.values], "cases_incident_noticed_how"),
            one_of("firm_answer", ["", *FirmAnswer.values], "cases_incident_firm_answer"),
            one_of("mfa_offered", MfaOffered.values, "cases_incident_mfa"),
            one_of("access", Access.values, "cases_incident_access"),
            models.CheckConstraint(
                condition=~models.Q(access="confirmed") | models.Q(account__isnull=False),
                name="cases_incident_confirmed_has_account",
            ),
            models.UniqueConstraint(fields=["case", "number_index"], name="cases_incident_number"),
        ]
        indexes = [models.Index(fields=["firm", "number_index"], name="cases_incident_lookup")]

    @property
    def number(self) -> str:
        """The full number as given: only for those who may read it; the service that shows it logs the reading."""
        return decrypt(self.number_encrypted)

    @property
    def masked(self) -> str:
        return f"••••{self.number_hint}"

    @property
    def kind_labels(self) -> list[str]:
        return [str(Kind(kind).label) for kind in self.kinds]


class AccessDecision(models.Model):
    """The firm confirmed or refuted an unauthorized access. Append-only; the latest counts."""

    incident = models.ForeignKey(CompromisedAccount, on_delete=models.PROTECT, related_name="decisions")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    access = models.CharField(max_length=10, choices=Access.choices)
    first_access_at = models.DateTimeField(null=True)
    detected_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [one_of("access", Access.values, "cases_accessdecision_access")]
        indexes = [models.Index(fields=["incident", "-recorded_at", "-id"], name="cases_accessdecision_latest")]


class ClaimedSide(models.TextChoices):
    BUY = "buy", _("Bought")
    SELL = "sell", _("Sold")
    UNKNOWN = "unknown", _("I don't know")


class UnauthorizedTrade(models.Model):
    """A trade that the victim says was not theirs, as remembered; `execution` is the one that it turned out to be."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="claimed_trades")
    incident = models.ForeignKey(CompromisedAccount, on_delete=models.PROTECT, related_name="claimed_trades")
    side = models.CharField(max_length=10, choices=ClaimedSide.choices)
    security = models.CharField(max_length=200)
    traded_on = models.DateField(null=True)
    quantity = models.DecimalField(max_digits=34, decimal_places=10, null=True)
    amount = models.DecimalField(max_digits=20, decimal_places=0, null=True)
    on_margin = models.BooleanField(null=True)
    execution = models.ForeignKey(Execution, on_delete=models.PROTECT, null=True, related_name="claims")

    class Meta:
        constraints = [
            one_of("side", ClaimedSide.values, "cases_claimed_side"),
            not_negative("amount", "cases_claimed_amount"),
            not_negative("quantity", "cases_claimed_quantity"),
        ]


class Answer(models.TextChoices):
    YES = "yes", _("Yes, this was me")
    NO = "no", _("No, this was not me")
    NOT_SURE = "not_sure", _("I am not sure")


class ExecutionAnswer(models.Model):
    """The victim's answer to "Was this you?" about one execution; the audit log keeps earlier answers."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="execution_answers")
    execution = models.ForeignKey(Execution, on_delete=models.PROTECT, related_name="answers")
    answer = models.CharField(max_length=10, choices=Answer.choices)
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "execution"], name="cases_answer_once"),
            one_of("answer", Answer.values, "cases_answer_value"),
        ]


class BulkAct(models.Model):
    """One answer (`kind` answers) or decision (decisions, of one account) that somebody gave for many executions at
    once. `before` is what each execution said that the act changed, by its key: for taking the act back."""

    class Kind(models.TextChoices):
        ANSWERS = "answers"
        DECISIONS = "decisions"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="bulk_acts")
    incident = models.ForeignKey(CompromisedAccount, on_delete=models.PROTECT, null=True, related_name="bulk_acts")
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    value = models.CharField(max_length=20, blank=True)
    before = models.JSONField(default=dict)
    done_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    rows = 0

    class Meta:
        constraints = [one_of("kind", ["answers", "decisions"], "cases_bulk_act_kind")]
        indexes = [models.Index(fields=["case", "actor", "kind"], name="cases_bulk_act_of")]


class MarginLiquidation(models.Model):
    """A forced sale or closing by the firm (`execution`) and the margin positions that caused it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="liquidations")
    incident = models.ForeignKey(CompromisedAccount, on_delete=models.PROTECT, related_name="liquidations")
    execution = models.OneToOneField(Execution, on_delete=models.PROTECT, related_name="liquidation")
    positions = models.ManyToManyField(Execution, related_name="caused_liquidations")
    called_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)
    is_active = models.BooleanField(default=True)
