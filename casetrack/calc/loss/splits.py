"""Splits, taken out of the way before the replay: every quantity and price is restated as of the valuation date.

A split applies to all earlier quantities and prices of its security (assessment.md). With the product of all later
ratios known for each event, `quantity x product` and `price / product` say the same in units after all splits, which
are the units of the valuation prices and of the result. Money does not change.
"""

from collections.abc import Sequence
from fractions import Fraction

from casetrack.calc.loss.exact import ONE
from casetrack.calc.loss.inputs import Event


def restate(events: Sequence[Event]) -> list[Event]:
    """`events` (in replay order) in units after all splits, the splits themselves left out.

    `open_price` stays as stated on the day of the closing, where it names a position; `later_splits` leads there.
    """
    later: dict[str, Fraction] = {}
    restated: list[Event] = []
    for event in reversed(events):
        if event.type == "split":
            later[event.security] = later.get(event.security, ONE) * event.ratio
        elif event.security in later:
            restated.append(_restated(event, later[event.security]))
        else:
            restated.append(event)
    restated.reverse()
    return restated


def _restated(event: Event, ratio: Fraction) -> Event:
    return event._replace(quantity=event.quantity * ratio, price=event.price / ratio, later_splits=ratio)
