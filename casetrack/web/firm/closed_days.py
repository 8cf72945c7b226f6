"""The days on which the firm is closed, beside Japan's holidays: by year, closed several at once, taken out again."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from casetrack.cases.clocks import calendar_at, rulebook_of
from casetrack.cases.forecast import day_before, effects, running_clocks, with_closed
from casetrack.cases.services import close_days, open_day
from casetrack.cases.services.firm_clocks import days_to_close, may_decide_clocks
from casetrack.cases.timeline import CLOCKS
from casetrack.firms.models import ClosedDay, Firm
from casetrack.lib import clock
from casetrack.lib.errors import DomainError
from casetrack.market.calendars import FIRST_YEAR, LAST_YEAR, national_holidays
from casetrack.people.services import once
from casetrack.web.errors import explain
from casetrack.web.firm.doors import for_staff, me, posted, refused
from casetrack.web.firm.targets import seen_firm, sent
from casetrack.web.formats import is_japanese
from casetrack.web.forms.fields import DateField3, TextField
from casetrack.web.forms.mixins import IdempotentForm


class ClosedDaysForm(IdempotentForm):
    first = DateField3(label=gettext_lazy("First day"), name=gettext_lazy("the first day"))
    last = DateField3(
        label=gettext_lazy("Last day"), name=gettext_lazy("the last day"), required=False,
        help_text=gettext_lazy("Empty: only the one day. Weekends and holidays in between are left out."),
    )  # fmt: skip
    label = TextField(
        label=gettext_lazy("What are they?"), name=gettext_lazy("what the days are"), max_length=80,
        help_text=gettext_lazy("For example: summer closing."),
    )  # fmt: skip

    @property
    def span(self) -> tuple[dt.date, dt.date]:
        first, last = self.cleaned_data["first"], self.cleaned_data["last"]
        return first, last or first


def _year_of(request: HttpRequest, today: dt.date) -> int:
    """The year asked for, if the calendar knows it; else this one."""
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) == 4 else today.year
    return year if FIRST_YEAR <= year <= LAST_YEAR else today.year


def _closed(firm: Firm, year: int | None = None) -> list[ClosedDay]:
    """The decisions that hold for the days on which the firm is closed, in the order of the days."""
    decisions = firm.day_decisions.select_related("decided_by__membership")
    latest = decisions.order_by("day", "-id").distinct("day")
    return [one for one in (latest.filter(day__year=year) if year else latest) if one.is_closed]


def _holidays(year: int) -> list[tuple[dt.date, str]]:
    """Japan's holidays and the days at the turn of the year on which no firm works."""
    turn = [dt.date(year, 1, day) for day in (2, 3)] + [dt.date(year, 12, 31)]
    named = {**dict.fromkeys(turn, _("Turn of the year")), **national_holidays(year, japanese=is_japanese())}
    return sorted(named.items())


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def closed_days(request: HttpRequest) -> HttpResponse:
    """The days of a year; for administrators the form that closes more, which shows first what it would do."""
    firm, today = seen_firm(request), clock.tokyo_date(clock.now())
    can_decide = may_decide_clocks(me(request))
    if request.method == "POST" and not can_decide:
        raise Http404
    form, status = ClosedDaysForm(posted(request)), 400 if request.method == "POST" else 200
    if form.is_bound and form.is_valid():
        try:
            if "confirmed" in request.POST:
                return _kept(request, firm, form)
            days = days_to_close(firm, *form.span)
        except DomainError as error:
            status = refused(form, error)
        else:
            return render(request, "firm/closed_days_check.html", _forecast(request, firm, days))
    year = _year_of(request, today)
    years = range(max(FIRST_YEAR, today.year - 1), min(LAST_YEAR, today.year + 2) + 1)
    context = {
        "firm": firm,
        "form": form,
        "year": year,
        "years": sorted({*years, year, *(one.day.year for one in _closed(firm))}),
        "closed": _closed(firm, year),
        "holidays": _holidays(year),
        "today": today,
        "can_decide": can_decide,
    }
    return render(request, "firm/closed_days.html", context, status=status)


def _forecast(request: HttpRequest, firm: Firm, days: list[dt.date], *, is_closed: bool = True) -> dict[str, Any]:
    """What the page says before `days` are closed or opened again."""
    book, now = rulebook_of(firm), clock.now()
    begins = day_before(days[0], calendar_at(firm, now), now)
    changed = with_closed(book, days, now, is_closed=is_closed)
    return {
        "firm": firm,
        "days": days,
        "begins": begins,
        "effects": [(CLOCKS[one.clock], one) for one in effects(book, changed, begins)],
        "running": sum(running_clocks(firm).values()),
        "sent": sent(request),
    }


def _kept(request: HttpRequest, firm: Firm, form: ClosedDaysForm) -> HttpResponse:
    given, user = form.cleaned_data, me(request)

    def write() -> str:
        return str(len(close_days(firm, days_to_close(firm, *form.span), label=given["label"], actor=user)))

    count = int(once(user, given["idempotency_key"], "firms.close_days", write))
    done = ngettext("%(count)s day is closed.", "%(count)s days are closed.", count) % {"count": count}
    messages.success(request, " ".join([done, _("Clocks that run keep their deadlines.")]))
    return _to_year(given["first"].year)


def _to_year(year: int) -> HttpResponse:
    return redirect(f"{reverse('firm:closed-days')}?year={year}")


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def open_again(request: HttpRequest, day: dt.date) -> HttpResponse:
    """Take out a day that is still to come; the page shows first what that would do."""
    firm = seen_firm(request)
    if not may_decide_clocks(me(request)):
        raise Http404
    if request.method == "POST":
        try:
            open_day(firm, day, actor=me(request))
        except DomainError as error:
            messages.error(request, explain(error))
        else:
            messages.success(request, _("The firm works on this day. Clocks that run keep their deadlines."))
        return _to_year(day.year)
    found = next((one for one in _closed(firm, day.year) if one.day == day), None)
    if found is None or day <= clock.tokyo_date(clock.now()):
        raise Http404
    return render(request, "firm/closed_day.html", {**_forecast(request, firm, [day], is_closed=False), "found": found})
