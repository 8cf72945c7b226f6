"""The regulator's table: accesses, trades, amounts and firms by month or half-month (docs/interfaces.md).

Computed from the facts and decisions recorded up to an instant, so that a past edition can be made again.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import connection

from casetrack.lib.clock import TOKYO

BY = ("month", "half-month")

# Instants are read in Asia/Tokyo. An account may have been hijacked twice: an execution then belongs to the last
# access before it (`nth`). A security's unit, where a row omits it, is the one that another row of the account states.
#
# It must stay quick with ten million executions. What an execution is called now stands on its row and is found by a
# partial index; only for those decided again after the instant (`later`; none when it is now) are earlier decisions
# looked up. Incidents and executions of an account meet by one sort, not by a join of two computed tables: nothing
# becomes quadratic while the planner has no statistics.
QUERY = """
with decided as (
  select distinct on (d.incident_id) d.incident_id, d.access, d.first_access_at, d.detected_at
  from cases_accessdecision d where d.recorded_at <= %(as_of)s
  order by d.incident_id, d.recorded_at desc, d.id desc
), later as (
  select distinct a.execution_id from ledger_attribution a where a.recorded_at > %(as_of)s
), attributed as (
  select e.id, e.account_id, e.recorded_at, e.executed_at, e.type, e.side, e.security, e.quantity, e.price, e.unit, e.fx
  from ledger_execution e
  where e.attribution = 'unauthorized' and not exists (select from later where later.execution_id = e.id)
  union all
  select e.id, e.account_id, e.recorded_at, e.executed_at, e.type, e.side, e.security, e.quantity, e.price, e.unit, e.fx
  from later join ledger_execution e on e.id = later.execution_id, lateral (
    select a.value from ledger_attribution a
    where a.execution_id = e.id and a.recorded_at <= %(as_of)s
    order by a.recorded_at desc, a.id desc limit 1) latest
  where latest.value = 'unauthorized'
), facts as (
  select account_id, executed_at, type, side, security, quantity, price, unit, fx
  from attributed where recorded_at <= %(as_of)s
  union all
  select a.account_id, r.executed_at, r.type, r.side, r.security, r.quantity, r.price, r.unit, r.fx
  from ledger_executionrevision r join attributed a on a.id = r.execution_id
  where r.recorded_at <= %(as_of)s and r.superseded_at > %(as_of)s
), old_units as materialized (
  select e.account_id, r.security, max(r.unit) as unit
  from ledger_executionrevision r join ledger_execution e on e.id = r.execution_id
  where r.unit is not null and r.recorded_at <= %(as_of)s and r.superseded_at > %(as_of)s group by 1, 2
), rows_of_accounts as (
  select i.account_id, coalesce(d.first_access_at, 'infinity') as at, i.id as incident_id, i.firm_id,
    d.first_access_at, d.detected_at, null::boolean as is_buy, null::numeric as amount
  from decided d join cases_compromisedaccount i on i.id = d.incident_id
  where d.access = 'confirmed' and i.account_id is not null
  union all
  select f.account_id, f.executed_at, null, null, null, null,
    f.type = 'buy' or (f.type = 'margin_open' and f.side = 'long') or (f.type = 'margin_close' and f.side = 'short'),
    round(f.price * f.quantity * coalesce(f.fx, 1) / coalesce(f.unit, (
      select o.unit from ledger_execution o where o.account_id = f.account_id and o.security = f.security
        and o.unit is not null and o.recorded_at <= %(as_of)s order by o.unit desc limit 1), (
      select o.unit from old_units o where o.account_id = f.account_id and o.security = f.security), 1))
  from facts f where f.type in ('buy', 'sell', 'margin_open', 'margin_close')
), numbered as (
  select r.*, max(firm_id) over (partition by account_id) as confirmed_at,
    greatest(1, count(incident_id) over (
      partition by account_id order by at, incident_id rows unbounded preceding)) as nth
  from rows_of_accounts r
), incidents as (
  select max(first_access_at) as first_access_at, max(detected_at) as detected_at,
    min(at) filter (where incident_id is null) as first_trade_at
  from numbered where confirmed_at is not null group by account_id, nth
), dated as (
  select 'access' as kind, coalesce(first_access_at, least(first_trade_at, detected_at)) as at,
    null::bigint as firm_id, false as is_buy, 0 as amount from incidents
  union all
  select 'trade', first_trade_at, null, false, 0 from incidents where first_trade_at is not null
  union all
  select 'amount', at, confirmed_at, is_buy, amount from numbered where incident_id is null and confirmed_at is not null
), placed as (
  select d.*, to_char(d.at at time zone 'Asia/Tokyo', 'YYYY-MM')
    || case when not %(half)s then ''
       when extract(day from d.at at time zone 'Asia/Tokyo') <= 15 then '-H1' else '-H2' end as period
  from dated d where d.at >= %(start)s and d.at < %(end)s
)
select period,
  count(distinct firm_id) filter (where kind = 'amount'),
  count(*) filter (where kind = 'access'),
  count(*) filter (where kind = 'trade'),
  coalesce(sum(amount) filter (where kind = 'amount' and not is_buy), 0),
  coalesce(sum(amount) filter (where kind = 'amount' and is_buy), 0)
from placed group by grouping sets ((period), ()) order by period nulls last
"""


@dataclass(frozen=True)
class Line:
    """One row of the table. Amounts are whole yen, gross; `period` is YYYY-MM, YYYY-MM-H1/H2, or "total"."""

    period: str
    firms: int = 0
    accesses: int = 0
    trades: int = 0
    sell_amount: int = 0
    buy_amount: int = 0


@dataclass(frozen=True)
class Summary:
    """The table for the months `first` to `last` (their first days), of the facts recorded up to `as_of`."""

    first: dt.date
    last: dt.date
    by: str
    as_of: dt.datetime
    lines: list[Line]

    @property
    def total(self) -> Line:
        return self.lines[-1]


def next_month(month: dt.date) -> dt.date:
    return (month.replace(day=1) + dt.timedelta(days=32)).replace(day=1)


def periods(first: dt.date, last: dt.date, by: str) -> list[str]:
    """Every month (or half-month) from `first` to `last`, both included, in order."""
    found, month = [], first.replace(day=1)
    while month <= last:
        name = f"{month:%Y-%m}"
        found += [f"{name}-H1", f"{name}-H2"] if by == "half-month" else [name]
        month = next_month(month)
    return found


def compile_lines(first: dt.date, last: dt.date, *, by: str, as_of: dt.datetime) -> Summary:
    """One query, in the system's scope. Periods without cases are zeros; the last line is the total, whose firms are
    the distinct ones of the whole time."""
    start = dt.datetime.combine(first.replace(day=1), dt.time(), tzinfo=TOKYO)
    end = dt.datetime.combine(next_month(last), dt.time(), tzinfo=TOKYO)
    with connection.cursor() as cursor:
        cursor.execute(QUERY, {"as_of": as_of, "start": start, "end": end, "half": by == "half-month"})
        found = {row[0] or "total": Line(row[0] or "total", *(int(value) for value in row[1:])) for row in cursor}
    names = [*periods(first, last, by), "total"]
    return Summary(first, last, by, as_of, [found.get(name, Line(name)) for name in names])
