"""What the bank did with a batch: its results file, or a word that everything was executed."""

import csv
import datetime as dt
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext, override
from django.utils.translation import gettext_noop as _

from casetrack.audit.services import PLATFORM, record
from casetrack.calc import zengin
from casetrack.cases.events import write_event
from casetrack.cases.workflow import Status
from casetrack.lib import clock
from casetrack.lib.errors import Conflict, DomainError, InvalidInput
from casetrack.lib.money import plain
from casetrack.lib.references import normalize
from casetrack.negotiation.models import TransferBatch, TransferLine
from casetrack.negotiation.services.payments import record_payment, take_step
from casetrack.negotiation.services.readiness import customer_code
from casetrack.negotiation.services.transfers import lock_batch
from casetrack.negotiation.transfers import BatchStatus, LineStatus
from casetrack.people.models import User

EXECUTED = "0"
# The codes of direct debits, in words that the customer may read too.
FAILURES = {
    "1": _("The funds did not suffice."),
    "2": _("There is no such account."),
    "3": _("The account does not take payments."),
    "4": _("The bank had no instruction."),
    "8": _("The firm stopped the transfer."),
    "9": _("The bank gave another reason."),
}
CODES = (EXECUTED, *FAILURES)
COLUMNS = {"customer_code": ("customer_code", "顧客コード"), "result": ("result", "結果"), "reason": ("reason", "理由")}
LONGEST_REASON = 200


@dataclass(frozen=True)
class Row:
    """One row of a results file: `line` counts from 1 as an editor does. `amount` is None where the file has none."""

    line: int
    code: str
    result: str
    reason: str = ""
    batch: int | None = None
    amount: int | None = None


@dataclass(frozen=True)
class Problem:
    """Why a file was not taken, in which line (0: not of one), and by `what` field of the record."""

    line: int
    message: str
    params: dict[str, Any] = field(default_factory=dict)
    what: str = ""


class ResultsRefused(InvalidInput):
    """A results file of which nothing was taken: `problems` says why, line by line."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(_("The file was not taken, and nothing has changed."), field="file")
        self.problems = problems


@dataclass(frozen=True)
class Taken:
    """How many transfers a file said something new about."""

    executed: int
    failed: int
    known: int


def rows_of(data: bytes) -> list[Row]:
    """The rows of a bank's file, or of a CSV with the columns customer_code (or 顧客コード), result (結果) and, if the
    bank gives one, reason (理由). Raises ResultsRefused."""
    if zengin.looks_like_zengin(data):
        try:
            found = zengin.read_file(data)
        except zengin.ZenginError as error:
            raise ResultsRefused([Problem(error.line, error.message, error.params, error.label)]) from None
        return [
            Row(place, row.customer_1, row.sent_as, batch=int(row.customer_2), amount=row.amount)
            for place, row in enumerate(found.transfers, start=2)
        ]
    return _csv_rows(data)


def _csv_rows(data: bytes) -> list[Row]:
    text = _decoded(data)
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        lines = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader if any(cells)]
    except csv.Error:
        raise ResultsRefused([Problem(reader.line_num, _("This is no CSV."))]) from None
    head = lines[0][1] if lines else []
    places = {name: next((head.index(n) for n in names if n in head), -1) for name, names in COLUMNS.items()}
    if places["customer_code"] < 0 or places["result"] < 0:
        raise ResultsRefused([Problem(1, _("The first line names the columns: customer_code and result."))])

    def cell(cells: list[str], name: str) -> str:
        return cells[places[name]] if 0 <= places[name] < len(cells) else ""

    return [
        Row(number, _code_in(cell(cells, "customer_code")), cell(cells, "result"), cell(cells, "reason"))
        for number, cells in lines[1:]
    ]


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ResultsRefused([Problem(0, _("The file is neither UTF-8 nor Shift_JIS."))])


def _code_in(text: str) -> str:
    """A customer code, or a whole reference that somebody put in its place."""
    reference = normalize(text)
    return "".join(reference.split("-")[1:3]) if reference.startswith("CT-") else reference


@transaction.atomic
def import_results(batch: TransferBatch, data: bytes, *, actor: User) -> Taken:
    """Take the bank's results: executed transfers become payments of the batch's day, failed ones become tasks.

    All or nothing. The same results again change nothing. Raises NotAllowed, Conflict (not approved), ResultsRefused.
    """
    lines = _answerable(batch, actor)
    rows = rows_of(data)
    by_code = {customer_code(line.case): line for line in lines}
    problems = list(_problems(rows, by_code, batch))
    if not rows:
        problems = [Problem(0, _("The file holds no results."))]
    if problems:
        raise ResultsRefused(problems)
    new = [row for row in rows if by_code[row.code].status == LineStatus.WAITING]
    for row in new:
        try:
            _take(by_code[row.code], row, batch.day, actor)
        except DomainError as error:
            raise ResultsRefused([Problem(row.line, error.message, error.params)]) from error
    executed = sum(row.result == EXECUTED for row in new)
    taken = Taken(executed, len(new) - executed, len(rows) - len(new))
    _log(batch, taken, actor)
    return taken


@transaction.atomic
def record_executed(batch: TransferBatch, *, paid_on: dt.date, actor: User) -> Taken:
    """The bank executed everything that still waits, on that day.

    Raises NotAllowed, Conflict (not approved, nothing waits), InvalidInput (the day), as record_payment.
    """
    waiting = [line for line in _answerable(batch, actor) if line.status == LineStatus.WAITING]
    if not waiting:
        raise Conflict(_("No transfer of this batch waits for the bank any more."))
    if paid_on < batch.day:
        raise InvalidInput(_("The bank does not transfer before the day that the file names."), field="paid_on")
    for line in waiting:
        _take(line, Row(0, "", EXECUTED), paid_on, actor)
    taken = Taken(len(waiting), 0, 0)
    _log(batch, taken, actor)
    return taken


def _answerable(batch: TransferBatch, actor: User) -> list[TransferLine]:
    lines = lock_batch(batch, actor)
    if batch.status != BatchStatus.APPROVED or batch.fetched_at is None:
        raise Conflict(_("The bank cannot have answered: the file of this batch was not given out."))
    return lines


def _problems(rows: Iterable[Row], by_code: dict[str, TransferLine], batch: TransferBatch) -> Iterable[Problem]:
    seen: dict[str, int] = {}
    for row in rows:
        line = by_code.get(row.code)
        if line is None or (row.batch is not None and row.batch != batch.number):
            yield Problem(row.line, _("This transfer is not in the batch."))
            continue
        if row.code in seen:
            yield Problem(row.line, _("The same transfer stands in line %(first)s already."), {"first": seen[row.code]})
            continue
        seen[row.code] = row.line
        if row.result not in CODES:
            yield Problem(row.line, _("This is no result: 0 is executed; 1, 2, 3, 4, 8 and 9 are failures."))
        elif row.amount is not None and row.amount != line.amount:
            yield Problem(row.line, _("The amount is another than that of the transfer."))
        elif line.status != LineStatus.WAITING and row.result != line.result:
            yield Problem(row.line, _("Another result is recorded for this transfer already."))


def _take(line: TransferLine, row: Row, paid_on: dt.date, actor: User) -> None:
    """Record one result."""
    line.result, line.result_at = row.result, clock.now()
    line.status = LineStatus.EXECUTED if row.result == EXECUTED else LineStatus.FAILED
    line.reason = row.reason[:LONGEST_REASON]
    line.save(update_fields=["result", "result_at", "status", "reason"])
    if row.result == EXECUTED:
        record_payment(line.settlement, amount=line.amount, paid_on=paid_on, actor=actor, is_done=True)
        return
    case = line.case
    with override(case.language):
        said = gettext(FAILURES[row.result])
    reason = f"{said} {row.reason[:LONGEST_REASON]}".strip()
    data = {"amount": plain(line.amount), "batch": line.batch.number, "result": row.result}
    if not line.settlement.is_partial and case.status == Status.AGREED:
        take_step(line.settlement, "payment_failed", actor=actor, reason=reason, data=data)
    else:  # of a part nothing counts as paid yet, so that none of its payments came back: its clock runs on
        number = line.settlement.offer.number if line.settlement.is_partial else None
        write_event(case, "negotiation.payment_failed", actor=actor, reason=reason, data=data, offer=number)


def _log(batch: TransferBatch, taken: Taken, actor: User) -> None:
    record(
        chain=PLATFORM, action="negotiation.transfer_results_taken", actor=actor, firm_code=batch.firm.code,
        subject=f"transfers:{batch.firm.code}:{batch.number}",
        data={"batch": batch.number, "executed": taken.executed, "failed": taken.failed, "known": taken.known},
    )  # fmt: skip
