"""Days on which the body hears the sides."""

import datetime as dt

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_noop as _

from casetrack.lib import clock
from casetrack.lib.errors import Conflict, InvalidInput
from casetrack.mediation.models import Hearing, Mediation
from casetrack.mediation.services.leading import begin, finish, said
from casetrack.mediation.services.proposals import close_overdue
from casetrack.people.models import User

LONGEST_PLACE = 200


@transaction.atomic
def set_hearing(
    mediation: Mediation, *, at: dt.datetime, place: str, actor: User, is_online: bool = False, note: str = ""
) -> Hearing:
    """Set a day for both sides: when, and where or how. While a proposal waits for an answer there is none.

    Raises NotAllowed, Conflict, InvalidInput (`field` is at, place or note).
    """
    begin(mediation, "set_hearing", actor=actor)
    close_overdue(mediation)
    if at <= clock.now():
        raise InvalidInput(_("The hearing must lie in the future."), field="at")
    place = place.strip()
    if not place or len(place) > LONGEST_PLACE:
        raise InvalidInput(_("Say where the hearing is, or how one joins it online."), field="place")
    number = (mediation.hearings.aggregate(last=Max("number"))["last"] or 0) + 1
    hearing = Hearing.objects.create(
        mediation=mediation,
        case=mediation.case,
        number=number,
        at=at,
        place=place,
        is_online=is_online,
        note=said(note, "note", required=False),
        set_by=actor,
        set_at=clock.now(),
    )
    finish(mediation, "set_hearing", actor=actor, data={"hearing": number, "at": at.isoformat()})
    return hearing


@transaction.atomic
def cancel_hearing(hearing: Hearing, *, actor: User, reason: str) -> Hearing:
    """Call a hearing off that has not been. Raises NotAllowed, Conflict, InvalidInput (no reason)."""
    mediation = begin(hearing.mediation, "cancel_hearing", actor=actor)
    hearing.refresh_from_db()
    if hearing.cancelled_at is not None or hearing.at <= clock.now():
        raise Conflict(_("This hearing can no longer be called off."))
    hearing.cancelled_at, hearing.cancelled_because = clock.now(), said(reason, "reason")
    hearing.save(update_fields=["cancelled_at", "cancelled_because"])
    finish(mediation, "cancel_hearing", actor=actor, reason=reason, data={"hearing": hearing.number})
    return hearing
