"""People who log in, and the victims' own facts. "Account" always means a brokerage account; never a log-in."""

from typing import TYPE_CHECKING, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casetrack.lib.constraints import one_of
from casetrack.lib.crypto import decrypt
from casetrack.people.querysets import BankAccountQuerySet, VictimQuerySet

if TYPE_CHECKING:
    from casetrack.firms.models import Membership


class Role(models.TextChoices):
    VICTIM = "victim", _("Victim")
    FIRM = "firm", _("Firm staff")
    REGULATOR = "regulator", _("Regulator")
    MEDIATOR = "mediator", _("Mediator")
    SYSTEM = "system", _("System")


# Who may read what a firm keeps to itself in a case: notes, steps that are not public, what is not approved yet.
INSIDE = (Role.FIRM, Role.SYSTEM)


class Language(models.TextChoices):
    JA = "ja", "日本語"
    EN = "en", "English"


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username or "")

    def system(self) -> "User":
        """The actor of drains, beats and commands: a row made by the first migration, which cannot log in."""
        return self.get(role=Role.SYSTEM)


class User(AbstractBaseUser):
    """Somebody who can log in. One role each; a firm's people also have a Membership."""

    email = models.EmailField(_("email address"))
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.VICTIM)
    language = models.CharField(max_length=5, choices=Language.choices, default=Language.JA)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    if TYPE_CHECKING:
        membership: Membership

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="people_user_email"),
            one_of("role", Role.values, "people_user_role"),
            one_of("language", Language.values, "people_user_language"),
            models.UniqueConstraint(fields=["role"], condition=models.Q(role="system"), name="people_user_one_system"),
        ]

    @property
    def audience(self) -> str:
        """The audience of row-level security that this person belongs to."""
        return self.role


class Victim(models.Model):
    """The person whose account was hijacked. May be known to a firm before having a log-in (`user` is null).

    `postcode` is Japanese (100-0001) or empty; `address` is all that stands below it on a letter.
    """

    user = models.OneToOneField(User, on_delete=models.PROTECT, null=True, blank=True, related_name="victim")
    family_name = models.CharField(max_length=80)
    given_name = models.CharField(max_length=80, blank=True)
    family_name_kana = models.CharField(max_length=80, blank=True)
    given_name_kana = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=5, choices=Language.choices, default=Language.JA)
    email = models.EmailField(blank=True)
    telephone = models.CharField(max_length=30, blank=True)
    postcode = models.CharField(max_length=8, blank=True)
    address = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = VictimQuerySet.as_manager()

    class Meta:
        constraints = [one_of("language", Language.values, "people_victim_language")]

    @property
    def name(self) -> str:
        """Family name first, as the Japanese form has it."""
        return f"{self.family_name} {self.given_name}".strip()

    @property
    def kana(self) -> str:
        return f"{self.family_name_kana} {self.given_name_kana}".strip()


class IdempotentWrite(models.Model):
    """A write that was done once under a key: the same key again gives the same result and changes nothing."""

    user = models.ForeignKey(User, on_delete=models.PROTECT)
    key = models.UUIDField()
    action = models.CharField(max_length=60)
    result = models.CharField(max_length=120, blank=True)
    done_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key", "action"], name="people_write_once")]


class BankKind(models.TextChoices):
    ORDINARY = "ordinary", _("Ordinary account (futsu)")
    CURRENT = "current", _("Current account (toza)")
    SAVINGS = "savings", _("Savings account (chochiku)")


class BankAccount(models.Model):
    """One version of the bank details for payments to a victim, entered by themselves. Append-only; the latest counts.

    `payable_from` is when its cooling-off time ends (`entered_at` where there is none).
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="bank_accounts")
    bank_name = models.CharField(max_length=80)
    bank_code = models.CharField(max_length=4)
    branch_name = models.CharField(max_length=80)
    branch_code = models.CharField(max_length=3)
    kind = models.CharField(max_length=10, choices=BankKind.choices)
    number_encrypted = models.TextField()
    number_hint = models.CharField(max_length=3)
    holder = models.CharField(max_length=80)
    holder_differs = models.BooleanField()
    entered_at = models.DateTimeField()
    payable_from = models.DateTimeField()

    objects = BankAccountQuerySet.as_manager()

    class Meta:
        constraints = [one_of("kind", BankKind.values, "people_bankaccount_kind")]
        indexes = [models.Index(fields=["user", "-id"], name="people_bankaccount_latest")]

    @property
    def number(self) -> str:
        """The full number: only for its owner's firm and by a logged reading (cases.services.read_bank_number)."""
        return decrypt(self.number_encrypted)

    @property
    def masked(self) -> str:
        return f"••••{self.number_hint}"


class BankAlarm(models.Model):
    """ "This was not me": no firm pays until it has telephoned. Append-only."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="bank_alarms")
    raised_at = models.DateTimeField()


class BankClearance(models.Model):
    """A firm has telephoned about an alarm and may pay again. Append-only; one per firm."""

    alarm = models.ForeignKey(BankAlarm, on_delete=models.PROTECT, related_name="clearances")
    firm_code = models.CharField(max_length=20)
    cleared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    cleared_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alarm", "firm_code"], name="people_bankclearance_once")]
