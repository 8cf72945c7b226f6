"""The customer's bank details on the firm's pages."""

from typing import Any

from django import template

from casetrack.cases.models import Case
from casetrack.lib import clock
from casetrack.people.bank import standing_of

register = template.Library()


@register.inclusion_tag("firm/includes/bank_card.html")
def bank_card(case: Case) -> dict[str, Any]:
    """Masked details of the case's victim, and what keeps a payment back."""
    standing = standing_of(case.victim_user, case.firm.code)
    return {
        "case": case,
        "account": standing.account,
        "alarm": standing.alarm,
        "kept_back": standing.block(clock.now()),
    }
