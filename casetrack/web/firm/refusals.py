"""What the calculator refuses, in words that a clerk can act on, beside the field that mends it where there is one."""

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casetrack.assessment.services.runs import CalculatorRefusal
from casetrack.cases.models import Access, Case
from casetrack.ledger.models import Execution
from casetrack.lib.errors import DomainError
from casetrack.web.firm.assess_form import AssessForm
from casetrack.web.formats import jp_datetime, quantity

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MISSING = re.compile(r"The valuation has no (?:price|rate) for ([^\s,]+)")
# By the refusal's code; %(event)s is the execution in words.
SENTENCES: dict[str, "StrOrPromise"] = {
    "oversold": gettext_lazy(
        "%(event)s sells more than is there then. Either the opening position is incomplete, or the decision is "
        "another: a mitigation sells only what the hijacker bought, a genuine sale only the customer's own."
    ),
    "overbought": gettext_lazy(
        "%(event)s buys back more than others had sold before. What goes beyond that is genuine."
    ),
    "no_open_position": gettext_lazy(
        "%(event)s closes a margin position that is not open then at this opening price. Either the opening is "
        "missing in the ledger, or the decision is another: a mitigation closes only the hijacker's positions."
    ),
}


def refused_calculation(form: AssessForm, error: DomainError, case: Case) -> int:
    """Show what the calculator refused on the form, and give the status; 0 if it was not the calculator."""
    if not isinstance(error, CalculatorRefusal):
        return 0
    reason, detail = error.params["reason"], str(error.params["detail"])
    missing = MISSING.match(detail)
    if missing:
        code = missing[1]
        names = form.securities if reason == "missing_price" else form.currencies
        field = next((name for name, known in names.items() if known == code), None)
        words = _("Enter the price of %(code)s: market data has none for this day.")
        if reason == "missing_rate":
            words = _("Enter the rate of %(code)s on this day.")
        form.add_error(field, words % {"code": code})
    elif reason in SENTENCES:
        form.add_error(None, str(SENTENCES[reason]) % {"event": event_words(case, error.params["event"])})
    else:
        form.add_error(None, _("The calculation stopped: %(detail)s") % {"detail": detail})
    return 400


def event_words(case: Case, name: str) -> str:
    """ "s2 (16 April 2025, 10:00, Sell 7203, 1,000)"."""
    accounts = case.incidents.filter(access=Access.CONFIRMED).values("account")
    found = Execution.objects.filter(account__in=accounts, execution_id=name).first()
    if found is None:
        return name
    what = f"{found.get_type_display()} {found.security} {quantity(found.quantity)}"
    return f"{name} ({jp_datetime(found.executed_at)}, {what})"
