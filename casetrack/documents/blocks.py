"""The parts that a document is put together from. templates/documents/blocks.typ sets each of them."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from casetrack.lib.clock import TOKYO

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Block = dict[str, Any]


def heading(text: "StrOrPromise") -> Block:
    return {"block": "heading", "text": str(text)}


def paragraph(text: "StrOrPromise") -> Block:
    """Text with its line ends."""
    return {"block": "paragraph", "text": str(text)}


def quote(text: "StrOrPromise") -> Block:
    """Words of a person, set apart."""
    return {"block": "quote", "text": str(text)}


def steps(texts: "Iterable[StrOrPromise]") -> Block:
    """A numbered list."""
    return {"block": "steps", "texts": [str(text) for text in texts]}


def pairs(rows: "Iterable[tuple[StrOrPromise, StrOrPromise]]") -> Block:
    """Questions and answers, labels and values."""
    return {"block": "pairs", "rows": [[str(label), str(value) or "—"] for label, value in rows]}


def figure(label: "StrOrPromise", amount: "StrOrPromise", note: "StrOrPromise" = "") -> Block:
    """The one amount that a document is about."""
    return {"block": "figure", "label": str(label), "amount": str(amount), "note": str(note)}


def table(
    head: "Sequence[tuple[StrOrPromise, str]]", rows: "Iterable[Sequence[StrOrPromise]]", *, totals: int = 0
) -> Block:
    """`head` names the columns with their width and side: "1fr left", "auto right". The last `totals` rows add up."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths, sides = zip(*(shape.split() for _name, shape in head), strict=True)
    names = [str(name) for name, _shape in head]
    return {"block": "table", "head": names, "widths": widths, "sides": sides, "rows": cells, "totals": totals}


def content(
    dated: dt.datetime, sender: str, blocks: Iterable[Block], *, day: str, wide: bool = False
) -> dict[str, Any]:
    """The facts of a document: when and from whom, and its blocks. `day` is the time in words, `wide` the paper
    lying."""
    return {
        "dated": dated.astimezone(TOKYO).isoformat(),
        "day": day,
        "sender": sender,
        "wide": wide,
        "blocks": list(blocks),
    }
