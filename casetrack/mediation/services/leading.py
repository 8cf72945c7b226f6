"""The one writer of a mediation's status."""

from typing import Any

from django.utils.translation import gettext_noop as _

from casetrack.cases.events import write_event
from casetrack.cases.permissions import require
from casetrack.cases.services.status import lock
from casetrack.cases.workflow import ENDED as CASE_ENDED
from casetrack.lib import clock
from casetrack.lib.errors import Conflict, IllegalTransition, InvalidInput
from casetrack.lib.scope import system_scope
from casetrack.mediation.models import Mediation, MediationRecord
from casetrack.mediation.workflow import ACTIONS, ENDED, MediationStatus
from casetrack.negotiation.services.offers import is_settled
from casetrack.people.models import User

LONGEST = 8000
# What is still possible once the case itself has ended: to end the mediation too.
ENDINGS = ("decline", "end", "withdraw")
# What is not once the sides have settled the whole by themselves.
BEFORE_SETTLED = (
    "propose", "accept_as_victim", "refuse_as_victim", "accept_as_firm", "refuse_as_firm", "settle",
)  # fmt: skip
KEPT = ("body", "number", "status", "file_number", "applied_at", "accepted_at", "ended_at")


def possible(mediation: Mediation, role: str) -> set[str]:
    """The names of what somebody in `role` may do with the mediation now: what the table allows, as far as the case has
    not ended and is not settled. For pages and their buttons; `begin` decides."""
    names = {name for name, row in ACTIONS.items() if role in row.by and mediation.status in row.sources}
    if mediation.case.status in CASE_ENDED:
        return names & set(ENDINGS)
    if names & set(BEFORE_SETTLED) and is_settled(mediation.case):
        return names - set(BEFORE_SETTLED)
    return names


def said(text: str, field: str, *, required: bool = True) -> str:
    """What somebody wrote, without blanks around it. Raises InvalidInput (nothing, too long)."""
    text = text.strip()
    if required and not text:
        raise InvalidInput(_("Write what you want to say."), field=field)
    if len(text) > LONGEST:
        raise InvalidInput(_("The text is longer than %(limit)s characters."), field=field, limit=LONGEST)
    return text


def begin(mediation: Mediation, action: str, *, actor: User) -> Mediation:
    """Lock the case and the mediation and read them again, for an act that the table allows now.

    Raises NotAllowed, Conflict (it is elsewhere meanwhile), IllegalTransition (the case has ended).
    """
    row, case = ACTIONS[action], lock(mediation.case)
    require(actor, case, *row.by)
    mediation.refresh_from_db(from_queryset=Mediation.objects.select_for_update(no_key=True))
    mediation.case = case
    if mediation.status not in row.sources:
        raise Conflict(
            _("This is not possible now: the mediation is at “%(status)s”."),
            status=MediationStatus(mediation.status).label,
        )
    if case.status in CASE_ENDED and action not in ENDINGS:
        raise IllegalTransition(_("The case has ended. Only the mediation can still be ended."))
    return mediation


def finish(
    mediation: Mediation,
    action: str,
    *,
    actor: User,
    reason: str = "",
    data: dict[str, Any] | None = None,
    days: int | None = None,
    **fields: Any,
) -> Mediation:
    """Lead a mediation that `begin` has locked along its row, with the event (`days` as Event has it). Raises
    InvalidInput (no reason)."""
    row = ACTIONS[action]
    reason = said(reason, "reason", required=row.reason)
    if row.target is not None:
        mediation.status = row.target
    if row.target in ENDED:
        fields |= {"ended_at": clock.now(), "reason": reason}
    for name, value in fields.items():
        setattr(mediation, name, value)
    mediation.save(update_fields=["status", *fields])
    if row.target in ENDED:
        _record(mediation)
    write_event(
        mediation.case, row.done, actor=actor, reason=reason, body=mediation.body, days=days,
        data={"mediation": mediation.number, **(data or {})},
    )  # fmt: skip
    return mediation


def _record(mediation: Mediation) -> None:
    """What the body keeps. In the system's scope: whoever ended it, the record is the body's."""
    with system_scope():
        MediationRecord.objects.create(
            mediation=mediation,
            reference=mediation.case.reference,
            **{name: getattr(mediation, name) for name in KEPT},
        )
