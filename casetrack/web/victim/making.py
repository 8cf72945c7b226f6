"""How an offer's amount was made, from the stored runs of the calculator: line by line, component by component, and
both methods side by side. Only what is stored is read; nothing is computed again."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from casetrack.assessment.models import AssessedAccount, Assessment
from casetrack.assessment.reductions import Grounds, grounds_of
from casetrack.assessment.statement import PLAIN_COMPONENTS
from casetrack.lib.money import ZERO
from casetrack.negotiation.models import Offer
from casetrack.negotiation.proposal import expected_of
from casetrack.web.formats import quantity
from casetrack.web.victim.executions import DEEDS
from casetrack.web.victim.words import DECISIONS

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Line:
    """One share of the loss: which execution, which part, how much, and what share of it the policy pays."""

    at: dt.datetime
    deed: str
    decision: "StrOrPromise"
    component: "StrOrPromise"
    loss: Decimal
    share: Decimal


@dataclass(frozen=True)
class Part:
    """One component of the loss: what was lost, the share that the policy pays, and the yen that come of it."""

    name: "StrOrPromise"
    loss: Decimal | None
    share: Decimal | None
    payable: Decimal


@dataclass(frozen=True)
class Making:
    """`about`: what the policy pays of the parts that the offer is about, where these are not all; None: they are.
    `adjustment`: by how much the offer is more than what the policy pays of its parts."""

    run: Assessment
    lines: list[Line]
    parts: list[Part]
    deliver: list[tuple[str, str]]
    is_cash: bool
    about: Decimal | None
    adjustment: Decimal
    grounds: Grounds | None

    @property
    def reduction_percent(self) -> Decimal:
        return self.run.reduction * 100

    @property
    def difference(self) -> Decimal:
        return abs(self.adjustment)


def making_of(offer: Offer, run: Assessment) -> Making:
    accounts = list(run.accounts.order_by("pk"))
    expected = sum(expected_of(offer).values(), ZERO)
    return Making(
        run=run,
        lines=[line for account in accounts for line in _lines(account)],
        parts=_parts(accounts),
        deliver=[row for account in accounts for row in _restoration(account.result["restoration"])],
        is_cash=run.method == "cash",
        about=expected if offer.is_partial or offer.builds_on else None,
        adjustment=offer.amount - expected,
        grounds=grounds_of(run.reduced_by) if run.reduced_by else None,
    )


def _share(policy: Mapping[str, Any], component: str) -> Decimal:
    ratio = Decimal(policy["ratios"].get(component, "0"))
    return ratio * (1 - Decimal(policy.get("reduction", "0"))) * 100


def _lines(account: AssessedAccount) -> Iterator[Line]:
    events = {event["id"]: event for event in account.inputs["events"]}
    for line in account.result["lines"]:
        event = events[line["event"]]
        yield Line(
            at=dt.datetime.fromisoformat(event["at"]),
            deed=_deed(event),
            decision=DECISIONS[event["attribution"]],
            component=PLAIN_COMPONENTS[line["component"]],
            loss=Decimal(line["loss"]),
            share=_share(account.inputs["policy"], line["component"]),
        )


def _deed(event: Mapping[str, Any]) -> str:
    """ "6182: bought on margin, 200,000 at 250" in the reader's language."""
    deed = str(DEEDS.get((event["type"], event.get("side", ""))) or PLAIN_COMPONENTS.get("costs"))
    if not event.get("security"):
        return deed
    if "quantity" not in event or "price" not in event:
        return _("%(security)s: %(deed)s") % {"security": event["security"], "deed": deed}
    return _("%(security)s: %(deed)s, %(quantity)s at %(price)s") % {
        "security": event["security"],
        "deed": deed,
        "quantity": quantity(event["quantity"]),
        "price": quantity(event["price"]),
    }


def _parts(accounts: list[AssessedAccount]) -> list[Part]:
    """The components that are not zero everywhere, added up over the accounts; the solatium last."""
    parts = []
    for name, words in PLAIN_COMPONENTS.items():
        losses = [Decimal(a.result["components"][name]) for a in accounts if name in a.result["components"]]
        payable = sum((Decimal(a.result["payable"].get(name, "0")) for a in accounts), ZERO)
        loss = sum(losses, ZERO) if losses else None
        if loss or payable:
            share = _share(accounts[0].inputs["policy"], name) if losses else None
            parts.append(Part(words, loss, share, payable))
    return parts


def _restoration(result: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What would change hands to put the account back: (what, how much), in words."""
    for security, units in result["deliver"].items():
        to_you = Decimal(units) > 0
        said = _("%(security)s to you") if to_you else _("%(security)s back to the firm")
        yield said % {"security": security}, quantity(abs(Decimal(units)))
    for currency, amount in result["cash"].items():
        to_you = Decimal(amount) > 0
        said = _("Cash to you (%(currency)s)") if to_you else _("Cash back to the firm (%(currency)s)")
        yield said % {"currency": currency}, quantity(abs(Decimal(amount)))
    for position in result["take_over"]:
        yield _("Margin position in %(security)s: the firm takes it over") % position, quantity(position["quantity"])
    for position in result["reopen"]:
        yield _("Margin position in %(security)s: opened again for you") % position, quantity(position["quantity"])
