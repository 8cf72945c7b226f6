"""The one writer of a mediation's status."""

from typing import Any

from django.utils.translation import gettext_noop as _

from casetrack.cases.events import write_event
from casetrack.cases.permissions import require
from casetrack.cases.services.status import lock
from casetrack.cases.workflow import ENDED as CASE_ENDED
from casetrack.lib import clock
from casetrack.lib.errors import Conflict, IllegalTransition, InvalidInput
from casetrack.mediation.models import Mediation
from casetrack.mediation.workflow import ACTIONS, ENDED, MediationStatus
from casetrack.people.models import User

LONGEST = 8000
# What is still possible once the case itself has ended: to end the mediation too.
ENDINGS = ("decline", "end", "withdraw")


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
    **fields: Any,
) -> Mediation:
    """Lead a mediation that `begin` has locked along its row, with the event. Raises InvalidInput (no reason)."""
    row = ACTIONS[action]
    reason = said(reason, "reason", required=row.reason)
    if row.target is not None:
        mediation.status = row.target
    if row.target in ENDED:
        fields |= {"ended_at": clock.now(), "reason": reason}
    for name, value in fields.items():
        setattr(mediation, name, value)
    mediation.save(update_fields=["status", *fields])
    write_event(
        mediation.case, row.done, actor=actor, reason=reason, body=mediation.body,
        data={"mediation": mediation.number, **(data or {})},
    )  # fmt: skip
    return mediation
