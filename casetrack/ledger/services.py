"""Every write to a ledger: imports that can be repeated, and decisions what an execution was."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from casetrack.audit.services import PLATFORM, record
from casetrack.firms.models import Firm
from casetrack.ledger.models import (
    Account,
    Attributed,
    Attribution,
    Execution,
    ExecutionFacts,
    ExecutionRevision,
    ImportBatch,
    Source,
)
from casetrack.ledger.parsers import Parsed, Rejection, Row, parse
from casetrack.lib import clock
from casetrack.lib.crypto import account_index, keyed_hash
from casetrack.lib.errors import InvalidInput
from casetrack.people.models import User

OTHER_ACCOUNT = _("This row is of another account.")
FACTS = [f.name for f in ExecutionFacts._meta.get_fields()]
CHUNK = 2000


@dataclass
class ImportReport:
    """What a file does (or, in a preview, would do). Rows by count, rejections and conflicts by line.

    A conflict: the file attributes a row otherwise than a person has decided; the person's decision stays.
    """

    format: str
    header: tuple[str, ...] = ()
    accepted: int = 0
    duplicate: int = 0
    superseded: int = 0
    reattributed: int = 0
    rejections: list[Rejection] = field(default_factory=list)
    conflicts: list[tuple[int, str]] = field(default_factory=list)
    batch: ImportBatch | None = None

    @property
    def rejected(self) -> int:
        return len(self.rejections)

    @property
    def changes(self) -> int:
        return self.accepted + self.superseded + self.reattributed


@dataclass
class _Plan:
    """What is to be written for a file, before it is written."""

    report: ImportReport
    new: list[tuple[str, Row]] = field(default_factory=list)
    changed: list[tuple[Execution, Row]] = field(default_factory=list)
    reattributed: list[tuple[Execution, str]] = field(default_factory=list)


def preview_ledger(firm: Firm, data: bytes, *, account: Account | None = None) -> ImportReport:
    """What `import_ledger` would do with the file; nothing is stored."""
    return _plan(firm, parse(data), account).report


@transaction.atomic
def import_ledger(
    firm: Firm,
    file_name: str,
    data: bytes,
    *,
    actor: User,
    all_or_nothing: bool = False,
    account: Account | None = None,
) -> ImportReport:
    """Read a ledger file into the firm's accounts.

    The same row again changes nothing; a changed row supersedes the old one, which is kept. With `all_or_nothing` a
    single rejected row stores nothing. With `account` only rows of that account are taken.
    """
    Firm.objects.select_for_update(no_key=True).get(pk=firm.pk)  # two files of a firm at once go one after the other
    plan = _plan(firm, parse(data), account)
    report = plan.report
    if all_or_nothing and report.rejections:
        return ImportReport(report.format, report.header, rejections=report.rejections)
    now = clock.now()
    report.batch = ImportBatch.objects.create(
        firm=firm,
        file_name=file_name[:255],
        file_sha256=hashlib.sha256(data).hexdigest(),
        format=report.format,
        imported_by=actor,
        imported_at=now,
        accepted=report.accepted,
        duplicate=report.duplicate,
        superseded=report.superseded,
        rejected=report.rejected,
        conflicts=len(report.conflicts),
    )
    _supersede(plan, report.batch, now)
    _insert(firm, plan, report.batch, now)
    _attribute(plan, actor, report.batch, now)
    counts = {
        name: getattr(report.batch, name) for name in ("accepted", "duplicate", "superseded", "rejected", "conflicts")
    }
    record(
        chain=PLATFORM, action="ledger.imported", actor=actor, subject=f"batch {report.batch.pk}", firm_code=firm.code,
        data={**counts, "sha256": report.batch.file_sha256, "name_hash": keyed_hash(file_name)}, occurred_at=now,
    )  # fmt: skip
    return report


def _plan(firm: Firm, parsed: Parsed, account: Account | None) -> _Plan:
    """Compare the file's rows with what is stored, in a fixed number of queries per chunk of rows."""
    indexes = {number: account_index(firm.code, number) for number in {row.account for row in parsed.rows}}
    report = ImportReport(parsed.format, parsed.header, rejections=list(parsed.rejections))
    plan = _Plan(report)
    rows: list[tuple[str, Row]] = []
    for row in parsed.rows:
        if account is not None and indexes[row.account] != account.number_index:
            report.rejections.append(Rejection(row.line, "account", OTHER_ACCOUNT))
        else:
            rows.append((indexes[row.account], row))
    report.rejections.sort(key=lambda rejection: rejection.line)
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        known = _known(firm, chunk)
        for index, row in chunk:
            _compare(plan, index, row, known.get((index, row.execution_id)))
    report.accepted, report.superseded = len(plan.new), len(plan.changed)
    report.reattributed = len(plan.reattributed)
    return plan


def _known(firm: Firm, chunk: list[tuple[str, Row]]) -> dict[tuple[str, str], Execution]:
    stored = Execution.objects.filter(
        account__firm=firm,
        account__number_index__in={index for index, _row in chunk},
        execution_id__in=[row.execution_id for _index, row in chunk],
    ).select_related("account")
    return {(e.account.number_index, e.execution_id): e for e in stored}


def _compare(plan: _Plan, index: str, row: Row, stored: Execution | None) -> None:
    if stored is None:
        plan.new.append((index, row))
        return
    if stored.checksum != row.checksum:
        plan.changed.append((stored, row))
    elif not row.attribution or row.attribution == stored.attribution:
        plan.report.duplicate += 1
    if row.attribution and row.attribution != stored.attribution:
        if _decided_by_person(stored):
            plan.report.conflicts.append((row.line, row.execution_id))
            if stored.checksum == row.checksum:
                plan.report.duplicate += 1
        else:
            plan.reattributed.append((stored, row.attribution))


def _decided_by_person(execution: Execution) -> bool:
    latest = execution.attributions.order_by("-recorded_at", "-id").first()
    return latest is not None and latest.source == Source.PERSON


def _supersede(plan: _Plan, batch: ImportBatch, now: dt.datetime) -> None:
    """Keep what the executions said, then let them say what the file says."""
    revisions = []
    for execution, row in plan.changed:
        kept = {name: getattr(execution, name) for name in FACTS}
        revisions.append(ExecutionRevision(execution=execution, superseded_at=now, **kept))
        for name, value in row.facts().items():
            setattr(execution, name, value)
        execution.checksum, execution.batch, execution.place, execution.recorded_at = row.checksum, batch, row.line, now
    ExecutionRevision.objects.bulk_create(revisions, batch_size=CHUNK)
    Execution.objects.bulk_update([e for e, _row in plan.changed], FACTS, batch_size=500)


def _insert(firm: Firm, plan: _Plan, batch: ImportBatch, now: dt.datetime) -> None:
    accounts = _accounts(firm, {index: row.account for index, row in plan.new})
    Execution.objects.bulk_create(
        (
            Execution(
                account_id=accounts[index],
                execution_id=row.execution_id,
                attribution=row.attribution,
                checksum=row.checksum,
                batch=batch,
                place=row.line,
                recorded_at=now,
                **row.facts(),
            )
            for index, row in plan.new
        ),
        batch_size=CHUNK,
    )


def _accounts(firm: Firm, numbers: dict[str, str]) -> dict[str, int]:
    """Ledger accounts by index, made where there is none."""
    found = dict(Account.objects.filter(firm=firm, number_index__in=numbers).values_list("number_index", "pk"))
    missing = [
        Account(firm=firm, **Account.number_fields(firm, number))
        for index, number in numbers.items()
        if index not in found
    ]
    for made in Account.objects.bulk_create(missing, batch_size=CHUNK):
        found[made.number_index] = made.pk
    return found


def _attribute(plan: _Plan, actor: User, batch: ImportBatch, now: dt.datetime) -> None:
    """Attribution rows for what the file says, or what the type alone allows."""
    given = {(index, row.execution_id): row for index, row in plan.new if row.attribution}
    inserted = Execution.objects.filter(batch=batch).exclude(attribution="").select_related("account")
    rows = [
        Attribution(
            execution=execution,
            value=execution.attribution,
            source=Source.RULE if len(execution.allowed_attributions) == 1 else Source.FILE,
            decided_by=actor,
            batch=batch,
            recorded_at=now,
        )
        for execution in inserted.iterator(chunk_size=CHUNK)
        if (execution.account.number_index, execution.execution_id) in given
    ]
    for execution, value in plan.reattributed:
        execution.attribution = value
        rows.append(
            Attribution(
                execution=execution, value=value, source=Source.FILE, decided_by=actor, batch=batch, recorded_at=now
            )
        )
    Execution.objects.bulk_update([e for e, _value in plan.reattributed], ["attribution"], batch_size=500)
    Attribution.objects.bulk_create(rows, batch_size=CHUNK)


@transaction.atomic
def decide(executions: Sequence[Execution], value: str, *, actor: User, reason: str, at: dt.datetime) -> int:
    """A person's decision what executions were ("" takes one back); how many changed.

    Raises InvalidInput for a value that a type does not allow; then nothing changed. The caller has checked that the
    actor may do this.
    """
    if value not in ("", *Attributed.values):
        raise InvalidInput(_("Choose one of the attributions."), field="attribution")
    for execution in executions:
        if value and value not in execution.allowed_attributions:
            raise InvalidInput(
                _("%(execution)s cannot be “%(value)s”: its type does not allow it."),
                execution=execution.execution_id, value=Attributed(value).label,
            )  # fmt: skip
    changed = [execution for execution in executions if execution.attribution != value]
    for execution in changed:
        execution.attribution = value
    Execution.objects.bulk_update(changed, ["attribution"], batch_size=500)
    Attribution.objects.bulk_create(
        (
            Attribution(
                execution=execution,
                value=value,
                source=Source.PERSON,
                reason=reason.strip(),
                decided_by=actor,
                recorded_at=at,
            )
            for execution in changed
        ),
        batch_size=CHUNK,
    )
    return len(changed)


def rejected_csv(report: ImportReport) -> list[list[Any]]:
    """The file of rejected rows: line, column, reason, then the original cells. Cells are as they came."""
    head: list[Any] = ["line", "column", "reason", *report.header]
    return [head, *([r.line, r.column, str(r), *r.cells] for r in report.rejections)]
