"""Hypothesis strategies: whole accounts, with every act legal at its time and every number short."""

from collections import defaultdict
from typing import Any

from hypothesis import strategies as st

from .documents import POLICY, document

UNITS = {"A": "1", "F": "100", "U": "1"}
CURRENCIES = {"A": "JPY", "F": "JPY", "U": "USD"}

Act = tuple[str, str, str, int, int, str, int]

ACTS = st.tuples(
    st.sampled_from(["buy", "buy", "sell", "sell", "sell", "margin_open", "margin_close", "split", "money"]),
    st.sampled_from(["genuine", "unauthorized", "unauthorized", "mitigation", "liquidation", "missed"]),
    st.sampled_from("AFU"),
    st.integers(1, 6),
    st.integers(1, 9),
    st.sampled_from(["JPY", "USD"]),
    st.integers(0, 7),
)


class Builder:
    """Turns acts into events, keeping just enough of the state to leave out what would be refused."""

    def __init__(self, *, genuine_only: bool, splits: bool) -> None:
        self.events: list[dict[str, Any]] = []
        self.own: dict[str, int] = defaultdict(lambda: 8)
        self.planted: dict[str, int] = defaultdict(int)
        self.missing: dict[str, int] = defaultdict(int)
        self.open: dict[tuple[str, str, str, str], int] = defaultdict(int)
        self.genuine_only = genuine_only
        self.splits = splits
        for security in UNITS:
            position = {"type": "opening_position", "security": security, "quantity": "8"}
            terms = {"unit": UNITS[security], "currency": CURRENCIES[security]}
            self._add(position | terms, "genuine")

    def act(self, act: Act) -> None:
        kind, who, security, quantity, price, settled_in, detail = act
        who = "genuine" if self.genuine_only else who
        event: dict[str, Any] = {"type": kind, "security": security, "quantity": str(quantity), "price": f"{price}.5"}
        if security == "U":
            event |= {"settled_in": settled_in} if settled_in == "USD" else {"fx": f"14{detail}.25"}
        event |= {"fees": f"0.{detail}", "tax": str(detail - 2)}
        side = "long" if detail % 2 else "short"
        act_of = {
            "buy": self._buy,
            "sell": self._sell,
            "margin_open": self._open,
            "margin_close": self._close,
            "split": self._split,
            "money": self._money,
        }
        act_of[kind](event, who, quantity, side)

    def _add(self, event: dict[str, Any], who: str) -> None:
        self.events.append({**event, "attribution": who})

    def _buy(self, event: dict[str, Any], who: str, quantity: int, _side: str) -> None:
        security = event["security"]
        if who == "mitigation":
            quantity = min(quantity, self.missing[security])
            self.missing[security] -= quantity
            self.own[security] += quantity
        elif who == "unauthorized":
            self.planted[security] += quantity
        elif who == "genuine":
            self.own[security] += quantity
        else:
            return
        if quantity:
            self._add(event | {"quantity": str(quantity)}, who)

    def _sell(self, event: dict[str, Any], who: str, quantity: int, _side: str) -> None:
        security = event["security"]
        if who == "missed":
            return
        planted = 0 if who == "genuine" else min(quantity, self.planted[security])
        own = 0 if who == "mitigation" else min(quantity - planted, self.own[security])
        self.planted[security] -= planted
        self.own[security] -= own
        if who != "genuine":
            self.missing[security] += own
        if planted + own:
            self._add(event | {"quantity": str(planted + own)}, who)

    def _open(self, event: dict[str, Any], who: str, quantity: int, side: str) -> None:
        if who in ("genuine", "unauthorized"):
            self.open[who, event["security"], side, event["price"]] += quantity
            self._add(event | {"side": side}, who)

    def _close(self, event: dict[str, Any], who: str, quantity: int, side: str) -> None:
        security = event["security"]
        prices = [key[3] for key, left in self.open.items() if key[1] == security and key[2] == side and left]
        if not prices or who == "missed":
            return
        at = prices[0]
        theirs = 0 if who == "genuine" else min(quantity, self.open["unauthorized", security, side, at])
        genuine = 0 if who == "mitigation" else min(quantity - theirs, self.open["genuine", security, side, at])
        self.open["unauthorized", security, side, at] -= theirs
        self.open["genuine", security, side, at] -= genuine
        if theirs + genuine:
            closing = {"quantity": str(theirs + genuine), "open_price": at, "side": side, "interest": "0.3"}
            self._add(event | closing, who)

    def _split(self, event: dict[str, Any], _who: str, _quantity: int, _side: str) -> None:
        security = event["security"]
        if not self.splits or self.own[security] > 40 or any(e["type"] == "split" for e in self.events[-6:]):
            return
        for held in (self.own, self.planted, self.missing):
            held[security] *= 2
        positions = {key: left for key, left in self.open.items() if key[1] == security}
        for key in positions:
            del self.open[key]
        for (who, _, side, price), left in positions.items():
            # Halves of short decimals are short decimals.
            self.open[who, security, side, f"{float(price) / 2:.10f}".rstrip("0")] += left * 2
        self._add({"type": "split", "security": security, "ratio": "2"}, "genuine")

    def _money(self, event: dict[str, Any], who: str, quantity: int, _side: str) -> None:
        kinds = {"missed": ["income"], "liquidation": ["charge"], "mitigation": ["opening_cash"]}
        kind = kinds.get(who, ["income", "charge", "cash_in", "cash_out"])[quantity % len(kinds.get(who, "four"))]
        who = "genuine" if kind == "opening_cash" else who
        money = {"type": kind, "amount": event["price"], "currency": CURRENCIES[event["security"]]}
        if kind == "income":
            money["security"] = event["security"]
        if kind != "opening_cash":
            money |= {name: event[name] for name in ("fx", "settled_in") if name in event}
        self._add(money, who)


@st.composite
def accounts(draw: st.DrawFn, *, genuine_only: bool = False, splits: bool = True) -> dict[str, Any]:
    """A whole input that is not refused."""
    builder = Builder(genuine_only=genuine_only, splits=splits)
    for act in draw(st.lists(ACTS, max_size=25)):
        builder.act(act)
    price = st.integers(0, 90).map(lambda tenths: f"{tenths / 10:.1f}")
    prices = {security: draw(price) for security in UNITS}
    policy = POLICY | {"reduction": draw(st.sampled_from(["0", "0.3", "1"]))}
    return document(builder.events, prices, {"USD": "141.5"}, policy)
