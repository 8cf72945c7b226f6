"""An account of ten thousand events. How long it takes is `make bench`'s matter."""

from typing import Any

from casetrack.calc.loss import assess

from .documents import buy, document, event, margin_close, margin_open, opening, sell

ROUNDS = 1250


def _round(n: int) -> list[dict[str, Any]]:
    """Eight events, after which lots of every kind are left."""
    security, fund, price = f"S{n % 20}", f"F{n % 7}", f"{100 + n % 89}.{n % 10}"
    return [
        buy("unauthorized", security, "300", price, fees="12.5", tax="3"),
        sell("mitigation", security, "200", price, fees="12.5"),
        opening(fund, "5000", unit="10000"),
        sell("liquidation", fund, "4000", f"2{n % 100:02d}00.5"),
        buy("mitigation", fund, "1500", "21000"),
        margin_open("unauthorized", security, "long", "100", price),
        margin_close("mitigation", security, "long", "60", price, "90.5", interest="5"),
        event("charge", "unauthorized", amount="30", currency="USD", fx="148.35"),
    ]


def test_ten_thousand_events_are_assessed() -> None:
    # Without a time of its own, an event takes the place in the file.
    events = [{**event, "at": "2025-04-16T09:00:00+09:00"} for n in range(ROUNDS) for event in _round(n)]
    prices = {f"S{n}": "95.5" for n in range(20)} | {f"F{n}": "20000" for n in range(7)}
    given = document(events, prices)
    assert len(given["events"]) == 10_000
    assert len(assess(given)["lines"]) > 5_000
