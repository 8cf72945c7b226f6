"""The figures of good faith in words: what the firm's and the regulator's pages and files share."""

from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casetrack.cases.timeline import CLOCKS
from casetrack.lib.formats import NONE

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

CLOCK_NAMES: dict[str, "StrOrPromise"] = dict(CLOCKS)
# What the axis of a chart has room for.
SHORT_NAMES: dict[str, "StrOrPromise"] = {
    "submitted": pgettext_lazy("chart", "Receipt"),
    "acknowledged": pgettext_lazy("chart", "Start"),
    "investigating": pgettext_lazy("chart", "Investigation"),
    "first_answer": pgettext_lazy("chart", "First answer"),
    "assessed": pgettext_lazy("chart", "Offer"),
    "counter_answer": pgettext_lazy("chart", "Counter-offer"),
    "reasons": pgettext_lazy("chart", "Reasons"),
    "second_review": pgettext_lazy("chart", "Review"),
    "agreed": pgettext_lazy("chart", "Payment"),
    "part_payment": pgettext_lazy("chart", "Part paid"),
}
MEASURE_NAMES: dict[str, "StrOrPromise"] = {
    "in_time": _("Done within the target"),
    "first_answer": _("First answer: median business days"),
    "first_answer_in_time": _("First answer: within the target"),
    "counter_answer": _("Answer to a counter-offer: median business days"),
    "counter_answer_in_time": _("Answer to a counter-offer: within the target"),
    "late_now": _("Late and not done yet"),
    "offers": _("Offers made"),
    "reasoned": _("Offers with full reasons"),
    "accepted": _("Offers accepted, of those answered or lapsed"),
    "closed": _("Gap closed by the firm"),
    "reduced": _("Offers with a reduction"),
    "reduction": _("Average reduction, where there is one"),
}


def percent(share: Decimal | None) -> str:
    """0.5 as 50%."""
    return NONE if share is None else f"{round(share * 100)}%"


def days(number: Decimal | None) -> str:
    """At most one decimal: 3 or 3.5."""
    return NONE if number is None else f"{number.normalize():f}"


def exact(number: Decimal | int | None) -> str:
    """A number for a file: shares with four decimals, nothing for None."""
    if number is None:
        return ""
    return str(number) if isinstance(number, int) else f"{round(number, 4).normalize():f}"
