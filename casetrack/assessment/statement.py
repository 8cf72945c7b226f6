"""The statement of loss of a stored run, as the firm's people and its document show it: each line with its workings,
both methods, and the inputs."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casetrack.assessment.models import AssessedAccount, Assessment
from casetrack.assessment.restored import Item, restoration_of
from casetrack.assessment.services.inputs import ENTERED
from casetrack.assessment.workings import Working, workings_of
from casetrack.ledger.models import Attributed, Type

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

COMPONENTS: dict[str, "StrOrPromise"] = {
    "planted": _("Planted issues"),
    "own_holdings": _("Own holdings sold"),
    "liquidation": _("Forced liquidation"),
    "margin": _("Margin positions"),
    "costs": _("Fees, tax and interest"),
    "income": _("Dividends and distributions"),
    "withdrawals": _("Withdrawals"),
    "solatium": _("Solatium"),
    "restoration": _("Restoration, in money"),
    "adjustment": _("Adjustment"),
}
# The same in the words that a customer reads.
PLAIN_COMPONENTS: dict[str, "StrOrPromise"] = {
    "planted": _("Stocks that the intruder bought"),
    "own_holdings": _("Your own holdings that the intruder sold"),
    "liquidation": _("Forced sale by the firm"),
    "margin": _("Margin positions of the intruder"),
    "costs": _("Fees, tax and interest"),
    "income": _("Dividends that you missed"),
    "withdrawals": _("Money taken out"),
    "solatium": _("Solatium (a token of apology)"),
    "restoration": _("Restoring your account"),
    "adjustment": _("Adjustment agreed in the talks"),
}


@dataclass(frozen=True)
class Line:
    """An event as it went in, in words; as a share of the loss also its component, its yen, and how they come about."""

    event: Mapping[str, str]
    at: dt.datetime
    type: "StrOrPromise"
    attribution: "StrOrPromise"
    component: "StrOrPromise" = ""
    loss: Decimal = Decimal(0)
    workings: list[Working] = field(default_factory=list)

    @property
    def quantity(self) -> str | None:
        """Units, or a split's ratio."""
        return self.event.get("quantity", self.event.get("ratio"))


@dataclass(frozen=True)
class Component:
    name: "StrOrPromise"
    loss: Decimal | None
    percent: Decimal | None
    payable: Decimal


@dataclass(frozen=True)
class Account:
    """One account of the run. `prices` are code, price (or rate), and where it came from."""

    row: AssessedAccount
    lines: list[Line]
    components: list[Component]
    restoration: list[Item]
    prices: list[tuple[str, Decimal, str]]
    events: list[Line]


def statement(run: Assessment, words: "Mapping[str, StrOrPromise]" = COMPONENTS) -> list[Account]:
    """The accounts of a run; `words` names the components."""
    return [_account(row, words) for row in run.accounts.select_related("incident").order_by("pk")]


def _account(row: AssessedAccount, words: "Mapping[str, StrOrPromise]") -> Account:
    events = {event["id"]: event for event in row.inputs["events"]}
    workings = workings_of(row)
    return Account(
        row=row,
        lines=[
            _line(
                events[line["event"]],
                component=words[line["component"]],
                loss=Decimal(line["loss"]),
                workings=workings.get((line["event"], line["component"]), []),
            )
            for line in row.result["lines"]
        ],
        components=_components(row, words),
        restoration=restoration_of(row),
        prices=_prices(row),
        events=[_line(event) for event in events.values()],
    )


def _line(event: Mapping[str, str], **share: Any) -> Line:
    return Line(
        event=event,
        at=dt.datetime.fromisoformat(event["at"]),
        type=Type(event["type"]).label,
        attribution=Attributed(event["attribution"]).label,
        **share,
    )


def _components(row: AssessedAccount, words: "Mapping[str, StrOrPromise]") -> list[Component]:
    """In the order of the rules: the database does not keep that of JSON keys."""
    policy, result = row.inputs["policy"], row.result
    return [
        Component(
            name=words[name],
            loss=Decimal(result["components"][name]) if name in result["components"] else None,
            percent=Decimal(policy["ratios"].get(name, "0")) * 100 if name in result["components"] else None,
            payable=Decimal(payable),
        )
        for name in COMPONENTS
        if (payable := result["payable"].get(name)) is not None
    ]


def _prices(row: AssessedAccount) -> list[tuple[str, Decimal, str]]:
    given = row.inputs["valuation"]
    return [
        (code, Decimal(value), _source(row.price_sources.get(code, "")))
        for code, value in (*given["prices"].items(), *given["fx"].items())
    ]


def _source(text: str) -> str:
    kind, _colon, place = text.partition(": ")
    if kind != ENTERED:
        return text
    return gettext("Entered by hand: %s") % place if place else gettext("Entered by hand")


def parts_of(
    components: Mapping[str, str], words: "Mapping[str, StrOrPromise]" = COMPONENTS
) -> list[tuple["StrOrPromise", Decimal]]:
    """The parts of an offer by name, in the order of the rules, zero ones left out."""
    return [(said, Decimal(components[name])) for name, said in words.items() if Decimal(components.get(name, 0))]
