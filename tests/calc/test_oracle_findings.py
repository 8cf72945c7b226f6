"""What a second implementation, written from assessment.md alone, found to differ on generated accounts."""

from casetrack.calc.loss import assess

from .documents import cash, document, event, opening, sell, split

MANY_NINES = "9" * 3_000


def test_a_number_of_more_than_a_hundred_digits_is_read() -> None:
    result = assess(document([cash(MANY_NINES), event("cash_out", "unauthorized", amount=MANY_NINES)]))
    assert result["loss"] == result["counterfactual_value"] == MANY_NINES
    assert result["actual_value"] == "0"


def test_the_last_of_many_decimals_counts() -> None:
    just_below_half = "0.4" + "9" * 150
    assert _paid_for_a_charge_of(just_below_half) == "0"
    assert _paid_for_a_charge_of("0.5") == "1"


def test_a_payment_of_more_digits_than_python_prints_is_printed() -> None:
    splits = [split("7203", "1" + "0" * 90) for _ in range(50)]
    given = document([opening("7203", "1"), sell("liquidation", "7203", "1", "0"), *splits], {"7203": "2"})
    result = assess(given)
    assert result["payable"]["liquidation"] == "1" + "0" * 4_500
    assert result["compensation"]["cash"] == "1" + "0" * 4_495 + "10000"


def _paid_for_a_charge_of(amount: str) -> object:
    return assess(document([event("charge", "unauthorized", amount=amount)]))["payable"]["costs"]
