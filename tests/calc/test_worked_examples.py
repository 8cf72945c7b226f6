"""The worked examples of assessment.md, to the last digit."""

from typing import Any

from casetrack.calc.loss import METHOD_VERSION, assess

from .documents import buy, cash, document, lines_of, margin_close, margin_open, opening, sell


def test_it_assesses_the_investor_of_16_april() -> None:
    events = [
        opening("SP500F", "20000000", unit="10000"),
        margin_open("unauthorized", "6182", "long", "200000", "250", id="u1"),
        margin_close("mitigation", "6182", "long", "200000", "250", "120", fees="1000", interest="3500", id="c1"),
        sell("liquidation", "SP500F", "10000000", "26010", id="l1"),
    ]
    result = assess(document(events, {"SP500F": "28000"}))
    expected = {
        "valuation_date": "2025-05-30",
        "ignored": [],
        "lines": [
            {"event": "c1", "component": "margin", "loss": "26000000"},
            {"event": "c1", "component": "costs", "loss": "4500"},
            {"event": "l1", "component": "liquidation", "loss": "1990000"},
        ],
        "components": {
            "planted": "0",
            "own_holdings": "0",
            "liquidation": "1990000",
            "margin": "26000000",
            "costs": "4500",
            "income": "0",
            "withdrawals": "0",
        },
        "loss": "27994500",
        "counterfactual_value": "56000000",
        "actual_value": "28005500",
        "payable": {
            "planted": "0",
            "own_holdings": "0",
            "liquidation": "995000",
            "margin": "13000000",
            "costs": "4500",
            "income": "0",
            "withdrawals": "0",
            "solatium": "10000",
        },
        "restoration": {
            "deliver": {"SP500F": "10000000"},
            "cash": {"JPY": "-5500"},
            "take_over": [],
            "reopen": [],
            "reduction": "0",
            "value": "27994500",
        },
        "compensation": {"cash": "14009500", "restoration": "28004500"},
        "due": "14009500",
        "outstanding_deficit": "0",
    }
    assert result == expected
    assert list(result) == list(expected)
    assert list(result["components"]) == list(expected["components"])  # type: ignore[call-overload]
    assert METHOD_VERSION == "1"


def _sold_to_buy_a_planted_issue(price_of_7203: str) -> dict[str, Any]:
    events = [
        opening("7203", "1000"),
        cash("100000"),
        sell("unauthorized", "7203", "1000", "2500", fees="500", id="s"),
        buy("unauthorized", "7992", "20000", "128", fees="600", id="b"),
        sell("mitigation", "7992", "12000", "112", fees="300", id="m"),
    ]
    return assess(document(events, {"7203": price_of_7203, "7992": "105"}))


def test_it_assesses_own_shares_sold_to_buy_a_planted_issue() -> None:
    result = _sold_to_buy_a_planted_issue("2700")
    assert lines_of(result) == [
        ("s", "own_holdings", "200000"),
        ("s", "costs", "500"),
        ("b", "planted", "184000"),
        ("b", "costs", "600"),
        ("m", "planted", "192000"),
        ("m", "costs", "300"),
    ]
    assert result["components"]["planted"] == "376000"
    assert result["loss"] == result["restoration"]["value"] == "577400"
    assert result["compensation"]["cash"] == "199400"
    assert result["restoration"]["deliver"] == {"7203": "1000", "7992": "-8000"}
    assert result["restoration"]["cash"] == {"JPY": "-1282600"}


def test_it_assesses_the_same_in_a_market_that_fell() -> None:
    result = _sold_to_buy_a_planted_issue("2300")
    assert result["components"]["own_holdings"] == "-200000"
    assert result["payable"]["own_holdings"] == "0"
    assert result["loss"] == "177400"
    assert result["compensation"] == {"cash": "199400", "restoration": "187400"}
