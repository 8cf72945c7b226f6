"""The statement of loss of a stored run, as the firm's people read it: nothing is computed again."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from casetrack.assessment.models import AssessedAccount, Assessment
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


@dataclass(frozen=True)
class Line:
    """One share of the loss: the event as it went in, its component, yen."""

    event: Mapping[str, Any]
    at: dt.datetime
    type: "StrOrPromise"
    attribution: "StrOrPromise"
    component: "StrOrPromise"
    loss: Decimal


@dataclass(frozen=True)
class Component:
    name: "StrOrPromise"
    loss: Decimal | None
    percent: Decimal | None
    payable: Decimal


@dataclass(frozen=True)
class AccountStatement:
    """One account of the run."""

    row: AssessedAccount
    lines: list[Line]
    components: list[Component]

    @property
    def result(self) -> Any:
        return self.row.result

    @property
    def prices(self) -> list[tuple[str, Decimal, str]]:
        """Security, price per unit, where it came from."""
        given = self.row.inputs["valuation"]["prices"]
        return [(code, Decimal(price), self.row.price_sources.get(code, "")) for code, price in given.items()]

    @property
    def rates(self) -> list[tuple[str, Decimal]]:
        return [(code, Decimal(rate)) for code, rate in self.row.inputs["valuation"]["fx"].items()]


def statement(run: Assessment) -> list[AccountStatement]:
    """The run's accounts, each with its lines and components."""
    return [_account(row) for row in run.accounts.select_related("incident").order_by("pk")]


def _account(row: AssessedAccount) -> AccountStatement:
    events = {event["id"]: event for event in row.inputs["events"]}
    policy, result = row.inputs["policy"], row.result
    components = [
        Component(
            name=COMPONENTS[name],
            loss=Decimal(result["components"][name]) if name in result["components"] else None,
            percent=Decimal(policy["ratios"].get(name, "0")) * 100 if name in result["components"] else None,
            payable=Decimal(payable),
        )
        for name in COMPONENTS  # in the order of the rules: the database does not keep that of JSON keys
        if (payable := result["payable"].get(name)) is not None
    ]
    return AccountStatement(row, [_line(line, events[line["event"]]) for line in result["lines"]], components)


def _line(line: Mapping[str, str], event: Mapping[str, Any]) -> Line:
    return Line(
        event=event,
        at=dt.datetime.fromisoformat(event["at"]),
        type=Type(event["type"]).label,
        attribution=Attributed(event["attribution"]).label,
        component=COMPONENTS[line["component"]],
        loss=Decimal(line["loss"]),
    )


def parts_of(components: Mapping[str, str]) -> list[tuple["StrOrPromise", Decimal]]:
    """The parts of an offer by name, zero ones left out."""
    return [(COMPONENTS.get(name, name), Decimal(value)) for name, value in components.items() if Decimal(value)]
