"""Deciding what each execution was, beside what the victim says of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from casetrack.cases import permissions
from casetrack.cases.models import Access, BulkAct, Case, CompromisedAccount, UnauthorizedTrade
from casetrack.cases.services import decide_executions, decide_many, last_act, undo_act
from casetrack.cases.services.status import lock
from casetrack.cases.workflow import INVESTIGATOR, Status
from casetrack.intake.placing import link_claim
from casetrack.ledger.models import Attributed, Execution
from casetrack.lib.clock import tokyo_date
from casetrack.lib.errors import Conflict, DomainError, InvalidInput
from casetrack.people.models import User
from casetrack.web.errors import explain
from casetrack.web.firm.case import incident_at
from casetrack.web.firm.doors import firm_case, for_staff, me, posted, refused
from casetrack.web.firm.forms import DecisionsForm
from casetrack.web.firm.rows import DIFFERENCES, PAGE, UNDECIDED, days_of, of_incident, page_of, rows_of
from casetrack.web.marking import Undo

FASTER = gettext_noop("Somebody else decided %(executions)s meanwhile. Look at the rows again and save once more.")


@dataclass
class Sent:
    """What the page sent: the decision of each row, what each was when the page was made, and the ticked rows."""

    typed: dict[int, str] = field(default_factory=dict)
    shown: dict[int, str] = field(default_factory=dict)
    picked: list[int] = field(default_factory=list)
    bulk: str = ""
    bulk_value: str = ""
    undo: str = ""

    @classmethod
    def of(cls, post: QueryDict) -> "Sent":
        return cls(
            typed=_numbered(post, "decision-"),
            shown=_numbered(post, "was-"),
            picked=list(_numbers(post.getlist("pick"))),
            bulk=post.get("bulk", ""),
            bulk_value=post.get("bulk_value", ""),
            undo=post.get("undo", ""),
        )

    @property
    def wanted(self) -> dict[int, str]:
        """The decisions meant: one for the ticked rows or all rows of the page, or those changed one by one."""
        if self.bulk:
            rows = self.typed if self.bulk == "all" else self.picked
            return dict.fromkeys(rows, "" if self.bulk_value == "none" else self.bulk_value) if self.bulk_value else {}
        return {pk: value for pk, value in self.typed.items() if value != self.shown.get(pk, value)}


def _numbers(texts: Iterable[str]) -> Iterable[int]:
    return (int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19)


def _numbered(post: QueryDict, prefix: str) -> dict[int, str]:
    names = (name for name in post if name.startswith(prefix))
    return {pk: str(post[f"{prefix}{pk}"]) for pk in _numbers(name.removeprefix(prefix) for name in names)}


@transaction.atomic
def save(incident: CompromisedAccount, sent: Sent, *, actor: User, reason: str) -> int:
    """Record what was meant; how many decisions changed.

    Raises Conflict if somebody decided one of these rows after the page was made; else as `decide_executions`.
    """
    case, wanted = incident.case, sent.wanted
    if sent.bulk and not wanted:
        raise InvalidInput(gettext_noop("Choose the executions and what to set them to."))
    lock(case)
    now = Execution.objects.filter(pk__in=wanted).in_order().values_list("pk", "attribution", "execution_id")
    faster = [name for pk, value, name in now if value not in (sent.shown.get(pk, value), wanted[pk])]
    if faster:
        raise Conflict(FASTER, executions=", ".join(faster))
    if sent.bulk:
        value = "" if sent.bulk_value == "none" else sent.bulk_value
        return decide_many(incident, wanted, value, actor=actor, reason=reason)
    return decide_executions(case, wanted, actor=actor, reason=reason)


@for_staff
@require_http_methods(["GET", "POST"])
def executions(request: HttpRequest, reference: str, place: int) -> HttpResponse:
    """The account's executions; one POST saves the page, or sets all that are ticked."""
    case = firm_case(request, reference)
    incident = incident_at(case, place)
    if incident.access != Access.CONFIRMED or incident.account is None:
        raise Http404
    form, sent, status = DecisionsForm(posted(request)), Sent(), 200
    if form.is_bound:
        sent, status = Sent.of(request.POST), 400
        if form.is_valid():
            try:
                _do(request, incident, sent, form.cleaned_data["reason"])
            except DomainError as error:
                status = refused(form, error)
            else:
                return redirect(request.get_full_path())
    context = listed(request, case, incident, place, sent) | {"form": form}
    return render(request, "firm/executions.html", context, status=status)


def _do(request: HttpRequest, incident: CompromisedAccount, sent: Sent, reason: str) -> None:
    """Take an act back, or record what was meant, and say so."""
    if not sent.undo:
        say(request, save(incident, sent, actor=me(request), reason=reason))
        return
    number = int(sent.undo) if sent.undo.isdecimal() and len(sent.undo) < 19 else 0
    count = undo_act(incident.case, number, actor=me(request))
    messages.success(
        request, ngettext("%(count)s row is as before.", "%(count)s rows are as before.", count) % {"count": count}
    )


def undo_of(incident: CompromisedAccount, user: User) -> Undo | None:
    act = last_act(incident.case, BulkAct.Kind.DECISIONS, actor=user, incident=incident)
    if act is None:
        return None
    return Undo(str(act.pk), act.rows, Attributed(act.value).label if act.value else _("Not yet decided"))


def say(request: HttpRequest, changed: int) -> None:
    done = ngettext("%(n)s decision is recorded.", "%(n)s decisions are recorded.", changed) % {"n": changed}
    messages.success(request, done if changed else _("Nothing changed."))


def listed(request: HttpRequest, case: Case, incident: CompromisedAccount, place: int, sent: Sent) -> dict[str, Any]:
    """What the page shows: its rows by day, the counts, and the trades that the victim names."""
    show = request.GET.get("show", "")
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    page = page_of(of_incident(incident, show), incident, after=after, before=before)
    rows = rows_of(case, incident, page.executions, sent.typed, sent.picked)
    base = reverse("firm:executions", args=[case.reference, place])
    can_decide = permissions.can_investigate(me(request), case)
    undecided = of_incident(incident, UNDECIDED).count()
    return {
        "case": case,
        "incident": incident,
        "place": place,
        "days": days_of(rows, starts=not page.earlier and not show),
        "undecided": undecided,
        "differences": of_incident(incident, DIFFERENCES).count(),
        "show": show,
        "base": base,
        "earlier": _url(base, show, "before", page.earlier),
        "later": _url(base, show, "after", page.later),
        "values": Attributed.choices,
        "bulk_value": sent.bulk_value,
        "can_decide": can_decide,
        "undo": undo_of(incident, me(request)) if can_decide else None,
        "columns": 9 if can_decide else 8,
        "can_assess": can_assess(request, case) and not undecided and bool(rows),
        "trades": matched(claimed(case, incident), incident),
    }


def can_assess(request: HttpRequest, case: Case) -> bool:
    return case.status == Status.INVESTIGATING and permissions.role_in(me(request), case) == INVESTIGATOR


def _url(base: str, show: str, name: str, edge: str) -> str:
    query = {"show": show} if show else {}
    return f"{base}?{urlencode({**query, name: edge})}" if edge else ""


def claimed(case: Case, incident: CompromisedAccount) -> list[UnauthorizedTrade]:
    return list(case.claimed_trades.filter(incident=incident).select_related("execution", "unplaced").order_by("pk"))


@dataclass(frozen=True)
class Claim:
    """A trade that the victim names, with the executions that it may be: the likely ones of that day first."""

    trade: UnauthorizedTrade
    likely: list[Execution]
    others: list[Execution]


def matched(trades: list[UnauthorizedTrade], incident: CompromisedAccount) -> list[Claim]:
    if not trades:
        return []
    candidates = of_incident(incident).exclude(security="")
    if incident.first_access_at:
        candidates = candidates.filter(executed_at__gte=incident.first_access_at)
    first = list(candidates.in_order()[:PAGE])
    return [_claim(trade, first) for trade in trades]


def _claim(trade: UnauthorizedTrade, candidates: list[Execution]) -> Claim:
    """Likely: of the day named (if one is), in a security whose code the victim wrote."""
    likely: list[Execution] = []
    others: list[Execution] = []
    if trade.execution is not None and trade.execution not in candidates:
        candidates = [trade.execution, *candidates]
    for execution in candidates:
        same_day = trade.traded_on is None or tokyo_date(execution.executed_at) == trade.traded_on
        (likely if same_day and execution.security in trade.security else others).append(execution)
    return Claim(trade, likely, others)


@for_staff
@require_POST
def link(request: HttpRequest, reference: str, place: int, number: int) -> HttpResponse:
    """Link the `number`-th claimed trade (from 1) of the account to an execution by its id, or unlink it."""
    case = firm_case(request, reference)
    incident = incident_at(case, place)
    trades = claimed(case, incident)
    if not 1 <= number <= len(trades):
        raise Http404
    chosen = request.POST.get("execution", "")
    try:
        execution = None
        if chosen:
            execution = Execution.objects.filter(account=incident.account, execution_id=chosen).first()
            if execution is None:
                raise InvalidInput(gettext_noop("Choose one of the executions."))
        link_claim(trades[number - 1], execution, actor=me(request))
    except DomainError as error:
        messages.error(request, explain(error))
    else:
        messages.success(request, _("Saved."))
    return redirect("firm:executions", case.reference, place)
