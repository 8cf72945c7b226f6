"""Transfer batches: made by one person, approved by another, fetched for the bank, taken back."""

import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import TypedDict

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_noop as _

from casetrack.audit.services import PLATFORM, record
from casetrack.calc import zengin
from casetrack.cases.clocks import calendar_at
from casetrack.cases.events import write_event
from casetrack.cases.permissions import require_limit, require_second_person
from casetrack.cases.services.status import lock
from casetrack.cases.workflow import APPROVER
from casetrack.firms.models import Firm, membership_of
from casetrack.lib import clock
from casetrack.lib.crypto import decrypt_bytes, encrypt, encrypt_bytes
from casetrack.lib.errors import Conflict, InvalidInput, NotAllowed
from casetrack.lib.money import plain
from casetrack.negotiation.models import RemitterAccount, Settlement, TransferBatch, TransferLine
from casetrack.negotiation.partial import burden_in_case
from casetrack.negotiation.services.readiness import Readiness, customer_code, readiness_of_all
from casetrack.negotiation.services.underway import require_no_transfer
from casetrack.negotiation.transfers import BatchStatus, LineStatus
from casetrack.people.models import BankKind, User

KINDS = {BankKind.ORDINARY: "1", BankKind.CURRENT: "2", BankKind.SAVINGS: "4"}


class RemitterFacts(TypedDict):
    """The firm's own account as its bank's contract has it."""

    client_code: str
    client_name: str
    bank_code: str
    bank_name: str
    branch_code: str
    branch_name: str
    account_kind: str
    number: str


def may_transfer(user: User) -> bool:
    """Whether the person handles transfers: an approver of a firm."""
    membership = membership_of(user)
    return membership is not None and membership.role == APPROVER


def require_approver(actor: User, firm: Firm) -> None:
    """Raises NotAllowed for anybody but an approver of the firm."""
    membership = membership_of(actor)
    if membership is None or membership.firm_id != firm.pk or membership.role != APPROVER:
        raise NotAllowed(_("Only an approver of the firm may do this."))


def _lock_firm(firm: Firm, actor: User) -> None:
    require_approver(actor, firm)
    Firm.objects.select_for_update(no_key=True).get(pk=firm.pk)


def _write(batch: TransferBatch, what: str, actor: User) -> None:
    """The audit entry of a batch; what stands in its file is not in it, only the file's hash."""
    lines = batch.lines.count()
    record(
        chain=PLATFORM, action=f"negotiation.transfer_{what}", actor=actor, firm_code=batch.firm.code,
        subject=f"transfers:{batch.firm.code}:{batch.number}",
        data={"batch": batch.number, "lines": lines, "day": batch.day.isoformat(), "sha256": batch.file_sha256},
    )  # fmt: skip


@transaction.atomic
def set_remitter(firm: Firm, facts: RemitterFacts, *, actor: User) -> RemitterAccount:
    """Keep the account that the firm pays from. Batches that are made already keep the file that they have.

    Raises NotAllowed, InvalidInput (`field` names what the bank's format does not know).
    """
    _lock_firm(firm, actor)
    try:
        zengin.write_file(_remitter_of(facts), clock.tokyo_date(clock.now()), [SAMPLE])
    except zengin.ZenginError as error:
        given = "number" if error.field == "account_number" else error.field
        raise InvalidInput(error.message, field=given, **error.params) from None
    kept = {name: value for name, value in facts.items() if name != "number"}
    account, _made = RemitterAccount.objects.update_or_create(
        firm=firm,
        defaults={
            **kept,
            "number_encrypted": encrypt(facts["number"]),
            "number_hint": facts["number"][-3:],
            "changed_by": actor,
            "changed_at": clock.now(),
        },
    )
    record(
        chain=PLATFORM, action="negotiation.remitter_changed", actor=actor, subject=f"firm:{firm.code}",
        firm_code=firm.code,
    )  # fmt: skip
    return account


SAMPLE = zengin.Transfer("0000", "000", "1", "0000000", "ア", 1, "0")


def _remitter_of(facts: RemitterFacts) -> zengin.Remitter:
    kept = {name: str(value) for name, value in facts.items() if name != "number"}
    return zengin.Remitter(**kept, account_number=facts["number"])


def facts_of(account: RemitterAccount) -> RemitterFacts:
    return {
        "client_code": account.client_code,
        "client_name": account.client_name,
        "bank_code": account.bank_code,
        "bank_name": account.bank_name,
        "branch_code": account.branch_code,
        "branch_name": account.branch_name,
        "account_kind": account.account_kind,
        "number": account.number,
    }


def check_day(firm: Firm, day: dt.date) -> None:
    """Raises InvalidInput for a day that is over, or on which banks do not work."""
    if day < clock.tokyo_date(clock.now()):
        raise InvalidInput(_("The day lies in the past."), field="day")
    if not calendar_at(firm, clock.now()).is_business_day(day):
        raise InvalidInput(_("Choose a business day: banks do not transfer on this one."), field="day")


def next_business_day(firm: Firm) -> dt.date:
    """The first business day after today (Tokyo)."""
    now = clock.now()
    day, calendar = clock.tokyo_date(now) + dt.timedelta(days=1), calendar_at(firm, now)
    while not calendar.is_business_day(day):
        day += dt.timedelta(days=1)
    return day


@transaction.atomic
def make_batch(firm: Firm, settlements: Iterable[Settlement], *, day: dt.date, actor: User) -> TransferBatch:
    """Make the file for the chosen settlements, for another person to approve. Nothing is paid with it.

    Raises NotAllowed, InvalidInput (none chosen, the day, what the format does not know), Conflict (no account to pay
    from, one is not ready any more: `reference` names its case).
    """
    _lock_firm(firm, actor)
    check_day(firm, day)
    remitter = RemitterAccount.objects.filter(firm=firm).first()
    if remitter is None:
        raise Conflict(_("Enter first from which account the firm pays."))
    rows = _ready(settlements, firm)
    if not rows:
        raise InvalidInput(_("Choose at least one settlement."), field="chosen")
    number = (firm.transfer_batches.aggregate(last=Max("number"))["last"] or 0) + 1
    try:
        data = zengin.write_file(_remitter_of(facts_of(remitter)), day, [_transfer(row, number) for row in rows])
    except zengin.ZenginError as error:
        place = error.line - 2  # of the header there is none: it was checked when it was kept
        about = {"reference": rows[place].settlement.case.reference} if 0 <= place < len(rows) else {}
        raise InvalidInput(error.message, **error.params | about) from None
    batch = TransferBatch.objects.create(
        firm=firm,
        number=number,
        day=day,
        file_encrypted=encrypt_bytes(data).decode(),
        file_sha256=hashlib.sha256(data).hexdigest(),
        made_by=actor,
        made_at=clock.now(),
    )
    TransferLine.objects.bulk_create(
        TransferLine(batch=batch, case=r.settlement.case, settlement=r.settlement, account=r.account, amount=r.due)
        for r in rows
    )
    for row in rows:
        data_of = {"batch": number, "amount": plain(row.due)}
        write_event(row.settlement.case, "negotiation.transfer_made", actor=actor, is_public=False, data=data_of)
    _write(batch, "made", actor)
    return batch


def _ready(settlements: Iterable[Settlement], firm: Firm) -> list[Readiness]:
    """What is to be paid of the settlements, their cases locked in the order of all. Raises Conflict."""
    chosen = sorted(settlements, key=lambda row: row.case_id)
    for settlement in chosen:
        case = lock(settlement.case)
        if case.firm_id != firm.pk:
            raise Conflict(_("Choose settlements of your own firm."))
        require_no_transfer(case)
        if settlement.payments.live().exists():
            raise Conflict(_("The payment is recorded already."))
    return _still_ready(chosen)


def _still_ready(settlements: Iterable[Settlement]) -> list[Readiness]:
    rows = readiness_of_all(settlements)
    for row in rows:
        for obstacle in row.obstacles:
            raise Conflict(obstacle.message, **obstacle.params | {"reference": row.settlement.case.reference})
    return rows


def _transfer(row: Readiness, number: int) -> zengin.Transfer:
    account = row.account
    assert account is not None  # noqa: S101  (a settlement without one is not ready)
    return zengin.Transfer(
        bank_code=account.bank_code, branch_code=account.branch_code, account_kind=KINDS[BankKind(account.kind)],
        account_number=account.number, holder=zengin.holder_name(account.holder), amount=int(row.due),
        customer_1=customer_code(row.settlement.case), customer_2=str(number),
    )  # fmt: skip


def lock_batch(batch: TransferBatch, actor: User) -> list[TransferLine]:
    """The batch, read again under its lock, and its lines with their cases, locked in the order of all. Raises
    NotAllowed."""
    require_approver(actor, batch.firm)
    batch.refresh_from_db(from_queryset=TransferBatch.objects.select_related("firm").select_for_update(of=("self",)))
    related = ("case__firm", "case__victim", "case__victim_user", "settlement__offer", "settlement__case__firm")
    lines = list(batch.lines.select_related(*related, "account").order_by("case_id"))
    for line in lines:
        line.settlement.case = lock(line.case)
    return lines


def check_unchanged(lines: Iterable[TransferLine]) -> None:
    """Raises Conflict where a transfer is no longer what its file says: details changed, an alarm, another amount."""
    looked_at = list(lines)
    rows = _still_ready([line.settlement for line in looked_at])
    for line, row in zip(looked_at, rows, strict=True):
        if row.account != line.account or row.due != line.amount:
            raise Conflict(
                _("%(reference)s has changed since the file was made. Take the batch back and make another."),
                reference=line.case.reference,
            )  # fmt: skip


@transaction.atomic
def approve_batch(batch: TransferBatch, *, actor: User) -> TransferBatch:
    """A second person approves it: its file may be fetched.

    Raises NotAllowed (also where one of its transfers is above the person's limit, which is that of the settlement:
    however a case is cut up), Conflict, InvalidInput (the day).
    """
    lines = lock_batch(batch, actor)
    if batch.status != BatchStatus.MADE:
        raise Conflict(_("Somebody has decided on this already."))
    require_second_person(actor, batch.made_by_id)
    require_limit(actor, max(burden_in_case(line.settlement.offer) for line in lines))
    check_day(batch.firm, batch.day)
    check_unchanged(lines)
    batch.status, batch.approved_by, batch.approved_at = BatchStatus.APPROVED, actor, clock.now()
    batch.save(update_fields=["status", "approved_by", "approved_at"])
    for line in lines:
        data = {"batch": batch.number, "amount": plain(line.amount)}
        write_event(line.case, "negotiation.transfer_approved", actor=actor, is_public=False, data=data)
    _write(batch, "approved", actor)
    return batch


@transaction.atomic
def fetch_file(batch: TransferBatch, *, actor: User) -> bytes:
    """The file for the bank, in the bytes that were approved; each fetching is logged.

    Raises NotAllowed, Conflict (not approved, or something has changed since), InvalidInput (its day has passed).
    """
    lines = lock_batch(batch, actor)
    if batch.status != BatchStatus.APPROVED:
        raise Conflict(_("Another person must approve the batch before its file is given out."))
    if batch.fetched_at is None:
        check_day(batch.firm, batch.day)
    check_unchanged(line for line in lines if line.status == LineStatus.WAITING)
    data = decrypt_bytes(batch.file_encrypted.encode())
    batch.fetched_at = clock.now()
    batch.save(update_fields=["fetched_at"])
    _write(batch, "file_fetched", actor)
    return data


@transaction.atomic
def return_batch(batch: TransferBatch, *, actor: User, reason: str) -> TransferBatch:
    """Take a batch back: its settlements can go into another. After its file was fetched this is for a file that the
    bank never got.

    Raises NotAllowed, Conflict (taken back already, the bank has answered), InvalidInput (no reason).
    """
    lines = lock_batch(batch, actor)
    if batch.status == BatchStatus.RETURNED or any(line.status != LineStatus.WAITING for line in lines):
        raise Conflict(_("This batch can no longer be taken back."))
    if not reason.strip():
        raise InvalidInput(_("Give a reason."), field="reason")
    batch.status, batch.returned_because = BatchStatus.RETURNED, reason.strip()
    batch.save(update_fields=["status", "returned_because"])
    batch.lines.update(status=LineStatus.DROPPED)
    for line in lines:
        write_event(
            line.case, "negotiation.transfer_taken_back", actor=actor, reason=reason, is_public=False,
            data={"batch": batch.number},
        )  # fmt: skip
    _write(batch, "taken_back", actor)
    return batch
