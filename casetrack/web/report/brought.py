"""A broker's list on its way into a report: the forms, and what the file says in words and sums."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casetrack.intake.trades import deeds
from casetrack.ledger.parsers.brokers import FIELDS, BrokerFile, Columns, Problem
from casetrack.web.forms.fields import FileField, SelectField
from casetrack.web.report.base import PageForm

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MB = 1024 * 1024
LABELS: dict[str, "StrOrPromise"] = {
    "traded_on": _("Day of the trade"),
    "security_code": _("Code of the stock or fund"),
    "security_name": _("Name of the stock or fund"),
    "side": _("Bought or sold"),
    "quantity": _("Number of shares or units"),
    "price": _("Price"),
    "amount": _("Amount"),
}


class ListForm(PageForm):
    file = FileField(
        label=_("The file"), name=_("the file"), max_bytes=10 * MB, accept=".csv,text/csv",
        help_text=_("The trade history as CSV, as the firm's site gives it. Do not change it before."),
    )  # fmt: skip


class AccountListForm(ListForm):
    """The file, and where there are several accounts (`accounts`: what each is called) whose list it is."""

    field_order = ("account", "file")

    def __init__(self, *args: Any, accounts: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(accounts) > 1:
            label, name = _("The account of this list"), _("the account of this list")
            self.fields["account"] = account_field(accounts, label, name)
            self.order_fields(self.field_order)

    @property
    def place(self) -> int:
        """Which account, counted from 1."""
        return int(self.cleaned_data.get("account") or 1)

    def of(self, keys: Iterable[str]) -> str:
        """The chosen one of the accounts' keys; empty where there is none."""
        listed = list(keys)
        return listed[self.place - 1] if listed else ""


def account_field(accounts: Sequence[str], label: "StrOrPromise", name: "StrOrPromise") -> SelectField:
    """One of several accounts, by its place from 1."""
    choices = [("", gettext("Choose")), *((str(place), called) for place, called in enumerate(accounts, start=1))]
    return SelectField(label=label, name=name, choices=lambda: choices)


class ColumnsForm(PageForm):
    """A question for each of our facts: which column of the file is it? With values of the file to recognize it by."""

    def __init__(self, *args: Any, columns: Columns, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        samples = [[row[place] for row in columns.samples if row[place]] for place in range(len(columns.names))]
        named = [(str(place), _sampled(name, samples[place])) for place, name in enumerate(columns.names)]
        choices = [("", _("Not in the file")), *named]
        for name in FIELDS:
            self.fields[name] = SelectField(label=LABELS[name], required=False, choices=lambda: choices)

    def mapping(self) -> dict[str, int]:
        return {name: int(place) for name, place in self.cleaned_data.items() if place}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = [place for place in cleaned.values() if place]
        for name in FIELDS:
            if cleaned.get(name) and chosen.count(cleaned[name]) > 1:
                self.add_error(name, gettext("You chose the same column twice."))
        return cleaned


def _sampled(name: str, samples: list[str]) -> str:
    values = ", ".join(value[:20] for value in samples[:2])
    return f"{name[:30]}: {values}" if values else name[:30]


@dataclass(frozen=True)
class Cause:
    """Cells that cannot be read for one reason."""

    column: str
    reason: str
    lines: list[int]


@dataclass(frozen=True)
class Check:
    """A total that the file states beside what its rows add up to."""

    name: str
    stated: Decimal
    found: Decimal

    @property
    def agrees(self) -> bool:
        return self.stated == self.found


@dataclass(frozen=True)
class Summary:
    """A file at a glance. `bought` and `sold` are in yen; `foreign` counts the rows in another currency."""

    format: str
    rows: int
    first: dt.date | None
    last: dt.date | None
    bought: Decimal
    sold: Decimal
    foreign: int
    causes: list[Cause]
    checks: list[Check]
    skipped: int

    @classmethod
    def of(cls, found: BrokerFile) -> "Summary":
        trades = deeds(found)
        days = [trade.traded_on for trade in trades]
        yen = [trade for trade in trades if trade.currency in ("", "JPY")]

        def total(side: str) -> Decimal:
            return sum((abs(t.amount) for t in yen if t.side == side and t.amount is not None), Decimal(0))

        return cls(
            format=found.name,
            rows=len(days),
            first=min(days, default=None),
            last=max(days, default=None),
            bought=total("buy"),
            sold=total("sell"),
            foreign=len(trades) - len(yen),
            causes=_grouped(found.problems),
            checks=[Check(control.name, control.stated, control.found) for control in found.controls],
            skipped=found.skipped + len(found.trades) - len(trades),
        )


def _grouped(problems: Iterable[Problem]) -> list[Cause]:
    """Problems by cause, the most frequent first."""
    ordered = sorted(problems, key=lambda p: (p.column, p.cause, p.line))
    causes = [
        Cause(column, gettext(found[0].text), [problem.line for problem in found])
        for (column, _cause), same in groupby(ordered, key=lambda p: (p.column, p.cause))
        if (found := list(same))
    ]
    return sorted(causes, key=lambda cause: -len(cause.lines))
