"""Deadlines in business days, derived from a case's changes of status and the extensions that both sides agreed on:
nothing is stored, nothing is counted down.

Days are days of the Asia/Tokyo calendar (UTC+9 without daylight saving). The same changes, extensions, terms and `now`
always give the same clocks, and an earlier `now` gives the clocks as they stood then.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone

TOKYO = timezone(timedelta(hours=9), "Asia/Tokyo")
PAUSING = frozenset({"awaiting_victim"})
"""Statuses in which the clock of the interrupted stage stands still."""

_SATURDAY = 5


@dataclass(frozen=True)
class BusinessCalendar:
    """Which days are business days: not Saturday or Sunday, not 31 December to 3 January, not one of `holidays`."""

    holidays: frozenset[date] = frozenset()

    def is_business_day(self, day: date) -> bool:
        """Whether firms work on `day`."""
        year_end = (day.month, day.day) == (12, 31) or (day.month == 1 and day.day <= 3)
        return not (day.weekday() >= _SATURDAY or year_end or day in self.holidays)

    def without(self, closed: frozenset[date]) -> "BusinessCalendar":
        """This calendar without the days of `closed`."""
        return BusinessCalendar(self.holidays | closed) if closed else self


@dataclass(frozen=True)
class EveryDay(BusinessCalendar):
    """A calendar without days of rest, for what is due on a day that somebody named."""

    def is_business_day(self, day: date) -> bool:
        return True


@dataclass(frozen=True)
class Terms:
    """What a clock is counted by: business days by name (a name without any has no clock), and the calendar."""

    targets: Mapping[str, int]
    calendar: BusinessCalendar


TermsAt = Callable[[datetime], Terms]
"""The terms of a clock by the instant at which it began. They never change for an instant that is over."""


@dataclass(frozen=True)
class StatusChange:
    """A case's move at `at` (aware) from one status to another; the first one comes from ""."""

    at: datetime
    from_status: str
    to_status: str


@dataclass(frozen=True)
class Extension:
    """`days` business days more for the clock `name`, agreed on at `at` (aware)."""

    at: datetime
    name: str
    days: int


@dataclass(frozen=True)
class Clock:
    """One stage's clock, as of the `now` it was derived for. All times are aware.

    `name` is the stage's status and `target` its business days, to which `extended_days` were added by agreement.
    `paused_days` are the business days it stood still.
    `due_at` is None while a pause lasts, since the deadline moves with it; one that was missed before the pause stays
    missed, and is not moved by it. `ended_at` is when the case went on to another stage, None for the clock that still
    runs or is paused. `breached`: the deadline passed before the clock stopped. `remaining` are the business days left
    (after today) until the deadline, at `now` or when the clock stopped; below zero once they are overdrawn. `part`
    tells apart clocks of one name that a case may have side by side.
    """

    name: str
    target: int
    started_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    paused: bool
    paused_days: int
    breached: bool
    remaining: int
    extended_days: int = 0
    part: int | None = None


def add_business_days(at: datetime, days: int, calendar: BusinessCalendar) -> datetime:
    """The end (23:59:59.999999 in Tokyo, the last instant before 24:00) of the `days`-th business day after `at`.

    The day of `at` itself does not count. With 0 days it is the end of that day, or of the first business day after it
    if firms do not work then. `later > due` is then exactly "the deadline has passed", in Python and in SQL.
    Raises ValueError for a naive `at` or negative `days`.
    """
    if days < 0:
        raise ValueError("days must not be negative")
    day = _tokyo_date(at)
    for _ in range(days):
        day = _next_business_day(day, calendar)
    if not calendar.is_business_day(day):
        day = _next_business_day(day, calendar)
    return datetime.combine(day, time.max, tzinfo=TOKYO)


def business_days_between(start: datetime, end: datetime, calendar: BusinessCalendar) -> int:
    """Business days after the Tokyo day of `start`, up to and including that of `end`; negative if `end` is earlier.

    The inverse of `add_business_days`. Raises ValueError for a naive time.
    """
    first, last = _tokyo_date(start), _tokyo_date(end)
    if last < first:
        return -business_days_between(end, start, calendar)
    return sum(calendar.is_business_day(first + timedelta(days=number)) for number in range(1, (last - first).days + 1))


def derive(
    events: Iterable[StatusChange],
    terms_at: TermsAt,
    now: datetime,
    *,
    pausing: Collection[str] = PAUSING,
    extensions: Iterable[Extension] = (),
) -> list[Clock]:
    """All clocks of the case up to `now`, in the order in which they started; only the last can still run.

    `terms_at` gives the terms by the instant at which a clock began. A status without a target has no clock. A status
    in `pausing` has none either: it holds the clock of the stage it interrupts, and coming back to that stage continues
    the same clock with the deadline moved by the business days in between. A change from a status to itself starts its
    clock anew (the turn of a negotiation has passed). Changes after `now` have not happened yet.

    An extension moves the deadline of the clock of its name that runs or stands still when it is agreed on. It never
    shortens one, and one that comes after the deadline or the end of the stage changes nothing: what was missed stays
    missed. Raises ValueError for an extension by less than one day.
    """
    known = sorted((event for event in events if event.at <= now), key=lambda event: event.at)
    agreed = sorted((extension for extension in extensions if extension.at <= now), key=lambda one: one.at)
    if any(extension.days < 1 for extension in agreed):
        raise ValueError("an extension is by one day or more")
    stages = _stages(known, pausing)
    for extension in agreed:
        _extend(stages, extension)
    with_terms = [(stage, terms_at(stage.started_at)) for stage in stages]
    return [_clock(stage, terms, now) for stage, terms in with_terms if stage.name in terms.targets]


def current(
    events: Iterable[StatusChange],
    terms_at: TermsAt,
    now: datetime,
    *,
    pausing: Collection[str] = PAUSING,
    extensions: Iterable[Extension] = (),
) -> Clock | None:
    """The clock that runs or is paused at `now`, if any (see `derive`)."""
    clocks = derive(events, terms_at, now, pausing=pausing, extensions=extensions)
    return clocks[-1] if clocks and clocks[-1].ended_at is None else None


def due_at(
    events: Iterable[StatusChange],
    terms_at: TermsAt,
    *,
    pausing: Collection[str] = PAUSING,
    extensions: Iterable[Extension] = (),
) -> datetime | None:
    """The deadline of the present stage, which stays the same until the next change of status or extension.

    None if no clock runs, or if it is paused and was not already missed.
    """
    known, agreed = list(events), list(extensions)
    if not known:
        return None
    latest = max([*(event.at for event in known), *(extension.at for extension in agreed)])
    clock = current(known, terms_at, latest, pausing=pausing, extensions=agreed)
    return clock.due_at if clock else None


@dataclass
class _Pause:
    began_at: datetime
    over_at: datetime | None = None


@dataclass
class _Stage:
    """A stay in one status, its pauses and extensions included."""

    name: str
    started_at: datetime
    pauses: list[_Pause] = field(default_factory=list)
    extensions: list[Extension] = field(default_factory=list)
    ended_at: datetime | None = None

    @property
    def pause(self) -> _Pause | None:
        """The pause that lasts, or out of which the stage ended."""
        return self.pauses[-1] if self.pauses and self.pauses[-1].over_at is None else None


def _stages(changes: list[StatusChange], pausing: Collection[str]) -> list[_Stage]:
    """The stays in order; the last one is open."""
    stages: list[_Stage] = []
    for change in changes:
        stage = stages[-1] if stages else None
        if change.to_status in pausing:
            if stage and not stage.pause:
                stage.pauses.append(_Pause(change.at))
        elif stage and stage.pause and stage.name == change.to_status:
            stage.pause.over_at = change.at
        else:
            if stage:
                stage.ended_at = change.at
            stages.append(_Stage(change.to_status, change.at))
    return stages


def _extend(stages: list[_Stage], extension: Extension) -> None:
    """Give the extension to the latest stay that it may belong to."""
    for stage in reversed(stages):
        if stage.started_at <= extension.at:
            if stage.name == extension.name and (stage.ended_at is None or extension.at <= stage.ended_at):
                stage.extensions.append(extension)
                return
            if stage.started_at < extension.at:
                return


def _deadline(stage: _Stage, target: int, calendar: BusinessCalendar, now: datetime) -> tuple[datetime, int, int]:
    """The deadline, the days that the clock stood still and those by which it was extended.

    Pauses and extensions count in the order in which they came, as long as the deadline had not passed; a pause that
    lasts has moved nothing yet, and an extension during a pause is in time.
    """
    due = add_business_days(stage.started_at, target, calendar)
    paused_days = over_days = extended_days = 0
    acts: list[tuple[datetime, _Pause | Extension]] = [(pause.began_at, pause) for pause in stage.pauses]
    acts += [(extension.at, extension) for extension in stage.extensions]
    acts.sort(key=lambda act: act[0])
    last: _Pause | None = None
    for at, act in acts:
        during_pause = last is not None and (last.over_at is None or at <= last.over_at)
        if at > due and not during_pause:
            break
        if isinstance(act, Extension):
            extended_days += act.days
        else:
            last = act
            paused_days += business_days_between(act.began_at, act.over_at or stage.ended_at or now, calendar)
            over_days = paused_days if act.over_at else over_days
        due = add_business_days(stage.started_at, target + over_days + extended_days, calendar)
    return due, paused_days, extended_days


def _clock(stage: _Stage, terms: Terms, now: datetime) -> Clock:
    target, calendar = terms.targets[stage.name], terms.calendar
    due, paused_days, extended_days = _deadline(stage, target, calendar, now)
    paused = stage.pause is not None and stage.ended_at is None
    until = stage.ended_at or now
    if stage.pause and stage.pause.began_at <= due:
        until = stage.pause.began_at
    breached = until > due
    return Clock(
        name=stage.name,
        target=target,
        started_at=stage.started_at,
        due_at=None if paused and not breached else due,
        ended_at=stage.ended_at,
        paused=paused,
        paused_days=paused_days,
        breached=breached,
        remaining=business_days_between(until, due, calendar),
        extended_days=extended_days,
    )


def _next_business_day(day: date, calendar: BusinessCalendar) -> date:
    day += timedelta(days=1)
    while not calendar.is_business_day(day):
        day += timedelta(days=1)
    return day


def _tokyo_date(at: datetime) -> date:
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at.astimezone(TOKYO).date()
