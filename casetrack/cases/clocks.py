"""A case's clock: the deadlines of calc.clocks over the case's events, with the firm's targets."""

import datetime as dt
from collections.abc import Iterable

from casetrack.calc.clocks import Clock, StatusChange, derive
from casetrack.calc.clocks import due_at as derive_due_at
from casetrack.cases.models import Case, Event
from casetrack.cases.workflow import Status
from casetrack.market.calendars import business_calendar

# Business days that a firm has in a status before the clock is breached. Targets, not law; a firm may set its own.
DEFAULT_TARGETS: dict[str, int] = {
    Status.SUBMITTED: 1,
    Status.ACKNOWLEDGED: 3,
    Status.INVESTIGATING: 20,
    Status.ASSESSED: 5,
    Status.NEGOTIATING: 10,
    Status.AGREED: 5,
    Status.COMPENSATED: 10,
}


def targets_of(case: Case) -> dict[str, int]:
    return {**DEFAULT_TARGETS, **case.firm.clock_targets}


def status_changes(events: Iterable[Event]) -> list[StatusChange]:
    """The changes of status among a case's events, in order."""
    return [StatusChange(e.at, e.from_status, e.to_status) for e in events if e.to_status]


def due_at(case: Case) -> dt.datetime | None:
    """When the present clock of the case runs out; None when none runs or it is paused. Always the same for the
    same events."""
    events = case.events.exclude(to_status="").order_by("at", "id")
    return derive_due_at(status_changes(events), targets_of(case), business_calendar())


def clocks_of(case: Case, events: Iterable[Event], now: dt.datetime) -> list[Clock]:
    """Every clock that runs or ran for the case as of `now`, oldest first. `events` are the case's, in order."""
    return derive(status_changes(events), targets_of(case), business_calendar(), now)
