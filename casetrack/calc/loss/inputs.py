"""Parse and validate the input of an assessment (assessment.md, "Input"): JSON-like values in, a Document out.

Everything that can be wrong with the shape is found here, before anything is replayed, and is a Refusal `malformed`.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final, NamedTuple

from casetrack.calc.loss.exact import ONE, ZERO
from casetrack.calc.loss.fields import YEN, Fault, Fields
from casetrack.calc.loss.instants import Instant, end_of_tokyo_day, in_tokyo
from casetrack.calc.loss.refusal import Refusal

COMPONENTS: Final = ("planted", "own_holdings", "liquidation", "margin", "costs", "income", "withdrawals")
"""The parts of a loss, in the order of the table in assessment.md."""

GENUINE, UNAUTHORIZED, MITIGATION = "genuine", "unauthorized", "mitigation"
LIQUIDATION, MISSED = "liquidation", "missed"

ATTRIBUTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "opening_cash": (GENUINE,),
    "opening_position": (GENUINE,),
    "buy": (GENUINE, UNAUTHORIZED, MITIGATION),
    "sell": (GENUINE, UNAUTHORIZED, MITIGATION, LIQUIDATION),
    "margin_open": (GENUINE, UNAUTHORIZED),
    "margin_close": (GENUINE, UNAUTHORIZED, MITIGATION, LIQUIDATION),
    "split": (GENUINE,),
    "income": (GENUINE, UNAUTHORIZED, MISSED),
    "charge": (GENUINE, UNAUTHORIZED, LIQUIDATION),
    "cash_in": (GENUINE, UNAUTHORIZED),
    "cash_out": (GENUINE, UNAUTHORIZED),
}
"""Which attributions each type of event allows."""

TRADES: Final = frozenset({"buy", "sell", "margin_open", "margin_close"})
MARGIN: Final = frozenset({"margin_open", "margin_close"})
_OF_A_SECURITY: Final = TRADES | {"opening_position", "split", "income"}
_STATING_TERMS: Final = TRADES | {"opening_position"}
_TYPES: Final = tuple(ATTRIBUTIONS)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a security's prices are quoted in: per `unit` units, in `currency`; the same for the whole account."""

    unit: Fraction = ONE
    currency: str = YEN


class Event(NamedTuple):
    """One event of the account. What a type does not have is zero or empty.

    `price` and `open_price` are per `unit`, in `currency`; `amount` and `costs` (fees, tax and interest together) are
    in `currency`. `fx` is yen per unit of `currency`, None where it is not needed (settled in the foreign currency).
    `ratio` is a split's. `side` is 1 for long, -1 for short. `later_splits` is the product of the ratios of all later
    splits by which `quantity` and `price` have been restated (splits.py).
    """

    id: str
    type: str
    attribution: str
    at: Instant
    place: int
    security: str = ""
    quantity: Fraction = ZERO
    price: Fraction = ZERO
    unit: Fraction = ONE
    amount: Fraction = ZERO
    costs: Fraction = ZERO
    currency: str = YEN
    fx: Fraction | None = ONE
    settled_in: str = YEN
    side: int = 0
    open_price: Fraction = ZERO
    ratio: Fraction = ONE
    later_splits: Fraction = ONE


@dataclass(frozen=True, slots=True)
class Valuation:
    """The day of valuation, prices per security (per its unit, in its currency), yen per unit of each currency."""

    on: date
    prices: Mapping[str, Fraction]
    fx: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Policy:
    """How a loss is compensated: ratios per component and the reduction from 0 to 1, the solatium in whole yen."""

    method: str
    ratios: Mapping[str, Fraction]
    reduction: Fraction
    solatium: Fraction


@dataclass(frozen=True, slots=True)
class Document:
    """A valid input. `events` and `ignored` are in replay order; the ignored ones lie after the valuation date."""

    valuation: Valuation
    policy: Policy
    terms: Mapping[str, Terms]
    events: tuple[Event, ...]
    ignored: tuple[Event, ...]


def parse(document: Mapping[str, Any]) -> Document:
    """Read a whole input; a Refusal `malformed` names the first fault."""
    try:
        fields = Fields(document, "the input")
        valuation = _valuation(fields.inner("valuation"))
        policy = _policy(fields.inner("policy"))
        raw_events = fields.required("events")
        if not isinstance(raw_events, list | tuple):
            raise Fault("events must be a list")
    except Fault as fault:
        raise Refusal("malformed", f"The input cannot be read: {fault}.") from None
    identified = _identify(raw_events)
    terms = _terms(identified.values())
    events = [_event(name, place, fields, terms) for place, (name, fields) in enumerate(identified.items())]
    events.sort(key=_replay_order)
    end = end_of_tokyo_day(valuation.on)
    return Document(
        valuation=valuation,
        policy=policy,
        terms=terms,
        events=tuple(event for event in events if event.at < end),
        ignored=tuple(event for event in events if event.at >= end),
    )


def _replay_order(event: Event) -> tuple[Instant, int]:
    return event.at, event.place


def _valuation(fields: Fields) -> Valuation:
    prices = fields.table("prices", "the price of ")
    rates = fields.table("fx", "the rate of ")
    valuation = Valuation(
        on=fields.day("date"),
        prices={security: prices.not_negative(security) for security in prices.names()},
        fx={currency: rates.positive(currency) for currency in rates.names()},
    )
    if valuation.fx.get(YEN, ONE) != ONE:
        raise Fault("the valuation rate of JPY can only be 1")
    return valuation


def _policy(fields: Fields) -> Policy:
    ratios = fields.table("ratios", "the ratio of ")
    for name in ratios.names():
        if name not in COMPONENTS:
            raise Fault(f"ratios may name only {', '.join(COMPONENTS)}")
    solatium = fields.not_negative("solatium", ZERO)
    if solatium.denominator != 1:
        raise Fault("solatium must be whole yen")
    return Policy(
        method=fields.choice("method", ("cash", "restoration"), "cash"),
        ratios={name: ratios.share(name) for name in ratios.names()},
        reduction=fields.share("reduction", ZERO),
        solatium=solatium,
    )


def _identify(raw_events: list[Any] | tuple[Any, ...]) -> dict[str, Fields]:
    """The events by id, in the order of the file; every one is an object with an id of its own."""
    identified: dict[str, Fields] = {}
    for number, raw in enumerate(raw_events, start=1):
        try:
            fields = Fields(raw, "it")
            name = fields.text("id")
        except Fault as fault:
            raise Refusal("malformed", f"Event number {number} of the list cannot be read: {fault}.") from None
        if name in identified:
            raise Refusal("malformed", f"{_subject(fields)}: another event has the same id.", name)
        identified[name] = fields
    return identified


def _terms(events: Iterable[Fields]) -> dict[str, Terms]:
    """Unit and currency of each security, as any of its trades and opening positions states them."""
    units: dict[str, Fraction] = {}
    currencies: dict[str, str] = {}
    securities: set[str] = set()
    for fields in events:
        try:
            if fields.choice("type", _TYPES) not in _STATING_TERMS:
                continue
            security = fields.text("security")
            securities.add(security)
            if fields.has("unit"):
                unit = fields.positive("unit")
                if units.setdefault(security, unit) != unit:
                    raise Fault(f"unit contradicts another event of {security}; a security keeps one unit")
            if fields.has("currency"):
                currency = fields.currency("currency")
                if currencies.setdefault(security, currency) != currency:
                    raise Fault(f"currency contradicts another event of {security}; a security keeps one currency")
        except Fault as fault:
            raise _malformed(fields, fault) from None
    return {name: Terms(units.get(name, ONE), currencies.get(name, YEN)) for name in securities}


def _event(name: str, place: int, fields: Fields, terms: Mapping[str, Terms]) -> Event:
    try:
        return _read_event(name, place, fields, terms)
    except Fault as fault:
        raise _malformed(fields, fault) from None


def _read_event(name: str, place: int, fields: Fields, terms: Mapping[str, Terms]) -> Event:
    kind = fields.choice("type", _TYPES)
    attribution = fields.choice("attribution", ATTRIBUTIONS[kind])
    at = fields.at("at")
    security = fields.text("security") if kind in _OF_A_SECURITY else ""
    event = Event(name, kind, attribution, at, place, security)
    if kind in TRADES:
        return _trade(event, fields, terms[security])
    if kind == "opening_position":
        of = terms[security]
        return event._replace(quantity=fields.positive("quantity"), unit=of.unit, currency=of.currency)
    if kind == "split":
        return event._replace(ratio=fields.positive("ratio"))
    currency = fields.currency("currency")
    if kind == "opening_cash":
        fx = ONE if currency == YEN else None
        return event._replace(amount=fields.number("amount"), currency=currency, fx=fx, settled_in=currency)
    fx, settled_in = _settlement(fields, currency)
    return event._replace(amount=fields.not_negative("amount"), currency=currency, fx=fx, settled_in=settled_in)


def _trade(event: Event, fields: Fields, terms: Terms) -> Event:
    fx, settled_in = _settlement(fields, terms.currency)
    is_close = event.type == "margin_close"
    side = 0
    if event.type in MARGIN:
        side = 1 if fields.choice("side", ("long", "short")) == "long" else -1
    return event._replace(
        quantity=fields.positive("quantity"),
        price=fields.not_negative("price"),
        unit=terms.unit,
        costs=fields.costs("fees", "tax", "interest") if is_close else fields.costs("fees", "tax"),
        currency=terms.currency,
        fx=fx,
        settled_in=settled_in,
        side=side,
        open_price=fields.not_negative("open_price") if is_close else ZERO,
    )


def _settlement(fields: Fields, currency: str) -> tuple[Fraction | None, str]:
    """`fx` (None where it plays no part) and `settled_in`, which is JPY or the event's own currency."""
    settled_in = fields.currency("settled_in")
    if settled_in not in (YEN, currency):
        raise Fault(f"settled_in must be JPY or the currency of the event, which is {currency}")
    fx = fields.positive("fx") if fields.has("fx") else None
    if currency == YEN:
        if fx is not None and fx != ONE:
            raise Fault("fx can only be 1 for an event in JPY")
        return ONE, YEN
    if settled_in != YEN:
        return None, settled_in
    if fx is None:
        raise Fault(f"fx is missing; an event in {currency} that settles in JPY needs the yen per {currency}")
    return fx, YEN


def _malformed(fields: Fields, fault: Fault) -> Refusal:
    return Refusal("malformed", f"{_subject(fields)}: {fault}.", fields.text("id"))


def _subject(fields: Fields) -> str:
    """The event in words, as far as they can be read: `Event b1, buy of 7203 on 2025-04-16 at 09:05:00 (Asia/…)`."""
    words: list[str] = []
    for name, lead in (("type", ""), ("security", "of ")):
        try:
            words.append(lead + fields.text(name))
        except Fault:
            continue
    with suppress(Fault):
        words.append(f"on {in_tokyo(fields.at('at'))}")
    return f"Event {fields.text('id')}, {' '.join(words)}" if words else f"Event {fields.text('id')}"
