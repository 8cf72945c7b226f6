"""Accounts that a firm itself found compromised, as a file (docs/interfaces.md: incidents)."""

import csv
import datetime as dt
import io
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.utils.translation import gettext_noop as _

from casetrack.calc.clocks import StatusChange
from casetrack.calc.clocks import due_at as derive_due_at
from casetrack.cases import clocks
from casetrack.cases.events import write_event
from casetrack.cases.models import Access, AccessDecision, Case, CompromisedAccount, OpenedBy, Vector
from casetrack.cases.permissions import role_in
from casetrack.cases.services import confirm_access
from casetrack.cases.workflow import ENDED, Status
from casetrack.firms.models import Firm
from casetrack.ledger.models import Account
from casetrack.lib import clock, references
from casetrack.lib.crypto import account_index, normalize_account_number
from casetrack.lib.errors import DomainError
from casetrack.lib.scope import system_scope
from casetrack.people.models import Language, Role, User, Victim

COLUMNS = (
    "account", "customer_name", "customer_name_kana", "email", "language", "first_access_at", "detected_at",
    "frozen_at", "vector",
)  # fmt: skip
TIMES = ("first_access_at", "detected_at", "frozen_at")
LONGEST = {"account": 40, "customer_name": 80, "customer_name_kana": 80, "email": 254}
FIRST_YEAR = 1990
# Rows per transaction: each case's audit chain holds a lock until the end of it, and PostgreSQL keeps room for some
# thousands.
CHUNK = 1000
Key = tuple[str, str, dt.datetime]

# The steps of each case just opened: what `write_event` would write one by one.
STEPS = """
with opened as (
  select * from unnest(%(cases)s::bigint[], %(chains)s::text[], %(incidents)s::bigint[], %(firsts)s::text[])
    as o (case_id, chain, incident, first_access_at)
), steps as (
  select case_id, chain, 1 as place, 'cases.opened_by_firm' as action, 'acknowledged' as to_status,
    jsonb_build_object('incidents', 1, 'from', '', 'to', 'acknowledged') as data from opened
  union all
  select case_id, chain, 2, 'cases.access_confirmed', '',
    jsonb_build_object('incident', incident, 'first_access_at', first_access_at) from opened
  union all
  select case_id, chain, 3, 'cases.victim_invited', '', '{}' from opened
)
"""
EVENTS = """
insert into cases_event (case_id, at, action, from_status, to_status, actor_id, actor_role, reason, is_public, clock)
select case_id, %(now)s, action, '', to_status, %(actor)s, %(role_in_case)s, '', true, ''
from steps order by place, case_id
"""
ENTRIES = """
insert into audit_entry
  (chain, seq, occurred_at, actor_role, actor_id, firm_code, action, subject, data, prev, hash)
select chain, 0, %(now)s, %(role)s, %(actor)s, %(firm)s, action, chain, data, '', '' from steps order by place, case_id
"""


@dataclass
class IncidentsReport:
    """Counts of a file, and (line, reason, cells) of rows that were rejected."""

    opened: int = 0
    corrected: int = 0
    duplicate: int = 0
    rejections: list[tuple[int, str, list[str]]] = field(default_factory=list)
    header: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class IncidentRow:
    line: int
    cells: list[str]
    index: str
    account: str
    customer_name: str
    customer_name_kana: str
    email: str
    language: str
    vector: str
    first_access_at: dt.datetime | None
    detected_at: dt.datetime | None
    frozen_at: dt.datetime | None

    @property
    def key(self) -> Key:
        """What makes two rows the same: the account and the first access; where that is unknown, the detection."""
        return keys(self.index, self.first_access_at, self.detected_at)[0]


def keys(index: str, first_access_at: dt.datetime | None, detected_at: dt.datetime | None) -> list[Key]:
    named = (("first", first_access_at), ("detected", detected_at))
    return [(index, name, at) for name, at in named if at is not None]


class _RejectedError(Exception):
    pass


def read_incidents(firm: Firm, data: bytes, report: IncidentsReport) -> list[IncidentRow]:
    """The rows that can be read; the others go to the report. Junk never raises."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        report.rejections.append((1, _("The file is not UTF-8 text."), []))
        return []
    reader = csv.reader(io.StringIO(text.replace("\0", "\ufffd"), newline=""))
    try:
        report.header = [cell.strip() for cell in next(reader, [])]
    except csv.Error:
        report.header = []
    fault = _header_fault(report.header)
    if fault:
        report.rejections.append((1, fault, []))
        return []
    rows = []
    while True:
        line, cells = reader.line_num + 1, list[str]()
        try:
            cells = next(reader)
            if any(cell.strip() for cell in cells):
                rows.append(_row(firm, line, report.header, cells))
        except StopIteration:
            return rows
        except csv.Error:
            report.rejections.append((line, "This line cannot be read as comma-separated values.", cells))
        except _RejectedError as rejected:
            report.rejections.append((line, str(rejected), cells))


def _header_fault(header: list[str]) -> str:
    if "account" not in header:
        return "The header lacks the column account."
    if not {"first_access_at", "detected_at"} & set(header):
        return "The header has neither first_access_at nor detected_at."
    twice = [name for name in COLUMNS if header.count(name) > 1]
    return f"The header names the column {twice[0]} twice." if twice else ""


def _row(firm: Firm, line: int, header: list[str], cells: list[str]) -> IncidentRow:
    if len(cells) != len(header):
        raise _RejectedError(f"The row has {len(cells)} cells, the header {len(header)}.")
    given = dict.fromkeys(COLUMNS, "") | dict(zip(header, (cell.strip() for cell in cells), strict=True))
    if not normalize_account_number(given["account"]):
        raise _RejectedError("account: this is missing.")
    for name, limit in LONGEST.items():
        if len(given[name]) > limit:
            raise _RejectedError(f"{name}: this is longer than {limit} characters.")
    times = {name: _instant(name, given[name]) for name in TIMES}
    if times["first_access_at"] is None and times["detected_at"] is None:
        raise _RejectedError("first_access_at or detected_at must be there.")
    vector, language = given["vector"] or Vector.UNKNOWN, given["language"] or Language.JA
    if vector not in Vector.values:
        raise _RejectedError(f"vector: “{vector}” is not one of {', '.join(Vector.values)}.")
    if language not in Language.values:
        raise _RejectedError(f"language: “{language}” is neither ja nor en.")
    if given["email"]:
        try:
            validate_email(given["email"])
        except ValidationError:
            raise _RejectedError("email: this is no e-mail address.") from None
    return IncidentRow(
        line, cells, account_index(firm.code, given["account"]), given["account"], given["customer_name"],
        given["customer_name_kana"], given["email"], language, vector, **times,
    )  # fmt: skip


def _instant(name: str, text: str) -> dt.datetime | None:
    if not text:
        return None
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or at.year < FIRST_YEAR:
        raise _RejectedError(f"{name}: “{text[:40]}” is not a time with offset such as 2025-04-16T09:03:00+09:00.")
    if at > clock.now():
        raise _RejectedError(f"{name}: this time lies in the future.")
    return at


def _plain_name(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def _is_same_person(row: IncidentRow, incident: CompromisedAccount) -> bool:
    """Whether an open case is this customer's: the firm opened it from its own records, an investigator linked the
    account, or name or verified e-mail agree. A report that merely names the account number, typed in or taken down on
    the telephone, is somebody's claim, not this case."""
    case = incident.case
    is_firms_finding = case.opened_by == OpenedBy.FIRM and not case.report
    if incident.account_id is not None or is_firms_finding:
        return True
    names = {_plain_name(case.victim.name), _plain_name(case.victim.kana)} - {""}
    if names & {_plain_name(row.customer_name), _plain_name(row.customer_name_kana)}:
        return True
    return bool(row.email and case.victim_user and case.victim_user.email.lower() == row.email.lower())


def import_incidents(firm: Firm, data: bytes, *, actor: User) -> IncidentsReport:
    """Confirm the accesses of a file: a row imported before changes nothing; one whose account has an open case
    confirms and corrects that case; any other opens a case at `acknowledged`, whose victim is invited.

    Rows are taken in order, some at a time, each lot in a transaction of its own in the system's scope: what breaks
    off is gone on with by importing the file again.
    """
    report = IncidentsReport()
    rows = read_incidents(firm, data, report)
    for start in range(0, len(rows), CHUNK):
        with system_scope():
            Firm.objects.select_for_update(no_key=True).get(pk=firm.pk)
            later = _import_lot(firm, rows[start : start + CHUNK], report, actor)
            _import_lot(firm, later, report, actor)
    report.rejections.sort(key=lambda rejection: rejection[0])
    return report


def _import_lot(firm: Firm, rows: list[IncidentRow], report: IncidentsReport, actor: User) -> list[IncidentRow]:
    """Import rows; those are left over whose account got its case from an earlier row of the lot."""
    indexes = {row.index for row in rows}
    known: dict[str, list[CompromisedAccount]] = {}
    stored = CompromisedAccount.objects.filter(firm=firm, number_index__in=indexes)
    for incident in stored.select_related("case__firm", "case__victim", "case__victim_user").order_by("pk"):
        known.setdefault(incident.number_index, []).append(incident)
    imported = _imported(firm, indexes)
    new: dict[str, IncidentRow] = {}
    later: list[IncidentRow] = []
    for row in rows:
        incidents = known.get(row.index, [])
        open_ones = [i for i in incidents if i.case.status not in ENDED and _is_same_person(row, i)]
        if row.key in imported or any(_is_confirmed(row, incident) for incident in incidents):
            report.duplicate += 1
        elif row.index in new:
            later.append(row)
        elif not open_ones:
            new[row.index] = row
            imported.update(keys(row.index, row.first_access_at, row.detected_at))
        elif _correct(row, open_ones[-1], report, actor):
            imported.update(keys(row.index, row.first_access_at, row.detected_at))
    if new:
        _open_cases(firm, list(new.values()), actor)
        report.opened += len(new)
    return later


def _imported(firm: Firm, indexes: set[str]) -> set[Key]:
    """What files have confirmed before, whatever people have decided since."""
    decisions = AccessDecision.objects.filter(
        incident__firm=firm, incident__number_index__in=indexes, access=Access.CONFIRMED, decided_by__role=Role.SYSTEM
    )
    facts = decisions.values_list("incident__number_index", "first_access_at", "detected_at")
    return {key for decision in facts for key in keys(*decision)}


def _is_confirmed(row: IncidentRow, incident: CompromisedAccount) -> bool:
    """Whether the row says what stands confirmed already."""
    stands = keys(incident.number_index, incident.first_access_at, incident.detected_at)
    return incident.access == Access.CONFIRMED and row.key in stands


def _correct(row: IncidentRow, incident: CompromisedAccount, report: IncidentsReport, actor: User) -> bool:
    """Confirm what is open with the row's facts; an empty cell takes back nothing that the firm has confirmed."""
    first = row.first_access_at or (incident.first_access_at if incident.access == Access.CONFIRMED else None)
    try:
        with transaction.atomic():
            confirm_access(incident, first_access_at=first, detected_at=row.detected_at, actor=actor)
            incident.frozen_at = row.frozen_at or incident.frozen_at
            incident.vector = row.vector if row.vector != Vector.UNKNOWN else incident.vector
            incident.save(update_fields=["frozen_at", "vector"])
            if incident.case.status == Status.SUBMITTED:
                write_event(incident.case, "cases.found_by_firm", actor=actor, data={"incident": incident.pk})
    except DomainError as error:
        incident.refresh_from_db()
        report.rejections.append((row.line, str(error), row.cells))
        return False
    report.corrected += 1
    return True


def _new_references(at: dt.datetime, count: int) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("select nextval('cases_reference') from generate_series(1, %s)", [count])
        year = clock.tokyo_date(at).year
        return [references.make(year, number) for (number,) in cursor.fetchall()]


def _open_cases(firm: Firm, rows: list[IncidentRow], actor: User) -> None:
    """Open a case for each row, in a fixed number of statements: what `open_case` and `confirm_access` write."""
    now = clock.now()
    arrived = [StatusChange(now, "", Status.ACKNOWLEDGED)]
    due_at = derive_due_at(arrived, clocks.rulebook_of(firm).at)
    victims = Victim.objects.bulk_create(
        Victim(family_name=r.customer_name, family_name_kana=r.customer_name_kana, email=r.email, language=r.language)
        for r in rows
    )
    cases = Case.objects.bulk_create(
        Case(
            reference=reference, firm=firm, victim=victim, status=Status.ACKNOWLEDGED, opened_by=OpenedBy.FIRM,
            opened_at=now, language=row.language, due_at=due_at,
        )
        for reference, victim, row in zip(_new_references(now, len(rows)), victims, rows, strict=True)
    )  # fmt: skip
    accounts = _accounts(firm, rows)
    incidents = CompromisedAccount.objects.bulk_create(
        CompromisedAccount(
            case=case, firm=firm, account=accounts[row.index], number_encrypted=accounts[row.index].number_encrypted,
            number_index=row.index, number_hint=accounts[row.index].number_hint, vector=row.vector,
            first_access_at=row.first_access_at, detected_at=row.detected_at, frozen_at=row.frozen_at,
            access=Access.CONFIRMED,
        )
        for case, row in zip(cases, rows, strict=True)
    )  # fmt: skip
    AccessDecision.objects.bulk_create(
        AccessDecision(
            incident=i, case=i.case, access=Access.CONFIRMED, first_access_at=i.first_access_at,
            detected_at=i.detected_at, decided_by=actor, recorded_at=now,
        )
        for i in incidents
    )  # fmt: skip
    _write_steps(incidents, now, actor)


def _write_steps(incidents: list[CompromisedAccount], now: dt.datetime, actor: User) -> None:
    """Events and audit entries of cases just opened, as `write_event` would write them, in two statements."""
    firsts = [i.first_access_at.isoformat() if i.first_access_at else None for i in incidents]
    given: dict[str, Any] = {
        "cases": [i.case_id for i in incidents],
        "chains": [i.case.reference for i in incidents],
        "incidents": [i.pk for i in incidents],
        "firsts": firsts,
        "now": now,
        "actor": actor.pk,
        "role": actor.role,
        "role_in_case": role_in(actor, incidents[0].case),
        "firm": incidents[0].case.firm.code,
    }
    with connection.cursor() as cursor:
        cursor.execute(STEPS + EVENTS, given)
        cursor.execute(STEPS + ENTRIES, given)


def _accounts(firm: Firm, rows: list[IncidentRow]) -> dict[str, Account]:
    found = {a.number_index: a for a in Account.objects.filter(firm=firm, number_index__in={r.index for r in rows})}
    missing = {row.index: row.account for row in rows if row.index not in found}
    made = Account.objects.bulk_create(Account(firm=firm, **Account.number_fields(firm, n)) for n in missing.values())
    return found | {account.number_index: account for account in made}
