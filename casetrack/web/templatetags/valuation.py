"""The valuation date of a case, its figures, and what is known of taxes, on the pages of both sides."""

from typing import Any

from django import template

from casetrack.assessment.figures import FIGURES
from casetrack.assessment.services.valuation_dates import may_propose, side_of
from casetrack.assessment.taxes import BOTH, facts_for
from casetrack.cases.models import Case
from casetrack.correspondence.models import Party
from casetrack.people.models import Role, User
from casetrack.web.amounts import amounts_of
from casetrack.web.valuation import proposals_of, waiting_for

register = template.Library()
# The page of a statement by who reads it.
STATEMENTS: dict[str, str] = {Role.VICTIM: "victim:statement", Role.MEDIATOR: "mediator:statement"}


def _card(case: Case, user: User, party: Party) -> dict[str, Any]:
    """What was proposed last and agreed, whether it is this side's turn, and whether `user` may propose. One query."""
    rows = proposals_of(case, user)
    is_open = side_of(user, case) == party and may_propose(case)
    return {
        "case": case,
        "rows": rows,
        "agreed": next((row for row in rows if row.state == "accepted"), None),
        "waiting": waiting_for(rows, party) if is_open else None,
        "asked": next((row for row in rows if row.state == "open" and row.proposal.party == party), None),
        "may_propose": is_open,
    }


@register.inclusion_tag("firm/includes/valuation_card.html")
def valuation_card(case: Case, user: User) -> dict[str, Any]:
    return _card(case, user, Party.FIRM)


@register.inclusion_tag("victim/includes/valuation_card.html")
def my_valuation_card(case: Case, user: User) -> dict[str, Any]:
    return _card(case, user, Party.VICTIM)


@register.inclusion_tag("includes/taxes.html")
def taxes() -> dict[str, Any]:
    """The facts of both methods."""
    return {"taxes": facts_for(*BOTH)}


@register.inclusion_tag("includes/amounts.html")
def amounts(case: Case, user: User) -> dict[str, Any]:
    """Gross amounts, loss, assessed, claimed, offered, agreed, paid, as far as they are known to `user`."""
    return {"amounts": amounts_of(case, user), "case": case, "page": STATEMENTS.get(user.role, "firm:assessment")}


@register.simple_tag
def figure_name(key: str) -> str:
    """The one name of a figure."""
    return str(FIGURES[key])
