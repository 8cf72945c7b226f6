"""The firm's targets in business days: what they are, since when, and what a change would do. Targets, not law."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from casetrack.calc.rulebook import Rulebook
from casetrack.cases.clocks import rulebook_of
from casetrack.cases.forecast import effects, running_clocks, with_target
from casetrack.cases.services import set_target
from casetrack.cases.services.firm_clocks import check_target, may_decide_clocks, may_see_clocks
from casetrack.cases.timeline import CLOCKS
from casetrack.firms.models import MOST_DAYS, Firm
from casetrack.lib import clock
from casetrack.lib.clock import TOKYO
from casetrack.lib.errors import DomainError
from casetrack.people.services import once
from casetrack.web.firm.doors import for_staff, me, membership, posted, refused
from casetrack.web.forms.fields import DateField3, DecimalTextField
from casetrack.web.forms.mixins import IdempotentForm

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class TargetForm(IdempotentForm):
    days = DecimalTextField(
        label=gettext_lazy("Target, in business days"), name=gettext_lazy("the business days"), max_digits=3,
        decimal_places=0, min_value=1, max_value=MOST_DAYS, width=3, required=False,
    )  # fmt: skip
    valid_from = DateField3(
        label=gettext_lazy("From which day on?"), name=gettext_lazy("the first day"),
        help_text=gettext_lazy("Tomorrow at the earliest. It holds for clocks that begin on this day or later."),
    )  # fmt: skip

    def __init__(self, *args: Any, default: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["days"].help_text = _("Empty: the platform's default, %(days)s.") % {"days": default}

    @property
    def target(self) -> int | None:
        days = self.cleaned_data["days"]
        return None if days is None else int(days)


@dataclass(frozen=True)
class Row:
    """A clock of the list. `since` is None while the platform's default holds; `next` is what is decided to come."""

    name: str
    what: "StrOrPromise"
    days: int
    default: int
    since: dt.date | None
    next: list[tuple[dt.date, int]]
    running: int


def seen_firm(request: HttpRequest) -> Firm:
    """The firm of an administrator or approver; 404 for everybody else."""
    if not may_see_clocks(me(request)):
        raise Http404
    return membership(request).firm


def _rows(book: Rulebook, today: dt.date, running: dict[str, int]) -> list[Row]:
    rows = []
    for name, default in book.defaults.items():
        course = book.course_of(name)
        past = [since for since, _days in course if since <= today]
        coming = [(since, days) for since, days in course if since > today]
        what, since = CLOCKS[name], past[-1] if past else None
        rows.append(Row(name, what, book.target_on(name, today), default, since, coming, running[name]))
    return rows


@for_staff
@require_safe
def targets(request: HttpRequest) -> HttpResponse:
    firm = seen_firm(request)
    today = clock.tokyo_date(clock.now())
    context = {
        "firm": firm,
        "rows": _rows(rulebook_of(firm), today, running_clocks(firm)),
        "can_decide": may_decide_clocks(me(request)),
    }
    return render(request, "firm/targets.html", context)


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def target(request: HttpRequest, clock_name: str) -> HttpResponse:
    """Change one target: asked for, shown what it would do, then confirmed."""
    firm = seen_firm(request)
    book = rulebook_of(firm)
    if not may_decide_clocks(me(request)) or clock_name not in book.defaults:
        raise Http404
    tomorrow = clock.tokyo_date(clock.now()) + dt.timedelta(days=1)
    form = TargetForm(posted(request), default=book.defaults[clock_name], initial={"valid_from": tomorrow})
    status = 400 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            if "confirmed" in request.POST:
                return _kept(request, firm, clock_name, form)
            check_target(firm, clock_name, form.target, form.cleaned_data["valid_from"])
        except DomainError as error:
            status = refused(form, error)
        else:
            return render(request, "firm/target_check.html", _forecast(request, firm, clock_name, form))
    decisions = firm.target_decisions.filter(clock=clock_name).select_related("decided_by__membership").order_by("-id")
    context = {"firm": firm, "what": CLOCKS[clock_name], "form": form, "decisions": decisions}
    return render(request, "firm/target.html", context, status=status)


def _kept(request: HttpRequest, firm: Firm, name: str, form: TargetForm) -> HttpResponse:
    given = form.cleaned_data

    def write() -> str:
        set_target(firm, name, form.target, valid_from=given["valid_from"], actor=me(request))
        return "kept"

    once(me(request), given["idempotency_key"], "firms.set_target", write)
    messages.success(request, _("The target is kept. Clocks that run keep their deadlines."))
    return redirect("firm:targets")


def _forecast(request: HttpRequest, firm: Firm, name: str, form: TargetForm) -> dict[str, Any]:
    """What the page says before the target is kept."""
    book, now, first = rulebook_of(firm), clock.now(), form.cleaned_data["valid_from"]
    changed = with_target(book, name, form.target, first, now)
    noon = dt.datetime.combine(first, dt.time(12), TOKYO)
    effect = next((one for one in effects(book, changed, noon) if one.clock == name), None)
    before, after = book.target_on(name, first), changed.target_on(name, first)
    return {
        "firm": firm, "name": name, "what": CLOCKS[name], "sent": sent(request), "first": first, "effect": effect,
        "before": before, "after": after, "is_longer": after > before, "running": running_clocks(firm)[name],
    }  # fmt: skip


def sent(request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed, for the hidden fields of the page that asks once more."""
    return [(name, str(value)) for name, value in request.POST.items() if name != "csrfmiddlewaretoken"]
