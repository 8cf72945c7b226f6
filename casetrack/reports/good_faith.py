"""Good faith in figures: how long a firm's clocks took, how its offers were reasoned and answered, how far it moved.

Computed from the cases' steps and offers by three queries, whatever the number of firms and cases. The times are those
of calc.clocks (business days of the firm, without the days on which the clock stood still); a test compares them with
what `derive` says case by case.
"""

import datetime as dt
import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection

from casetrack.cases.clocks import DEFAULT_TARGETS, EXTENDED, SIDE_TARGETS
from casetrack.cases.side_clocks import SPANS
from casetrack.cases.workflow import Status
from casetrack.lib.clock import TOKYO, tokyo_date
from casetrack.market.calendars import FIRST_YEAR, business_calendar

# The clocks that are the firm's alone to keep. The negotiation's waits for both sides, the receipt's for the customer.
OWN_CLOCKS = (
    Status.SUBMITTED.value,
    Status.ACKNOWLEDGED.value,
    Status.INVESTIGATING.value,
    "first_answer",
    Status.ASSESSED.value,
    "counter_answer",
    Status.AGREED.value,
)
LEFT = [Status.DECLINED.value, Status.WITHDRAWN.value, Status.ESCALATED.value]
FEW = 5
"""A value over fewer cases than this is not given to a regulator: it might tell of one customer."""

# `calendar` counts each firm's business days up to each day of the time that the events span, so that the days between
# two instants are a difference. A stay in a status begins with a step into it, unless that is the way back from a
# question. What ended because the case left its way was neither kept nor missed, unless it was late by then.
CLOCKS = """
with chosen as (
  select id, closed_days, clock_targets from firms_firm where %(firm)s::bigint is null or id = %(firm)s
), calendar as (
  select f.id as firm_id, d.day, d.day = any(%(business_days)s::date[]) and d.day <> all(f.closed_days) as is_open,
    count(*) filter (where d.day = any(%(business_days)s::date[]) and d.day <> all(f.closed_days))
      over (partition by f.id order by d.day) as upto
  from chosen f cross join unnest(%(days)s::date[]) as d(day)
), steps as (
  select e.id, e.case_id, c.firm_id, e.at, e.action, e.from_status, e.to_status, e.clock, e.days
  from cases_event e join cases_case c on c.id = e.case_id join chosen f on f.id = c.firm_id
  where e.at <= %(now)s and (e.to_status <> '' or e.action = any(%(actions)s))
), moves as (
  select s.*, lead(at) over (partition by case_id order by at, id) as next_at from steps s where to_status <> ''
), stays as (
  select case_id, firm_id, to_status as clock, at as started_at,
    lead(at) over w as ended_at, lead(to_status) over w <> all(%(left)s) as is_answered
  from moves
  where to_status <> 'awaiting_victim' and not (from_status = 'awaiting_victim' and to_status = 'investigating')
  window w as (partition by case_id order by at, id)
), sides as (
  select s.case_id, s.firm_id, k.clock, s.at as started_at, ending.at as ended_at, ending.action = any(k.answers)
  from steps s
  join (values
    ('first_answer', %(first_starts)s::text[], %(first_answers)s::text[], %(first_leaves)s::text[]),
    ('counter_answer', %(counter_starts)s::text[], %(counter_answers)s::text[], %(counter_leaves)s::text[])
  ) as k(clock, starts, answers, leaves) on s.action = any(k.starts)
  left join lateral (
    select o.at, o.action from steps o
    where o.case_id = s.case_id and (o.at, o.id) > (s.at, s.id) and o.action = any(k.answers || k.leaves)
    order by o.at, o.id limit 1) ending on true
), spans as (
  select row_number() over () as id, * from (select * from stays union all select * from sides) both_kinds
  where clock = any(%(clocks)s) and (ended_at is null or ended_at >= %(start)s)
), pauses as (
  select p.id, sum(last.upto - first.upto) as days
  from spans p
  join moves m on m.case_id = p.case_id and m.to_status = 'awaiting_victim' and m.at >= p.started_at
    and (p.ended_at is null or m.at < p.ended_at)
  join calendar first on first.firm_id = p.firm_id and first.day = (m.at at time zone 'Asia/Tokyo')::date
  join calendar last on last.firm_id = p.firm_id
    and last.day = (coalesce(least(m.next_at, p.ended_at), %(now)s) at time zone 'Asia/Tokyo')::date
  group by p.id
), extensions as (
  select p.id, sum(s.days) as days
  from spans p join steps s on s.case_id = p.case_id and s.action = %(extended)s and s.at >= p.started_at
    and (p.ended_at is null or s.at <= p.ended_at) and (s.clock = p.clock or p.clock = any(%(sides)s))
  group by p.id
), timed as (
  select p.firm_id, p.case_id, p.clock, p.ended_at, p.is_answered,
    last.upto - first.upto - coalesce(pauses.days, 0) as took, last.is_open as on_open_day,
    coalesce((f.clock_targets ->> p.clock)::int, (%(targets)s::jsonb ->> p.clock)::int)
      + coalesce(extensions.days, 0) as target
  from spans p
  join chosen f on f.id = p.firm_id
  join calendar first on first.firm_id = p.firm_id and first.day = (p.started_at at time zone 'Asia/Tokyo')::date
  join calendar last on last.firm_id = p.firm_id
    and last.day = (coalesce(p.ended_at, %(now)s) at time zone 'Asia/Tokyo')::date
  left join pauses on pauses.id = p.id
  left join extensions on extensions.id = p.id
), judged as (
  select *, took > target or (took = target and not on_open_day) as is_late,
    ended_at is not null and ended_at < %(end)s as is_over from timed
)
select firm_id, clock,
  count(*) filter (where is_over and is_answered),
  count(distinct case_id) filter (where is_over and is_answered),
  percentile_cont(0.5) within group (order by took) filter (where is_over and is_answered),
  percentile_cont(0.9) within group (order by took) filter (where is_over and is_answered),
  count(*) filter (where is_over and is_answered and not is_late),
  count(*) filter (where ended_at is null and is_late),
  count(distinct case_id) filter (where ended_at is null and is_late)
from judged group by firm_id, clock
"""

# An offer has full reasons if it says why in words, stands on a calculation, leaves no rest that the calculation does
# not explain, and gives the reason of any reduction.
OFFERS = """
select c.firm_id, count(*), count(distinct o.case_id),
  count(*) filter (where btrim(o.reasons) <> '' and a.id is not null and not o.components ? 'adjustment'
    and (a.reduction = 0 or btrim(a.reduction_reason) <> '')),
  count(*) filter (where o.status in ('accepted', 'refused', 'countered', 'lapsed')),
  count(*) filter (where o.status = 'accepted'),
  count(distinct o.case_id) filter (where o.status in ('accepted', 'refused', 'countered', 'lapsed')),
  count(*) filter (where a.reduction > 0),
  avg(a.reduction) filter (where a.reduction > 0),
  count(distinct o.case_id) filter (where a.reduction > 0)
from negotiation_offer o
join cases_case c on c.id = o.case_id
left join assessment_assessment a on a.id = o.assessment_id
where o.party = 'firm' and o.status <> all(array['prepared', 'rejected']) and o.opened_at >= %(start)s
  and o.opened_at < %(end)s and (%(firm)s::bigint is null or c.firm_id = %(firm)s)
group by c.firm_id
"""

# The first counter-offer of a case opens the gap; what the firm offered last tells how much of it the firm closed.
GAPS = """
with gaps as (
  select distinct on (o.case_id) o.case_id, c.firm_id, before.amount as offered, o.amount - before.amount as gap
  from negotiation_offer o
  join cases_case c on c.id = o.case_id
  join negotiation_offer before on before.id = o.in_answer_to_id
  where o.party = 'victim' and o.opened_at >= %(start)s and o.opened_at < %(end)s
    and (%(firm)s::bigint is null or c.firm_id = %(firm)s)
  order by o.case_id, o.opened_at, o.id
), moved as (
  select g.*, least(greatest((
    select l.amount from negotiation_offer l
    where l.case_id = g.case_id and l.party = 'firm' and l.opened_at is not null and l.opened_at <= %(now)s
    order by l.opened_at desc, l.id desc limit 1) - g.offered, 0), g.gap) as closed
  from gaps g where g.gap > 0
)
select firm_id, count(*), sum(gap), sum(closed) from moved group by firm_id
"""


@dataclass(frozen=True)
class Times:
    """How long a clock took, of those that ended in the time by what was asked for.

    `median` and `ninetieth` are business days. `late_now` run still and are late. `cases` and `late_cases` say over
    how many cases the numbers are.
    """

    clock: str
    ended: int = 0
    cases: int = 0
    median: Decimal | None = None
    ninetieth: Decimal | None = None
    in_time: int = 0
    late_now: int = 0
    late_cases: int = 0

    @property
    def share(self) -> Decimal | None:
        """Of those that ended, the share within the target."""
        return share_of(self.in_time, self.ended)


@dataclass(frozen=True)
class Figures:
    """A firm's figures. Shares are between 0 and 1; None where there is nothing to divide by."""

    firm_id: int
    times: tuple[Times, ...] = ()
    offers: int = 0
    offer_cases: int = 0
    reasoned: int = 0
    answered: int = 0
    accepted: int = 0
    answered_cases: int = 0
    reduced: int = 0
    reduction: Decimal | None = None
    reduced_cases: int = 0
    gap_cases: int = 0
    gap: Decimal = field(default=Decimal(0))
    closed: Decimal = field(default=Decimal(0))

    @property
    def reasoned_share(self) -> Decimal | None:
        return share_of(self.reasoned, self.offers)

    @property
    def accepted_share(self) -> Decimal | None:
        return share_of(self.accepted, self.answered)

    @property
    def reduced_share(self) -> Decimal | None:
        return share_of(self.reduced, self.offers)

    @property
    def closed_share(self) -> Decimal | None:
        return share_of(self.closed, self.gap)

    def time_of(self, clock: str) -> Times:
        return next((times for times in self.times if times.clock == clock), Times(clock))


def share_of(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    return Decimal(part) / Decimal(whole) if whole else None


def figures_of(start: dt.date, end: dt.date, now: dt.datetime, *, firm_id: int | None = None) -> dict[int, Figures]:
    """The figures of what ended or was offered from `start` to before `end` (days of Tokyo), by firm.

    One firm's or all. Three queries, in the scope of the caller: a firm's people see their own firm's rows in any case.
    """
    facts = _parameters(start, end, now, firm_id)
    rows: dict[int, dict[str, Any]] = {}
    times: dict[int, dict[str, Times]] = {}
    with connection.cursor() as cursor:
        cursor.execute(CLOCKS, facts)
        for firm, clock, ended, cases, median, ninetieth, *counts in cursor:
            times.setdefault(firm, {})[clock] = Times(clock, ended, cases, _days(median), _days(ninetieth), *counts)
        cursor.execute(OFFERS, facts)
        names = (
            "offers", "offer_cases", "reasoned", "answered", "accepted", "answered_cases", "reduced", "reduction",
            "reduced_cases",
        )  # fmt: skip
        for firm, *values in cursor:
            rows.setdefault(firm, {}).update(zip(names, values, strict=True))
        cursor.execute(GAPS, facts)
        for firm, *values in cursor:
            rows.setdefault(firm, {}).update(zip(("gap_cases", "gap", "closed"), values, strict=True))
    return {
        firm: Figures(
            firm,
            times=tuple(times.get(firm, {}).get(clock, Times(clock)) for clock in OWN_CLOCKS),
            **rows.get(firm, {}),
        )
        for firm in {*rows, *times}
    }


def _days(value: float | None) -> Decimal | None:
    return None if value is None else round(Decimal(value), 1)


def _parameters(start: dt.date, end: dt.date, now: dt.datetime, firm_id: int | None) -> dict[str, Any]:
    first = dt.date(FIRST_YEAR, 1, 1)
    days = [first + dt.timedelta(days=number) for number in range((tokyo_date(now) - first).days + 1)]
    calendar = business_calendar()
    spans: dict[str, list[str]] = {}
    for short, name in (("first", "first_answer"), ("counter", "counter_answer")):
        span = SPANS[name]
        spans[f"{short}_starts"] = sorted(span.starts)
        spans[f"{short}_answers"] = sorted(span.answers)
        spans[f"{short}_leaves"] = sorted(span.leaves)
    return {
        "firm": firm_id,
        "now": now,
        "start": dt.datetime.combine(start, dt.time(), TOKYO),
        "end": dt.datetime.combine(end, dt.time(), TOKYO),
        "days": days,
        "business_days": [day for day in days if calendar.is_business_day(day)],
        "actions": sorted({EXTENDED, *(action for actions in spans.values() for action in actions)}),
        "extended": EXTENDED,
        "clocks": list(OWN_CLOCKS),
        "left": LEFT,
        "sides": list(SPANS),
        "targets": json.dumps({str(name): days for name, days in {**DEFAULT_TARGETS, **SIDE_TARGETS}.items()}),
        **spans,
    }
