"""Every write to a ledger: imports that can be repeated, and decisions what an execution was."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import BigIntegerField
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_noop as _

from casetrack.audit.services import PLATFORM, record
from casetrack.firms.models import Firm
from casetrack.ledger.models import (
    ALLOWED,
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
from casetrack.ledger.parsers.rows import FACTS as ROW_FACTS
from casetrack.lib import clock
from casetrack.lib.crypto import account_index, keyed_hash
from casetrack.lib.errors import InvalidInput
from casetrack.people.models import User

OTHER_ACCOUNT = _("This row is of another account.")
DECIDED = _("A person decided that this execution was “%(value)s”, which the type %(type)s cannot be.")
FACTS = [f.name for f in ExecutionFacts._meta.get_fields()]
FACT_COLUMNS = [f.attname for f in ExecutionFacts._meta.concrete_fields]
CHUNK = 2000
INCOMING = """
create temporary table if not exists ledger_incoming (like ledger_execution) on commit drop;
alter table ledger_incoming alter column id set default nextval(pg_get_serial_sequence('ledger_execution', 'id'));
truncate ledger_incoming
"""
ATTRIBUTE_INCOMING = """
insert into ledger_attribution (execution_id, value, source, reason, decided_by_id, batch_id, recorded_at)
select id, attribution, case when type = any(%s) then 'rule' else 'file' end, '', %s, %s, %s
from ledger_incoming where attribution <> ''
"""
# Rows of a file by account and id, each found by the index.
NAMED = """select e.id from unnest(%s::bigint[], %s::text[]) as named (account_id, execution_id)
join ledger_execution e on e.account_id = named.account_id and e.execution_id = named.execution_id"""


@dataclass
class ImportReport:
    """What a file does (or, in a preview, would do). Rows by count, rejections and conflicts by line.

    Every row is accepted, duplicate, superseded, reattributed (only its attribution is new) or rejected. A conflict:
    the file attributes a row otherwise than a person has decided; the person's decision stays. `ignored` are columns
    that the format does not know.
    """

    format: str
    header: tuple[str, ...] = ()
    accepted: int = 0
    duplicate: int = 0
    superseded: int = 0
    reattributed: int = 0
    rejections: list[Rejection] = field(default_factory=list)
    conflicts: list[tuple[int, str]] = field(default_factory=list)
    ignored: tuple[str, ...] = ()
    batch: ImportBatch | None = None

    @property
    def rejected(self) -> int:
        return len(self.rejections)

    @property
    def changes(self) -> int:
        return self.accepted + self.superseded + self.reattributed


@dataclass
class _Plan:
    """What is to be written for a file, before it is written. `attributed`: what the file, or the type alone, says of
    rows that stand already ("": what it was attributed as, its new type cannot be)."""

    report: ImportReport
    new: list[tuple[str, Row]] = field(default_factory=list)
    changed: list[tuple[Execution, Row]] = field(default_factory=list)
    attributed: list[tuple[Execution, str]] = field(default_factory=list)


def preview_ledger(firm: Firm, data: bytes, *, account: Account | None = None) -> ImportReport:
    """What `import_ledger` would do with the file; nothing is stored."""
    return _plan(firm, parse(data), account, lock=False).report


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
    plan = _plan(firm, parse(data), account, lock=True)
    report = plan.report
    if all_or_nothing and report.rejections:
        return ImportReport(report.format, report.header, rejections=report.rejections, ignored=report.ignored)
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
    _insert(firm, plan, actor, report.batch, now)
    _attribute(plan, actor, report.batch, now)
    counts = {
        name: getattr(report.batch, name) for name in ("accepted", "duplicate", "superseded", "rejected", "conflicts")
    }
    record(
        chain=PLATFORM, action="ledger.imported", actor=actor, subject=f"batch {report.batch.pk}", firm_code=firm.code,
        data={**counts, "sha256": report.batch.file_sha256, "name_hash": keyed_hash(file_name)}, occurred_at=now,
    )  # fmt: skip
    return report


def _plan(firm: Firm, parsed: Parsed, account: Account | None, *, lock: bool) -> _Plan:
    """Compare the file's rows with what is stored, in a fixed number of queries per chunk of rows."""
    indexes = {number: account_index(firm.code, number) for number in {row.account for row in parsed.rows}}
    report = ImportReport(
        parsed.format, parsed.header, duplicate=parsed.repeated, rejections=list(parsed.rejections),
        ignored=parsed.ignored,
    )  # fmt: skip
    plan = _Plan(report)
    rows: list[tuple[str, Row]] = []
    for row in parsed.rows:
        if account is not None and indexes[row.account] != account.number_index:
            report.rejections.append(row.rejected("account", OTHER_ACCOUNT))
        else:
            rows.append((indexes[row.account], row))
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        known = _known(firm, chunk, lock)
        by_person = _decided_by_person(known.values())
        for index, row in chunk:
            stored = known.get((index, row.execution_id))
            if stored is None:
                plan.new.append((index, row))
            else:
                _compare(plan, row, stored, stored.pk in by_person)
    report.rejections.sort(key=lambda rejection: rejection.line)
    report.accepted, report.superseded = len(plan.new), len(plan.changed)
    return plan


def _known(firm: Firm, chunk: list[tuple[str, Row]], lock: bool) -> dict[tuple[str, str], Execution]:
    """The stored executions of these rows, by account index and id; locked against a person's decision meanwhile."""
    accounts = dict(
        Account.objects.filter(firm=firm, number_index__in={index for index, _row in chunk}).values_list(
            "number_index", "pk"
        )
    )
    named = [(accounts[index], row.execution_id) for index, row in chunk if index in accounts]
    if not named:
        return {}
    ids = RawSQL(NAMED, [[pk for pk, _id in named], [name for _pk, name in named]], BigIntegerField())  # noqa: S611
    stored = Execution.objects.filter(pk__in=ids).order_by("pk")
    if lock:
        stored = stored.select_for_update(no_key=True)
    of_account = {pk: index for index, pk in accounts.items()}
    return {(of_account[e.account_id], e.execution_id): e for e in stored}


def _decided_by_person(executions: Iterable[Execution]) -> set[int]:
    """Keys of the executions whose latest attribution is a person's."""
    latest = (
        Attribution.objects.filter(execution__in=[execution.pk for execution in executions])
        .order_by("execution", "-recorded_at", "-id")
        .distinct("execution")
        .values_list("execution_id", "source")
    )
    return {pk for pk, source in latest if source == Source.PERSON}


def _compare(plan: _Plan, row: Row, stored: Execution, by_person: bool) -> None:
    """One row against what stands: changed, reattributed, in conflict, or a duplicate."""
    is_possible = not stored.attribution or stored.attribution in ALLOWED[row.type]
    if by_person and not is_possible:
        value = str(Attributed(stored.attribution))
        plan.report.rejections.append(row.rejected("type", DECIDED, value=value, type=row.type))
        return
    is_changed = stored.checksum != row.checksum
    if is_changed:
        plan.changed.append((stored, row))
    is_other = row.attribution not in ("", stored.attribution)
    if is_other and by_person:
        plan.report.conflicts.append((row.line, row.execution_id))
    elif is_other or not is_possible:
        plan.attributed.append((stored, row.attribution))
        plan.report.reattributed += not is_changed
        return
    plan.report.duplicate += not is_changed


def _supersede(plan: _Plan, batch: ImportBatch, now: dt.datetime) -> None:
    """Keep what the executions said, then let them say what the file says."""
    revisions = []
    for execution, row in plan.changed:
        kept = {name: getattr(execution, name) for name in FACT_COLUMNS}
        revisions.append(ExecutionRevision(execution=execution, superseded_at=now, **kept))
        for name, value in row.facts().items():
            setattr(execution, name, value)
        execution.checksum, execution.batch, execution.place, execution.recorded_at = row.checksum, batch, row.line, now
    ExecutionRevision.objects.bulk_create(revisions, batch_size=CHUNK)
    _rewrite([execution for execution, _row in plan.changed], FACTS)


def _rewrite(executions: Sequence[Execution], names: list[str]) -> None:
    """Write the columns `names` of many stored executions: an upsert, whose cost grows with the rows alone."""
    Execution.objects.bulk_create(
        executions, batch_size=CHUNK, update_conflicts=True, unique_fields=["id"], update_fields=names
    )


def _insert(firm: Firm, plan: _Plan, actor: User, batch: ImportBatch, now: dt.datetime) -> None:
    """New executions, and an attribution for each that the file or its type decides. By COPY into a temporary table
    and INSERT from it: COPY into a table with row-level security is not supported."""
    if not plan.new:
        return
    accounts = _accounts(firm, {index: row.account for index, row in plan.new})
    columns = ("account_id", "execution_id", "attribution", "checksum", "batch_id", "place", "recorded_at", *ROW_FACTS)
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        cursor.execute(INCOMING)
        with cursor.copy(f"copy ledger_incoming ({names}) from stdin") as copy:
            for index, row in plan.new:
                own = (accounts[index], row.execution_id, row.attribution, row.checksum, batch.pk, row.line, now)
                copy.write_row((*own, *row.facts().values()))
        cursor.execute(f"insert into ledger_execution (id, {names}) select id, {names} from ledger_incoming")  # noqa: S608
        of_rule = [str(kind) for kind, values in ALLOWED.items() if len(values) == 1]
        cursor.execute(ATTRIBUTE_INCOMING, [of_rule, actor.pk, batch.pk, now])


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
    """Decisions of the file, or of the new type alone, about executions that stood already."""
    for execution, value in plan.attributed:
        execution.attribution = value
    _rewrite([execution for execution, _value in plan.attributed], ["attribution"])
    Attribution.objects.bulk_create(
        (
            Attribution(
                execution=execution,
                value=value,
                source=Source.FILE if value and len(execution.allowed_attributions) > 1 else Source.RULE,
                decided_by=actor,
                batch=batch,
                recorded_at=now,
            )
            for execution, value in plan.attributed
        ),
        batch_size=CHUNK,
    )


@transaction.atomic
def decide(executions: Sequence[Execution], value: str, *, actor: User, reason: str, at: dt.datetime) -> int:
    """A person's decision what executions were ("" takes one back); how many changed. `executions` follow.

    Raises InvalidInput for a value that a type does not allow; then nothing changed. The caller has checked that the
    actor may do this.
    """
    if value not in ("", *Attributed.values):
        raise InvalidInput(_("Choose one of the attributions."), field="attribution")
    locked = Execution.objects.filter(pk__in=[e.pk for e in executions]).order_by("pk").select_for_update(no_key=True)
    changed = [execution for execution in locked if execution.attribution != value]
    for execution in changed:
        if value and value not in execution.allowed_attributions:
            raise InvalidInput(
                _("%(execution)s cannot be “%(value)s”: its type does not allow it."),
                execution=execution.execution_id, value=Attributed(value).label,
            )  # fmt: skip
    for execution in executions:
        execution.attribution = value
    Execution.objects.filter(pk__in=[execution.pk for execution in changed]).update(attribution=value)
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
    """The file of rejected rows: line, reason (with the column), then the original cells as they came."""
    head: list[Any] = ["line", "reason", *report.header]
    return [head, *([r.line, str(r), *r.cells] for r in report.rejections)]
