"""The figures of good faith against the clocks themselves, over many small histories: what SQL counts for a firm is
what `derive` says case by case, and the days are those that a person would count on a calendar."""

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from casetrack.calc.clocks import TOKYO, Clock
from casetrack.cases.clocks import EXTENDED, calendar_at, clocks_of
from casetrack.cases.extensions import extendable_clock
from casetrack.cases.models import Case, Event
from casetrack.cases.side_clocks import PART_PAYMENT, SPANS, side_clocks_of, was_answered
from casetrack.cases.workflow import ACTIONS, Status
from casetrack.demo.cast import Cast
from casetrack.firms.models import Firm
from casetrack.lib.clock import tokyo
from casetrack.people.models import User
from casetrack.reports.good_faith import LEFT, OWN_CLOCKS, Times, figures_of
from tests.reports.test_good_faith import DECIDED, decide

pytestmark = pytest.mark.django_db
YEARS = (dt.date(2025, 1, 1), dt.date(2027, 1, 1))
# Before Golden Week and before the days on which DECIDED closes the firm.
BEGUN = tokyo(2025, 4, 18, 10)
DAY = dt.timedelta(days=1)

# Steps beside the stages, and in which statuses they can come.
TALKS = ("negotiating", "declined", "escalated")
BESIDE: dict[str, tuple[str, ...]] = {
    "cases.access_confirmed": ("acknowledged", "investigating", "awaiting_victim", "assessed"),
    "negotiation.counter_offer_made": ("negotiating",),
    "negotiation.reasons_asked": TALKS,
    "negotiation.reasons_given": tuple(Status.values),
    "negotiation.review_asked": TALKS[:2],
    "negotiation.review_upheld": tuple(Status.values),
    "negotiation.part_paid": tuple(Status.values),
    "negotiation.part_payment_failed": tuple(Status.values),
    "negotiation.part_receipt_denied": tuple(Status.values),
    "negotiation.part_payment_shown": tuple(Status.values),
    "negotiation.part_received": tuple(Status.values),
    "negotiation.part_revoked": tuple(Status.values),
}
OF_PARTS = SPANS[PART_PAYMENT].starts | SPANS[PART_PAYMENT].answers | SPANS[PART_PAYMENT].leaves
STEPS = [*ACTIONS, *BESIDE, EXTENDED]
Step = tuple[str, int, int]  # the step (a row of the table or an event), hours since the last one, part or days


@dataclass
class History:
    """A case whose steps are written as they are told, where they can be: others are left out."""

    case: Case
    actor: User
    now: dt.datetime = BEGUN
    events: list[Event] = field(default_factory=list)

    def tell(self, step: str, hours: int, number: int) -> None:
        self.now += dt.timedelta(hours=hours, minutes=1)
        if step in ACTIONS:
            self._move(step, number)
        elif step == EXTENDED:
            clock = extendable_clock(self.case, self.events, self.now)
            if clock is not None:
                self.write(EXTENDED, clock=clock.name, days=1 + number)
        elif self.case.status in BESIDE[step]:
            self.write(step, offer=1 + number % 2 if step in OF_PARTS else None)

    def _move(self, name: str, number: int) -> None:
        row = ACTIONS[name]
        if self.case.status in row.sources:
            before, self.case.status = self.case.status, row.target
            offer = 1 + number % 2 if row.done in OF_PARTS else None
            self.write(row.done, from_status=before, to_status=row.target, offer=offer)

    def write(self, action: str, **facts: Any) -> None:
        self.events.append(Event(case=self.case, at=self.now, action=action, actor=self.actor, **facts))


def begun(firm: Firm, cast: Cast, number: int) -> History:
    case = Case.objects.create(
        reference=f"CT-2025-{number:06}", firm=firm, victim=cast.victim["vera"], victim_user=cast.user["vera"],
        status="submitted", opened_by="victim", opened_at=BEGUN + number * DAY,
    )  # fmt: skip
    history = History(case, cast.user["vera"], BEGUN + number * DAY)
    history.write("cases.submitted", to_status="submitted")
    return history


def days_taken(clock: Clock, history: History, now: dt.datetime) -> int:
    """Day by day: after the day on which it began, until that on which it ended, business days on which the firm did
    not wait for the victim. A part's payment waits for nobody."""
    calendar, until = calendar_at(history.case.firm, clock.started_at), clock.ended_at or now
    days = set(days_after(clock.started_at, until))
    changes = [event for event in history.events if event.to_status]
    for asked, answered in itertools.zip_longest(changes, changes[1:]):
        if asked.to_status == Status.AWAITING_VICTIM and clock.name != PART_PAYMENT:
            begins = max(asked.at, clock.started_at)
            ends = min(answered.at, until) if answered else until
            days -= set(days_after(begins, ends))
    return sum(calendar.is_business_day(day) for day in days)


def days_after(start: dt.datetime, end: dt.datetime) -> Iterator[dt.date]:
    day, last = start.astimezone(TOKYO).date(), end.astimezone(TOKYO).date()
    while day < last:
        day += DAY
        yield day


def by_clocks(histories: list[History], now: dt.datetime) -> dict[str, tuple[int, int, int, Decimal | None]]:
    """How many of each clock ended by what was asked for, in time, are late now, and the median of their days."""
    ended: dict[str, list[tuple[bool, int]]] = {name: [] for name in OWN_CLOCKS}
    late = dict.fromkeys(OWN_CLOCKS, 0)
    for history in histories:
        after = {event.at: event.to_status for event in history.events if event.to_status}
        sides = side_clocks_of(history.case, history.events, now)
        for clock in (*clocks_of(history.case, history.events, now), *sides):
            if clock.name not in OWN_CLOCKS:
                continue
            if clock.ended_at is None:
                late[clock.name] += clock.breached
            elif was_answered(clock, history.events) if clock in sides else after[clock.ended_at] not in LEFT:
                ended[clock.name].append((not clock.breached, days_taken(clock, history, now)))
    return {
        name: (
            len(rows), sum(in_time for in_time, _days in rows), late[name],
            Decimal(str(median(days for _in_time, days in rows))) if rows else None,
        )
        for name, rows in ended.items()
    }  # fmt: skip


# First answers given while the victim is asked: what the victim takes after that is not the firm's.
WHILE_ASKED: list[Step] = [
    ("acknowledge", 1, 0), ("investigate", 1, 0), ("ask_victim", 24, 0), ("cases.access_confirmed", 72, 0),
    ("answer_firm", 480, 0),
]  # fmt: skip
# More time for the investigation once the first answer is overdue does not make that good.
TOO_LATE: list[Step] = [
    ("acknowledge", 1, 0), ("investigate", 1, 0), (EXTENDED, 600, 8), ("cases.access_confirmed", 1, 0),
]  # fmt: skip
# The last day is a Friday; the question of Saturday is too late to hold the clock.
ON_SATURDAY: list[Step] = [("acknowledge", 1, 0), ("investigate", 1, 0), ("ask_victim", 33 * 24, 0)]
TWO_PARTS: list[Step] = [
    ("acknowledge", 1, 0), ("investigate", 1, 0), ("assess", 1, 0), ("offer", 1, 0), ("agree_part", 1, 0),
    ("agree_part", 48, 1), ("negotiation.part_paid", 99, 0), ("negotiation.part_paid", 99, 1),
    ("negotiation.part_receipt_denied", 20, 0), ("negotiation.part_payment_failed", 99, 1),
    ("negotiation.part_payment_shown", 9, 0), ("decline", 30, 0), ("negotiation.part_paid", 200, 1),
]  # fmt: skip
COURSE: list[Step] = [(name, 1, 0) for name in ("acknowledge", "investigate", "assess", "offer")]
steps = st.tuples(
    st.sampled_from([*STEPS, *BESIDE, "ask_victim", "answer_firm", EXTENDED]),
    st.sampled_from([1, 5, 30, 80, 150, 400]),
    st.integers(0, 9),
)
histories = st.builds(
    lambda course, told: [*COURSE[:course], *told], st.integers(0, 4), st.lists(steps, min_size=1, max_size=14)
)


@pytest.mark.parametrize("decided", DECIDED)
def test_the_figures_are_what_the_clocks_say_whatever_happened(cast: Cast, decided: str) -> None:
    firm = cast.firm["MINATO"]
    decide(firm, decided)

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(told=st.lists(histories, min_size=1, max_size=3), later=st.sampled_from([0, 1, 30, 200, 2000]))
    @example(told=[WHILE_ASKED], later=1)
    @example(told=[TOO_LATE], later=1)
    @example(told=[ON_SATURDAY], later=1)
    @example(told=[TWO_PARTS], later=1)
    @example(told=[TWO_PARTS[:-1], WHILE_ASKED[:-1]], later=2000)
    def compare(told: list[list[Step]], later: int) -> None:
        with transaction.atomic():
            cases = [begun(Firm.objects.get(pk=firm.pk), cast, number) for number in range(len(told))]
            for history, course in zip(cases, told, strict=True):
                for step in course:
                    history.tell(*step)
            Event.objects.bulk_create(event for history in cases for event in history.events)
            now = max(history.now for history in cases) + dt.timedelta(hours=later)
            found = figures_of(*YEARS, now).get(firm.pk)
            counted = {
                times.clock: (times.ended, times.in_time, times.late_now, times.median)
                for times in (found.times if found else map(Times, OWN_CLOCKS))
            }
            assert counted == by_clocks(cases, now)
            transaction.set_rollback(True)

    compare()
