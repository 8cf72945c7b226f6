"""What a decision about a firm's clocks would do, told before it is taken."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import Count

from casetrack.calc.clocks import BusinessCalendar, add_business_days
from casetrack.calc.rulebook import DayDecision, Rulebook, TargetDecision
from casetrack.cases.clocks import DEFAULT_TARGETS, SIDE_TARGETS
from casetrack.cases.models import Case
from casetrack.cases.side_clocks import SPANS, runs_beside
from casetrack.cases.workflow import Status
from casetrack.firms.models import Firm
from casetrack.lib.clock import TOKYO


@dataclass(frozen=True)
class Effect:
    """When a clock that begins at one instant runs out, as decided so far and with the new decision."""

    clock: str
    before: dt.datetime
    after: dt.datetime


def running_clocks(firm: Firm) -> dict[str, int]:
    """How many clocks of each name run or stand still now in the firm's cases, which keep their deadlines.

    In the caller's scope; one query for the stages and one for each clock beside them.
    """
    cases = Case.objects.filter(firm=firm)
    by_status = dict(cases.values_list("status").annotate(Count("pk")).order_by())
    by_status[Status.INVESTIGATING] = by_status.get(Status.INVESTIGATING, 0) + by_status.get(Status.AWAITING_VICTIM, 0)
    stages = {str(name): by_status.get(name, 0) for name in DEFAULT_TARGETS}
    beside = {name: cases.filter(runs_beside(SPANS[name])).count() for name in SIDE_TARGETS}
    return {**stages, **beside}


def with_target(book: Rulebook, name: str, days: int | None, valid_from: dt.date, now: dt.datetime) -> Rulebook:
    """`book` as if the target had been decided on at `now`."""
    return replace(book, targets=(*book.targets, TargetDecision(name, days, valid_from, now)))


def with_closed(book: Rulebook, days: Iterable[dt.date], now: dt.datetime, *, is_closed: bool = True) -> Rulebook:
    """`book` as if `days` had been closed (or opened) at `now`."""
    return replace(book, days=(*book.days, *(DayDecision(day, is_closed, now) for day in days)))


def day_before(day: dt.date, calendar: BusinessCalendar, now: dt.datetime) -> dt.datetime:
    """Noon of the last business day before `day`, but not before `now`: a clock that begins then meets `day`."""
    day -= dt.timedelta(days=1)
    while not calendar.is_business_day(day):
        day -= dt.timedelta(days=1)
    return max(now, dt.datetime.combine(day, dt.time(12), TOKYO))


def effects(book: Rulebook, changed: Rulebook, begins: dt.datetime) -> list[Effect]:
    """The clocks that begin at `begins` and would run out at another time with `changed`, in the order of the
    defaults."""
    old, new = book.at(begins), changed.at(begins)
    found = (
        Effect(
            name,
            add_business_days(begins, old.targets[name], old.calendar),
            add_business_days(begins, new.targets[name], new.calendar),
        )
        for name in book.defaults
    )
    return [effect for effect in found if effect.before != effect.after]
