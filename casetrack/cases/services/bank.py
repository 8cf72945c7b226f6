"""Bank details as the cases of their owner see them: who may change, stop, clear and read, told in every open case."""

from django.db import transaction
from django.utils.translation import gettext_noop as _

from casetrack.audit.services import PLATFORM, record
from casetrack.cases.events import write_event
from casetrack.cases.models import Case
from casetrack.cases.permissions import CASEWORKERS, require
from casetrack.cases.services.status import lock
from casetrack.cases.workflow import APPROVER, Status
from casetrack.lib import clock
from casetrack.lib.errors import Conflict, NotAllowed
from casetrack.people import bank
from casetrack.people.models import BankAccount, BankAlarm, BankClearance, Role, User


def _open_cases(actor: User) -> list[Case]:
    """The open cases of a victim, locked, always in the same order. Raises NotAllowed for anybody who is none."""
    if actor.role != Role.VICTIM:
        raise NotAllowed(_("Only the person themselves may change the bank details."))
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    return [lock(case) for case in Case.objects.filter(victim_user=actor).open().order_by("pk")]


@transaction.atomic
def change_bank_account(facts: bank.BankFacts, *, actor: User) -> BankAccount:
    """A new version of the actor's own bank details, told in each open case and to the person.

    Raises NotAllowed (no victim), InvalidInput.
    """
    cases = _open_cases(actor)
    is_agreed = any(case.status == Status.AGREED for case in cases)
    account = bank.add_bank_account(actor, facts, is_agreed=is_agreed)
    data = {
        "version": account.pk,
        "name_differs": account.holder_differs,
        "payable_from": account.payable_from.isoformat(),
    }
    for case in cases:
        write_event(case, "cases.bank_account_changed", actor=actor, data=data)
    record(chain=PLATFORM, action="people.bank_account_changed", actor=actor, subject=f"user:{actor.pk}", data=data)
    return account


@transaction.atomic
def raise_bank_alarm(*, actor: User) -> BankAlarm:
    """ "This was not me": payments stop at once, at every firm. Said again before a firm has cleared it: nothing new.

    Raises NotAllowed, Conflict (no details to doubt).
    """
    cases = _open_cases(actor)
    if bank.bank_account_of(actor) is None:
        raise Conflict(_("There are no bank details yet."))
    standing = BankAlarm.objects.filter(user=actor).order_by("-pk").first()
    if standing is not None and not standing.clearances.exists():
        return standing
    alarm = BankAlarm.objects.create(user=actor, raised_at=clock.now())
    for case in cases:
        write_event(case, "cases.bank_alarm_raised", actor=actor, data={"alarm": alarm.pk})
    record(
        chain=PLATFORM, action="people.bank_alarm_raised", actor=actor, subject=f"user:{actor.pk}",
        data={"alarm": alarm.pk},
    )  # fmt: skip
    return alarm


@transaction.atomic
def clear_bank_alarm(case: Case, *, actor: User, reason: str) -> BankClearance:
    """The firm has telephoned the customer; `reason` says with whom and what was said.

    Raises NotAllowed, Conflict (there is no alarm that this firm has to clear).
    """
    lock(case)
    require(actor, case, *CASEWORKERS)
    alarm = bank.open_alarm(case.victim_user, case.firm.code)
    if alarm is None:
        raise Conflict(_("Payments are not stopped."))
    clearance = BankClearance.objects.create(
        alarm=alarm, firm_code=case.firm.code, cleared_by=actor, cleared_at=clock.now()
    )
    write_event(case, "cases.bank_alarm_cleared", actor=actor, reason=reason, data={"alarm": alarm.pk})
    return clearance


@transaction.atomic
def read_bank_number(case: Case, *, actor: User) -> str:
    """The full number of the bank account, for an approver of the case; the reading is logged.

    Raises NotAllowed, Conflict (no details).
    """
    require(actor, case, APPROVER)
    account = bank.bank_account_of(case.victim_user)
    if account is None:
        raise Conflict(_("There are no bank details yet."))
    write_event(case, "cases.bank_number_read", actor=actor, is_public=False, data={"version": account.pk})
    return account.number
