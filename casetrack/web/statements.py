"""The statement of loss of a run, as one page for both sides."""

from typing import Any

from django.utils.translation import gettext as _

from casetrack.assessment.changes import changes_between, run_before
from casetrack.assessment.curve import Curve, curve_of
from casetrack.assessment.figures import FIGURES, gross_in
from casetrack.assessment.models import Assessment
from casetrack.assessment.reductions import grounds_of
from casetrack.assessment.statement import COMPONENTS, PLAIN_COMPONENTS, statement
from casetrack.web.charts import Dated, for_any_window, lines_by_date
from casetrack.web.formats import jp_date


def statement_page(run: Assessment, *, for_victim: bool, is_outside: bool = False) -> dict[str, Any]:
    """What `includes/statement.html` shows; the victim reads the components in plain words. Outside the firm (the
    victim, or with `is_outside` a mediator) one is told what changed since the run that came with the offer before."""
    words = PLAIN_COMPONENTS if for_victim else COMPONENTS
    before, curve = run_before(run, issued=for_victim or is_outside), curve_of(run)
    return {
        "run": run,
        "for_victim": for_victim,
        "is_outside": is_outside,
        "before": before,
        "changes": changes_between(before, run, words) if before else [],
        "accounts": statement(run, words),
        "gross": gross_in(account.inputs for account in run.accounts.all()),
        "grounds": grounds_of(run.reduced_by) if run.reduced_by else None,
        "reduction_percent": run.reduction * 100,
        "kept_percent": (1 - run.reduction) * 100,
        "is_cash": run.method == "cash",
        "curve": curve,
        "chart": _chart(curve, run) if curve and len(curve.points) > 1 else "",
    }


def _chart(curve: Curve, run: Assessment) -> str:
    days = [point.on for point in curve.points]
    series = [
        (str(FIGURES["loss"]), [point.loss for point in curve.points]),
        (str(FIGURES["assessed"]), [point.due for point in curve.points]),
    ]
    note = _("Valuation date of this statement: %(day)s") % {"day": jp_date(run.valuation_on)}
    given = Dated(days, series, run.valuation_on, note)
    return for_any_window(
        lines_by_date, given, _("Loss by valuation date"), _("The same numbers stand in the table below.")
    )
