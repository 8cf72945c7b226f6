"""The customer's bank details on the firm's pages."""

from typing import Any

from django import template

from casetrack.cases.models import Case
from casetrack.lib import clock
from casetrack.people.bank import bank_account_of, open_alarm, payment_block

register = template.Library()


@register.inclusion_tag("firm/includes/bank_card.html")
def bank_card(case: Case) -> dict[str, Any]:
    """Masked details of the case's victim, and what keeps a payment back."""
    return {
        "case": case,
        "account": bank_account_of(case.victim_user),
        "alarm": open_alarm(case.victim_user, case.firm.code),
        "kept_back": payment_block(case.victim_user, case.firm.code, clock.now()),
    }
