"""The result as JSON-like values (assessment.md, example A): decimal strings, keys in the order shown there."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from casetrack.calc.loss.exact import ZERO, decimal_text, round_half_up
from casetrack.calc.loss.fields import YEN
from casetrack.calc.loss.inputs import Document
from casetrack.calc.loss.lines import Line
from casetrack.calc.loss.policy import Position, Restoration, by_component, payable, reduction_of
from casetrack.calc.loss.worlds import World


def result(
    document: Document,
    lines: Sequence[Line],
    values: tuple[Fraction, Fraction],
    actual: World,
    restoration: Restoration,
) -> dict[str, Any]:
    """The whole result. `values` are those of the counterfactual and the actual world, in yen."""
    policy = document.policy
    components = by_component(lines)
    loss = values[0] - values[1]
    paid = payable(components, policy)
    reduction = reduction_of(loss, policy)
    compensation = {
        "cash": decimal_text(Fraction(sum(paid.values()))),
        "restoration": decimal_text(Fraction(round_half_up(loss - reduction + policy.solatium))),
    }
    return {
        "valuation_date": document.valuation.on.isoformat(),
        "ignored": [event.id for event in document.ignored],
        "lines": _lines(lines),
        "components": _texts(components),
        "loss": decimal_text(loss),
        "counterfactual_value": decimal_text(values[0]),
        "actual_value": decimal_text(values[1]),
        "payable": _texts({name: Fraction(amount) for name, amount in paid.items()}),
        "restoration": {
            "deliver": _not_zero(restoration.deliver),
            "cash": _not_zero(restoration.cash),
            "take_over": _positions(restoration.take_over),
            "reopen": _positions(restoration.reopen),
            "reduction": decimal_text(Fraction(reduction)),
            "value": decimal_text(restoration.value),
        },
        "compensation": compensation,
        "due": compensation[policy.method],
        "outstanding_deficit": decimal_text(max(ZERO, -actual.cash.get(YEN, ZERO))),
    }


def _lines(lines: Sequence[Line]) -> list[dict[str, str]]:
    texts = [{"event": x.event.id, "component": x.component, "loss": decimal_text(x.loss)} for x in lines]
    return [line for line in texts if line["loss"] != "0"]


def _positions(positions: Sequence[Position]) -> list[dict[str, str]]:
    return [
        {"security": p.security, "side": p.side, "quantity": decimal_text(p.quantity), "price": decimal_text(p.price)}
        for p in positions
    ]


def _texts(numbers: Mapping[str, Fraction]) -> dict[str, str]:
    return {name: decimal_text(number) for name, number in numbers.items()}


def _not_zero(numbers: Mapping[str, Fraction]) -> dict[str, str]:
    return {name: text for name, text in _texts(numbers).items() if text != "0"}
