"""A case's reduction on the firm's pages."""

from typing import Any

from django import template

from casetrack.assessment.models import Reduction
from casetrack.assessment.services.reductions import MAY_REDUCE
from casetrack.cases.models import Case
from casetrack.cases.permissions import role_in
from casetrack.cases.workflow import INVESTIGATOR
from casetrack.people.models import User

register = template.Library()


@register.inclusion_tag("firm/includes/reduction_card.html")
def reduction_card(case: Case, user: User) -> dict[str, Any]:
    """The reductions of the case, newest first, and whether `user` may propose one. One query."""
    found = list(Reduction.objects.visible_to(user).filter(case=case).order_by("-number"))
    waits = any(one.status == "proposed" for one in found)
    may_propose = role_in(user, case) == INVESTIGATOR and case.status in MAY_REDUCE and not waits
    return {"case": case, "reductions": found, "waits": waits, "may_propose": may_propose}
