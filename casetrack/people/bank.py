"""Where a victim is paid: details of a bank account in versions, and what keeps a payment back.

An unauthorized person who got into a log-in would change these details first. So a change cools off before anything is
paid, and the victim can stop all payments with one press until the firm has telephoned.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypedDict

from django.conf import settings
from django.utils.translation import gettext_noop as _

from casetrack.calc.zengin import half_width
from casetrack.lib import clock
from casetrack.lib.crypto import encrypt
from casetrack.lib.errors import Conflict, InvalidInput
from casetrack.people.models import BankAccount, BankAlarm, BankClearance, User, Victim

FORMS = {"bank_code": r"[0-9]{4}", "branch_code": r"[0-9]{3}", "number": r"[0-9]{7}"}


class BankFacts(TypedDict):
    """What the victim gives: codes and number in plain digits, the holder as the bank writes it (katakana)."""

    bank_name: str
    bank_code: str
    branch_name: str
    branch_code: str
    kind: str
    number: str
    holder: str


@dataclass(frozen=True)
class Block:
    """Why nothing is paid now. `until` is None while the victim has raised an alarm that the firm has not cleared."""

    until: dt.datetime | None


@dataclass(frozen=True)
class Standing:
    """The details of a person that count, and the "this was not me" that one firm has not cleared yet."""

    account: BankAccount | None = None
    alarm: BankAlarm | None = None

    def block(self, now: dt.datetime) -> Block | None:
        """What keeps a payment of the firm to the person back at `now`; None: it may be paid."""
        if self.alarm is not None:
            return Block(None)
        return Block(self.account.payable_from) if self.account and self.account.payable_from > now else None

    def require_payable(self) -> None:
        """Raises Conflict while a payment is kept back."""
        block = self.block(clock.now())
        if block is None:
            return
        if block.until is None:
            raise Conflict(
                _(
                    "The customer says that the bank details were changed by somebody else. Telephone them before"
                    " paying."
                )
            )
        until = block.until.astimezone(clock.TOKYO).strftime("%Y-%m-%d %H:%M")
        raise Conflict(
            _("The bank details were changed. Nothing may be paid before %(until)s (Japan time)."), until=until
        )


def normalize_holder(name: str) -> str:
    """A holder's name to compare: as a bank writes it (small and old kana large, a hyphen for a long vowel, Latin
    capitals), without spaces and marks. A long vowel counts: Ono and Oono are two people."""
    return re.sub(r"[\s･・.,=＝'’]|(?<![ｱ-ﾟ])-", "", half_width(unicodedata.normalize("NFKC", name)))


def profile_of(user: User) -> Victim | None:
    """The person's own profile, or what a firm knows of them in a case that they took over."""
    own = Victim.objects.of_user(user).first()
    return own or Victim.objects.filter(cases__victim_user=user).order_by("pk").first()


def expected_holder(user: User) -> str:
    """The name in which the account should be: the kana of the report; without kana the name itself."""
    profile = profile_of(user)
    return profile.kana or profile.name if profile else ""


def holder_differs(user: User, holder: str) -> bool:
    return normalize_holder(holder) != normalize_holder(expected_holder(user))


def bank_account_of(user: User | None) -> BankAccount | None:
    """The version that counts: the latest. Who has no log-in has none."""
    return BankAccount.objects.filter(user=user).order_by("-pk").first() if user else None


def add_bank_account(user: User, facts: BankFacts, *, is_agreed: bool) -> BankAccount:
    """A new version; the caller holds the locks of the person and of their open cases.

    A change always cools off. The first entry does so only where a settlement waits for its payment (`is_agreed`):
    whoever took over the log-in could otherwise name an account of theirs to a firm that is about to pay. Before an
    agreement there is nothing to divert yet, and every later change cools off. Raises InvalidInput.
    """
    for field, form in FORMS.items():
        if not re.fullmatch(form, facts[field]):  # type: ignore[literal-required]
            raise InvalidInput(_("This is not in the right form."), field=field)
    now = clock.now()
    cools_off = is_agreed or bank_account_of(user) is not None
    hours = settings.BANK_COOLING_OFF_HOURS if cools_off else 0
    return BankAccount.objects.create(
        user=user,
        bank_name=facts["bank_name"],
        bank_code=facts["bank_code"],
        branch_name=facts["branch_name"],
        branch_code=facts["branch_code"],
        kind=facts["kind"],
        number_encrypted=encrypt(facts["number"]),
        number_hint=facts["number"][-3:],
        holder=facts["holder"],
        holder_differs=holder_differs(user, facts["holder"]),
        entered_at=now,
        payable_from=now + dt.timedelta(hours=hours),
    )


def cool_off_again(user: User) -> None:
    """The details that count as a new version that cools off; nothing where there are none. For somebody to whom money
    falls that is about to be paid; the caller holds the lock of the person."""
    account = bank_account_of(user)
    if account is None:
        return
    now = clock.now()
    account.pk, account._state.adding = None, True
    account.entered_at = now
    account.payable_from = now + dt.timedelta(hours=settings.BANK_COOLING_OFF_HOURS)
    account.save(force_insert=True)


def standings_of(users: Iterable[int | None], firm_code: str) -> dict[int | None, Standing]:
    """How each of `users` (their ids; None: nobody has logged in) stands with a firm. Each firm telephones for itself.

    Three queries, however many they are.
    """
    keys = set(users)
    accounts = BankAccount.objects.filter(user__in=keys).order_by("user", "-pk").distinct("user")
    alarms = list(BankAlarm.objects.filter(user__in=keys).order_by("user", "-pk").distinct("user"))
    cleared = BankClearance.objects.filter(alarm__in=alarms, firm_code=firm_code).values_list("alarm", flat=True)
    told = set(cleared) if alarms else set()
    by_user = {account.user_id: account for account in accounts}
    open_ones = {alarm.user_id: alarm for alarm in alarms if alarm.pk not in told}
    return {key: Standing(by_user.get(key), open_ones.get(key)) for key in keys}  # type: ignore[arg-type]


def standing_of(user: User | None, firm_code: str) -> Standing:
    """See `standings_of`."""
    return standings_of([user.pk], firm_code)[user.pk] if user else Standing()


def open_alarm(user: User | None, firm_code: str) -> BankAlarm | None:
    """The latest "this was not me" that this firm has not cleared yet."""
    return standing_of(user, firm_code).alarm


def payment_block(user: User | None, firm_code: str, now: dt.datetime) -> Block | None:
    """What keeps a payment of the firm to the person back at `now`; None: it may be paid."""
    return standing_of(user, firm_code).block(now)


def require_payable(user: User | None, firm_code: str) -> None:
    """Raises Conflict while a payment is kept back."""
    standing_of(user, firm_code).require_payable()
