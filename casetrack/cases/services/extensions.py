"""More time by consent: the firm asks for business days on the running clock, the victim agrees or declines."""

from django.db import transaction
from django.utils.translation import gettext_noop as _

from casetrack.cases import clocks
from casetrack.cases.events import write_event
from casetrack.cases.extensions import DECLINED, MOST_DAYS, REQUESTED, Answer, Request, extendable_clock, requests_of
from casetrack.cases.models import Case, Event
from casetrack.cases.permissions import CASEWORKERS, require
from casetrack.cases.services.status import lock
from casetrack.cases.workflow import VICTIM
from casetrack.lib import clock
from casetrack.lib.errors import Conflict, InvalidInput
from casetrack.people.models import User


def events_of(case: Case) -> list[Event]:
    return list(case.events.order_by("at", "id"))


@transaction.atomic
def request_extension(case: Case, days: int, *, reason: str, actor: User) -> Request:
    """Ask the victim for `days` (1 to MOST_DAYS) business days more on the running clock; nothing moves by asking.

    Raises NotAllowed, InvalidInput, Conflict (no clock of the firm's runs, it has run out, one request waits already,
    or nobody can answer).
    """
    lock(case)
    require(actor, case, *CASEWORKERS)
    now, reason = clock.now(), reason.strip()
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput(_("Ask for 1 to %(most)s business days."), field="days", most=MOST_DAYS)
    if not reason:
        raise InvalidInput(_("Give a reason."), field="reason")
    if case.victim_user_id is None:
        raise Conflict(_("Nobody follows this case as the customer yet, so nobody can agree."))
    events = events_of(case)
    running = extendable_clock(case, events, now)
    if running is None:
        raise Conflict(_("No clock of the firm runs now that could be extended."))
    before = requests_of(case, events, now)
    if any(request.answer == Answer.OPEN for request in before):
        raise Conflict(_("A request for more time already waits for the customer's answer."))
    event = write_event(
        case, REQUESTED, actor=actor, reason=reason, at=now, clock_name=running.name, days=days
    )  # fmt: skip
    return Request(len(before) + 1, running.name, days, reason, event.at)


@transaction.atomic
def answer_extension(case: Case, number: int, *, agrees: bool, actor: User) -> Case:
    """The victim's answer to the case's `number`-th request. Agreed: the deadline moves. The same answer again changes
    nothing.

    Raises NotAllowed, Conflict (answered otherwise, or the clock has run out or is over).
    """
    lock(case)
    require(actor, case, VICTIM)
    now = clock.now()
    request = next((one for one in requests_of(case, events_of(case), now) if one.number == number), None)
    wanted = Answer.AGREED if agrees else Answer.DECLINED
    if request is not None and request.answer == wanted:
        return case
    if request is None or request.answer == Answer.MOOT:
        raise Conflict(_("The firm no longer waits for an answer to this: that time is over."))
    if request.answer != Answer.OPEN:
        raise Conflict(_("You have answered this already."))
    action = clocks.EXTENDED if agrees else DECLINED
    write_event(case, action, actor=actor, at=now, clock_name=request.name, days=request.days)
    case.due_at = clocks.due_at(case)
    case.save(update_fields=["due_at"])
    return case
