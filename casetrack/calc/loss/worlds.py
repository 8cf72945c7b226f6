"""The two worlds, replayed without lots: what cash, units and margin positions each one ends with.

*Actual* takes every event except missed income, *counterfactual* genuine events and missed income (assessment.md).
Both are sums over their events, which makes this a computation of its own beside the lines.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import chain
from typing import NamedTuple

from casetrack.calc.loss.exact import ONE, ZERO, Sum, total
from casetrack.calc.loss.inputs import GENUINE, MISSED, Event
from casetrack.calc.loss.rates import Rates


class World:
    """Balances after a replay: `cash` per currency, `units` per security, both without zeros; margin per security.

    `exposure` is the sum of quantity x side of the open positions, `entry` the sum of quantity x side x open price.
    """

    def __init__(self, moves: Iterable[tuple[Event, "_Move"]]) -> None:
        cash, units, exposure, entry = (defaultdict[str, Sum](Sum) for _ in range(4))
        for event, move in moves:
            if move.cash:
                cash[event.settled_in].add(move.cash)
            if move.units:
                units[event.security].add(move.units)
            if move.exposure:
                exposure[event.security].add(move.exposure)
                entry[event.security].add(move.entry)
        self.cash = _balances(cash)
        self.units = _balances(units)
        self.exposure = _balances(exposure)
        self.entry = _balances(entry)

    def value(self, rates: Rates) -> Fraction:
        """What the world is worth on the valuation date, in yen."""
        cash = (amount * rates.of_currency(currency) for currency, amount in self.cash.items())
        units = (quantity * rates.valuation_price(security) for security, quantity in self.units.items())
        exposure = (quantity * rates.valuation_price(security) for security, quantity in self.exposure.items())
        entry = (-rates.at_valuation(security, quoted) for security, quoted in self.entry.items())
        return total(chain(cash, units, exposure, entry))


def _balances(sums: Mapping[str, Sum]) -> dict[str, Fraction]:
    return {name: balance for name in sorted(sums) if (balance := sums[name].total())}


class _Move(NamedTuple):
    cash: Fraction = ZERO
    units: Fraction = ZERO
    exposure: Fraction = ZERO
    entry: Fraction = ZERO


def replay_worlds(events: Iterable[Event], basis: Mapping[str, Fraction]) -> tuple[World, World]:
    """The counterfactual and the actual world after `events` (restated).

    `basis` is the sum of quantity x open price of the positions that each closing closed (`Account.basis`).
    """
    moves = [(event, _move(event, basis)) for event in events]
    counterfactual = World(pair for pair in moves if pair[0].attribution in (GENUINE, MISSED))
    actual = World(pair for pair in moves if pair[0].attribution != MISSED)
    return counterfactual, actual


def _move(event: Event, basis: Mapping[str, Fraction]) -> _Move:
    kind, quantity = event.type, event.quantity
    if kind == "buy":
        return _Move(_settled(event, -quantity * event.price), quantity)
    if kind == "sell":
        return _Move(_settled(event, quantity * event.price), -quantity)
    if kind == "margin_open":
        exposure = quantity * event.side
        return _Move(_settled(event, ZERO), ZERO, exposure, exposure * event.price)
    if kind == "margin_close":
        entry = basis[event.id] * event.side
        exposure = quantity * event.side
        return _Move(_settled(event, exposure * event.price - entry), ZERO, -exposure, -entry)
    if kind == "opening_position":
        return _Move(ZERO, quantity)
    return _Move(-_amount(event) if kind in ("charge", "cash_out") else _amount(event))


def _settled(event: Event, gross: Fraction) -> Fraction:
    """Cash moved, in `settled_in`: `gross` (per `unit`, in `currency`) less costs, at the event's own rate."""
    net = gross if event.unit is ONE else gross / event.unit
    if event.costs:
        net -= event.costs
    return net if event.fx is None or event.fx is ONE else net * event.fx


def _amount(event: Event) -> Fraction:
    return event.amount if event.fx is None or event.fx is ONE else event.amount * event.fx
