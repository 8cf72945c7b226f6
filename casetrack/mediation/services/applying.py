"""Turning to a body: the application, and that the body takes it on."""

from decimal import Decimal

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_noop as _

from casetrack.bodies.models import Body
from casetrack.cases.events import write_event
from casetrack.cases.models import Case
from casetrack.cases.permissions import require
from casetrack.cases.services import perform
from casetrack.cases.services.status import lock
from casetrack.cases.workflow import VICTIM, Status
from casetrack.lib import clock
from casetrack.lib.errors import Conflict, InvalidInput
from casetrack.lib.money import plain
from casetrack.mediation.fees import fee_of
from casetrack.mediation.models import Mediation
from casetrack.mediation.services.leading import begin, finish, said
from casetrack.mediation.services.settled import agreed_amount
from casetrack.negotiation.services.offers import check_not_settled
from casetrack.people.models import User

LONGEST_NUMBER = 60


def live_mediation(case: Case) -> Mediation | None:
    return Mediation.objects.live().filter(case=case).select_related("body").first()


def check_may_apply(case: Case) -> None:
    """Raises Conflict where a mediation runs already, or nothing is left to mediate."""
    check_not_settled(case)
    if live_mediation(case) is not None:
        raise Conflict(_("A mediation of this case is under way already."))
    if agreed_amount(case) is not None:
        raise Conflict(_("The mediation of this case was settled. The firm now makes the offer that was agreed."))


@transaction.atomic
def apply_for_mediation(
    case: Case, body: Body, *, claimed: Decimal, asks: str, reason: str, has_consented: bool, actor: User
) -> Mediation:
    """The victim turns to a body: the case is handed to it, and its people see what both sides see.

    `claimed` is whole yen; `asks` what the victim wants; `reason` what it is about, which the firm reads as well. A
    case that is with an outside body already stays there. Raises NotAllowed, IllegalTransition, Conflict, InvalidInput
    (`field` is body, claimed, asks, reason or consent).
    """
    lock(case)
    require(actor, case, VICTIM)
    check_may_apply(case)
    if not has_consented:
        raise InvalidInput(_("The body can mediate only if it may read the case."), field="consent")
    if not Body.objects.taking().filter(pk=body.pk).exists():
        raise InvalidInput(_("This body does not take cases here."), field="body")
    if claimed <= 0 or claimed != claimed.to_integral_value():
        raise InvalidInput(_("Enter an amount above 0 yen."), field="claimed")
    asks = said(asks, "asks")
    if case.status != Status.ESCALATED:
        perform(case, "escalate", actor=actor, reason=reason)
    case.body = body
    case.save(update_fields=["body"])
    number = (Mediation.objects.filter(case=case).aggregate(last=Max("number"))["last"] or 0) + 1
    mediation = Mediation.objects.create(
        case=case,
        body=body,
        number=number,
        claimed=claimed,
        fee=fee_of(body, claimed),
        asks=asks,
        applied_by=actor,
        applied_at=clock.now(),
    )
    write_event(
        case, "mediation.applied", actor=actor, reason=asks, body=body,
        data={"mediation": number, "body": body.code, "claimed": plain(claimed)},
    )  # fmt: skip
    return mediation


@transaction.atomic
def accept_application(mediation: Mediation, *, actor: User, file_number: str = "") -> Mediation:
    """The body takes the case on, under a number of its own if it has one. Raises NotAllowed, Conflict,
    InvalidInput."""
    begin(mediation, "accept", actor=actor)
    file_number = file_number.strip()
    if len(file_number) > LONGEST_NUMBER:
        raise InvalidInput(
            _("The text is longer than %(limit)s characters."), field="file_number", limit=LONGEST_NUMBER
        )  # fmt: skip
    return finish(mediation, "accept", actor=actor, accepted_at=clock.now(), file_number=file_number)
