"""How a case comes to be."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any, TypedDict

from django.db import connection, transaction

from casetrack.cases import clocks
from casetrack.cases.events import write_event
from casetrack.cases.models import Case, CompromisedAccount, OpenedBy, UnauthorizedTrade
from casetrack.cases.workflow import Status
from casetrack.firms.models import Firm
from casetrack.ledger.models import Account
from casetrack.lib import clock, references
from casetrack.people.models import User, Victim


class TradeClaim(TypedDict, total=False):
    """What a victim remembers of one trade; `quantity` in units, `amount` in whole yen."""

    side: str
    security: str
    traded_on: dt.date | None
    quantity: Decimal | None
    amount: Decimal | None
    on_margin: bool | None


class IncidentFacts(TypedDict, total=False):
    """One compromised account as reported: `number`, any columns of CompromisedAccount, and `trades`."""

    number: str
    kinds: list[str]
    vector: str
    first_access_at: dt.datetime | None
    detected_at: dt.datetime | None
    noticed_at: dt.datetime | None
    noticed_how: str
    noticed_note: str
    told_firm_at: dt.datetime | None
    freeze_asked_at: dt.datetime | None
    frozen_at: dt.datetime | None
    firm_answer: str
    firm_answer_note: str
    mfa_offered: str
    mfa_kind: str
    trades: list[TradeClaim]


def new_reference(at: dt.datetime) -> str:
    """The next public reference, of the year of `at` in Tokyo. Numbers are never used twice; gaps may occur."""
    with connection.cursor() as cursor:
        cursor.execute("select nextval('cases_reference')")
        number: int = cursor.fetchone()[0]
    return references.make(clock.tokyo_date(at).year, number)


def add_incident(case: Case, facts: IncidentFacts) -> CompromisedAccount:
    """Store one compromised account of a case with the trades claimed on it."""
    columns: dict[str, Any] = {k: v for k, v in facts.items() if k not in ("number", "trades")}
    incident = CompromisedAccount.objects.create(
        case=case, firm=case.firm, **Account.number_fields(case.firm, facts["number"]), **columns
    )
    UnauthorizedTrade.objects.bulk_create(
        UnauthorizedTrade(case=case, incident=incident, **trade) for trade in facts.get("trades", [])
    )
    return incident


@transaction.atomic
def open_case(
    *,
    firm: Firm,
    victim: Victim,
    opened_by: str,
    incidents: list[IncidentFacts],
    actor: User,
    report: dict[str, Any] | None = None,
    language: str = "ja",
    sitting: uuid.UUID | None = None,
    identified: str = "",
    at: dt.datetime | None = None,
) -> Case:
    """Open a case: at `submitted` by a victim, at `acknowledged` by the firm (there is nothing to confirm).

    A report never attaches itself to another case, whatever account number it names. Cases of one `sitting` were
    reported together. `identified`, for a report taken by telephone, says how the caller was identified.
    `at` is for imports.
    """
    at = at or clock.now()
    status = Status.SUBMITTED if opened_by == OpenedBy.VICTIM else Status.ACKNOWLEDGED
    case = Case.objects.create(
        reference=new_reference(at),
        firm=firm,
        victim=victim,
        victim_user=victim.user,
        status=status,
        opened_by=opened_by,
        opened_at=at,
        language=language,
        report=report or {},
        needs=(report or {}).get("steps", {}).get("help", {}).get("needs") or [],
        sitting=sitting,
    )
    for facts in incidents:
        add_incident(case, facts)
    action = "cases.submitted" if opened_by == OpenedBy.VICTIM else "cases.opened_by_firm"
    write_event(
        case, "cases.taken_by_telephone" if identified else action, actor=actor, reason=identified, to_status=status,
        at=at, data={"incidents": len(incidents)},
    )  # fmt: skip
    case.due_at = clocks.due_at(case)
    case.save(update_fields=["due_at"])
    return case
