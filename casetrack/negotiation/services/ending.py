"""The victim's step that ends a case, and with it whatever is on offer in it."""

from django.db import transaction

from casetrack.cases.models import Case
from casetrack.cases.services import move
from casetrack.negotiation.services.offers import end_offers
from casetrack.people.models import User


@transaction.atomic
def withdraw_case(case: Case, *, actor: User, reason: str = "") -> Case:
    """The victim withdraws the case; an open offer of either side lapses. Raises as `cases.services.move`."""
    move(case, "withdraw", actor=actor, reason=reason)
    end_offers(case, actor=actor)
    return case
