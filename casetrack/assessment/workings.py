"""How each line of a stored statement is worked out, so that it can be checked with a pencil.

The stored input is replayed once more; what is shown are the matches of assessment.md ("Which share belongs to which
component"). A line whose workings would not add up to the stored loss shows none.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from casetrack.assessment.models import AssessedAccount
from casetrack.calc.loss.exact import decimal_text
from casetrack.calc.loss.inputs import LIQUIDATION, MISSED, Document, Event, parse
from casetrack.calc.loss.lots import Drawn
from casetrack.calc.loss.rates import Rates
from casetrack.calc.loss.replay import Account, replay
from casetrack.calc.loss.splits import restate
from casetrack.lib.formats import quantity

# An event's id and a component: one line of the statement.
Key = tuple[str, str]


@dataclass(frozen=True)
class Working:
    """One calculation: in words with numbers, and what it gives in yen. `source` is the execution drawn on."""

    text: str
    loss: Fraction
    source: str = ""

    @property
    def yen(self) -> str:
        return decimal_text(self.loss)


@dataclass(frozen=True)
class Side:
    """One of the two prices that are set against each other: what it is, as quoted, and yen per unit of currency."""

    name: str
    price: Fraction
    rate: Fraction

    def __str__(self) -> str:
        rate = f" × {_number(self.rate)}" if self.rate != 1 else ""
        return f"{self.name} {_number(self.price)}{rate}"


def workings_of(row: AssessedAccount) -> dict[Key, list[Working]]:
    """The workings of every line of the account, by line."""
    document = parse(row.inputs)
    events = restate(document.events)
    account = replay(events)
    found: dict[Key, list[Working]] = defaultdict(list)
    raw = {event["id"]: event for event in row.inputs["events"]}
    for key, working in _Workings(document, account, events, raw):
        if working.loss:
            found[key].append(working)
    stored = {(line["event"], line["component"]): line["loss"] for line in row.result["lines"]}
    return {
        key: workings
        for key, workings in found.items()
        if decimal_text(sum((w.loss for w in workings), Fraction(0))) == stored.get(key)
    }


def _number(value: Fraction) -> str:
    return quantity(decimal_text(value))


class _Workings:
    """Walks over the matches of a replay in the order of calc.loss.lines."""

    def __init__(
        self, document: Document, account: Account, events: list[Event], raw: Mapping[str, Mapping[str, str]]
    ) -> None:
        self.document, self.account, self.events, self.raw = document, account, events, raw
        self.rates = Rates(document.valuation, document.terms)

    def __iter__(self) -> Iterator[tuple[Key, Working]]:
        yield from self._sold_and_bought_back()
        yield from self._held()
        yield from self._margins()
        for event in self.events:
            if event.attribution != "genuine":
                yield from self._money(event)

    def _traded(self, name: str, event: Event) -> Side:
        return Side(name, event.price, self.rates.of_event(event))

    def _valued(self, security: str) -> Side:
        currency = self.document.terms[security].currency
        return Side(_("valuation"), self.document.valuation.prices[security], self.rates.of_currency(currency))

    def _sold_and_bought_back(self) -> Iterator[tuple[Key, Working]]:
        for event, bought, units in self.account.planted_sold:
            sides = self._traded(_("bought"), bought), self._traded(_("sold"), event)
            yield (event.id, "planted"), self._difference(*sides, units, event.unit, bought.id)
        for event, sold, units in self.account.bought_back:
            sides = self._traded(_("bought back"), event), self._traded(_("sold"), sold)
            yield (event.id, _of_own(sold)), self._difference(*sides, units, event.unit, sold.id)

    def _held(self) -> Iterator[tuple[Key, Working]]:
        for security, holding in self.account.holdings.items():
            for lot in holding.planted:
                sides = self._traded(_("bought"), lot.event), self._valued(security)
                yield (lot.event.id, "planted"), self._difference(*sides, lot.quantity, lot.event.unit)
            for lot in holding.short_of_own:
                sides = self._valued(security), self._traded(_("sold"), lot.event)
                yield (lot.event.id, _of_own(lot.event)), self._difference(*sides, lot.quantity, lot.event.unit)

    def _margins(self) -> Iterator[tuple[Key, Working]]:
        for drawn in self.account.hijacker_closed:
            event, opening, units = drawn
            rate = self.rates.of_event(event)
            sides = Side(_("opened"), opening.price, rate), Side(_("closed"), event.price, rate)
            yield (event.id, "margin"), self._difference(*_turned(sides, event), units, event.unit, opening.id)
        for drawn in self.account.genuine_closed:
            yield (drawn.event.id, _of_own(drawn.event)), self._missed(drawn)
        for (security, _side), margin in self.account.margins.items():
            for lot in margin.hijacker:
                value = self._valued(security)
                sides = Side(_("opened"), lot.event.price, value.rate), value
                working = self._difference(*_turned(sides, lot.event), lot.quantity, lot.event.unit)
                yield (lot.event.id, "margin"), working

    def _missed(self, drawn: Drawn) -> Working:
        """A genuine position closed by others: what it would be worth against what the closing brought."""
        event, opening, units = drawn
        value, rate = self._valued(event.security), self.rates.of_event(event)
        closed = Side(_("closed"), event.price, rate)
        if value.rate == rate:
            return self._difference(*_turned((value, closed), event), units, event.unit, opening.id)
        open_now, open_then = Side(_("opened"), opening.price, value.rate), Side(_("opened"), opening.price, rate)
        kept = self._difference(*_turned((value, open_now), event), units, event.unit)
        realized = self._difference(*_turned((closed, open_then), event), units, event.unit)
        return Working(f"{kept.text} − {realized.text}", kept.loss - realized.loss, opening.id)

    def _difference(self, plus: Side, minus: Side, units: Fraction, unit: Fraction, source: str = "") -> Working:
        """(plus − minus) × units ÷ unit."""
        per = f" ÷ {_number(unit)}" if unit != 1 else ""
        loss = (plus.price * plus.rate - minus.price * minus.rate) * units / unit
        return Working(f"({plus} − {minus}) × {_number(units)}{per}", loss, source)

    def _money(self, event: Event) -> Iterator[tuple[Key, Working]]:
        rate = self.rates.of_event(event) if event.costs or event.amount else Fraction(1)
        times = f" × {_number(rate)}" if rate != 1 else ""
        if event.costs:
            yield (event.id, "costs"), Working(self._costs(event) + times, event.costs * rate)
        if not event.amount:
            return
        component = {"charge": "costs", "income": "income"}.get(event.type, "withdrawals")
        is_loss = event.type in ("charge", "cash_out") or event.attribution == MISSED
        text = f"{'' if is_loss else '−'}{_number(event.amount)}{times}"
        yield (event.id, component), Working(text, event.amount * rate * (1 if is_loss else -1))

    def _costs(self, event: Event) -> str:
        """Fees, tax and interest as the ledger states them."""
        raw = self.raw[event.id]
        names = {"fees": _("fees"), "tax": _("tax"), "interest": _("interest")}
        parts = [f"{words} {quantity(raw[name])}" for name, words in names.items() if raw.get(name, "0") != "0"]
        return f"({' + '.join(parts)})" if len(parts) > 1 else "".join(parts)


def _turned(sides: tuple[Side, Side], event: Event) -> tuple[Side, Side]:
    """Sign turned for a short."""
    return sides if event.side > 0 else (sides[1], sides[0])


def _of_own(event: Event) -> str:
    return "liquidation" if event.attribution == LIQUIDATION else "own_holdings"
