"""The firm's queue: oldest open case first, keyset pages by the reference of the row at the edge."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from casetrack.cases.models import Case
from casetrack.cases.querysets import CaseQuerySet
from casetrack.cases.workflow import ENDED, STAFF_NAMES, Status
from casetrack.lib import clock, references
from casetrack.lib.crypto import account_index, normalize_account_number
from casetrack.web.firm.doors import for_staff, me, membership

PAGE = 50
NEW = Q(status=Status.SUBMITTED)
OPEN = ~Q(status__in=ENDED)


@dataclass(frozen=True)
class Tab:
    key: str
    label: Any
    count: int
    is_current: bool
    url: str


def tabs_of(request: HttpRequest, cases: CaseQuerySet, current: str) -> tuple[list[Tab], dict[str, Q]]:
    """The tabs with their counts (one query), and what each selects."""
    now = clock.now()
    rules: dict[str, tuple[Any, Q]] = {
        "open": (pgettext_lazy("cases", "Open"), OPEN),
        "new": (_("New"), NEW),
        "mine": (_("Mine"), OPEN & Q(assigned_to=me(request))),
        "unassigned": (_("Unassigned"), OPEN & Q(assigned_to=None)),
        "overdue": (_("Overdue"), OPEN & Q(due_at__lt=now)),
        "ended": (_("Ended"), Q(status__in=ENDED)),
    }
    counts = cases.aggregate(**{key: Count("pk", filter=rule) for key, (_label, rule) in rules.items()})
    base = reverse("firm:queue")
    tabs = [Tab(key, label, counts[key], key == current, f"{base}?tab={key}") for key, (label, _r) in rules.items()]
    return tabs, {key: rule for key, (_label, rule) in rules.items()}


def found(request: HttpRequest, cases: CaseQuerySet, text: str) -> CaseQuerySet:
    """Cases by a whole reference or a whole account number (through its blind index)."""
    text = text.strip()
    if references.is_valid(text.upper()):
        return cases.filter(reference=text.upper())
    if not normalize_account_number(text):
        return cases.none()
    return cases.filter(incidents__number_index=account_index(membership(request).firm.code, text)).distinct()


@dataclass(frozen=True)
class Page:
    rows: list[Case]
    newer: str
    older: str


def page_of(request: HttpRequest, cases: CaseQuerySet) -> Page:
    """One page by keyset: `after` and `before` name the reference at the edge, so that nothing repeats or is skipped.

    Ordered by (opened_at, id), oldest first; an unknown edge begins at the start.
    """
    edge_name = "before" if "before" in request.GET else "after"
    edge = cases.model.objects.visible_to(me(request)).filter(reference=request.GET.get(edge_name, "")).first()
    backwards = edge is not None and edge_name == "before"
    if edge is not None:
        sign = "lt" if backwards else "gt"
        beyond = Q(**{f"opened_at__{sign}": edge.opened_at}) | Q(opened_at=edge.opened_at, **{f"pk__{sign}": edge.pk})
        cases = cases.filter(beyond)
    order = ("-opened_at", "-pk") if backwards else ("opened_at", "pk")
    rows = list(cases.select_related("victim", "assigned_to__membership").order_by(*order)[: PAGE + 1])
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    if backwards:
        rows.reverse()
    has_newer, has_older = (more, True) if backwards else (edge is not None, more)
    return Page(
        rows,
        newer=_url(request, "before", rows[0]) if rows and has_newer else "",
        older=_url(request, "after", rows[-1]) if rows and has_older else "",
    )


def _url(request: HttpRequest, name: str, case: Case) -> str:
    query = request.GET.copy()
    query.pop("after", None)
    query.pop("before", None)
    query[name] = case.reference
    return f"?{query.urlencode()}"


@for_staff
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """The list, its tabs with counts, and the search."""
    visible = Case.objects.visible_to(me(request))
    current = request.GET.get("tab", "open")
    tabs, rules = tabs_of(request, visible, current)
    text, status = request.GET.get("q", ""), request.GET.get("status", "")
    cases = found(request, visible, text) if text else visible.filter(rules.get(current, OPEN))
    if status in Status.values and not text:
        cases = visible.filter(status=status)
    page = page_of(request, cases)
    now = clock.now()
    for case in page.rows:
        case.age_days = (clock.tokyo_date(now) - clock.tokyo_date(case.opened_at)).days  # type: ignore[attr-defined]
    context = {
        "page": page,
        "tabs": tabs,
        "current": "" if text or status else current,
        "text": text,
        "status": status,
        "statuses": [(s.value, STAFF_NAMES[s]) for s in Status],
        "now": now,
    }
    return render(request, "firm/queue.html", context)
