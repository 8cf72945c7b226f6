"""A second calculator for the property tests, as naive as can be: it moves single units about, one by one.

It shares no code with casetrack.calc and takes the input as it is (whole quantities, whole split ratios). Each world
is a bag of cash, units and margin positions; each component is found by handing single units from one list to another.
"""

from collections import defaultdict
from fractions import Fraction
from typing import Any

Event = dict[str, Any]


class Bag:
    """One world: cash per currency, units per security, margin positions by security, side and open price."""

    def __init__(self) -> None:
        self.cash: dict[str, Fraction] = defaultdict(Fraction)
        self.units: dict[str, Fraction] = defaultdict(Fraction)
        self.margin: dict[tuple[str, str, Fraction], Fraction] = defaultdict(Fraction)

    def happen(self, e: Event, unit: Fraction) -> None:
        kind, security = e["type"], e.get("security", "")
        if kind == "split":
            ratio = Fraction(e["ratio"])
            self.units[security] *= ratio
            moved = {(s, side, p): q for (s, side, p), q in self.margin.items() if s == security}
            for key in moved:
                del self.margin[key]
            for (s, side, p), quantity in moved.items():
                self.margin[s, side, p / ratio] += quantity * ratio
            return
        if kind == "opening_position":
            self.units[security] += Fraction(e["quantity"])
            return
        quantity, price = Fraction(e.get("quantity", 0)), Fraction(e.get("price", 0))
        money = -Fraction(e.get("fees", 0)) - Fraction(e.get("tax", 0))
        if kind == "buy":
            self.units[security] += quantity
            money -= quantity * price / unit
        elif kind == "sell":
            self.units[security] -= quantity
            money += quantity * price / unit
        elif kind == "margin_open":
            self.margin[security, e["side"], price] += quantity
        elif kind == "margin_close":
            opened = Fraction(e["open_price"])
            self.margin[security, e["side"], opened] -= quantity
            gain = price - opened if e["side"] == "long" else opened - price
            money += gain * quantity / unit - Fraction(e.get("interest", 0))
        elif kind in ("cash_out", "charge"):
            money -= Fraction(e["amount"])
        else:
            money += Fraction(e["amount"])
        settled_in = e.get("currency", "JPY") if kind == "opening_cash" else e.get("settled_in", "JPY")
        self.cash[settled_in] += money * (Fraction(e.get("fx", 1)) if settled_in == "JPY" else 1)

    def worth(self, prices: dict[str, Fraction], rates: dict[str, Fraction]) -> Fraction:
        """In yen; `prices` are yen per single unit, margin prices have been turned into them as well."""
        value = sum((amount * rates[currency] for currency, amount in self.cash.items()), Fraction(0))
        return value + sum((quantity * prices[security] for security, quantity in self.units.items()), Fraction(0))


def worlds(document: dict[str, Any], units: dict[str, str], currencies: dict[str, str]) -> tuple[Fraction, Fraction]:
    """The worth of the counterfactual and of the actual world, with each security's unit and currency told."""
    counterfactual, actual = Bag(), Bag()
    for e in document["events"]:
        unit = Fraction(units.get(e.get("security", ""), "1"))
        if e["attribution"] != "missed":
            actual.happen(e, unit)
        if e["attribution"] in ("genuine", "missed"):
            counterfactual.happen(e, unit)
    rates = {"JPY": Fraction(1), **{c: Fraction(r) for c, r in document["valuation"]["fx"].items()}}
    quoted = {s: Fraction(p) for s, p in document["valuation"]["prices"].items()}
    per_yen = {s: rates[currencies[s]] / Fraction(units[s]) for s in quoted}
    values = []
    for bag in (counterfactual, actual):
        value = bag.worth({s: p * per_yen[s] for s, p in quoted.items()}, rates)
        for (s, side, opened), quantity in bag.margin.items():
            value += quantity * (quoted[s] - opened) * per_yen[s] * (1 if side == "long" else -1)
        values.append(value)
    return values[0], values[1]


def own_and_planted(document: dict[str, Any], units: dict[str, str], currencies: dict[str, str]) -> dict[str, Fraction]:
    """The components planted, own_holdings and liquidation of bought and sold units, handed on one by one."""
    rates = {"JPY": Fraction(1), **{c: Fraction(r) for c, r in document["valuation"]["fx"].items()}}
    planted: dict[str, list[Fraction]] = defaultdict(list)
    missing: dict[str, list[tuple[str, Fraction]]] = defaultdict(list)
    found: dict[str, Fraction] = defaultdict(Fraction)
    for e in document["events"]:
        security = e.get("security", "")
        if e["type"] == "split":
            ratio = int(e["ratio"])
            planted[security] = [p / ratio for p in planted[security] for _ in range(ratio)]
            missing[security] = [(who, p / ratio) for who, p in missing[security] for _ in range(ratio)]
        if e["type"] not in ("buy", "sell") or e["attribution"] == "genuine":
            continue
        rate = Fraction(e.get("fx", 1)) if e.get("settled_in", "JPY") == "JPY" else rates[e["settled_in"]]
        price = Fraction(e["price"]) * rate / Fraction(units[security])
        for _ in range(int(e["quantity"])):
            if e["type"] == "sell" and planted[security]:
                found["planted"] += planted[security].pop(0) - price
            elif e["type"] == "sell":
                missing[security].append(
                    ("liquidation" if e["attribution"] == "liquidation" else "own_holdings", price)
                )
            elif e["attribution"] == "unauthorized":
                planted[security].append(price)
            else:
                who, sold_at = missing[security].pop(0)
                found[who] += price - sold_at
    for security, quoted in document["valuation"]["prices"].items():
        value = Fraction(quoted) * rates[currencies[security]] / Fraction(units[security])
        found["planted"] += sum((p - value for p in planted[security]), Fraction(0))
        for who, sold_at in missing[security]:
            found[who] += value - sold_at
    return found
