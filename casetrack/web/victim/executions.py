""" "Was this you?": the trades of the account, a plain question to each, and what the firm decided beside it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from casetrack.cases.models import Access, BulkAct, Case, ExecutionAnswer
from casetrack.cases.services import answer_executions, answer_many, last_act, undo_act
from casetrack.ledger.models import Attributed, Execution, Type
from casetrack.ledger.querysets import ExecutionQuerySet
from casetrack.lib.clock import TOKYO, tokyo, tokyo_date
from casetrack.lib.errors import DomainError
from casetrack.people.models import User
from casetrack.people.services import once
from casetrack.web.errors import refuse
from casetrack.web.formats import quantity, yen
from casetrack.web.marking import ANSWERS, MARKS, PAGE, Sent, Undo, is_quiet, query, quiet
from casetrack.web.victim.doors import for_victims, me, own_case, posted
from casetrack.web.victim.forms import CaseForm
from casetrack.web.victim.words import DECISIONS, differs

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# What somebody must have done; the rest of a ledger nobody was asked about.
ASKED = (Type.BUY, Type.SELL, Type.MARGIN_OPEN, Type.MARGIN_CLOSE, Type.CASH_IN, Type.CASH_OUT)
DEEDS: dict[tuple[str, str], "StrOrPromise"] = {
    (Type.BUY, ""): gettext_lazy("Bought"),
    (Type.SELL, ""): gettext_lazy("Sold"),
    (Type.MARGIN_OPEN, "long"): gettext_lazy("Bought on margin"),
    (Type.MARGIN_OPEN, "short"): gettext_lazy("Sold short on margin"),
    (Type.MARGIN_CLOSE, "long"): gettext_lazy("Margin purchase closed by selling"),
    (Type.MARGIN_CLOSE, "short"): gettext_lazy("Short sale closed by buying"),
    (Type.CASH_IN, ""): gettext_lazy("Money paid in"),
    (Type.CASH_OUT, ""): gettext_lazy("Money taken out"),
}


@dataclass(frozen=True)
class Row:
    """One execution with what the victim answered and what the firm decided."""

    execution: Execution
    deed: "StrOrPromise"
    answer: str
    decision: "StrOrPromise"
    tone: str
    differs: bool

    @property
    def day(self) -> dt.date:
        return tokyo_date(self.execution.executed_at)

    @property
    def pk(self) -> int:
        return self.execution.pk

    @property
    def name(self) -> str:
        return field_of(self.execution)

    @property
    def title(self) -> str:
        return f"{self.deed} {self.execution.security}".strip()

    @property
    def facts(self) -> list[str]:
        """Time, quantity and price or amount, account."""
        e = self.execution
        sums = ""
        if e.quantity:
            price = f" × {quantity(e.price)}" if e.price is not None else ""
            sums = quantity(e.quantity) + price + (f" {e.currency}" if price and e.currency not in ("", "JPY") else "")
        elif e.amount is not None:
            sums = yen(e.amount)
        return list(filter(None, (e.executed_at.astimezone(TOKYO).strftime("%H:%M"), sums, e.account.masked)))


def field_of(execution: Execution) -> str:
    return f"answer-{execution.pk}"


def executions_of(case: Case, *, since_access: bool) -> ExecutionQuerySet:
    """The executions of the accounts whose access the firm confirmed; by default from the day of the first access."""
    asked = Q(pk__in=[])
    for incident in case.incidents.all():
        if incident.access == Access.CONFIRMED:
            of_account = Q(account=incident.account_id)
            if since_access and incident.first_access_at is not None:
                day = tokyo_date(incident.first_access_at)
                of_account &= Q(executed_at__gte=tokyo(day.year, day.month, day.day))
            asked |= of_account
    return Execution.objects.filter(asked, type__in=ASKED)


def page_of(found: ExecutionQuerySet, case: Case, *, after: str, until: str) -> tuple[list[Execution], str, str]:
    """A page by keyset (instant, place, key), and the rows at which the pages before and after it begin."""
    name = until or after
    edge = found.filter(pk=int(name)).first() if name.isascii() and name.isdigit() and len(name) < 19 else None
    backwards = bool(until) and edge is not None
    if edge is not None:
        sign = "lt" if backwards else "gt"
        same: dict[str, Any] = {"executed_at": edge.executed_at}
        found = found.filter(
            Q(**{f"executed_at__{sign}": edge.executed_at})
            | Q(**same, **{f"place__{sign}": edge.place})
            | Q(**same, place=edge.place, **{f"pk__{sign}": edge.pk})
        )
    answers = Prefetch("answers", ExecutionAnswer.objects.filter(case=case), "own_answers")
    ordered = found.in_order().reverse() if backwards else found.in_order()
    rows = list(ordered.select_related("account").prefetch_related(answers)[: PAGE + 1])
    more, rows = len(rows) > PAGE, rows[:PAGE]
    if backwards:
        rows.reverse()
    has_before, has_after = (more, True) if backwards else (edge is not None, more)
    return rows, str(rows[0].pk) if rows and has_before else "", str(rows[-1].pk) if rows and has_after else ""


def rows_of(executions: Iterable[Execution], typed: QueryDict | None = None) -> list[Row]:
    rows = []
    for execution in executions:
        known = next((given.answer for given in execution.own_answers), "")  # type: ignore[attr-defined]
        answer = typed.get(field_of(execution), known) if typed is not None else known
        decided = execution.attribution
        rows.append(
            Row(
                execution=execution,
                deed=DEEDS.get((execution.type, execution.side)) or Type(execution.type).label,
                answer=answer,
                decision=DECISIONS[decided],
                tone={"": "idle", Attributed.UNAUTHORIZED: "stop"}.get(decided, "progress"),
                differs=differs(known, decided),
            )
        )
    return rows


@require_http_methods(["GET", "HEAD", "POST"])
@for_victims
def executions(request: HttpRequest, reference: str) -> HttpResponse:
    """The trades of the firm's ledger, a page at a time. Every button also saves what was answered on the page."""
    case = own_case(request, reference)
    shows_all, security, is_open = "all" in request.GET, request.GET.get("security", ""), "open" in request.GET
    found = executions_of(case, since_access=not shows_all)
    securities = [
        {"key": name, "name": name, "rows": count}
        for name, count in found.exclude(security="").values_list("security").annotate(Count("pk")).order_by("security")
    ]
    answered = ExecutionAnswer.objects.filter(case=case).values("execution")
    unanswered = found.exclude(pk__in=answered)
    shown = found.filter(security=security) if security else found
    if is_open:
        shown = shown.exclude(pk__in=answered)
    form = CaseForm(posted(request))
    if request.method == "POST" and form.is_valid() and _answer(request, case, shown, form):
        return quiet([]) if is_quiet(request) else _onward(request)
    if form.is_bound and is_quiet(request):
        return quiet(form.problems())
    listed, before, later = page_of(
        shown, case, after=request.GET.get("after", ""), until=request.GET.get("until", "")
    )  # fmt: skip
    rows = rows_of(listed, request.POST if form.is_bound else None)
    kept = {"all": "1" if shows_all else "", "security": security, "open": "1" if is_open else ""}
    context = {
        "case": case,
        "form": form,
        "days": [(day, list(same)) for day, same in groupby(rows, key=lambda row: row.day)],
        "shows_all": shows_all,
        "answers": ANSWERS,
        "undo": undo_of(case, me(request)),
        "open": unanswered.count(),
        "securities": securities,
        "security": security,
        "is_open": is_open,
        "following_place": later,
        "previous": query(until=before, **kept) if before else "",
        "following": query(after=later, **kept) if later else "",
        "problems": list(form.problems()) if form.is_bound else [],
    }
    return render(request, "victim/executions.html", context)


def _onward(request: HttpRequest) -> HttpResponse:
    sent, path = Sent.of(request.POST), request.get_full_path()
    if (following := request.POST.get("next", "")).isdigit():
        kept = {name: request.GET[name] or "1" for name in ("all", "security", "open") if name in request.GET}
        return redirect(request.path + query(after=following, **kept))
    return redirect(f"{path}#day-{sent.day}" if sent.day else path)


def _many(shown: ExecutionQuerySet, sent: Sent) -> list[int]:
    """The rows shown that a button answers."""
    many = shown
    if sent.day:
        start = tokyo(sent.day.year, sent.day.month, sent.day.day)
        many = many.filter(executed_at__gte=start, executed_at__lt=start + dt.timedelta(days=1))
    else:
        many = many.filter(security=sent.security)
    return list(many.values_list("pk", flat=True))


def undo_of(case: Case, user: User) -> Undo | None:
    act = last_act(case, BulkAct.Kind.ANSWERS, actor=user)
    return Undo(str(act.pk), act.rows, MARKS.get(act.value, "")) if act else None


@transaction.atomic
def _write(case: Case, shown: ExecutionQuerySet, sent: Sent, user: User) -> str:
    """Take an act back, or the answers of the page and then what a button answers for many; what to say of it."""
    if sent.undo:
        count = undo_act(case, int(sent.undo) if sent.undo.isdecimal() and len(sent.undo) < 19 else 0, actor=user)
        return ngettext("%(count)s row is as before.", "%(count)s rows are as before.", count) % {"count": count}
    many = _many(shown, sent) if sent.is_bulk else []
    count = answer_executions(case, sent.typed, actor=user)
    if sent.is_bulk:
        count += answer_many(case, many, sent.answer, actor=user)
        if count:
            return ""  # the page says it, beside the way back
    if not count:
        return _("Nothing was changed.")
    return ngettext("%(count)s answer was saved.", "%(count)s answers were saved.", count) % {"count": count}


def _answer(request: HttpRequest, case: Case, shown: ExecutionQuerySet, form: CaseForm) -> bool:
    """Take the answers of the page; whether they were taken."""
    user, sent = me(request), Sent.of(request.POST)
    try:
        said = once(
            user, form.cleaned_data["idempotency_key"], "cases.answer_executions",
            lambda: _write(case, shown, sent, user),
        )  # fmt: skip
    except DomainError as error:
        refuse(form, error)
        return False
    if said and not is_quiet(request):
        messages.success(request, said)
    return True
