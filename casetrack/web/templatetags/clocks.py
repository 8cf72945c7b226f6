"""More time on a case's clock, on the firm's pages."""

from typing import Any

from django import template

from casetrack.cases.extensions import extendable_clock, requests_of
from casetrack.cases.models import Case
from casetrack.cases.permissions import CASEWORKERS, role_in
from casetrack.lib import clock
from casetrack.people.models import User

register = template.Library()


@register.inclusion_tag("firm/includes/more_time.html")
def more_time(case: Case, user: User) -> dict[str, Any]:
    """What was asked for and answered on this case's clocks, and whether `user` may ask. One query."""
    now, events = clock.now(), list(case.events.order_by("at", "id"))
    asked = requests_of(case, events, now)
    may_ask = (
        case.victim_user_id is not None
        and role_in(user, case) in CASEWORKERS
        and extendable_clock(case, events, now) is not None
        and not any(one.answer == "open" for one in asked)
    )
    return {"case": case, "asked": asked[::-1], "may_ask": may_ask}
