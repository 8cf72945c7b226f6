"""The lines of the loss: what each event that is not genuine cost, by component (assessment.md, the table)."""

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from casetrack.calc.loss.inputs import COMPONENTS, GENUINE, LIQUIDATION, MISSED, Event
from casetrack.calc.loss.lots import Drawn
from casetrack.calc.loss.rates import Rates
from casetrack.calc.loss.replay import Account

_INDEX = {component: index for index, component in enumerate(COMPONENTS)}


class Line(NamedTuple):
    """A share of the loss in yen, exact; negative where the event left the victim better off."""

    event: Event
    component: str
    loss: Fraction


class Ledger:
    """Collects shares; those of one event and component become one line."""

    def __init__(self) -> None:
        self._shares: dict[tuple[int, int], Fraction] = {}
        self._events: dict[int, Event] = {}

    def add(self, event: Event, component: str, loss: Fraction) -> None:
        """Add a share in yen to the line of `event` and `component`."""
        key = event.place, _INDEX[component]
        self._shares[key] = self._shares[key] + loss if key in self._shares else loss
        self._events[event.place] = event

    def lines(self) -> list[Line]:
        """All lines that are not zero, in replay order, then in the order of the components."""
        keys = sorted(self._shares, key=lambda key: (self._events[key[0]].at, key))
        return [
            Line(self._events[place], COMPONENTS[index], self._shares[place, index])
            for place, index in keys
            if self._shares[place, index]
        ]


def lines(events: Iterable[Event], account: Account, rates: Rates) -> list[Line]:
    """The lines of `events` (restated) after the replay that led to `account`; they add up to the loss."""
    ledger = Ledger()
    _securities(ledger, account, rates)
    _margins(ledger, account, rates)
    for event in events:
        if event.attribution != GENUINE:
            _money(ledger, event, rates)
    return ledger.lines()


def _securities(ledger: Ledger, account: Account, rates: Rates) -> None:
    for event, bought, quantity in account.planted_sold:
        ledger.add(event, "planted", (rates.price(bought) - rates.price(event)) * quantity)
    for event, sold, quantity in account.bought_back:
        ledger.add(event, _of_own(sold), (rates.price(event) - rates.price(sold)) * quantity)
    for security, holding in account.holdings.items():
        for lot in holding.planted:
            loss = (rates.price(lot.event) - rates.valuation_price(security)) * lot.quantity
            ledger.add(lot.event, "planted", loss)
        for lot in holding.short_of_own:
            loss = (rates.valuation_price(security) - rates.price(lot.event)) * lot.quantity
            ledger.add(lot.event, _of_own(lot.event), loss)


def _margins(ledger: Ledger, account: Account, rates: Rates) -> None:
    for drawn in account.hijacker_closed:
        ledger.add(drawn.event, "margin", -_realized(drawn, rates))
    for drawn in account.genuine_closed:
        missed = _unrealized(drawn.source, drawn.quantity, rates) - _realized(drawn, rates)
        ledger.add(drawn.event, _of_own(drawn.event), missed)
    for margin in account.margins.values():
        for lot in margin.hijacker:
            ledger.add(lot.event, "margin", -_unrealized(lot.event, lot.quantity, rates))


def _money(ledger: Ledger, event: Event, rates: Rates) -> None:
    if event.costs:
        ledger.add(event, "costs", event.costs * rates.of_event(event))
    if not event.amount:
        return
    amount = event.amount * rates.of_event(event)
    if event.type == "charge":
        ledger.add(event, "costs", amount)
    elif event.type == "income":
        ledger.add(event, "income", amount if event.attribution == MISSED else -amount)
    else:
        ledger.add(event, "withdrawals", amount if event.type == "cash_out" else -amount)


def _of_own(event: Event) -> str:
    """The component of the customer's own units or positions, by who sold or closed them."""
    return "liquidation" if event.attribution == LIQUIDATION else "own_holdings"


def _realized(drawn: Drawn, rates: Rates) -> Fraction:
    """The result of a closing in yen, at the closing's rate."""
    close, opening, quantity = drawn
    return (close.price - opening.price) / close.unit * rates.of_event(close) * quantity * close.side


def _unrealized(opening: Event, quantity: Fraction, rates: Rates) -> Fraction:
    """The result in yen of a position that is still open on the valuation date, at the valuation rate."""
    entry = rates.at_valuation(opening.security, opening.price)
    return (rates.valuation_price(opening.security) - entry) * quantity * opening.side
