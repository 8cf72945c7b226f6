"""The one writer of a case's status."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from casetrack.cases import clocks
from casetrack.cases.events import write_event
from casetrack.cases.models import Case
from casetrack.cases.permissions import CASEWORKERS, can_assign, require, role_in
from casetrack.cases.workflow import ACTIONS, VICTIM, is_legal
from casetrack.firms.models import membership_of
from casetrack.lib import clock
from casetrack.lib.errors import IllegalTransition, InvalidInput, NotAllowed
from casetrack.people.models import User


def lock(case: Case) -> Case:
    """Lock the case's row until the transaction ends and read it again."""
    case.refresh_from_db(from_queryset=Case.objects.select_related("firm").select_for_update(of=("self",), no_key=True))
    return case


@transaction.atomic
def move(
    case: Case,
    action: str,
    *,
    actor: User,
    reason: str = "",
    data: dict[str, Any] | None = None,
    subject: str = "",
    offer: int | None = None,
) -> Case:
    """Perform a row of the workflow's table: for the services that own a precondition, and for `perform`.

    Raises NotAllowed, IllegalTransition (also when somebody else moved the case first) or InvalidInput (no reason).
    """
    row = ACTIONS[action]
    reason = reason.strip()
    lock(case)
    now = clock.now()
    require(actor, case, *row.by, "system")
    if not is_legal(row, case.status, breached=case.is_breached(now)):
        status = case.public_status if role_in(actor, case) == VICTIM else case.staff_status
        raise IllegalTransition(_("This is not possible now: the case is at “%(status)s”."), status=status)
    if row.reason and not reason:
        raise InvalidInput(_("Give a reason."), field="reason")
    before, case.status = case.status, row.target
    write_event(
        case, row.done, actor=actor, reason=reason, from_status=before, to_status=row.target, data=data,
        subject=subject, at=now, offer=offer,
    )  # fmt: skip
    case.due_at = clocks.due_at(case)
    case.save(update_fields=["status", "due_at"])
    return case


def perform(case: Case, action: str, *, actor: User, reason: str = "") -> Case:
    """Perform an action that has no precondition beyond the table; the others have a service of their own.

    Raises as `move`, and NotAllowed for an action that only its own service performs.
    """
    if action not in ACTIONS or ACTIONS[action].service:
        raise NotAllowed(_("This action has its own page."))
    return move(case, action, actor=actor, reason=reason)


@transaction.atomic
def assign_case(case: Case, assignee: User | None, *, actor: User) -> Case:
    """Give the case to one of the firm's people, or to nobody. The same assignee again changes nothing."""
    lock(case)
    if not can_assign(actor, case):
        raise NotAllowed(_("You are not allowed to do this in this case."))
    if assignee is not None:
        membership = membership_of(assignee)
        if membership is None or membership.firm_id != case.firm_id or membership.role not in CASEWORKERS:
            raise InvalidInput(_("Choose somebody who works at this firm."), field="assignee")
    if case.assigned_to_id == (assignee.pk if assignee else None):
        return case
    data = {"before": case.assigned_to_id, "after": assignee.pk if assignee else None}
    case.assigned_to = assignee
    case.save(update_fields=["assigned_to"])
    write_event(case, "cases.assigned", actor=actor, is_public=False, data=data)
    return case
