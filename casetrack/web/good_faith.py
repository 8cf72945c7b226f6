"""The good-faith ledger: one page body and one CSV, the same for the firm and for the victim."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from casetrack.cases.models import Case
from casetrack.lib import clock
from casetrack.negotiation.good_faith import ACCEPTED, COUNTERED, OFFERED, WITHDRAWN, Row, good_faith_of
from casetrack.negotiation.good_faith_words import csv_text, shown, waiting
from casetrack.web.charts import for_any_window, grouped_bars
from casetrack.web.downloads import csv_response
from casetrack.web.formats import jp_date

# The steps that move an amount: what the chart shows.
MOVES = (OFFERED, COUNTERED, ACCEPTED, WITHDRAWN)


def context_of(case: Case, *, is_outside: bool = False) -> dict[str, Any]:
    """What the page shows, the same for both sides; `is_outside`: for the mediation body."""
    found = good_faith_of(case, clock.now(), is_outside=is_outside)
    moves = [row for row in found.rows if row.action in MOVES and not row.of]
    return {
        "case": case,
        "rows": [shown(row) for row in found.rows],
        "waiting": [waiting(pending) for pending in found.pending],
        "moves": [shown(row) for row in moves],
        "chart": chart_of(moves) if moves else "",
    }


def chart_of(moves: Sequence[Row]) -> SafeString:
    series = [
        (_("Firm"), [row.firm for row in moves]),
        (_("Customer"), [row.victim for row in moves]),
        (_("Gap"), [row.gap for row in moves]),
    ]
    title = _("How far apart the sides were")
    return for_any_window(
        grouped_bars, [jp_date(row.at) for row in moves], series, title, _("The same numbers stand in the table below.")
    )


def csv_of(case: Case, *, is_outside: bool = False) -> HttpResponse:
    return csv_response(f"good-faith-{case.reference}.csv", csv_text(case, is_outside=is_outside))
