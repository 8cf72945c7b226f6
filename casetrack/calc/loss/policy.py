"""What a loss pays under a policy (assessment.md, "Policy and result"): the only place where yen are rounded."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from typing import NamedTuple

from casetrack.calc.loss.exact import ONE, ZERO, Sum, in_ten_decimals, round_half_up, total
from casetrack.calc.loss.inputs import COMPONENTS, Policy
from casetrack.calc.loss.lines import Line
from casetrack.calc.loss.lots import Lot
from casetrack.calc.loss.rates import Rates
from casetrack.calc.loss.replay import Account
from casetrack.calc.loss.worlds import World


class Position(NamedTuple):
    """A margin position to take over or reopen, in units and prices after all splits."""

    security: str
    side: str
    quantity: Fraction
    price: Fraction


@dataclass(frozen=True, slots=True)
class Restoration:
    """What puts the account back: units and cash to hand over, positions to take over and to reopen; worth in yen."""

    deliver: Mapping[str, Fraction]
    cash: Mapping[str, Fraction]
    take_over: list[Position]
    reopen: list[Position]
    value: Fraction


def by_component(lines: Iterable[Line]) -> dict[str, Fraction]:
    """The lines added up, in yen, exact; all components are there."""
    components = {component: Sum() for component in COMPONENTS}
    for line in lines:
        components[line.component].add(line.loss)
    return {component: running.total() for component, running in components.items()}


def payable(components: Mapping[str, Fraction], policy: Policy) -> dict[str, int]:
    """Whole yen per component, and the solatium, which is never reduced. A component below zero pays nothing."""
    paid = {
        name: round_half_up(max(ZERO, loss) * policy.ratios.get(name, ZERO) * (ONE - policy.reduction))
        for name, loss in components.items()
    }
    paid["solatium"] = int(policy.solatium)
    return paid


def reduction_of(loss: Fraction, policy: Policy) -> int:
    """The reduction of a restoration in whole yen; none if there is no loss."""
    return round_half_up(policy.reduction * max(ZERO, loss))


def restore(counterfactual: World, actual: World, account: Account, rates: Rates) -> Restoration:
    """The restoration, and what it is worth: the same as the loss."""
    deliver = _difference(counterfactual.units, actual.units)
    cash = _difference(counterfactual.cash, actual.cash)
    hijackers = [lot for margin in account.margins.values() for lot in margin.hijacker]
    closed = [Lot(drawn.source, drawn.quantity) for drawn in account.genuine_closed]
    value = total(
        chain(
            (quantity * rates.valuation_price(security) for security, quantity in deliver.items()),
            (amount * rates.of_currency(currency) for currency, amount in cash.items()),
            (-result for result in _results(hijackers, rates)),
            _results(closed, rates),
        )
    )
    return Restoration(deliver, cash, _positions(hijackers), _positions(closed), value)


def _difference(counterfactual: Mapping[str, Fraction], actual: Mapping[str, Fraction]) -> dict[str, Fraction]:
    names = sorted(counterfactual.keys() | actual.keys())
    differences = {name: counterfactual.get(name, ZERO) - actual.get(name, ZERO) for name in names}
    return {name: difference for name, difference in differences.items() if difference}


def _results(lots: Iterable[Lot], rates: Rates) -> Iterator[Fraction]:
    """Valuation price against open price of each lot, in yen."""
    for lot in lots:
        opening = lot.event
        gain = rates.valuation_price(opening.security) - rates.at_valuation(opening.security, opening.price)
        yield gain * lot.quantity * opening.side


def _positions(lots: Iterable[Lot]) -> list[Position]:
    """Sorted by security, side and price; those that agree in all three, at 10 decimals, are one."""
    quantities: defaultdict[tuple[str, str, int], Fraction] = defaultdict(Fraction)
    for lot in lots:
        side = "long" if lot.event.side > 0 else "short"
        quantities[lot.event.security, side, in_ten_decimals(lot.event.price)] += lot.quantity
    return [
        Position(security, side, quantities[security, side, price], Fraction(price, in_ten_decimals(ONE)))
        for security, side, price in sorted(quantities)
    ]
