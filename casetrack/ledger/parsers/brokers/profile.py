"""A broker's format: by which column names it is known, and how a row of it is read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from casetrack.ledger.parsers.brokers.brought import BrokerFile, BroughtTrade, Control, Problem, RowError
from casetrack.ledger.parsers.brokers.table import Line, header_key
from casetrack.ledger.parsers.brokers.values import LARGEST_AMOUNT, Cells, as_number


@dataclass(frozen=True)
class Profile:
    """`needs` are the column names that make the format; others are read where they stand and may be absent.
    `trade` raises RowError, and gives None for a row that says nothing of a trade. `controls` is given the lines above
    the header and what was read."""

    format: str
    name: str
    needs: tuple[str, ...]
    trade: Callable[[Cells], BroughtTrade | None]
    controls: Callable[[Sequence[Line], Sequence[BroughtTrade], int], tuple[Control, ...]] = lambda *_read: ()

    def recognizes(self, names: Sequence[str]) -> bool:
        """Every needed name stands once in this header, in whatever order and brackets."""
        keys = [header_key(name) for name in names]
        return all(keys.count(header_key(need)) == 1 for need in self.needs)

    def read(self, lines: Sequence[Line], header: int) -> BrokerFile:
        """Read the file whose header is `lines[header]`. A second header of the format begins its columns anew."""
        names = named(lines[header])
        trades: list[BroughtTrade] = []
        problems: list[Problem] = []
        skipped = 0
        for line in lines[header + 1 :]:
            if line.cells and len(line.cells) >= len(self.needs) and self.recognizes(line.cells):
                names = named(line)
                continue
            try:
                trade = self._trade(cells_of(line, names))
            except RowError as error:
                problems.append(error.at(line.number))
                continue
            if trade is None:
                skipped += 1
            else:
                trades.append(trade)
        rows = len(trades) + len(problems) + skipped
        controls = self.controls(lines[:header], trades, rows)
        return BrokerFile(self.format, self.name, tuple(trades), tuple(problems), controls, skipped)

    def _trade(self, cells: Cells) -> BroughtTrade | None:
        """Also what number and price come to has to be an amount."""
        trade = self.trade(cells)
        if trade is not None and trade.amount is not None and abs(trade.amount) >= LARGEST_AMOUNT:
            raise RowError("", "too_large")
        return trade


def named(header: Line) -> tuple[str, ...]:
    """The names in a header, without the empty columns that Excel may have added at the end."""
    names = list(header.cells or ())
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def cells_of(line: Line, names: tuple[str, ...]) -> Cells:
    """The row under its header. Raises RowError when they do not fit. Excel may have added empty cells at the end."""
    if line.damaged:
        raise RowError("", "characters")
    if line.cells is None:
        raise RowError("", "quotes")
    if len(line.cells) < len(names) or any(line.cells[len(names) :]):
        raise RowError("", "cells")
    return Cells(line.number, names, line.cells[: len(names)])


def stated(above: Sequence[Line], name: str) -> Decimal | None:
    """The number under this name in the lines above the header, where brokers state their totals."""
    for title, values in pairwise(above):
        keys = [header_key(cell) for cell in title.cells or ()]
        if name in keys and values.cells and len(values.cells) > keys.index(name):
            return as_number(values.cells[keys.index(name)])
    return None
