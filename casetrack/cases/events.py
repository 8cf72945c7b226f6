"""One step of a case, written to its timeline and to the audit log in the present transaction."""

import datetime as dt
from typing import Any

from casetrack.audit.services import record
from casetrack.bodies.models import Body
from casetrack.cases.models import Case, Event
from casetrack.cases.permissions import role_in
from casetrack.lib import clock
from casetrack.lib.crypto import keyed_hash
from casetrack.people.models import User


def write_event(
    case: Case,
    action: str,
    *,
    actor: User,
    reason: str = "",
    from_status: str = "",
    to_status: str = "",
    is_public: bool = True,
    subject: str = "",
    data: dict[str, Any] | None = None,
    at: dt.datetime | None = None,
    clock_name: str = "",
    days: int | None = None,
    body: Body | None = None,
    offer: int | None = None,
) -> Event:
    """Append the event and its audit entry. `reason` reaches the log only as a keyed hash; `data` must hold no
    personal value. `clock_name` and `days`: of a step about a clock; `body`: of a step of a mediation; `offer`: of a
    step of what was settled in part (see Event)."""
    at = at or clock.now()
    facts = dict(data or {})
    if offer is not None:
        facts |= {"offer": offer}
    if to_status:
        facts |= {"from": from_status, "to": to_status}
    if clock_name:
        facts |= {"clock": clock_name} | ({"days": days} if days else {})
    if reason:
        facts["reason_hash"] = keyed_hash(reason)
    record(
        chain=case.reference,
        action=action,
        actor=actor,
        subject=subject or case.reference,
        data=facts,
        firm_code=case.firm.code,
        occurred_at=at,
    )
    return Event.objects.create(
        case=case,
        at=at,
        action=action,
        actor=actor,
        actor_role=role_in(actor, case),
        reason=reason,
        from_status=from_status,
        to_status=to_status,
        is_public=is_public,
        clock=clock_name,
        days=days,
        body=body,
        offer=offer,
    )
