"""The firm's queue: oldest open case first, keyset pages by the reference of the row at the edge."""

import unicodedata
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods

from casetrack.assessment.models import Reduction, ReductionStatus
from casetrack.cases.models import Case
from casetrack.cases.querysets import CaseQuerySet
from casetrack.cases.workflow import APPROVER, ENDED, INVESTIGATOR, STAFF_NAMES, Status
from casetrack.correspondence.models import Message, Party
from casetrack.firms.models import membership_of
from casetrack.intake.calls import may_take_calls
from casetrack.lib import clock, references
from casetrack.lib.crypto import account_index, normalize_account_number
from casetrack.mediation.models import ConciliationProposal
from casetrack.negotiation.models import (
    BasisStatus,
    InterimMeasure,
    LegalBasis,
    MeasureStatus,
    Offer,
    Settlement,
    TransferLine,
)
from casetrack.negotiation.querysets import given_ahead, settled_before
from casetrack.negotiation.services.measures import WHILE
from casetrack.negotiation.transfers import BatchStatus, LineStatus
from casetrack.negotiation.workflow import OfferStatus
from casetrack.people.models import User
from casetrack.web.firm.doors import for_staff, me, membership

PAGE = 50
OPEN = ~Q(status__in=ENDED)
ALL = Q()


@dataclass(frozen=True)
class Tab:
    """A list of cases: `scope` holds whatever status is asked for, `statuses` is what the list shows unasked."""

    key: str
    label: Any
    scope: Q
    statuses: Q
    count: int = 0

    @property
    def rule(self) -> Q:
        return self.scope & self.statuses


def tabs_of(request: HttpRequest, cases: CaseQuerySet) -> list[Tab]:
    """The tabs with their counts, in one query."""
    tabs: tuple[Tab, ...] = (
        Tab("open", pgettext_lazy("cases", "Open"), ALL, OPEN),
        Tab("new", _("New"), ALL, Q(status=Status.SUBMITTED)),
        Tab("mine", _("Mine"), Q(assigned_to=me(request)), OPEN),
        Tab("unassigned", _("Unassigned"), Q(assigned_to=None), OPEN),
        Tab("overdue", _("Overdue"), Q(due_at__lt=clock.now()), OPEN),
        Tab("ended", _("Ended"), ALL, Q(status__in=ENDED)),
    )
    if membership(request).role in (APPROVER, INVESTIGATOR):
        failed = Q(pk__in=TransferLine.objects.unresolved().values("case"))
        tabs = (*tabs, Tab("failed", _("Transfer failed"), failed, ALL))
    if membership(request).role == APPROVER:
        # What was settled in part is signed and paid though the case has ended.
        unended = OPEN | Q(pk__in=Settlement.objects.live().partial().values("case"))
        tabs = (Tab("waiting", _("Waits for your decision"), waits_for(me(request)), unended), *tabs)
    counts = cases.aggregate(**{tab.key: Count("pk", filter=tab.rule) for tab in tabs})
    return [Tab(tab.key, tab.label, tab.scope, tab.statuses, counts[tab.key]) for tab in tabs]


def waits_for(approver: User) -> Q:
    """Cases in which something that somebody else prepared waits for the word of an approver whose limit reaches."""
    offers = Offer.objects.filter(status=OfferStatus.PREPARED).exclude(prepared_by=approver)
    reductions = Reduction.objects.filter(status=ReductionStatus.PROPOSED).exclude(proposed_by=approver)
    unsigned = Settlement.objects.live().filter(countersignature=None).exclude(offer__prepared_by=approver)
    moving = TransferLine.objects.filter(status=LineStatus.WAITING, batch__status=BatchStatus.MADE)
    moving = moving.exclude(batch__made_by=approver)
    proposed = ConciliationProposal.objects.filter(ended_at=None, firm_reply="", answer_by__gt=clock.now())
    ahead = InterimMeasure.objects.filter(status=MeasureStatus.PROPOSED, case__status__in=WHILE)
    ahead = ahead.exclude(proposed_by=approver)
    place = membership_of(approver)
    if place is not None and place.approves_up_to is not None:
        offers = offers.filter(amount__lte=place.approves_up_to - F("waived") - settled_before())
        unsigned = unsigned.filter(amount__lte=place.approves_up_to - F("offer__waived") - settled_before("offer__"))
        left = place.approves_up_to - F("settlement__offer__waived") - settled_before("settlement__offer__")
        moving = moving.filter(settlement__amount__lte=left)
        proposed = proposed.within(place.approves_up_to)
        ahead = ahead.filter(amount__lte=place.approves_up_to - given_ahead())
    bases = LegalBasis.objects.filter(status=BasisStatus.RECORDED).exclude(recorded_by=approver)
    waiting = (rows.values("case") for rows in (offers, reductions, bases, unsigned, moving, proposed, ahead))
    return reduce(or_, (Q(pk__in=cases) for cases in waiting))


def index_of(request: HttpRequest, text: str) -> str:
    """The blind index of what may be an account number of the firm."""
    return account_index(membership(request).firm.code, text) if normalize_account_number(text) else ""


def found(request: HttpRequest, cases: CaseQuerySet, text: str) -> CaseQuerySet:
    """Cases by a whole reference or a whole account number."""
    reference = unicodedata.normalize("NFKC", text).upper()
    if references.is_valid(reference):
        return cases.filter(reference=reference)
    return with_account(cases, index_of(request, text))


def with_account(cases: CaseQuerySet, index: str) -> CaseQuerySet:
    return cases.filter(incidents__number_index=index).distinct() if index else cases.none()


@dataclass(frozen=True)
class Page:
    """Rows oldest first; the addresses of the rows before and after them, empty where there are none."""

    rows: list[Case]
    earlier: str
    later: str


def page_of(request: HttpRequest, cases: CaseQuerySet) -> Page:
    """One page by keyset: `after` and `before` name the reference at the edge, so that nothing repeats or is skipped.

    Ordered by (opened_at, id), oldest first; an unknown edge begins at the start.
    """
    edge_name = "before" if "before" in request.GET else "after"
    edge = Case.objects.visible_to(me(request)).filter(reference=request.GET.get(edge_name, "")).first()
    backwards = edge is not None and edge_name == "before"
    if edge is not None:
        sign = "lt" if backwards else "gt"
        beyond = Q(**{f"opened_at__{sign}": edge.opened_at}) | Q(opened_at=edge.opened_at, **{f"pk__{sign}": edge.pk})
        cases = cases.filter(beyond)
    unread = Message.objects.filter(case=OuterRef("pk"), party=Party.VICTIM, read_at=None)
    order = ("-opened_at", "-pk") if backwards else ("opened_at", "pk")
    shown = cases.annotate(has_unread=Exists(unread)).select_related("victim", "assigned_to__membership__firm")
    rows = list(shown.order_by(*order)[: PAGE + 1])
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    if backwards:
        rows.reverse()
    has_earlier, has_later = (more, True) if backwards else (edge is not None, more)
    return Page(
        rows,
        earlier=_url(request, "before", rows[0]) if rows and has_earlier else "",
        later=_url(request, "after", rows[-1]) if rows and has_later else "",
    )


def _url(request: HttpRequest, name: str, case: Case) -> str:
    kept = {key: request.GET[key] for key in ("tab", "status", "account") if request.GET.get(key)}
    return "?" + urlencode({**kept, name: case.reference})


@for_staff
@require_http_methods(["GET", "POST"])
def queue(request: HttpRequest) -> HttpResponse:
    """The list with its tabs; a status narrows it. A POST searches.

    What was found alone is opened. An account number never stands in an address: several cases of one are listed by
    its blind index.
    """
    visible = Case.objects.visible_to(me(request))
    text = request.POST.get("q", "").strip()
    if text:
        cases = list(found(request, visible, text)[:2])
        if len(cases) == 1:
            return redirect("firm:case", cases[0].reference)
        if cases:
            return redirect(reverse("firm:queue") + "?" + urlencode({"account": index_of(request, text)}))
    return listing(request, visible, text)


def listing(request: HttpRequest, visible: CaseQuerySet, text: str) -> HttpResponse:
    """The page of the list; `text` is what was searched for in vain."""
    tabs = tabs_of(request, visible)
    tab = next((t for t in tabs if t.key == request.GET.get("tab")), next(t for t in tabs if t.key == "open"))
    status, account = request.GET.get("status", ""), request.GET.get("account", "")
    if text or account:
        cases = with_account(visible, account)
    elif status in Status.values:
        cases = visible.filter(tab.scope, status=status)
    else:
        cases = visible.filter(tab.rule)
    page, now = page_of(request, cases), clock.now()
    for case in page.rows:
        case.age_days = (clock.tokyo_date(now) - clock.tokyo_date(case.opened_at)).days  # type: ignore[attr-defined]
    context = {
        "page": page,
        "tabs": tabs,
        "tab": tab,
        "base": reverse("firm:queue"),
        "text": text,
        "is_search": bool(text or account),
        "status": status,
        "statuses": [(s.value, STAFF_NAMES[s]) for s in Status],
        "now": now,
        "me": me(request),
        "may_take_calls": may_take_calls(me(request)),
    }
    return render(request, "firm/queue.html", context)
