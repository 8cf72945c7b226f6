"""One reminder before a victim's own matter runs out: an open offer, a mediation body's proposal, and a question that
waits.

A reminder is a step of the case like any other, so it stands in timeline and notices and the drain mails it as its
reader chose. That it was given is read from the case's events, under the case's lock: several workers give one.
"""

import datetime as dt
import logging
from dataclasses import dataclass

from casetrack.calc.clocks import business_days_between
from casetrack.cases.events import write_event
from casetrack.cases.models import Case
from casetrack.cases.services.status import lock
from casetrack.cases.workflow import Status
from casetrack.lib.clock import tokyo_date
from casetrack.lib.scope import system_scope
from casetrack.market.calendars import business_calendar
from casetrack.mediation.models import ConciliationProposal
from casetrack.negotiation.models import Offer, OfferParty
from casetrack.negotiation.workflow import OfferStatus
from casetrack.people.models import User

logger = logging.getLogger(__name__)

OFFER, QUESTION = "notifications.offer_reminded", "notifications.question_reminded"
PROPOSAL = "notifications.proposal_reminded"
REMINDERS = {
    OFFER: (Status.NEGOTIATING,),
    QUESTION: (Status.AWAITING_VICTIM,),
    PROPOSAL: (Status.ESCALATED, Status.NEGOTIATING),
}
"""The reminders, each with the statuses in which its matter waits for the victim: a firm may negotiate beside a
mediation."""
DAYS_BEFORE_LAPSE = 3
DAYS_WITHOUT_ANSWER = 5


@dataclass(frozen=True)
class Matter:
    """What waits for the victim: since when, and until when if it runs out."""

    since: dt.datetime
    until: dt.datetime | None = None


def open_matter(case: Case, action: str, now: dt.datetime) -> Matter | None:
    """What the reminder `action` would be about; None if nothing waits (any more)."""
    if case.status not in REMINDERS[action]:
        return None
    if action == QUESTION:
        asked = case.events.filter(action="cases.victim_asked", at__lte=now).order_by("-at", "-id").first()
        return Matter(asked.at) if asked else None
    if action == PROPOSAL:
        waits = ConciliationProposal.objects.filter(case=case, ended_at=None, victim_reply="", answer_by__gt=now)
        proposal = waits.first()
        return Matter(proposal.made_at, proposal.answer_by) if proposal else None
    offers = Offer.objects.filter(case=case, party=OfferParty.FIRM, status=OfferStatus.OPEN, valid_until__gt=now)
    offer = offers.first()
    return Matter(offer.opened_at, offer.valid_until) if offer and offer.opened_at else None


def is_due(matter: Matter, now: dt.datetime) -> bool:
    """Three business days before an offer or a proposal lapses, though not on the day on which it was made; five
    business days after a question was asked."""
    if matter.until is None:
        return business_days_between(matter.since, now, business_calendar()) >= DAYS_WITHOUT_ANSWER
    left = business_days_between(now, matter.until, business_calendar())
    return left <= DAYS_BEFORE_LAPSE and tokyo_date(matter.since) < tokyo_date(now)


def remind(now: dt.datetime) -> int:
    """Give every reminder that is due and was not given; how many. Not called inside a transaction."""
    with system_scope():
        statuses = {status for waits_in in REMINDERS.values() for status in waits_in}
        waiting = Case.objects.filter(status__in=statuses, victim_user__is_active=True).order_by("pk")
        found = [(case, action) for case in waiting for action in REMINDERS if _is_wanted(case, action, now)]
    return sum(_remind(case, action, now) for case, action in found)


def _remind(case: Case, action: str, now: dt.datetime) -> bool:
    """Whether it was for us to give: it was still due once the case was ours alone."""
    try:
        with system_scope():
            if not _is_wanted(lock(case), action, now):
                return False
            write_event(case, action, actor=User.objects.system(), at=now)
    except Exception:  # one case must not keep the others from being reminded; the next round tries it again
        logger.exception("no reminder in %s (%s)", case.reference, action)
        return False
    return True


def _is_wanted(case: Case, action: str, now: dt.datetime) -> bool:
    matter = open_matter(case, action, now)
    if matter is None or not is_due(matter, now):
        return False
    return not case.events.filter(action=action, at__gte=matter.since).exists()


def is_settled_meanwhile(case: Case, action: str, planned_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether the matter of a reminder planned at `planned_at` no longer waits: then its mail is not sent."""
    if action not in REMINDERS:
        return False
    matter = open_matter(case, action, now)
    return matter is None or matter.since > planned_at
