"""Which share belongs to which component: edge cases with numbers worked by hand in the comments."""

from typing import Any

import pytest

from casetrack.calc.loss import assess

from .documents import (
    buy,
    cash,
    document,
    event,
    lines_of,
    margin_close,
    margin_open,
    opening,
    refusal_of,
    sell,
    split,
)

Lines = list[tuple[str, str, str]]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param(  # first in, first out: 10 of the lot at 100 and 5 of the lot at 110; 5 stay, valued at 80
            [
                buy("unauthorized", "A", "10", "100"),
                buy("unauthorized", "A", "10", "110"),
                sell("mitigation", "A", "15", "90"),
            ],
            # e2: (110 - 80) x 5; e3: (100 - 90) x 10 + (110 - 90) x 5
            [("e2", "planted", "150"), ("e3", "planted", "200")],
            id="planted lots leave first in first out",
        ),
        pytest.param(  # a sale by the hijacker of 15: 10 planted first, then 5 own
            [opening("A", "20"), buy("unauthorized", "A", "10", "100"), sell("unauthorized", "A", "15", "70")],
            # planted (100 - 70) x 10; own (80 - 70) x 5
            [("e3", "planted", "300"), ("e3", "own_holdings", "50")],
            id="the hijacker's sale draws planted lots first",
        ),
        pytest.param(  # the same by the firm: the planted part stays planted
            [opening("A", "20"), buy("unauthorized", "A", "10", "100"), sell("liquidation", "A", "15", "70")],
            [("e3", "planted", "300"), ("e3", "liquidation", "50")],
            id="the firm's sale draws planted lots first",
        ),
        pytest.param(  # the customer's own sale leaves the planted lot alone
            [opening("A", "20"), buy("unauthorized", "A", "10", "100"), sell("genuine", "A", "15", "70")],
            [("e2", "planted", "200")],
            id="a genuine sale draws own units only",
        ),
        pytest.param(  # buy-back of 12: 10 that the hijacker sold at 70, then 2 of the firm's 5 at 75; 3 stay missing
            [
                opening("A", "15"),
                sell("unauthorized", "A", "10", "70"),
                sell("liquidation", "A", "5", "75"),
                buy("mitigation", "A", "12", "85"),
            ],
            # e2 nothing left; e3: (80 - 75) x 3; e4 own: (85 - 70) x 10, liquidation: (85 - 75) x 2
            [("e3", "liquidation", "15"), ("e4", "own_holdings", "150"), ("e4", "liquidation", "20")],
            id="a buy-back carries the component of who sold",
        ),
        pytest.param(  # an unauthorized buy stays planted even while units are missing, and so does a genuine one own
            [
                opening("A", "10"),
                sell("unauthorized", "A", "10", "70"),
                buy("unauthorized", "A", "4", "75"),
                buy("genuine", "A", "6", "75"),
            ],
            # own (80 - 70) x 10; planted (75 - 80) x 4
            [("e2", "own_holdings", "100"), ("e3", "planted", "-20")],
            id="only a mitigation buy takes from short of own",
        ),
        pytest.param([opening("A", "10"), sell("unauthorized", "A", "10", "80")], [], id="a line of zero is left out"),
        pytest.param(  # costs of every event that is not genuine; a negative fee is a rebate
            [
                buy("unauthorized", "A", "1", "80", fees="5", tax="0.5"),
                sell("mitigation", "A", "1", "80", fees="-2"),
                event("charge", "liquidation", amount="7"),
                event("charge", "genuine", amount="100"),
                buy("genuine", "A", "1", "80", fees="9"),
            ],
            [("e1", "costs", "5.5"), ("e2", "costs", "-2"), ("e3", "costs", "7")],
            id="costs",
        ),
        pytest.param(
            [
                event("income", "missed", security="A", amount="30"),
                event("income", "unauthorized", security="B", amount="4"),
                event("income", "genuine", security="A", amount="50"),
                event("cash_out", "unauthorized", amount="1000"),
                event("cash_in", "unauthorized", amount="300"),
                event("cash_out", "genuine", amount="20"),
            ],
            [
                ("e1", "income", "30"),
                ("e2", "income", "-4"),
                ("e4", "withdrawals", "1000"),
                ("e5", "withdrawals", "-300"),
            ],
            id="income and withdrawals",
        ),
        pytest.param(  # short at 100: closed 4 at 130 loses 120; 6 open at 80 gain 120
            [
                margin_open("unauthorized", "A", "short", "10", "100", fees="3"),
                margin_close("liquidation", "A", "short", "4", "100", "130", interest="2", fees="1", tax="1"),
            ],
            [("e1", "margin", "-120"), ("e1", "costs", "3"), ("e2", "margin", "120"), ("e2", "costs", "4")],
            id="a short position of the hijacker",
        ),
        pytest.param(  # the hijacker closes 12 at 90: 5 of his own, then 7 of the customer's
            [
                margin_open("genuine", "A", "long", "10", "100"),
                margin_open("unauthorized", "A", "long", "5", "100"),
                margin_close("unauthorized", "A", "long", "12", "100", "90"),
            ],
            # margin: (100 - 90) x 5; own: ((80 - 100) - (90 - 100)) x 7
            [("e3", "own_holdings", "-70"), ("e3", "margin", "50")],
            id="the hijacker closes his own positions first",
        ),
        pytest.param(  # the firm closes the customer's short: sign turned: -((80 - 70) - (95 - 70)) x 10
            [
                margin_open("genuine", "A", "short", "10", "70"),
                margin_close("liquidation", "A", "short", "10", "70", "95"),
            ],
            [("e2", "liquidation", "150")],
            id="the firm closes a genuine short position",
        ),
        pytest.param(  # the customer closes his own position: both worlds
            [
                margin_open("genuine", "A", "long", "10", "70"),
                margin_close("genuine", "A", "long", "10", "70", "60", interest="5"),
            ],
            [],
            id="a genuine closing is no loss",
        ),
        pytest.param(  # 3 for 1: the 10 planted at 90 are 30 at 30; 12 sold at 25; 18 valued at 80
            [buy("unauthorized", "A", "10", "90"), split("A", "3"), sell("mitigation", "A", "12", "25")],
            # e1: (30 - 80) x 18; e3: (30 - 25) x 12
            [("e1", "planted", "-900"), ("e3", "planted", "60")],
            id="a split restates planted lots",
        ),
        pytest.param(  # 10 sold at 90 are 20 at 45; 5 bought back at 50: (50 - 45) x 5; 15 missing: (80 - 45) x 15
            [
                opening("A", "10"),
                sell("unauthorized", "A", "10", "90"),
                split("A", "2"),
                buy("mitigation", "A", "5", "50"),
            ],
            [("e2", "own_holdings", "525"), ("e4", "own_holdings", "25")],
            id="a split restates what is short of own",
        ),
        pytest.param(  # 100 / 3 = 33.3333333333 at 10 decimals names the position; the result is exact: 1000 - 300
            [
                margin_open("unauthorized", "A", "long", "10", "100"),
                split("A", "3"),
                margin_close("mitigation", "A", "long", "30", "33.3333333333", "10"),
            ],
            [("e3", "margin", "700")],
            id="an adjusted open price is compared at 10 decimals",
        ),
        pytest.param(  # 2 then 0.5: the price of the day names the position each time
            [
                margin_open("unauthorized", "A", "long", "10", "100"),
                split("A", "2"),
                margin_close("mitigation", "A", "long", "4", "50", "40"),
                split("A", "0.5"),
                margin_close("mitigation", "A", "long", "8", "100", "95"),
            ],
            # e3: (50 - 40) x 4; e5: (100 - 95) x 8
            [("e3", "margin", "40"), ("e5", "margin", "40")],
            id="a reverse split",
        ),
    ],
)
def test_it_gives_each_event_its_share(events: list[dict[str, Any]], expected: Lines) -> None:
    result = assess(document([cash("0"), *events], {"A": "80"}))
    shifted = [(f"e{int(name[1:]) + 1}", component, loss) for name, component, loss in expected]
    assert lines_of(result) == shifted
    assert result["loss"] == result["restoration"]["value"]


@pytest.mark.parametrize(
    ("code", "events"),
    [
        ("oversold", [sell("genuine", "A", "1", "1")]),
        ("oversold", [buy("unauthorized", "A", "5", "1"), sell("genuine", "A", "1", "1")]),
        ("oversold", [opening("A", "5"), sell("mitigation", "A", "1", "1")]),
        ("oversold", [opening("A", "5"), buy("unauthorized", "A", "5", "1"), sell("mitigation", "A", "6", "1")]),
        ("oversold", [opening("A", "5"), buy("unauthorized", "A", "5", "1"), sell("liquidation", "A", "11", "1")]),
        ("oversold", [opening("A", "5"), sell("unauthorized", "A", "5", "1"), sell("genuine", "A", "1", "1")]),
        ("oversold", [opening("A", "5"), split("A", "0.5"), sell("genuine", "A", "3", "1")]),
        ("overbought", [buy("mitigation", "A", "1", "1")]),
        ("overbought", [opening("A", "5"), sell("genuine", "A", "5", "1"), buy("mitigation", "A", "1", "1")]),
        ("overbought", [opening("A", "5"), sell("unauthorized", "A", "5", "1"), buy("mitigation", "A", "6", "1")]),
        ("no_open_position", [margin_close("genuine", "A", "long", "1", "1", "1")]),
        (
            "no_open_position",
            [margin_open("unauthorized", "A", "long", "1", "5"), margin_close("genuine", "A", "long", "1", "5", "1")],
        ),
        (
            "no_open_position",
            [margin_open("genuine", "A", "long", "1", "5"), margin_close("mitigation", "A", "long", "1", "5", "1")],
        ),
        (
            "no_open_position",
            [margin_open("genuine", "A", "long", "1", "5"), margin_close("liquidation", "A", "short", "1", "5", "1")],
        ),
        (
            "no_open_position",
            [margin_open("genuine", "A", "long", "1", "5"), margin_close("genuine", "A", "long", "1", "5.1", "1")],
        ),
        (
            "no_open_position",
            [margin_open("genuine", "A", "long", "1", "5"), margin_close("genuine", "A", "long", "2", "5", "1")],
        ),
        (
            "no_open_position",
            [
                margin_open("genuine", "A", "long", "1", "6"),
                split("A", "2"),
                margin_close("genuine", "A", "long", "2", "6", "1"),
            ],
        ),
    ],
)
def test_it_refuses_to_draw_on_more_than_there_is(code: str, events: list[dict[str, Any]]) -> None:
    assert refusal_of(document(events)) == (code, f"e{len(events)}")


def test_it_lets_the_customer_sell_what_was_bought_back() -> None:
    # Short of own 10, bought back at 90 and sold genuinely at 95. Without the hijack: 950. Now: 700 - 900 + 950 = 750.
    events = [
        opening("A", "10"),
        sell("unauthorized", "A", "10", "70"),
        buy("mitigation", "A", "10", "90"),
        sell("genuine", "A", "10", "95"),
    ]
    result = assess(document(events))
    assert lines_of(result) == [("e3", "own_holdings", "200")]
    assert (result["counterfactual_value"], result["actual_value"]) == ("950", "750")


def test_it_values_a_foreign_trade_at_its_own_rate_if_it_settled_in_yen() -> None:
    # Bought 10 at 20 USD x 150 = 30,000 yen and 2 USD of fees = 300 yen; held at 21 USD x 140 = 29,400 yen.
    bought = buy("unauthorized", "U", "10", "20", currency="USD", fx="150", fees="2")
    result = assess(document([bought], {"U": "21"}, {"USD": "140"}))
    assert lines_of(result) == [("e1", "planted", "600"), ("e1", "costs", "300")]
    assert result["restoration"]["cash"] == {"JPY": "30300"}
    assert result["outstanding_deficit"] == "30300"


def test_it_keeps_foreign_cash_at_the_valuation_rate() -> None:
    # Bought 10 at 20 USD, fees 2, from dollars: at 140 it cost 28,000 and 280; held at 21 x 140 x 10 = 29,400.
    bought = buy("unauthorized", "U", "10", "20", currency="USD", settled_in="USD", fees="2", fx="999")
    result = assess(document([cash("500", currency="USD"), bought], {"U": "21"}, {"USD": "140"}))
    assert lines_of(result) == [("e2", "planted", "-1400"), ("e2", "costs", "280")]
    assert result["restoration"]["cash"] == {"USD": "202"}
    assert result["counterfactual_value"] == "70000"
    assert result["outstanding_deficit"] == "0"


def test_it_converts_a_genuine_position_closed_by_others_at_two_rates() -> None:
    # ((30 - 20) x 140 - (25 - 20) x 150) x 10 = (1,400 - 750) x 10
    events = [
        margin_open("genuine", "U", "long", "10", "20", currency="USD", fx="145"),
        margin_close("unauthorized", "U", "long", "10", "20", "25", fx="150"),
    ]
    result = assess(document(events, {"U": "30"}, {"USD": "140"}))
    assert lines_of(result) == [("e2", "own_holdings", "6500")]
    assert result["restoration"]["reopen"] == [{"security": "U", "side": "long", "quantity": "10", "price": "20"}]


def test_it_quotes_funds_per_unit() -> None:
    # 15,000 units planted at 12,345 per 10,000 = 18,517.5; held at 12,000 = 18,000.
    result = assess(document([buy("unauthorized", "F", "15000", "12345", unit="10000")], {"F": "12000"}))
    assert result["loss"] == "517.5"


def test_it_writes_ten_decimals_half_up() -> None:
    # 1 unit planted at 1 per 3 units and worthless: a third of a yen. At -2/3 it is rounded away from zero.
    result = assess(document([buy("unauthorized", "A", "1", "1", unit="3")], {"A": "0"}))
    assert result["loss"] == "0.3333333333"
    result = assess(document([buy("unauthorized", "A", "1", "1", unit="3")], {"A": "3"}))
    assert result["loss"] == "-0.6666666667"
    result = assess(document([cash("0.00000000005")]))
    assert result["actual_value"] == "0.0000000001"
    result = assess(document([cash("-0.00000000005")]))
    assert result["actual_value"] == "-0.0000000001"
    result = assess(document([cash("-0.00000000004")]))
    assert result["actual_value"] == "0"


USD = {"currency": "USD", "settled_in": "USD"}
BOUGHT_IN_USD = buy("unauthorized", "P", "1", "9", **USD)


@pytest.mark.parametrize(
    ("code", "events"),
    [
        ("missing_price", [opening("A", "1")]),
        ("missing_price", [buy("unauthorized", "A", "1", "1")]),
        ("missing_price", [opening("A", "1"), sell("unauthorized", "A", "1", "1")]),
        ("missing_price", [margin_open("genuine", "A", "long", "1", "1")]),
        (
            "missing_price",
            [margin_open("genuine", "A", "long", "1", "1"), margin_close("liquidation", "A", "long", "1", "1", "1")],
        ),
        (
            "missing_price",
            [margin_open("genuine", "A", "long", "1", "1"), margin_open("genuine", "A", "short", "1", "1")],
        ),
        ("missing_price", [opening("A", "1", currency="USD")]),
        ("missing_rate", [opening("P", "1", currency="USD")]),
        ("missing_rate", [cash("1", currency="USD")]),
        ("missing_rate", [cash("5", currency="USD"), event("cash_out", "unauthorized", amount="5", **USD)]),
        (
            "missing_rate",  # no dollars in either world, but two lines in dollars
            [event("cash_in", "unauthorized", amount="5", **USD), event("cash_out", "unauthorized", amount="5", **USD)],
        ),
        ("missing_rate", [event("income", "missed", security="A", amount="5", **USD)]),
        ("missing_rate", [BOUGHT_IN_USD, sell("mitigation", "P", "1", "9", **USD)]),
        ("missing_rate", [BOUGHT_IN_USD, sell("mitigation", "P", "1", "9", currency="USD", fx="150")]),
    ],
)
def test_it_misses_a_price_or_rate_that_it_needs(code: str, events: list[dict[str, Any]]) -> None:
    assert refusal_of(document(events, {"P": "5"})) == (code, None)


@pytest.mark.parametrize(
    "events",
    [
        [opening("A", "1"), sell("genuine", "A", "1", "1")],
        [buy("unauthorized", "A", "1", "1"), sell("mitigation", "A", "1", "1")],
        [
            opening("A", "1"),
            sell("unauthorized", "A", "1", "1"),
            buy("mitigation", "A", "1", "1"),
            sell("genuine", "A", "1", "1"),
        ],
        [margin_open("unauthorized", "A", "long", "1", "1"), margin_close("mitigation", "A", "long", "1", "1", "1")],
        [
            margin_open("unauthorized", "A", "long", "1", "1", currency="USD", fx="150"),
            margin_close("mitigation", "A", "long", "1", "1", "2", fx="150"),
        ],
        [cash("5", currency="USD"), event("cash_out", "genuine", amount="5", **USD)],
        [buy("genuine", "A", "1", "9", **USD), sell("genuine", "A", "1", "9", **USD)],
        [split("A", "2")],
    ],
)
def test_it_asks_for_no_price_or_rate_that_it_does_not_need(events: list[dict[str, Any]]) -> None:
    assert "loss" in assess(document(events))
