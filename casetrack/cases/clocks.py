"""A case's clock: the deadlines of calc.clocks over the case's events, with the firm's targets and closed days of the
time when each began."""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db.models import prefetch_related_objects

from casetrack.calc.clocks import BusinessCalendar, Clock, Extension, StatusChange, derive
from casetrack.calc.clocks import due_at as derive_due_at
from casetrack.calc.rulebook import DayDecision, Rulebook, TargetDecision
from casetrack.cases.models import Case, Event
from casetrack.cases.workflow import Status
from casetrack.firms.models import Firm
from casetrack.market.calendars import business_calendar

EXTENDED = "cases.extension_agreed"
"""The step by which the victim agrees to an extension of a clock."""

BREACHED = "cases.clock_breached"
"""The step that marks a clock of the firm's that has run out."""

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
# The same of the clocks beside the stages (cases.side_clocks).
SIDE_TARGETS: dict[str, int] = {
    "first_answer": 15,
    "counter_answer": 7,
    "reasons": 10,
    "second_review": 20,
    "part_payment": 5,
}


RULEBOOK = ("target_decisions", "day_decisions")
"""What `rulebook_of` reads beside the firm, for `prefetch_related`."""


def rulebook_of(firm: Firm) -> Rulebook:
    """What the firm decided about its targets and closed days. The firm object keeps it once read (two queries)."""
    prefetch_related_objects([firm], *RULEBOOK)
    return Rulebook(
        defaults={**DEFAULT_TARGETS, **SIDE_TARGETS},
        calendar=business_calendar(),
        targets=tuple(
            TargetDecision(one.clock, one.days, one.valid_from, one.decided_at) for one in firm.target_decisions.all()
        ),
        days=tuple(DayDecision(one.day, one.is_closed, one.decided_at) for one in firm.day_decisions.all()),
    )


def calendar_at(firm: Firm, at: dt.datetime) -> BusinessCalendar:
    """The firm's business days as decided on by `at`: Japan's without the firm's own closed days."""
    return rulebook_of(firm).at(at).calendar


def status_changes(events: Iterable[Event]) -> list[StatusChange]:
    """The changes of status among a case's events, in order."""
    return [StatusChange(e.at, e.from_status, e.to_status) for e in events if e.to_status]


def extensions_in(events: Iterable[Event]) -> list[Extension]:
    """The extensions that the victim agreed to, in order."""
    return [Extension(e.at, e.clock, e.days) for e in events if e.action == EXTENDED and e.days]


def due_at(case: Case) -> dt.datetime | None:
    """When the present clock of the case runs out; None when none runs or it is paused. Always the same for the
    same events."""
    events = list(case.events.exclude(to_status="", days=None).order_by("at", "id"))
    return derive_due_at(status_changes(events), rulebook_of(case.firm).at, extensions=extensions_in(events))


def clocks_of(case: Case, events: Sequence[Event], now: dt.datetime) -> list[Clock]:
    """Every clock that runs or ran for the case as of `now`, oldest first. `events` are the case's, in order."""
    return derive(status_changes(events), rulebook_of(case.firm).at, now, extensions=extensions_in(events))


def current_clock(case: Case, events: Sequence[Event], now: dt.datetime) -> Clock | None:
    """The clock that runs or stands still at `now`, if any. `events` are the case's, in order."""
    clocks = clocks_of(case, events, now)
    return clocks[-1] if clocks and clocks[-1].ended_at is None else None


def with_extension(case: Case, events: Sequence[Event], name: str, days: int, now: dt.datetime) -> dt.datetime | None:
    """When the clock `name` would run out if `days` more were agreed on at `now`; None while it stands still."""
    changes, agreed = status_changes(events), [*extensions_in(events), Extension(now, name, days)]
    return derive_due_at(changes, rulebook_of(case.firm).at, extensions=agreed)
