"""Loss assessment: what a hijack cost an account, event by event, and what a policy pays for it.

The rules are `assessment.md`; a method version names them, so that a stored run can be told from a later one.
Data flows through the modules in this order: fields, inputs (JSON to values), splits, replay (lots), worlds (the
check), lines, policy, output (values to JSON).
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from casetrack.calc.loss.exact import decimal_text, total
from casetrack.calc.loss.inputs import COMPONENTS, GENUINE, Event, parse
from casetrack.calc.loss.lines import lines as loss_lines
from casetrack.calc.loss.output import result
from casetrack.calc.loss.policy import restore
from casetrack.calc.loss.rates import Rates
from casetrack.calc.loss.refusal import Code, Refusal
from casetrack.calc.loss.replay import Account, replay
from casetrack.calc.loss.splits import restate
from casetrack.calc.loss.worlds import World, replay_worlds

__all__ = ["COMPONENTS", "METHODS", "METHOD_VERSION", "Code", "Refusal", "assess", "assess_json"]

METHOD_VERSION = "1"
"""Changes whenever the same input may give another result."""

_PRICED = frozenset({"buy", "sell", "margin_close"})


def assess(document: Mapping[str, Any]) -> dict[str, Any]:
    """Assess one account: the input object of assessment.md in, its result object out, numbers as decimal strings.

    Raises Refusal: `malformed` first, then what the replay finds (`oversold`, `overbought`, `no_open_position`), then
    `missing_price` and `missing_rate`, and `check_failed` if the two computations of the loss should ever differ.
    """
    accepted = parse(document)
    events = restate(accepted.events)
    account = replay(events)
    counterfactual, actual = replay_worlds(events, account.basis)
    rates = Rates(accepted.valuation, accepted.terms)
    rates.require(_securities_needed(account), _currencies_needed(events, counterfactual, actual))
    lines = loss_lines(events, account, rates)
    restoration = restore(counterfactual, actual, account, rates)
    values = counterfactual.value(rates), actual.value(rates)
    loss = total(line.loss for line in lines)
    if not loss == values[0] - values[1] == restoration.value:
        raise Refusal(
            "check_failed",
            f"The lines add up to {decimal_text(loss)} yen, the replay of both worlds differs by "
            f"{decimal_text(values[0] - values[1])} yen and the restoration is worth {decimal_text(restoration.value)} "
            "yen. This is a fault of the program; please report it.",
        )
    return result(accepted, lines, values, actual, restoration)


METHODS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {METHOD_VERSION: assess}
"""The rules by their version. A new version is added beside the old ones: a stored run is recomputed by its own."""


def assess_json(text: str) -> dict[str, Any]:
    """Assess a JSON text. A refused input, malformed JSON among them, gives the error object; nothing is raised."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return Refusal("malformed", "The input is not valid JSON.").as_json()
    try:
        return assess(document)
    except Refusal as refusal:
        return refusal.as_json()


def _securities_needed(account: Account) -> Iterator[str]:
    """Securities held, open, short of own, or with a line against the valuation price."""
    for security, holding in account.holdings.items():
        if holding.own or holding.planted.total or holding.short_of_own.total:
            yield security
    for (security, _side), margin in account.margins.items():
        if any(margin.genuine) or any(margin.hijacker):
            yield security
    for drawn in account.genuine_closed:
        yield drawn.source.security


def _currencies_needed(events: list[Event], *worlds: World) -> Iterator[str]:
    """Currencies in which a world holds cash, or in which an event settled that a line prices in yen."""
    for world in worlds:
        yield from world.cash
    for event in events:
        if event.fx is not None or event.attribution == GENUINE:
            continue
        if event.costs or event.amount or event.type in _PRICED:
            yield event.currency
