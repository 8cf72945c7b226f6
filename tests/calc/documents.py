"""Short ways to write inputs of the calculator. Events get an id and a minute each, in the order they are written."""

from typing import Any

import pytest

from casetrack.calc.loss import Refusal, assess

RATIOS = {
    "planted": "0.5",
    "own_holdings": "0",
    "liquidation": "0.5",
    "margin": "0.5",
    "costs": "1",
    "income": "0",
    "withdrawals": "1",
}
POLICY = {"method": "cash", "ratios": RATIOS, "reduction": "0", "solatium": "10000"}


def event(kind: str, attribution: str, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "attribution": attribution, **fields}


def opening(security: str, quantity: str, **fields: Any) -> dict[str, Any]:
    return event("opening_position", "genuine", security=security, quantity=quantity, **fields)


def cash(amount: str, **fields: Any) -> dict[str, Any]:
    return event("opening_cash", "genuine", amount=amount, **fields)


def buy(attribution: str, security: str, quantity: str, price: str, **fields: Any) -> dict[str, Any]:
    return event("buy", attribution, security=security, quantity=quantity, price=price, **fields)


def sell(attribution: str, security: str, quantity: str, price: str, **fields: Any) -> dict[str, Any]:
    return event("sell", attribution, security=security, quantity=quantity, price=price, **fields)


def split(security: str, ratio: str, **fields: Any) -> dict[str, Any]:
    return event("split", "genuine", security=security, ratio=ratio, **fields)


def margin_open(attribution: str, security: str, side: str, quantity: str, price: str, **fields: Any) -> dict[str, Any]:
    return event("margin_open", attribution, security=security, side=side, quantity=quantity, price=price, **fields)


def margin_close(
    attribution: str, security: str, side: str, quantity: str, open_price: str, price: str, **fields: Any
) -> dict[str, Any]:
    given = {"security": security, "side": side, "quantity": quantity, "open_price": open_price, "price": price}
    return event("margin_close", attribution, **given, **fields)


def document(
    events: list[dict[str, Any]],
    prices: dict[str, str] | None = None,
    fx: dict[str, str] | None = None,
    policy: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A whole input, valued on 2025-05-30; the events happen minute by minute on 2025-04-16, ids e1, e2 …"""
    numbered = [
        {"id": f"e{n}", "at": f"2025-04-16T{9 + n // 60:02d}:{n % 60:02d}:00+09:00", **event}
        for n, event in enumerate(events, start=1)
    ]
    valuation = {"date": "2025-05-30", "prices": prices or {}, "fx": fx or {}}
    return {"valuation": valuation, "events": numbered, "policy": POLICY if policy is None else policy}


def lines_of(result: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(line["event"], line["component"], line["loss"]) for line in result["lines"]]


def refusal_of(given: Any) -> tuple[str, str | None]:
    """The code and the event of the refusal that `given` must meet with."""
    with pytest.raises(Refusal) as refused:
        assess(given)
    assert refused.value.message.endswith(".")
    return refused.value.code, refused.value.event
