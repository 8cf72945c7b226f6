"""The figures of a case by their names: each is another thing, and none is called by the name of another."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casetrack.calc.loss.exact import round_half_up
from casetrack.ledger.gross import TRADES, Gross
from casetrack.ledger.models import Attributed, Side, Type

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# In the order in which they come about. The glossary has the same words.
FIGURES: dict[str, "StrOrPromise"] = {
    "gross": pgettext_lazy("figure", "Gross amounts"),
    "loss": pgettext_lazy("figure", "Loss"),
    "assessed": pgettext_lazy("figure", "Assessed"),
    "claimed": pgettext_lazy("figure", "Claimed"),
    "offered": pgettext_lazy("figure", "Offered"),
    "agreed": pgettext_lazy("figure", "Agreed"),
    "paid": pgettext_lazy("figure", "Paid"),
}
MEANINGS: dict[str, "StrOrPromise"] = {
    "gross": _("What was sold and bought in the account without authority. It is not the loss."),
    "loss": _("What the account would be worth without the hijack, less what it is worth."),
    "assessed": _("What the firm's policy gives for the loss."),
    "claimed": _("What the customer asked for last."),
    "offered": _("What the firm offered last."),
    "agreed": _("What both sides have agreed on."),
    "paid": _("What the firm has paid, money ahead of the settlement included."),
}


def gross_in(documents: Iterable[Mapping[str, Any]]) -> Gross:
    """The gross amounts of a stored run, from its inputs, those after the valuation date among them."""
    sold = bought = 0
    for document in documents:
        units = {e["security"]: e["unit"] for e in document["events"] if e.get("security") and e.get("unit")}
        for event in document["events"]:
            if event["attribution"] != Attributed.UNAUTHORIZED or event["type"] not in TRADES:
                continue
            value = Fraction(event["price"]) * Fraction(event["quantity"]) * Fraction(event.get("fx", "1"))
            whole = round_half_up(value / Fraction(units.get(event["security"], "1")))
            if _is_buy(event):
                bought += whole
            else:
                sold += whole
    return Gross(Decimal(sold), Decimal(bought))


def _is_buy(event: Mapping[str, Any]) -> bool:
    opens_long = event["type"] == Type.MARGIN_OPEN and event.get("side", Side.LONG) == Side.LONG
    closes_short = event["type"] == Type.MARGIN_CLOSE and event.get("side") == Side.SHORT
    return event["type"] == Type.BUY or opens_long or closes_short
