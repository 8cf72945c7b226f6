"""Who somebody is in a case, and what they may do there now."""

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext_noop as _

from casetrack.bodies.models import body_membership_of
from casetrack.cases.models import Case
from casetrack.cases.workflow import (
    ACTIONS,
    APPROVER,
    ENDED,
    INTAKE,
    INVESTIGATOR,
    MEDIATOR,
    VICTIM,
    Action,
    actions_for,
)
from casetrack.firms.models import membership_of
from casetrack.lib.errors import NotAllowed
from casetrack.people.models import Role, User

CASEWORKERS = (INTAKE, INVESTIGATOR, APPROVER)


def role_in(user: User, case: Case) -> str:
    """The one role that a person has in a case: victim, intake, investigator, approver, admin, mediator, system,
    or ""."""
    if user.role == Role.SYSTEM:
        return "system"
    if user.role == Role.VICTIM:
        return VICTIM if case.victim_user_id == user.pk else ""
    if user.role == Role.MEDIATOR:
        place = body_membership_of(user)
        return MEDIATOR if place and place.body_id == case.body_id else ""
    membership = membership_of(user)
    return membership.role if membership and membership.firm_id == case.firm_id else ""


def require(user: User, case: Case, *roles: str) -> str:
    """The role, if it is one of `roles`; raises NotAllowed otherwise."""
    role = role_in(user, case)
    if role not in roles:
        raise NotAllowed(_("You are not allowed to do this in this case."))
    return role


def require_second_person(user: User, first: int | None) -> None:
    """What one person (`first`, a user's id) prepared another approves or returns. Raises NotAllowed."""
    if user.pk == first:
        raise NotAllowed(_("Another person must approve what you prepared."))


def is_within_limit(user: User, amount: Decimal) -> bool:
    """Whether the person's limit reaches to `amount`, in whole yen. Nobody has one by default."""
    membership = membership_of(user)
    return membership is None or membership.approves_up_to is None or amount <= membership.approves_up_to


def require_limit(user: User, amount: Decimal) -> None:
    """Raises NotAllowed where `amount` is above what the person approves alone."""
    if not is_within_limit(user, amount):
        raise NotAllowed(_("The amount is above your limit. An approver with a higher limit must decide."))


def can(user: User, case: Case, action: str, now: dt.datetime) -> bool:
    return ACTIONS[action] in available_actions(user, case, now)


def available_actions(user: User, case: Case, now: dt.datetime) -> list[Action]:
    """What the person may do with the case now, in the order of the workflow's table."""
    return actions_for([role_in(user, case)], case.status, breached=case.is_breached(now))


def can_read_account_number(user: User, case: Case) -> bool:
    return role_in(user, case) in (INVESTIGATOR, APPROVER)


def can_investigate(user: User, case: Case) -> bool:
    """Confirm accesses, import ledgers, decide executions: an investigator, until there is an agreement."""
    return role_in(user, case) == INVESTIGATOR and case.status not in (*ENDED, "submitted", "agreed", "compensated")


def can_assign(user: User, case: Case) -> bool:
    return role_in(user, case) in CASEWORKERS and case.status not in ENDED


def can_write_to(user: User, case: Case) -> bool:
    """Messages and files: the victim and the firm's people, as long as the case has not ended."""
    return role_in(user, case) in (VICTIM, *CASEWORKERS) and case.status not in ENDED
