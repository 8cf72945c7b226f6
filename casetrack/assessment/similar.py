"""What similar cases got: the reductions that a firm approved in its own other cases, without anybody's name."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Aggregate, Count, DecimalField, Exists, Max, Min, OuterRef

from casetrack.assessment.models import Assessment, Reduction
from casetrack.assessment.reductions import CUSTOMER
from casetrack.cases.models import Case
from casetrack.cases.workflow import Status

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Cases that got an assessment and were not given up.
COUNTED = (
    Status.ASSESSED, Status.NEGOTIATING, Status.AGREED, Status.COMPENSATED, Status.CLOSED, Status.ESCALATED,
)  # fmt: skip
SHOWN = 20


class Median(Aggregate):
    """The middle value, or half the sum of the two in the middle: exact, not in floating point."""

    template = (
        "(percentile_disc(0.5) within group (order by %(expressions)s)"
        " + percentile_disc(0.5) within group (order by %(expressions)s desc)) / 2"
    )
    output_field = DecimalField()


@dataclass(frozen=True)
class Row:
    """One case: what its customer did, and the percent that was taken off."""

    factors: "list[StrOrPromise]"
    percent: Decimal


@dataclass(frozen=True)
class Similar:
    """How many cases, and the percents that were taken off. Of the cases the newest are in `rows`. `unreduced`: of how
    many of the firm's other assessed cases nothing was taken off, whatever their customers did."""

    count: int
    unreduced: int
    median: Decimal | None
    lowest: Decimal | None
    highest: Decimal | None
    rows: list[Row]


def similar_to(case: Case, factors: Iterable[str]) -> Similar:
    """The firm's other assessed or settled cases whose reduction shares a factor of the customer. Three queries."""
    found = (
        Reduction.objects.approved()
        .filter(
            case__firm=case.firm_id,
            case__status__in=COUNTED,
            customer_factors__has_any_keys=list(factors) or list(CUSTOMER),
        )
        .exclude(case=case.pk)
    )
    sums = found.aggregate(count=Count("pk"), median=Median("share"), lowest=Min("share"), highest=Max("share"))
    rows = found.order_by("-approved_at", "-pk").values_list("customer_factors", "share")[:SHOWN]
    told = [Row([label for name, label in CUSTOMER.items() if name in said], share * 100) for said, share in rows]
    assessed = Case.objects.filter(Exists(Assessment.objects.filter(case=OuterRef("pk"))), firm=case.firm_id)
    reduced = Exists(Reduction.objects.approved().filter(case=OuterRef("pk")))
    unreduced = assessed.filter(~reduced, status__in=COUNTED).exclude(pk=case.pk).count()
    return Similar(
        sums["count"], unreduced, _percent(sums["median"]), _percent(sums["lowest"]), _percent(sums["highest"]), told
    )


def _percent(share: Decimal | None) -> Decimal | None:
    return None if share is None else share * 100
