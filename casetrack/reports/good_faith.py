"""Good faith in figures: how long a firm's clocks took, how its offers were reasoned and answered, how far it moved.

Computed from the cases' steps and offers by five statements, whatever the number of firms and cases. The times are
those of calc.clocks (business days of the firm, without the days on which the clock stood still); a test compares them
with what `derive` says case by case.
"""

import datetime as dt
import json
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import accumulate
from typing import Any

from django.db import connection, transaction

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
    "reasons",
    "second_review",
    Status.AGREED.value,
    "part_payment",
)
# A mediation body's proposal has the body's day, and is no matter of a target.
COUNTED = {name: span for name, span in SPANS.items() if not span.by_day}
LEFT = [Status.DECLINED.value, Status.WITHDRAWN.value, Status.ESCALATED.value]
FEW = 5
"""A value over fewer cases than this is not given to a regulator: it might tell of one customer."""

# `here` numbers the firm's business days, so that the days between two steps are a difference: what the arrays count
# for Japan, less the firm's own closed days. A stay in a status begins with a step into it, unless that is the way back
# from a question. What ended because the case left its way was neither kept nor missed.
#
# While a case waits for the victim (`waits` after a step, `waited` before it) the days until the next step are no days
# of the firm's: `paused` are those up to a step, so that a clock that ends meanwhile loses no later ones. `spent` are
# half days: the firm's own, less those that the victim had agreed to, and a half more where nobody works, since a clock
# is late from the first hour after its last day. A clock was missed if it was ever overdrawn (`worst`): neither more
# time nor a question makes that good.
#
# A clock beside the stages runs from the first start after its last end (`turn`). That of a part's payment runs for
# each part by itself and waits for nobody; old steps that do not say their part are counted as of one.
#
# A clock goes by the closed days and the target that the firm had decided on when it began. So every case is counted
# once for each version of the firm's closed days that came while it had steps (few have more than one), and a clock is
# taken from the version in which it began.
#
# It must stay quick with a million steps, statistics or not: windows alone, and no join of two computed tables.
CLOCKS = """
with turns as (
  select f.id, t.since, lead(t.since, 1, 'infinity') over (partition by f.id order by t.since) as until
  from firms_firm f cross join lateral (
    select '-infinity'::timestamptz as since
    union select decided_at from firms_closedday where firm_id = f.id and decided_at <= %(now)s
  ) t
  where %(firm)s::bigint is null or f.id = %(firm)s
), versions as (
  select t.*, array(
    select d.day from (
      select distinct on (day) day, is_closed from firms_closedday
      where firm_id = t.id and decided_at <= t.since order by day, id desc
    ) d where d.is_closed and (%(open)s::bool[])[d.day - %(first)s::date + 1]) as closed
  from turns t
), chosen as (
  select v.*, (%(upto)s::int[])[%(today)s::date - %(first)s::date + 1]
    - (select count(*) from unnest(v.closed) day where day <= %(today)s::date) as today,
    not (%(open)s::bool[])[%(today)s::date - %(first)s::date + 1] or %(today)s::date = any(v.closed) as is_shut_today,
    (select jsonb_object_agg(clock, taken) from (
      select clock, jsonb_agg(jsonb_build_array(valid_from, id, decided_at, days)) as taken
      from firms_clocktarget where firm_id = v.id group by clock) own) as own
  from versions v
), dated as (
  select e.id, e.case_id, c.firm_id, e.at, e.action, e.from_status, e.to_status, e.days, e.offer, f.closed, f.today,
    f.is_shut_today, f.since, f.until, (e.at at time zone 'Asia/Tokyo')::date as day
  from cases_event e join cases_case c on c.id = e.case_id join chosen f on f.id = c.firm_id and f.until > c.opened_at
    and (f.since = '-infinity' or exists (
      select from cases_event step where step.case_id = c.id and step.at >= f.since))
  where e.at <= %(now)s and (e.to_status <> '' or e.action = any(%(actions)s))
), steps as (
  select *, (%(upto)s::int[])[day - %(first)s::date + 1]
      - (select count(*) from unnest(closed) shut where shut <= day) as here,
    not (%(open)s::bool[])[day - %(first)s::date + 1] or day = any(closed) as is_shut,
    case when to_status = 'awaiting_victim' then 1 when to_status <> '' and from_status = 'awaiting_victim' then -1
      else 0 end as asked,
    case when action = %(extended)s then coalesce(days, 0) else 0 end as more,
    to_status not in ('', 'awaiting_victim')
      and not (from_status = 'awaiting_victim' and to_status = 'investigating') as is_stay
  from dated
), acts as (
  select *, sum(asked) over so_far > 0 as waits, sum(asked) over so_far - asked > 0 as waited,
    coalesce(lead(here) over so_far, today) - here as ahead, count(*) filter (where is_stay) over so_far as stay
  from steps
  window so_far as (partition by case_id, since order by at, id rows between unbounded preceding and current row)
), summed as (
  select *, sum(ahead) filter (where waits) over whole as all_paused, sum(more) over whole as all_extended,
    coalesce(sum(ahead) filter (where waits) over before, 0) as paused, coalesce(sum(more) over before, 0) as extended,
    last_value(waits) over whole as waits_now
  from acts
  window before as (partition by case_id, since order by at, id rows between unbounded preceding and 1 preceding),
    whole as (partition by case_id, since order by at, id rows between unbounded preceding and unbounded following)
), counted as (
  select *, 2 * (here - paused - extended) as begun,
    2 * (here - paused - extended) + (is_shut and not waited)::int as spent,
    2 * (today - coalesce(all_paused, 0) - all_extended) + (is_shut_today and not waits_now)::int as spent_now,
    today - coalesce(all_paused, 0) as own_now
  from summed
), within as (
  select *, max(spent) over (
    partition by case_id, since, stay order by at, id rows between 1 following and unbounded following) as worst
  from counted
), stays as (
  select case_id, firm_id, since, until, at as began_at, to_status as clock, lead(at) over following as ended_at,
    lead(to_status) over following <> all(%(left)s) as is_answered,
    coalesce(lead(here - paused) over following, own_now) - (here - paused) as took,
    greatest(worst, coalesce(lead(spent) over following, spent_now)) - begun as most
  from within
  where is_stay
  window following as (partition by case_id, since order by at, id)
), beside as (
  select case_id, firm_id, since, until, at, id, k.clock, action = any(k.starts) as is_start,
    action = any(k.answers) as is_answer, action = any(k.ends) as is_end, own.part, here - own.paused as own,
    own.begun, own.spent, own.own_now, own.spent_now,
    count(*) filter (where action = any(k.ends)) over (
      partition by case_id, since, k.clock, own.part order by at, id
      rows between unbounded preceding and 1 preceding) as turn
  from counted c cross join (values
    {sides}
  ) as k(clock, starts, answers, ends, by_part)
  cross join lateral (
    select 0 as part, c.paused, c.begun, c.spent, c.own_now, c.spent_now where not k.by_part
    union all
    select coalesce(c.offer, 0), 0, 2 * here, 2 * here + is_shut::int, today, 2 * today + is_shut_today::int
    where k.by_part
  ) own
  where action = any(k.starts) or action = any(k.ends) or (not k.by_part and (asked > 0 or more > 0))
), turned as (
  select *, count(*) filter (where is_start) over so_far as start, max(at) filter (where is_end) over later as ended_at,
    bool_or(is_answer) over later as is_answered, max(own) filter (where is_end) over later as own_then,
    max(spent) over later as worst
  from beside
  window
    so_far as (partition by case_id, since, clock, part, turn order by at, id
      rows between unbounded preceding and current row),
    later as (partition by case_id, since, clock, part, turn order by at, id
      rows between 1 following and unbounded following)
), spans as (
  select case_id, firm_id, since, until, began_at, clock, ended_at, is_answered, took, most from stays
  union all
  select case_id, firm_id, since, until, at, clock, ended_at, is_answered, coalesce(own_then, own_now) - own,
    greatest(worst, case when ended_at is null then spent_now end) - begun
  from turned where is_start and start = 1
), judged as (
  select s.firm_id, s.case_id, s.clock, s.is_answered, s.took, s.ended_at is null as is_running,
    s.ended_at >= %(start)s and s.ended_at < %(end)s and s.is_answered as is_done,
    s.most > 2 * coalesce(
      (select (t ->> 3)::int from jsonb_array_elements(f.own -> s.clock) t
       where (t ->> 2)::timestamptz <= s.began_at
         and (t ->> 0)::date <= (s.began_at at time zone 'Asia/Tokyo')::date
       order by (t ->> 0)::date desc, (t ->> 1)::bigint desc limit 1),
      (%(targets)s::jsonb ->> s.clock)::int) as is_late
  from spans s join chosen f on f.id = s.firm_id and f.since = s.since
  where s.clock = any(%(clocks)s) and s.began_at >= s.since and s.began_at < s.until
)
select firm_id, clock,
  count(*) filter (where is_done),
  count(distinct case_id) filter (where is_done),
  percentile_cont(0.5) within group (order by took) filter (where is_done),
  percentile_cont(0.9) within group (order by took) filter (where is_done),
  count(*) filter (where is_done and not is_late),
  count(*) filter (where is_running and is_late),
  count(distinct case_id) filter (where is_running and is_late)
from judged where is_done or is_running group by firm_id, clock
"""

CLOCKS = CLOCKS.replace(
    "{sides}",
    ",\n    ".join(
        f"('{name}', %({name}_starts)s::text[], %({name}_answers)s::text[], %({name}_ends)s::text[], {span.by_part})"
        for name, span in COUNTED.items()
    ),
)

# An offer has full reasons if it says why in words, stands on a calculation, gives a reason of its own for whatever the
# calculation does not explain, and the reason of any reduction. One that ended with its case, before its day, was not
# answered and did not lapse.
OFFERS = """
select c.firm_id, count(*), count(distinct o.case_id),
  count(*) filter (where btrim(o.reasons) <> '' and a.id is not null
    and (not o.components ? 'adjustment' or btrim(coalesce(o.component_reasons ->> 'adjustment', '')) <> '')
    and (a.reduction = 0 or btrim(a.reduction_reason) <> '')),
  count(*) filter (where {answered}),
  count(*) filter (where o.status = 'accepted'),
  count(distinct o.case_id) filter (where {answered}),
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

OFFERS = OFFERS.replace(
    "{answered}",
    "(o.status in ('accepted', 'refused', 'countered') or o.status = 'lapsed' and o.ended_at >= o.valid_until)",
)

# The first counter-offer of a case opens the gap; what the firm offered last tells how much of it the firm closed. What
# was settled in part before counts on both sides (as in `negotiation.partial`); offers about a part do not.
GAPS = """
with named as (
  select o.case_id, c.firm_id, o.id, o.party, o.opened_at, o.amount + part.agreed as amount,
    before.amount + part.agreed as answered,
    o.party = 'victim' and before.id is not null and o.opened_at >= %(start)s and o.opened_at < %(end)s as is_counter
  from negotiation_offer o
  join cases_case c on c.id = o.case_id
  left join negotiation_offer before on before.id = o.in_answer_to_id
  cross join lateral (select case when o.builds_on = '{}' then 0 else (
    select sum(p.amount) from negotiation_offer p
    where p.case_id = o.case_id and o.builds_on ? p.number::text) end as agreed) part
  where case o.party when 'firm' then o.settles else before.settles end = '[]'
    and o.opened_at <= %(now)s and (%(firm)s::bigint is null or c.firm_id = %(firm)s)
), sides as (
  select case_id, firm_id,
    (array_agg(answered order by opened_at, id) filter (where is_counter))[1] as offered,
    (array_agg(amount - answered order by opened_at, id) filter (where is_counter))[1] as gap,
    (array_agg(amount order by opened_at desc, id desc) filter (where party = 'firm'))[1] as offered_last
  from named group by case_id, firm_id
)
select firm_id, count(*), sum(gap), sum(least(greatest(offered_last - offered, 0), gap))
from sides where gap > 0 group by firm_id
"""


OF_OFFERS = (
    "offers", "offer_cases", "reasoned", "answered", "accepted", "answered_cases", "reduced", "reduction",
    "reduced_cases",
)  # fmt: skip
OF_GAPS = ("gap_cases", "gap", "closed")
# Row-level security hides from the planner how many rows it lets through: it expects one, and joins twenty thousand
# cases with as many offers row by row (70 seconds). Until the transaction's next word it may not.
NO_LOOPS = "select set_config('enable_nestloop', 'off', true)"
LOOPS = "select set_config('enable_nestloop', 'on', true)"


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

    One firm's or all. Five statements in the caller's scope: a firm's people see their own firm's rows in any case.
    """
    facts = _parameters(start, end, now, firm_id)
    rows: dict[int, dict[str, Any]] = {}
    times: dict[int, dict[str, Times]] = {}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(NO_LOOPS)
        cursor.execute(CLOCKS, facts)
        for firm, clock, ended, cases, median, ninetieth, *counts in cursor:
            times.setdefault(firm, {})[clock] = Times(clock, ended, cases, _days(median), _days(ninetieth), *counts)
        for query, names in ((OFFERS, OF_OFFERS), (GAPS, OF_GAPS)):
            cursor.execute(query, facts)
            for firm, *values in cursor:
                rows.setdefault(firm, {}).update(zip(names, values, strict=True))
        cursor.execute(LOOPS)
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
    first, today = dt.date(FIRST_YEAR, 1, 1), tokyo_date(now)
    calendar = business_calendar()
    open_days = [
        calendar.is_business_day(first + dt.timedelta(days=number)) for number in range((today - first).days + 1)
    ]
    spans: dict[str, list[str]] = {}
    for name, span in COUNTED.items():
        spans[f"{name}_starts"] = sorted(span.starts)
        spans[f"{name}_answers"] = sorted(span.answers)
        spans[f"{name}_ends"] = sorted(span.answers | span.leaves)
    return {
        "firm": firm_id,
        "now": now,
        "start": dt.datetime.combine(start, dt.time(), TOKYO),
        "end": dt.datetime.combine(end, dt.time(), TOKYO),
        "first": first,
        "today": today,
        "open": open_days,
        "upto": list(accumulate(map(int, open_days))),
        "actions": sorted({EXTENDED, *(action for actions in spans.values() for action in actions)}),
        "extended": EXTENDED,
        "clocks": list(OWN_CLOCKS),
        "left": LEFT,
        "targets": json.dumps({str(name): days for name, days in {**DEFAULT_TARGETS, **SIDE_TARGETS}.items()}),
        **spans,
    }
