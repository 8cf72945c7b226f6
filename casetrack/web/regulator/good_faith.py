"""Good faith in figures, firm by firm, for the regulator: aggregates, without the values of small groups."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from casetrack.lib.files import csv_text
from casetrack.lib.formats import NONE
from casetrack.reports.good_faith import FEW
from casetrack.reports.publishing import COUNTS, DAYS, MEASURES, Published, Value, figures_of_firms
from casetrack.web.charts import for_any_window, grouped_bars
from casetrack.web.downloads import csv_response
from casetrack.web.faith_figures import MEASURE_NAMES, days, exact, percent
from casetrack.web.formats import as_decimal, quantity
from casetrack.web.periods import MonthsForm, since_the_beginning
from casetrack.web.regulator.views import for_regulators, me

CHARTED = ("in_time", "reasoned", "accepted", "closed")


def asked(request: HttpRequest, action: str) -> tuple[MonthsForm, list[Published] | None]:
    form = MonthsForm(request.GET if "first" in request.GET else since_the_beginning())
    return form, figures_of_firms(*form.span, actor=me(request), action=action) if form.is_valid() else None


@for_regulators
def good_faith(request: HttpRequest) -> HttpResponse:
    form, found = asked(request, "reports.good_faith_read")
    context: dict[str, Any] = {"form": form, "found": found, "few": FEW}
    if found is not None:
        context |= {
            "names": [MEASURE_NAMES[name] for name in MEASURES],
            "rows": [(one.firm, [(MEASURE_NAMES[n], said(n, one.values[n])) for n in MEASURES]) for one in found],
            "chart": chart_of(found) if any(one.values[n].number is not None for one in found for n in CHARTED) else "",
            "query": request.GET.urlencode(),
        }
    return render(request, "regulator/good_faith.html", context, status=200 if found is not None else 400)


@for_regulators
def good_faith_csv(request: HttpRequest) -> HttpResponse:
    """One line for each firm and measure; a value that is not given says so."""
    form, found = asked(request, "reports.good_faith_downloaded")
    if found is None:
        return render(request, "regulator/good_faith.html", {"form": form, "found": None, "few": FEW}, status=400)
    lines: list[list[object]] = [[_("Firm"), pgettext("figures", "Name"), _("Measure"), _("Value")]]
    for one in found:
        for name in MEASURES:
            value = one.values[name]
            given = few() if value.is_few else exact(value.number)
            lines.append([one.firm.code, one.firm.name, MEASURE_NAMES[name], given])
    first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    return csv_response(f"casetrack-good-faith-{first:%Y-%m}-{last:%Y-%m}.csv", csv_text(lines))


def few() -> str:
    return _("fewer than %(few)s cases") % {"few": FEW}


def said(name: str, value: Value) -> str:
    """A value as the page writes it."""
    if value.is_few:
        return few()
    if value.number is None:
        return NONE
    if name in COUNTS:
        return quantity(value.number)
    return days(as_decimal(value.number)) if name in DAYS else percent(as_decimal(value.number))


def chart_of(found: list[Published]) -> SafeString:
    """Shares in percent, firm by firm."""
    series = [(str(MEASURE_NAMES[name]), [_whole(one.values[name]) for one in found]) for name in CHARTED]
    return for_any_window(grouped_bars, [one.firm.name for one in found], series, _("Good faith by firm, in percent"),
        _("The same numbers stand in the table below."),
    )  # fmt: skip


def _whole(value: Value) -> int | None:
    return None if value.number is None else round(value.number * 100)
