"""The body's desk: its mediations, the longest waiting first, and the records of those that have ended; keyset pages by
the row at the edge."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from casetrack.cases.models import Case, Event
from casetrack.lib import clock
from casetrack.mediation.models import Hearing, Mediation, MediationRecord
from casetrack.mediation.workflow import LIVE, MediationStatus
from casetrack.web.mediator.doors import for_mediators, me, place

PAGE = 50
ENDED = "ended"


@dataclass(frozen=True)
class Tab:
    key: str
    label: Any
    statuses: tuple[str, ...]
    count: int = 0


TABS = (
    Tab("live", pgettext_lazy("mediations", "Under way"), LIVE),
    Tab("new", pgettext_lazy("mediations", "New"), (MediationStatus.APPLIED,)),
    Tab("proposed", _("Waiting for answers"), (MediationStatus.PROPOSED,)),
)


@dataclass(frozen=True)
class Page:
    """Rows oldest first; the addresses of the rows before and after them, empty where there are none."""

    rows: Sequence[Any]
    earlier: str
    later: str


@for_mediators
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    own = Mediation.objects.visible_to(me(request)).filter(body=place(request).body_id)
    records = MediationRecord.objects.visible_to(me(request))
    counts = own.aggregate(**{tab.key: Count("pk", filter=Q(status__in=tab.statuses)) for tab in TABS})
    tabs = [Tab(tab.key, tab.label, tab.statuses, counts[tab.key]) for tab in TABS]
    tabs.append(Tab(ENDED, pgettext_lazy("mediations", "Ended"), (), records.count()))
    tab = next((tab for tab in tabs if tab.key == request.GET.get("tab")), tabs[0])
    context: dict[str, Any] = {"tabs": tabs, "tab": tab, "body": place(request).body}
    if tab.key == ENDED:
        context["page"] = page_of(request, with_case(records, request))
        return render(request, "mediator/desk_ended.html", context)
    now = clock.now()
    context["page"] = page_of(request, with_steps(own.filter(status__in=tab.statuses), now))
    for row in context["page"].rows:
        row.waiting_days = (clock.tokyo_date(now) - clock.tokyo_date(row.applied_at)).days
    return render(request, "mediator/desk.html", context)


def with_steps(rows: QuerySet[Mediation], now: dt.datetime) -> QuerySet[Mediation]:
    """With the next hearing and the last step."""
    hearings = Hearing.objects.filter(mediation=OuterRef("pk"), cancelled_at=None, at__gt=now).order_by("at")
    steps = Event.objects.filter(case=OuterRef("case"), action__startswith="mediation.").order_by("-id")
    shown = rows.annotate(next_hearing=Subquery(hearings.values("at")[:1]), since=Subquery(steps.values("at")[:1]))
    return shown.select_related("case__firm", "case__victim")


def with_case(rows: QuerySet[MediationRecord], request: HttpRequest) -> QuerySet[MediationRecord]:
    """With whether the body still sees the case: one that it settled, or one that came back to it."""
    there = Case.objects.visible_to(me(request)).filter(reference=OuterRef("reference"))
    return rows.annotate(sees_case=Exists(there))


def page_of(request: HttpRequest, rows: QuerySet[Any]) -> Page:
    """One page by keyset on (applied_at, id): `after` and `before` name the row at the edge as REFERENCE.NUMBER."""
    edge_name = "before" if "before" in request.GET else "after"
    edge = _edge(rows, request.GET.get(edge_name, ""))
    backwards = edge is not None and edge_name == "before"
    if edge is not None:
        sign = "lt" if backwards else "gt"
        beyond = Q(**{f"applied_at__{sign}": edge.applied_at}) | Q(
            applied_at=edge.applied_at, **{f"pk__{sign}": edge.pk}
        )
        rows = rows.filter(beyond)
    order = ("-applied_at", "-pk") if backwards else ("applied_at", "pk")
    found = list(rows.order_by(*order)[: PAGE + 1])
    more, found = len(found) > PAGE, found[:PAGE]
    if backwards:
        found.reverse()
    has_earlier, has_later = (more, True) if backwards else (edge is not None, more)
    return Page(
        found,
        earlier=_url(request, "before", found[0]) if found and has_earlier else "",
        later=_url(request, "after", found[-1]) if found and has_later else "",
    )


def _edge(rows: QuerySet[Any], text: str) -> Any:
    """The row; None for one that is not, or no longer, in this list: then the list begins at its start."""
    reference, _dot, number = text.partition(".")
    if not (number.isascii() and number.isdecimal() and len(number) < 6):
        return None
    name = "reference" if rows.model is MediationRecord else "case__reference"
    return rows.filter(**{name: reference}, number=int(number)).first()


def _url(request: HttpRequest, name: str, row: Any) -> str:
    kept = {"tab": request.GET["tab"]} if request.GET.get("tab") else {}
    reference = row.reference if isinstance(row, MediationRecord) else row.case.reference
    return "?" + urlencode({**kept, name: f"{reference}.{row.number}"})
