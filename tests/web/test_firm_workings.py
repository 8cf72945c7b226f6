"""The workings beside each line of a statement: whoever computes them by hand gets the line."""

import re
from collections import Counter
from fractions import Fraction
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings

from casetrack.assessment.models import AssessedAccount
from casetrack.assessment.restored import restoration_of
from casetrack.assessment.workings import workings_of
from casetrack.calc.loss import assess
from tests.calc.accounts import accounts
from tests.calc.documents import buy, document, sell

few = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def account(inputs: dict[str, Any]) -> AssessedAccount:
    return AssessedAccount(inputs=inputs, result=assess(inputs))


def by_hand(text: str) -> Fraction:
    """What the calculation gives, read as a person reads it: words and thousands separators mean nothing."""
    formula = re.sub(r"[a-z]+(?: back)?", "", text.replace(",", ""))
    formula = formula.replace("×", "*").replace("÷", "/").replace("−", "-")
    assert re.fullmatch(r"[0-9.()*/+\- ]+", formula), text
    exact = re.sub(r"[0-9.]+", lambda number: f"Fraction('{number[0]}')", formula)
    return Fraction(eval(exact, {"Fraction": Fraction}))  # noqa: S307  (digits and signs only, as asserted)


@few
@given(accounts())
def test_every_line_has_workings_that_add_up_to_it(inputs: dict[str, Any]) -> None:
    row = account(inputs)
    has_splits = any(event["type"] == "split" for event in inputs["events"])
    with override("en"):
        workings = workings_of(row)
    lines = {(line["event"], line["component"]): Fraction(line["loss"]) for line in row.result["lines"]}
    assert workings.keys() == lines.keys()
    for key, loss in lines.items():
        total = sum((working.loss for working in workings[key]), Fraction(0))
        assert abs(total - loss) < Fraction(1, 10**9)
        if not has_splits:  # a split may leave prices that no decimals hold
            assert abs(sum(by_hand(w.text) for w in workings[key]) - loss) < Fraction(1, 10**6)


@few
@given(accounts())
def test_what_restoration_moves_is_worth_the_loss(inputs: dict[str, Any]) -> None:
    row = account(inputs)
    with override("en"):
        items = restoration_of(row)
    worth = sum((Fraction(item.worth) for item in items), Fraction(0))
    assert abs(worth - Fraction(row.result["restoration"]["value"])) < Fraction(1, 10**6)
    moved = row.result["restoration"]
    parts = Counter({name: len(moved[name]) for name in ("deliver", "cash", "take_over", "reopen")})
    assert len(items) == parts.total()


@pytest.mark.parametrize(
    ("language", "text"), [("en", "(bought 128 − sold 112) × 12,000"), ("ja", "(買付 128 − 売却 112) × 12,000")]
)
def test_a_calculation_is_said_in_the_readers_language(language: str, text: str) -> None:
    inputs = document(
        [buy("unauthorized", "7992", "20000", "128"), sell("mitigation", "7992", "12000", "112")],
        prices={"7992": "105"},
    )
    first, second = (event["id"] for event in inputs["events"])
    with override(language):
        found = workings_of(account(inputs))
    assert [(w.text, w.yen, w.source) for w in found[second, "planted"]] == [(text, "192000", first)]
