"""The calculator's input, built from the ledger: one document per confirmed incident."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_noop as _

from casetrack.assessment.models import CompensationPolicy
from casetrack.cases.models import Access, Case, CompromisedAccount
from casetrack.evidence.models import EvidenceFile
from casetrack.ledger.models import Attributed, Execution, Type
from casetrack.lib.clock import TOKYO
from casetrack.lib.errors import InvalidInput
from casetrack.lib.money import plain
from casetrack.market.services import price_on

UNDECIDED_SHOWN = 20
# What stands in the sources of a run before the place that a person named.
ENTERED = "entered"
NUMBERS = ("price", "unit", "fx", "fees", "tax", "interest", "open_price", "amount")
WORDS = ("side", "security", "currency", "settled_in")


@dataclass(frozen=True)
class Entered:
    """What a person typed in place of market data: prices per the security's unit, rates in yen per unit of currency,
    where they were found, and the files of the case that show it."""

    prices: Mapping[str, Decimal] = field(default_factory=dict)
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    source: str = ""
    files: Sequence[EvidenceFile] = ()

    def check(self, case: Case) -> None:
        """Raises InvalidInput for prices without a source, and for files that are not the case's."""
        if (self.prices or self.rates) and not self.source.strip():
            raise InvalidInput(_("Say where the entered prices were found."), field="price_reason")
        if any(file.case_id != case.pk or file.is_removed for file in self.files):
            raise InvalidInput(_("Choose files of this case."), field="price_evidence")

    @property
    def evidence(self) -> list[dict[str, str]]:
        """The files as a run stores them; without an entered price they show nothing."""
        if not self.prices and not self.rates:
            return []
        return [{"key": str(file.key), "name": file.name, "sha256": file.sha256} for file in self.files]


@dataclass(frozen=True)
class Valuation:
    """The valuation of a run: prices per unit and rates in yen per unit of currency, with where each came from."""

    on: dt.date
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)

    def as_input(self) -> dict[str, object]:
        return {
            "date": self.on.isoformat(),
            "prices": {code: plain(price) for code, price in sorted(self.prices.items())},
            "fx": {code: plain(rate) for code, rate in sorted(self.rates.items())},
        }


def confirmed_incidents(case: Case) -> list[CompromisedAccount]:
    return list(case.incidents.filter(access=Access.CONFIRMED).select_related("account").order_by("pk"))


def blocking_executions(case: Case) -> list[Execution]:
    """Executions since the first access that nobody has decided, in order; where the first access is not known, all
    that nobody has decided. They block an assessment."""
    blocking: list[Execution] = []
    for incident in confirmed_incidents(case):
        undecided = Execution.objects.filter(account=incident.account).undecided()
        since = incident.first_access_at
        blocking += (undecided.filter(executed_at__gte=since) if since else undecided).in_order()
    return blocking


def event(execution: Execution) -> dict[str, Any]:
    """One event of assessment.md's input. What is undecided here lies before the first access: genuine."""
    row: dict[str, Any] = {
        "id": execution.execution_id,
        "at": execution.executed_at.astimezone(TOKYO).isoformat(),
        "type": execution.type,
        "attribution": execution.attribution or str(Attributed.GENUINE),
    }
    if execution.quantity is not None:
        row["ratio" if execution.type == Type.SPLIT else "quantity"] = plain(execution.quantity)
    row |= {name: plain(value) for name in NUMBERS if (value := getattr(execution, name)) is not None}
    row |= {name: value for name in WORDS if (value := getattr(execution, name))}
    return row


def needed_prices(case: Case) -> list[str]:
    """The securities of the case's accounts, sorted: what a valuation may need a price for."""
    accounts = [incident.account_id for incident in confirmed_incidents(case)]
    codes = Execution.objects.filter(account__in=accounts).exclude(security="").values_list("security", flat=True)
    return sorted(set(codes))


def valuation(case: Case, on: dt.date, entered: Entered) -> Valuation:
    """Market prices of the day (or the last trading day before), overridden by what was entered."""
    market = price_on(needed_prices(case), on)
    prices = {code: price for code, (price, _day, _source) in market.items()}
    sources = {code: f"{source} {day.isoformat()}" for code, (_price, day, source) in market.items()}
    sources |= dict.fromkeys([*entered.prices, *entered.rates], f"{ENTERED}: {entered.source.strip()}")
    return Valuation(on=on, prices={**prices, **entered.prices}, rates=entered.rates, sources=sources)


def document(
    incident: CompromisedAccount,
    policy: CompensationPolicy,
    method: str,
    values: Valuation,
    *,
    reduction: Decimal,
    with_solatium: bool,
) -> dict[str, Any]:
    """The whole input object of one account's run."""
    executions = Execution.objects.filter(account=incident.account).in_order()
    return {
        "valuation": values.as_input(),
        "events": [event(execution) for execution in executions],
        "policy": policy.as_input(method, reduction=plain(reduction), with_solatium=with_solatium),
    }


def digest(inputs: dict[str, Any]) -> str:
    """SHA-256 (hex) of the input as canonical JSON: keys sorted, no spaces, UTF-8."""
    text = json.dumps(inputs, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
