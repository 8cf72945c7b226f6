""" "Was this you?": the trades of the account, a plain question to each, and what the firm decided beside it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from casetrack.cases.models import Access, Answer, Case, ExecutionAnswer
from casetrack.cases.services import answer_executions
from casetrack.ledger.models import Attributed, Execution, Type
from casetrack.lib.clock import tokyo_date
from casetrack.lib.errors import DomainError
from casetrack.people.services import once
from casetrack.web.errors import refuse
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

# The question stands above them, so that they can be short.
ANSWERS = [
    (Answer.YES.value, gettext_lazy("Yes")),
    (Answer.NO.value, gettext_lazy("No")),
    (Answer.NOT_SURE.value, gettext_lazy("Not sure")),
]


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
    def name(self) -> str:
        return field_of(self.execution)


def field_of(execution: Execution) -> str:
    return f"answer-{execution.pk}"


def executions_of(case: Case, *, since_access: bool) -> list[Execution]:
    """The executions of the accounts whose access the firm confirmed; by default from the day of the first access."""
    first = {i.account_id: i.first_access_at for i in case.incidents.all() if i.access == Access.CONFIRMED}
    answers = Prefetch("answers", ExecutionAnswer.objects.filter(case=case), "own_answers")
    rows = Execution.objects.filter(account__in=first, type__in=ASKED).select_related("account")
    found = rows.prefetch_related(answers).in_order()
    return [e for e in found if not since_access or _is_since(e.executed_at, first.get(e.account_id))]


def _is_since(at: dt.datetime, first: dt.datetime | None) -> bool:
    return first is None or tokyo_date(at) >= tokyo_date(first)


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
    case = own_case(request, reference)
    shows_all = "all" in request.GET
    listed = executions_of(case, since_access=not shows_all)
    form = CaseForm(posted(request))
    if request.method == "POST" and form.is_valid() and _answer(request, case, listed, form):
        return redirect(request.get_full_path())
    rows = rows_of(listed, request.POST if form.is_bound else None)
    days = [(day, list(same)) for day, same in groupby(rows, key=lambda row: tokyo_date(row.execution.executed_at))]
    context = {
        "case": case,
        "form": form,
        "days": days,
        "shows_all": shows_all,
        "answers": ANSWERS,
        "open": sum(not row.answer for row in rows),
        "problems": list(form.problems()) if form.is_bound else [],
    }
    return render(request, "victim/executions.html", context)


def _answer(request: HttpRequest, case: Case, listed: list[Execution], form: CaseForm) -> bool:
    """Take the answers of the page; whether they were taken."""
    user = me(request)
    given = {e.pk: value for e in listed if (value := request.POST.get(field_of(e)))}
    try:
        changed = once(
            user, form.cleaned_data["idempotency_key"], "cases.answer_executions",
            lambda: str(answer_executions(case, given, actor=user)),
        )  # fmt: skip
    except DomainError as error:
        refuse(form, error)
        return False
    count = int(changed)
    said = ngettext("%(count)s answer was saved.", "%(count)s answers were saved.", count) % {"count": count}
    messages.success(request, said if count else _("Nothing was changed."))
    return True
