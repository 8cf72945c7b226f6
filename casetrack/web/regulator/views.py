"""The regulator's desk: aggregates only."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from casetrack.lib.errors import DomainError
from casetrack.people.models import Role, User
from casetrack.reports import exporters
from casetrack.reports.services import compile_summary, note_use, publish_edition
from casetrack.reports.summary import Summary
from casetrack.web.errors import refuse
from casetrack.web.regulator.figures import charts_of, figures_of
from casetrack.web.regulator.forms import PeriodForm, default_period

View = Callable[[HttpRequest], HttpResponse]


def for_regulators(view: View) -> View:
    """404 for every other role; nothing of it kept by browser or proxy."""

    @wraps(view)
    def checked(request: HttpRequest) -> HttpResponse:
        me(request)
        return view(request)

    return never_cache(require_GET(checked))


def me(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or user.role != Role.REGULATOR:
        raise Http404
    return user


@dataclass(frozen=True)
class Asked:
    """The form as sent (or the default period), and its summary if there is one."""

    form: PeriodForm
    summary: Summary | None


def asked(request: HttpRequest) -> Asked:
    form = PeriodForm(request.GET if "first" in request.GET else default_period())
    if not form.is_valid():
        return Asked(form, None)
    given = form.cleaned_data
    try:
        summary = compile_summary(
            given["first"], given["last"], by=given["by"], as_of=given["as_of"], actor=me(request)
        )
    except DomainError as error:
        refuse(form, error)
        return Asked(form, None)
    return Asked(form, summary)


@for_regulators
def summary(request: HttpRequest) -> HttpResponse:
    """The table, its charts, its notes, and the downloads of the same period."""
    found = asked(request)
    context: dict[str, Any] = {"form": found.form, "summary": found.summary}
    if found.summary is not None:
        note_use(found.summary, "reports.summary_read", actor=me(request))
        context |= {
            "figures": figures_of(found.summary.total),
            "charts": charts_of(found.summary),
            "lines": found.summary.lines[:-1],
            "query": request.GET.urlencode(),
            "is_empty": not (found.summary.total.accesses or found.summary.total.trades),
        }
    return render(request, "regulator/summary.html", context)


def _download(request: HttpRequest, extension: str, content_type: str) -> HttpResponse:
    """The file of an edition: what a regulator takes away is kept under its number and never changes."""
    found = asked(request)
    if found.summary is None:
        return render(request, "regulator/summary.html", {"form": found.form, "summary": None}, status=400)
    summary, edition = found.summary, publish_edition(found.summary, extension, actor=me(request))
    body = exporters.to_csv(summary) if extension == "csv" else exporters.to_json(summary, edition=edition.number)
    name = f"casetrack-summary-{summary.first:%Y-%m}-{summary.last:%Y-%m}.{extension}"
    return HttpResponse(
        body, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@for_regulators
def summary_csv(request: HttpRequest) -> HttpResponse:
    return _download(request, "csv", "text/csv; charset=utf-8")


@for_regulators
def summary_json(request: HttpRequest) -> HttpResponse:
    return _download(request, "json", "application/json")
