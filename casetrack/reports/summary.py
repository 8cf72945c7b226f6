"""The regulator's table: accesses, trades, amounts and firms by month or half-month (docs/interfaces.md).

Computed from the facts and decisions recorded up to an instant, so that a past edition can be made again.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import connection

from casetrack.lib.clock import TOKYO

BY = ("month", "half-month")

# Instants are read in Asia/Tokyo. An account may have been hijacked twice: an execution then belongs to the last
# access before it. A security's unit, where a row omits it, is the one that another row of the account states.
QUERY = """
with decided as (
  select distinct on (d.incident_id) d.incident_id, d.access, d.first_access_at, d.detected_at
  from cases_accessdecision d where d.recorded_at <= %(as_of)s
  order by d.incident_id, d.recorded_at desc, d.id desc
), confirmed as (
  select i.id, i.account_id, i.firm_id, d.first_access_at, d.detected_at
  from decided d join cases_compromisedaccount i on i.id = d.incident_id
  where d.access = 'confirmed' and i.account_id is not null
), suspects as (
  select distinct a.execution_id from ledger_attribution a
  where a.value = 'unauthorized' and a.recorded_at <= %(as_of)s
), attributed as (
  select s.execution_id from suspects s, lateral (
    select a.value from ledger_attribution a
    where a.execution_id = s.execution_id and a.recorded_at <= %(as_of)s
    order by a.recorded_at desc, a.id desc limit 1) latest
  where latest.value = 'unauthorized'
), facts as (
  select e.id, e.account_id, e.executed_at, e.type, e.side, e.security, e.quantity, e.price, e.unit, e.fx
  from ledger_execution e join attributed using (id)
  where e.recorded_at <= %(as_of)s
  union all
  select e.id, e.account_id, r.executed_at, r.type, r.side, r.security, r.quantity, r.price, r.unit, r.fx
  from ledger_executionrevision r join ledger_execution e on e.id = r.execution_id join attributed using (id)
  where r.recorded_at <= %(as_of)s and r.superseded_at > %(as_of)s
), trades as materialized (
  select f.executed_at, c.id as incident_id, c.firm_id,
    (f.type = 'buy' or (f.type = 'margin_open' and f.side = 'long')
      or (f.type = 'margin_close' and f.side = 'short')) as is_buy,
    round(f.price * f.quantity * coalesce(f.fx, 1) / coalesce(f.unit, (
      select max(o.unit) from ledger_execution o where o.account_id = f.account_id and o.security = f.security
        and o.unit is not null), 1)) as amount
  from facts f, lateral (
    select c.id, c.firm_id from confirmed c where c.account_id = f.account_id
    order by (c.first_access_at <= f.executed_at) desc nulls last,
      case when c.first_access_at <= f.executed_at then c.first_access_at end desc, c.first_access_at, c.id limit 1) c
  where f.type in ('buy', 'sell', 'margin_open', 'margin_close')
), incidents as (
  select c.id, c.first_access_at, c.detected_at, min(t.executed_at) as first_trade_at
  from confirmed c left join trades t on t.incident_id = c.id
  group by c.id, c.first_access_at, c.detected_at
), dated as (
  select 'access' as kind, coalesce(first_access_at, least(first_trade_at, detected_at)) as at,
    null::bigint as firm_id, false as is_buy, 0 as amount from incidents
  union all
  select 'trade', first_trade_at, null, false, 0 from incidents where first_trade_at is not null
  union all
  select 'amount', executed_at, firm_id, is_buy, amount from trades
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
""".replace("join attributed using (id)", "join attributed on attributed.execution_id = e.id")


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
