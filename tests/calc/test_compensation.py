"""Policy, restoration and what is due: edge cases with numbers worked by hand in the comments."""

from typing import Any

import pytest

from casetrack.calc.loss import COMPONENTS, assess

from .documents import buy, cash, document, event, margin_close, margin_open, opening, sell, split


def _charged(amount: str, **policy: Any) -> dict[str, Any]:
    """The result where the loss is one charge of `amount` (a cash-in where negative: the victim is better off)."""
    charge = event("charge", "unauthorized", amount=amount)
    if amount.startswith("-"):
        charge = event("cash_in", "unauthorized", amount=amount[1:])
    return assess(document([charge], policy=policy))


@pytest.mark.parametrize(
    ("amount", "ratio", "reduction", "paid"),
    [
        ("5", "0.5", "0", "3"),  # 2.5 is a tie: away from zero
        ("3", "0.5", "0", "2"),  # 1.5
        ("2.4999999999", "1", "0", "2"),
        ("100", "0.5", "0.3", "35"),
        ("101", "0.5", "0.3", "35"),  # 35.35
        ("101", "1", "0.505", "50"),  # 49.995
        ("100", "1", "1", "0"),
    ],
)
def test_it_rounds_once_per_component(amount: str, ratio: str, reduction: str, paid: str) -> None:
    result = _charged(amount, ratios={"costs": ratio}, reduction=reduction)
    assert result["payable"]["costs"] == paid
    assert result["due"] == result["compensation"]["cash"] == paid


def test_it_pays_nothing_for_a_component_below_zero_and_shows_it() -> None:
    result = _charged("-100", ratios=dict.fromkeys(COMPONENTS, "1"), solatium="7")
    assert result["components"]["withdrawals"] == "-100"
    assert result["payable"]["withdrawals"] == "0"
    assert result["compensation"] == {"cash": "7", "restoration": "-93"}


def test_it_never_reduces_the_solatium() -> None:
    result = _charged("100", ratios={"costs": "1"}, reduction="1", solatium="10000")
    assert result["compensation"] == {"cash": "10000", "restoration": "10000"}


@pytest.mark.parametrize(
    ("amount", "reduction", "reduced", "restored"),
    [
        ("5", "0.5", "3", "2"),  # 2.5 rounds to 3
        ("5.5", "0", "0", "6"),
        ("-5.5", "0.5", "0", "-6"),  # no reduction where there is no loss; the tie goes away from zero
        ("2.5", "0.2", "1", "2"),  # 0.5 rounds to 1; 1.5 rounds to 2
    ],
)
def test_it_reduces_a_restoration_of_a_loss_only(amount: str, reduction: str, reduced: str, restored: str) -> None:
    result = _charged(amount, method="restoration", reduction=reduction)
    assert result["restoration"]["reduction"] == reduced
    assert result["restoration"]["value"] == amount
    assert result["due"] == result["compensation"]["restoration"] == restored


def test_it_takes_over_and_reopens_margin_positions() -> None:
    events = [
        margin_open("unauthorized", "B", "short", "5", "200"),
        margin_open("unauthorized", "A", "long", "2", "100"),
        margin_open("unauthorized", "A", "long", "3", "100.0"),
        margin_open("unauthorized", "A", "long", "1", "9"),
        margin_open("unauthorized", "A", "short", "1", "9"),
        margin_open("genuine", "A", "long", "10", "90"),
        margin_close("liquidation", "A", "long", "4", "90", "70"),
        margin_close("unauthorized", "A", "long", "1", "90", "75"),
        split("A", "2"),
    ]
    result = assess(document(events, {"A": "40", "B": "210"}))
    restoration = result["restoration"]
    # Sorted by security, side and price as a number; equal ones added up; in units after the split.
    assert restoration["take_over"] == [
        {"security": "A", "side": "long", "quantity": "2", "price": "4.5"},
        {"security": "A", "side": "long", "quantity": "10", "price": "50"},
        {"security": "A", "side": "short", "quantity": "2", "price": "4.5"},
        {"security": "B", "side": "short", "quantity": "5", "price": "200"},
    ]
    assert restoration["reopen"] == [{"security": "A", "side": "long", "quantity": "10", "price": "45"}]
    # Cash: closings realized 4 x -20 + 1 x -15 = -95, so 95 is due back.
    # Taken over: long 5 x 100 is worth -100 and 1 x 9 worth +71, short -71, B short -50: the victim is rid of 150.
    # Reopened: 10 x (40 - 45) = -50. Together 95 + 150 - 50 = 195.
    assert restoration["cash"] == {"JPY": "95"}
    assert restoration["value"] == result["loss"] == "195"


def test_it_asks_for_planted_units_back_and_returns_own_ones() -> None:
    events = [opening("A", "10"), sell("unauthorized", "A", "4", "50"), buy("unauthorized", "A", "7", "60")]
    # Delivered 4 (short of own) - 7 (planted) = -3; cash 7 x 60 - 4 x 50 = 220; value 220 - 3 x 55 = 55.
    result = assess(document(events, {"A": "55"}))
    assert result["restoration"]["deliver"] == {"A": "-3"}
    assert result["restoration"]["cash"] == {"JPY": "220"}
    assert result["restoration"]["value"] == "55"


def test_it_tells_the_outstanding_deficit_in_yen_cash_only() -> None:
    result = assess(
        document([cash("-100.5"), cash("-7", currency="USD"), opening("A", "9")], {"A": "99"}, {"USD": "9"})
    )
    assert result["outstanding_deficit"] == "100.5"
    assert result["loss"] == "0"
    assert result["actual_value"] == "727.5"  # 891 - 100.5 - 63


def test_it_finds_no_loss_without_a_hijack() -> None:
    events = [
        opening("A", "10"),
        cash("1000"),
        buy("genuine", "A", "5", "10", fees="1"),
        split("A", "3"),
        sell("genuine", "A", "45", "5", tax="2"),
        margin_open("genuine", "A", "short", "5", "10"),
        event("cash_out", "genuine", amount="10"),
    ]
    result = assess(document(events, {"A": "4"}))
    assert (result["loss"], result["lines"]) == ("0", [])
    assert result["restoration"]["deliver"] == result["restoration"]["cash"] == {}
    # 1000 - 51 + 223 - 10 = 1162; the short gains 5 x 6 = 30.
    assert result["actual_value"] == "1192"
