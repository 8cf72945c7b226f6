"""Gross amounts: what was sold and bought in accounts without authority, as the regulator's table counts it. They add
up with every trade, and are no loss."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Round

from casetrack.ledger.models import Attributed, Execution, Side, Type

TRADES = (Type.BUY, Type.SELL, Type.MARGIN_OPEN, Type.MARGIN_CLOSE)
BUYS = (
    Q(type=Type.BUY)
    | Q(type=Type.MARGIN_OPEN, side=Side.LONG)
    | Q(type=Type.MARGIN_CLOSE, side=Side.SHORT)
)  # fmt: skip


@dataclass(frozen=True)
class Gross:
    """Whole yen: what was sold, and what was bought."""

    sold: Decimal
    bought: Decimal


def gross_of(accounts: Iterable[int | None]) -> Gross:
    """The unauthorized executions of these ledger accounts, each rounded half up to whole yen and then added. One
    query."""
    units = Execution.objects.filter(
        account=OuterRef("account"), security=OuterRef("security"), unit__isnull=False
    ).order_by("-unit")
    unit = Coalesce(F("unit"), Subquery(units.values("unit")[:1]), Value(Decimal(1)))
    value = Round(F("price") * F("quantity") * Coalesce(F("fx"), Value(Decimal(1))) / unit)
    found = (
        Execution.objects.filter(account__in=list(accounts), attribution=Attributed.UNAUTHORIZED, type__in=TRADES)
        .annotate(value=value)
        .aggregate(sold=Sum("value", filter=~BUYS), bought=Sum("value", filter=BUYS))
    )
    return Gross(found["sold"] or Decimal(0), found["bought"] or Decimal(0))
