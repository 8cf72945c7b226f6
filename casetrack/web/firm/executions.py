"""Deciding what each execution was, beside what the victim says of it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from casetrack.cases import permissions
from casetrack.cases.models import Access, Answer, Case, CompromisedAccount
from casetrack.cases.services import decide_executions, link_trade
from casetrack.ledger.models import Attributed, Execution
from casetrack.lib.errors import DomainError
from casetrack.web.errors import explain
from casetrack.web.firm.case import incident_at
from casetrack.web.firm.doors import firm_case, for_staff, me

PAGE = 200
OWN = (Attributed.GENUINE, Attributed.MITIGATION)
# Where the two sides differ: what the victim says against what the firm decided.
DIFFER = Q(answers__answer=Answer.YES, attribution=Attributed.UNAUTHORIZED) | Q(
    answers__answer=Answer.NO, attribution__in=OWN
)


@dataclass
class Row:
    """One execution as the table shows it."""

    execution: Execution
    answer: str
    is_before: bool

    @property
    def differs(self) -> bool:
        given = self.execution.attribution
        return (self.answer == Answer.YES and given == Attributed.UNAUTHORIZED) or (
            self.answer == Answer.NO and given in OWN
        )

    @property
    def blocks(self) -> bool:
        return not self.execution.attribution and not self.is_before

    @property
    def answer_label(self) -> str:
        return str(Answer(self.answer).label) if self.answer else ""

    @property
    def choices(self) -> list[tuple[str, str, bool]]:
        """Value, label, chosen; first the undecided one."""
        given = self.execution.attribution
        none = _("Before the first access") if self.is_before else _("Not yet decided")
        own = [(str(a), str(a.label), a == given) for a in self.execution.allowed_attributions]
        return [("", none, not given), *own] if len(own) > 1 or not given else own


def of_account(incident: CompromisedAccount, case: Case, show: str) -> Any:
    rows = Execution.objects.filter(account=incident.account)
    if show == "undecided":
        rows = rows.undecided()
        if incident.first_access_at:
            rows = rows.filter(executed_at__gte=incident.first_access_at)
    elif show == "differences":
        rows = rows.filter(DIFFER, answers__case=case)
    return rows


def page_of(rows: Any, account: Any, after: str) -> tuple[list[Execution], str]:
    """One page by keyset (instant, place, key), and the execution_id to go on after."""
    edge = Execution.objects.filter(account=account, execution_id=after).first() if after else None
    if edge is not None:
        rows = rows.filter(
            Q(executed_at__gt=edge.executed_at)
            | Q(executed_at=edge.executed_at, place__gt=edge.place)
            | Q(executed_at=edge.executed_at, place=edge.place, pk__gt=edge.pk)
        )
    found = list(rows.in_order()[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].execution_id if len(found) > PAGE else ""


@for_staff
@require_http_methods(["GET", "POST"])
def executions(request: HttpRequest, reference: str, place: int) -> HttpResponse:
    """The account's executions; one POST saves the page, or sets all that are ticked."""
    case = firm_case(request, reference)
    incident = incident_at(case, place)
    if incident.access != Access.CONFIRMED or incident.account is None:
        raise Http404
    if request.method == "POST" and save(request, case):
        return redirect(request.get_full_path())
    show = request.GET.get("show", "")
    found, older = page_of(of_account(incident, case, show), incident.account, request.GET.get("after", ""))
    answers = dict(case.execution_answers.filter(execution__in=found).values_list("execution_id", "answer"))
    since = incident.first_access_at
    rows = [Row(e, answers.get(e.pk, ""), bool(since and e.executed_at < since)) for e in found]
    base = reverse("firm:executions", args=[case.reference, place])
    undecided = of_account(incident, case, "undecided").count()
    context = {
        "case": case,
        "incident": incident,
        "place": place,
        "rows": rows,
        "undecided": undecided,
        "differences": of_account(incident, case, "differences").count(),
        "show": show,
        "base": base,
        "older": older,
        "values": Attributed.choices,
        "can_decide": permissions.can_investigate(me(request), case),
        "trades": claimed(case, incident),
        "candidates": since_access(incident),
    }
    return render(request, "firm/executions.html", context, status=400 if request.method == "POST" else 200)


def claimed(case: Case, incident: CompromisedAccount) -> list[Any]:
    return list(case.claimed_trades.filter(incident=incident).select_related("execution").order_by("pk"))


def since_access(incident: CompromisedAccount) -> list[Execution]:
    """What a claimed trade may have turned out to be: the first executions since the access."""
    rows = Execution.objects.filter(account=incident.account).exclude(security="")
    if incident.first_access_at:
        rows = rows.filter(executed_at__gte=incident.first_access_at)
    return list(rows.in_order()[:PAGE])


def save(request: HttpRequest, case: Case) -> bool:
    """Save the decisions of the page; False (and a message) when one was refused."""
    shown = {
        name.removeprefix("decision-"): str(value)
        for name, value in request.POST.items()
        if name.startswith("decision-")
    }
    if bulk := request.POST.get("bulk"):
        value = request.POST.get("bulk_value", "")
        picked = list(shown) if bulk == "all" else request.POST.getlist("pick")
        if not value or not picked:
            messages.error(request, _("Choose the executions and what to set them to."))
            return False
        shown = dict.fromkeys(picked, "" if value == "none" else value)
    wanted = {int(pk): value for pk, value in shown.items() if pk.isascii() and pk.isdigit()}
    try:
        changed = decide_executions(case, wanted, actor=me(request), reason=request.POST.get("reason", ""))
    except DomainError as error:
        messages.error(request, explain(error))
        return False
    messages.success(request, _("%s decisions are recorded.") % changed if changed else _("Nothing changed."))
    return True


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
    execution = Execution.objects.filter(account=incident.account, execution_id=chosen).first() if chosen else None
    try:
        link_trade(trades[number - 1], execution, actor=me(request))
    except DomainError as error:
        messages.error(request, explain(error))
    else:
        messages.success(request, _("Saved."))
    return redirect("firm:executions", case.reference, place)
