"""What another valuation date would make of a stored run: its events, valued at the end of one day after the other.

The calculator itself computes each point. Prices are those of market data on each day; what was entered by hand is held
as it was entered. On the run's own day its own prices are taken, so that the curve goes through the run's figures.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from casetrack.assessment.models import Assessment
from casetrack.assessment.services.inputs import ENTERED
from casetrack.calc.loss import Refusal, assess
from casetrack.calc.loss.exact import decimal_text
from casetrack.ledger.models import Attributed, Type
from casetrack.lib import clock
from casetrack.lib.money import ZERO, plain
from casetrack.market.calendars import business_calendar
from casetrack.market.services import PriceHistory

MOST_DAYS = 60
# Events times days that one page computes: half a second of one core. Longer accounts get fewer days.
WORK = 12_000
FEWEST_DAYS = 5
UNPRICED = ("missing_price", "missing_rate")

PricesOn = Callable[[dt.date], Mapping[str, str]]


@dataclass(frozen=True)
class Point:
    """The run's figures, had it been valued at the end of `on`: the loss in yen, and what the policy would give."""

    on: dt.date
    loss: Decimal
    due: Decimal
    is_own: bool = False


@dataclass(frozen=True)
class Curve:
    """The points by day. `days` were looked at; those `missing` have no price and are left out. `held` are the
    securities and currencies whose entered price stands for every day, `reaches` the last day of market data."""

    points: list[Point]
    days: int
    missing: int
    is_sampled: bool
    held: list[str] = field(default_factory=list)
    reaches: dt.date | None = None


def curve_of(run: Assessment) -> Curve | None:
    """The curve of a stored run, from the day of its first unauthorized event to its own day, or to the last day of
    market data if that is later. None for a run without unauthorized events. Two queries, whatever the days."""
    rows = list(run.accounts.order_by("pk"))
    documents = [row.inputs for row in rows]
    first = _first_day(documents)
    if first is None:
        return None
    entered = {code for row in rows for code, source in row.price_sources.items() if source.startswith(ENTERED)}
    valued = {code: price for document in documents for code, price in document["valuation"]["prices"].items()}
    held = {code: price for code, price in valued.items() if code in entered}
    today = clock.tokyo_date(clock.now())
    history = PriceHistory(_securities(documents) - held.keys(), first, today)
    last = max(run.valuation_on, history.last_day or first)
    every = business_days(min(first, run.valuation_on), last, run.valuation_on)
    events = sum(len(document["events"]) for document in documents)
    days = sampled(every, max(FEWEST_DAYS, min(MOST_DAYS, WORK // max(events, 1))), run.valuation_on)
    ratios = _splits(documents)

    def prices_on(day: dt.date) -> dict[str, str]:
        market = {code: plain(price) for code, (price, _on, _source) in history.on(day).items()}
        return market | {code: _restated(held[code], ratios.get(code, ()), run.valuation_on, day) for code in held}

    points = points_of(documents, days, run.valuation_on, prices_on)
    return Curve(
        points=points,
        days=len(days),
        missing=len(days) - len(points),
        is_sampled=len(days) < len(every),
        held=sorted(held.keys() | {code for document in documents for code in document["valuation"]["fx"]}),
        reaches=history.last_day,
    )


def points_of(
    documents: Sequence[Mapping[str, Any]], days: Iterable[dt.date], own: dt.date, prices_on: PricesOn
) -> list[Point]:
    """The documents of a run's accounts assessed at each day, added up. A day that lacks a price is left out; at the
    run's `own` day the documents are taken as they are."""
    found = []
    for day in days:
        prices = {} if day == own else prices_on(day)
        try:
            results = [assess(document if day == own else _valued(document, day, prices)) for document in documents]
        except Refusal as refusal:
            if refusal.code not in UNPRICED:
                raise
            continue
        loss = sum((Decimal(result["loss"]) for result in results), ZERO)
        due = sum((Decimal(result["due"]) for result in results), ZERO)
        found.append(Point(day, loss, due, is_own=day == own))
    return found


def business_days(first: dt.date, last: dt.date, own: dt.date) -> list[dt.date]:
    """Japan's business days from `first` to `last`, and both of these and `own` whatever they are."""
    calendar = business_calendar()
    days = (first + dt.timedelta(n) for n in range((last - first).days + 1))
    return [day for day in days if day in (first, last, own) or calendar.is_business_day(day)]


def sampled(days: Sequence[dt.date], most: int, keep: dt.date) -> list[dt.date]:
    """At most `most` (3 or more) of the days, evenly; the first, the last and `keep` always among them."""
    if len(days) <= most:
        return list(days)
    steps = most - 2
    chosen = {days[place * (len(days) - 1) // steps] for place in range(steps + 1)}
    return sorted(chosen | ({keep} & set(days)))


def _valued(document: Mapping[str, Any], day: dt.date, prices: Mapping[str, str]) -> dict[str, Any]:
    return {**document, "valuation": {**document["valuation"], "date": day.isoformat(), "prices": prices}}


def _first_day(documents: Iterable[Mapping[str, Any]]) -> dt.date | None:
    """The day in Tokyo of the first event that was not the customer's."""
    instants = (
        dt.datetime.fromisoformat(event["at"])
        for document in documents
        for event in document["events"]
        if event["attribution"] == Attributed.UNAUTHORIZED
    )
    return min((clock.tokyo_date(at) for at in instants), default=None)


def _securities(documents: Iterable[Mapping[str, Any]]) -> set[str]:
    return {event["security"] for document in documents for event in document["events"] if event.get("security")}


def _splits(documents: Iterable[Mapping[str, Any]]) -> dict[str, list[tuple[dt.date, Fraction]]]:
    """(day in Tokyo, ratio) of each split by security. The accounts of a case that held it state the same split."""
    found: dict[str, dict[dt.date, Fraction]] = {}
    for document in documents:
        for event in document["events"]:
            if event["type"] == Type.SPLIT:
                day = clock.tokyo_date(dt.datetime.fromisoformat(event["at"]))
                found.setdefault(event["security"], {})[day] = Fraction(event["ratio"])
    return {code: sorted(splits.items()) for code, splits in found.items()}


def _restated(price: str, splits: Iterable[tuple[dt.date, Fraction]], own: dt.date, day: dt.date) -> str:
    """A price of the `own` day in the units of another: before a split of 2 it was twice as high."""
    value = Fraction(price)
    for split_on, ratio in splits:
        if day < split_on <= own:
            value *= ratio
        elif own < split_on <= day:
            value /= ratio
    return decimal_text(value)
