"""Lots, first in first out: what was bought, sold or opened in one event and is not yet used up."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from casetrack.calc.loss.exact import ONE, ZERO, in_ten_decimals
from casetrack.calc.loss.inputs import Event


@dataclass(slots=True)
class Lot:
    """What is left of `event`'s quantity, in units after all splits."""

    event: Event
    quantity: Fraction


class Drawn(NamedTuple):
    """`quantity` units that `event` (a sale, a buy-back, a closing) took from the lot of the earlier event `source`."""

    event: Event
    source: Event
    quantity: Fraction


class Lots:
    """A queue of lots with its total."""

    __slots__ = ("_queue", "total")

    def __init__(self) -> None:
        self._queue: deque[Lot] = deque()
        self.total = ZERO

    def __iter__(self) -> Iterator[Lot]:
        return iter(self._queue)

    def put(self, event: Event, quantity: Fraction) -> None:
        """Add a lot behind the others."""
        self._queue.append(Lot(event, quantity))
        self.total += quantity

    def draw(self, event: Event, quantity: Fraction) -> list[Drawn]:
        """Take `quantity`, which is no more than `total`, from the front."""
        drawn: list[Drawn] = []
        missing = quantity
        while missing:
            lot = self._queue[0]
            if lot.quantity > missing:
                lot.quantity -= missing
                drawn.append(Drawn(event, lot.event, missing))
                break
            self._queue.popleft()
            drawn.append(Drawn(event, lot.event, lot.quantity))
            missing -= lot.quantity
        self.total -= quantity
        return drawn


class Positions:
    """Open margin positions of one security, side and owner, found by their price on the day they are closed.

    A closing names the open price as adjusted by the splits so far, in a file that knows decimals only, while the
    adjusted price may be a fraction such as 100/3. Prices are therefore compared at 10 decimals, as of the day of the
    closing; the money is computed from the exact price of the opening.
    """

    __slots__ = ("_by_price", "_later_splits")

    def __init__(self) -> None:
        self._by_price: dict[int, Lots] = {}
        self._later_splits = ONE

    def __iter__(self) -> Iterator[Lot]:
        return (lot for lots in self._by_price.values() for lot in lots)

    def put(self, event: Event) -> None:
        """Add the position that `event` opens."""
        self._as_of(event.later_splits)
        price = event.price if event.later_splits is ONE else event.price * event.later_splits
        self._by_price.setdefault(in_ten_decimals(price), Lots()).put(event, event.quantity)

    def at_price(self, event: Event) -> Lots:
        """The lots that the closing `event` may draw on, by its `open_price`."""
        self._as_of(event.later_splits)
        return self._by_price.setdefault(in_ten_decimals(event.open_price), Lots())

    def _as_of(self, later_splits: Fraction) -> None:
        """Sort the lots anew under their prices of the day, if a split came between."""
        if later_splits == self._later_splits:
            return
        lots = sorted(self, key=lambda lot: (lot.event.at, lot.event.place))
        self._by_price = {}
        self._later_splits = later_splits
        for lot in lots:
            key = in_ten_decimals(lot.event.price * later_splits)
            self._by_price.setdefault(key, Lots()).put(lot.event, lot.quantity)
