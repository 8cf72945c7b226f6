"""What restoration moves, item by item with its worth, so that the sum can be checked with a pencil."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from casetrack.assessment.models import AssessedAccount
from casetrack.calc.loss.exact import decimal_text
from casetrack.calc.loss.inputs import Document, parse
from casetrack.ledger.models import Side
from casetrack.lib.formats import quantity

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Item:
    """One thing that changes hands: what, by which calculation, and its worth in yen (to the customer)."""

    what: "StrOrPromise"
    working: str
    worth: str


def restoration_of(row: AssessedAccount) -> list[Item]:
    return list(_items(parse(row.inputs), row.result["restoration"]))


def _items(document: Document, result: Mapping[str, Any]) -> Iterator[Item]:
    for code, text in result["deliver"].items():
        units = Fraction(text)
        what = _("%(code)s to the customer") if units > 0 else _("%(code)s back to the firm")
        price, unit, rate = _terms(document, code)
        yield Item(
            what % {"code": code}, f"{_number(units)} × {_times(price, unit, rate)}",
            decimal_text(units * price / unit * rate),
        )  # fmt: skip
    for currency, text in result["cash"].items():
        amount = Fraction(text)
        rate = document.valuation.fx.get(currency, Fraction(1))
        what = _("Cash to the customer (%(currency)s)") if amount > 0 else _("Cash back to the firm (%(currency)s)")
        times = f" × {_number(rate)}" if rate != 1 else ""
        yield Item(what % {"currency": currency}, f"{_number(amount)}{times}", decimal_text(amount * rate))
    for position in result["take_over"]:
        yield _position(document, position, _("The firm takes over %(code)s (%(side)s)"), sign=-1)
    for position in result["reopen"]:
        yield _position(document, position, _("%(code)s (%(side)s) is opened again"), sign=1)


def _position(document: Document, position: Mapping[str, str], what: str, *, sign: int) -> Item:
    """A margin position at its entry price against the valuation price; `sign` 1 if the customer has it afterwards."""
    price, unit, rate = _terms(document, position["security"])
    units, entry = Fraction(position["quantity"]), Fraction(position["price"])
    direction = sign if position["side"] == Side.LONG else -sign
    plus, minus = (price, entry) if direction > 0 else (entry, price)
    per = f" ÷ {_number(unit)}" if unit != 1 else ""
    times = f" × {_number(rate)}" if rate != 1 else ""
    return Item(
        what % {"code": position["security"], "side": Side(position["side"]).label},
        f"({_number(plus)} − {_number(minus)}) × {_number(units)}{per}{times}",
        decimal_text((plus - minus) * units / unit * rate),
    )


def _terms(document: Document, code: str) -> tuple[Fraction, Fraction, Fraction]:
    """Valuation price, unit, and yen per unit of the security's currency."""
    terms = document.terms[code]
    rate = Fraction(1) if terms.currency == "JPY" else document.valuation.fx[terms.currency]
    return document.valuation.prices[code], terms.unit, rate


def _times(price: Fraction, unit: Fraction, rate: Fraction) -> str:
    per = f" ÷ {_number(unit)}" if unit != 1 else ""
    return _number(price) + per + (f" × {_number(rate)}" if rate != 1 else "")


def _number(value: Fraction) -> str:
    return quantity(decimal_text(value))
