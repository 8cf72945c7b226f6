"""Good faith in figures, for the firm's managers."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from casetrack.cases.clocks import rulebook_of
from casetrack.firms.models import Firm
from casetrack.lib import clock
from casetrack.lib.files import csv_text
from casetrack.reports.good_faith import Figures, Times
from casetrack.reports.publishing import may_see_figures, own_figures
from casetrack.web.charts import Series, for_any_window, grouped_bars
from casetrack.web.downloads import csv_response
from casetrack.web.faith_figures import CLOCK_NAMES, MEASURE_NAMES, SHORT_NAMES, days, exact, percent
from casetrack.web.firm.doors import for_staff, me, membership
from casetrack.web.formats import quantity, yen
from casetrack.web.periods import MonthsForm, since_the_beginning


def asked(request: HttpRequest) -> tuple[MonthsForm, Figures | None]:
    """The months as sent (or all there are), with the figures if the months are right. 404 for who is no manager."""
    if not may_see_figures(me(request)):
        raise Http404
    form = MonthsForm(request.GET if "first" in request.GET else since_the_beginning())
    return form, own_figures(*form.span, actor=me(request)) if form.is_valid() else None


@for_staff
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    form, found = asked(request)
    firm = membership(request).firm
    context: dict[str, Any] = {"form": form, "firm": firm}
    if found is not None:
        targets = targets_of(firm)
        context |= {
            "found": found,
            "rows": [clock_row(times, targets) for times in found.times],
            "chart": chart_of(found, targets) if any(times.ended for times in found.times) else "",
            "key_figures": key_figures(found),
            "query": request.GET.urlencode(),
        }
    return render(request, "firm/figures.html", context, status=200 if found is not None else 400)


@for_staff
@require_safe
def figures_csv(request: HttpRequest) -> HttpResponse:
    """Clocks and offers of the same months, one measure a line."""
    form, found = asked(request)
    if found is None:
        return render(request, "firm/figures.html", {"form": form, "firm": membership(request).firm}, status=400)
    first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    lines: list[list[object]] = [[_("Measure"), pgettext("figures", "Clock"), _("Value")]]
    targets = targets_of(membership(request).firm)
    for times in found.times:
        name = CLOCK_NAMES[times.clock]
        lines += [
            [_("Target, in business days"), name, targets[times.clock]],
            [pgettext("figures", "Done"), name, times.ended],
            [_("Median, in business days"), name, exact(times.median)],
            [_("90th percentile, in business days"), name, exact(times.ninetieth)],
            [_("Within the target"), name, exact(times.share)],
            [_("Late and not done yet"), name, times.late_now],
        ]
    lines += [[MEASURE_NAMES[name], "", exact(value)] for name, value in measures(found).items()]
    return csv_response(f"good-faith-{first:%Y-%m}-{last:%Y-%m}.csv", csv_text(lines))


def measures(found: Figures) -> dict[str, Any]:
    return {
        "offers": found.offers,
        "reasoned": found.reasoned_share,
        "accepted": found.accepted_share,
        "closed": found.closed_share,
        "reduced": found.reduced_share,
        "reduction": found.reduction,
    }


def targets_of(firm: Firm) -> dict[str, int]:
    """Those of today; each clock is measured by the one of the time when it began."""
    return rulebook_of(firm).targets_at(clock.now())


def clock_row(times: Times, targets: dict[str, int]) -> dict[str, object]:
    return {
        "what": CLOCK_NAMES[times.clock],
        "target": targets[times.clock],
        "times": times,
        "median": days(times.median),
        "ninetieth": days(times.ninetieth),
        "share": percent(times.share),
    }


def key_figures(found: Figures) -> list[dict[str, object]]:
    """The negotiation at a glance; each with what it is of."""
    return [
        {
            "label": MEASURE_NAMES["reasoned"],
            "value": percent(found.reasoned_share),
            "note": _("%(part)s of %(whole)s") % {"part": quantity(found.reasoned), "whole": quantity(found.offers)},
        },
        {
            "label": _("Offers accepted"),
            "value": percent(found.accepted_share),
            "note": _("%(part)s of %(whole)s") % {"part": quantity(found.accepted), "whole": quantity(found.answered)},
        },
        {
            "label": MEASURE_NAMES["closed"],
            "value": percent(found.closed_share),
            "note": _("%(part)s of %(whole)s") % {"part": yen(found.closed), "whole": yen(found.gap)},
        },
        {
            "label": MEASURE_NAMES["reduced"],
            "value": percent(found.reduced_share),
            "note": _("on average by %(share)s") % {"share": percent(found.reduction)} if found.reduced else "",
        },
    ]


def chart_of(found: Figures, targets: dict[str, int]) -> SafeString:
    names = [str(SHORT_NAMES[times.clock]) for times in found.times]
    series: list[Series] = [
        (_("Target"), [targets[times.clock] for times in found.times]),
        (_("Median"), [times.median for times in found.times]),
        (_("90th percentile"), [times.ninetieth for times in found.times]),
    ]
    return for_any_window(
        grouped_bars, names, series, _("Business days by clock"), _("The same numbers stand in the table below.")
    )
