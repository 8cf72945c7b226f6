"""By which targets and closed days a clock is counted: those that were in force when it began.

A firm's decisions are only ever appended to. A clock knows those that had been taken when it began, so that a decision
of today moves no deadline that was told to somebody before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from casetrack.calc.clocks import TOKYO, BusinessCalendar, Terms


@dataclass(frozen=True)
class TargetDecision:
    """Taken at `at` (aware): clocks named `name` that begin on `valid_from` (a day in Tokyo) or later run for `days`
    business days. None: for the default again."""

    name: str
    days: int | None
    valid_from: date
    at: datetime


@dataclass(frozen=True)
class DayDecision:
    """Taken at `at` (aware): the firm is closed on `day`, or not closed after all."""

    day: date
    is_closed: bool
    at: datetime


@dataclass(frozen=True)
class Rulebook:
    """What a firm decided, in the order in which it did, over what holds for every firm."""

    defaults: Mapping[str, int]
    calendar: BusinessCalendar
    targets: tuple[TargetDecision, ...] = ()
    days: tuple[DayDecision, ...] = ()

    def at(self, started: datetime) -> Terms:
        """The terms of a clock that begins at `started` (aware)."""
        return Terms(self.targets_at(started), self.calendar.without(self.closed_at(started)))

    def targets_at(self, at: datetime) -> dict[str, int]:
        """Business days by name of clock. Of two decisions the one that is valid from a later day holds, then the
        later one."""
        day = at.astimezone(TOKYO).date()
        targets = dict(self.defaults)
        for one in sorted(self.targets, key=lambda one: one.valid_from):
            if one.at <= at and one.valid_from <= day:
                targets[one.name] = self._days(one)
        return targets

    def course_of(self, name: str) -> list[tuple[date, int]]:
        """From which day on a clock has which target, oldest first, as decided so far; before that, the default."""
        own = {one.valid_from: self._days(one) for one in self.targets if one.name == name}
        return sorted(own.items())

    def target_on(self, name: str, day: date) -> int:
        """The target of a clock that begins on `day`, as decided so far."""
        return next((days for since, days in reversed(self.course_of(name)) if since <= day), self.defaults[name])

    def _days(self, decision: TargetDecision) -> int:
        return self.defaults[decision.name] if decision.days is None else decision.days

    def closed_at(self, at: datetime) -> frozenset[date]:
        """The firm's own closed days as decided on by `at`; past ones too."""
        known = {one.day: one.is_closed for one in self.days if one.at <= at}
        return frozenset(day for day, is_closed in known.items() if is_closed)
