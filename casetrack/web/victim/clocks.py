"""The clocks of a case in plain words: the firm's targets per stage, and what the victim was asked to do by a day.

The firm's rows are the very clocks that its staff see (cases.clocks); the victim's own come from the offers, the
questions and what was asked for. Nothing is stored, nothing is counted down.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casetrack.calc.clocks import Clock, business_days_between
from casetrack.cases.clocks import clocks_of
from casetrack.cases.models import Case, Event
from casetrack.cases.side_clocks import (
    COUNTER_ANSWER,
    FIRST_ANSWER,
    PART_PAYMENT,
    PROPOSAL_FIRM,
    PROPOSAL_VICTIM,
    REASONS,
    SECOND_REVIEW,
    SPANS,
    side_clocks_of,
    was_answered,
)
from casetrack.cases.workflow import Status
from casetrack.evidence.models import Request
from casetrack.market.calendars import business_calendar
from casetrack.negotiation.models import Offer, OfferParty
from casetrack.negotiation.workflow import OfferStatus
from casetrack.web.victim.words import FIRM, YOU

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

RUNNING, PAUSED, MET, MISSED, OVER = "running", "paused", "met", "missed", "over"
BOTH = "both"

# What is to be done in each stage that has a target, and who is to do it.
STAGES: dict[str, tuple["StrOrPromise", str]] = {
    Status.SUBMITTED: (_("Confirm that your report arrived"), FIRM),
    Status.ACKNOWLEDGED: (_("Begin the investigation"), FIRM),
    Status.INVESTIGATING: (_("Find out what happened and work out the loss"), FIRM),
    Status.ASSESSED: (_("Make you an offer"), FIRM),
    Status.NEGOTIATING: (_("Come to an agreement, or to a new offer"), BOTH),
    Status.AGREED: (_("Pay the agreed amount"), FIRM),
    Status.COMPENSATED: (_("Check that the money arrived, and confirm it"), YOU),
}
# The clocks beside the stages.
SIDES: dict[str, "StrOrPromise"] = {
    FIRST_ANSWER: _("Give you a first answer to the matter itself"),
    COUNTER_ANSWER: _("Answer the amount that you named"),
    REASONS: _("Give you the reasons in writing"),
    SECOND_REVIEW: _("Have the case looked at by somebody else"),
    PART_PAYMENT: _("Pay what was settled in part"),
    PROPOSAL_FIRM: _("Answer the mediation body's proposal"),
    PROPOSAL_VICTIM: _("Answer the mediation body's proposal"),
}
WAITS = _("It waits for your answer to the firm's question.")
BY_DAY: dict[str, "StrOrPromise"] = {
    "firm": _("After this day the proposal can no longer be answered."),
    "victim": _("After this day the proposal can no longer be answered. You are free to refuse it, or not to answer."),
}
# Stages that ended here were neither kept nor missed: the case left its way.
LEFT = (Status.DECLINED, Status.WITHDRAWN, Status.ESCALATED)
OFFER_STATES = {
    OfferStatus.OPEN: RUNNING,
    OfferStatus.ACCEPTED: MET,
    OfferStatus.REVOKED: MET,
    OfferStatus.REFUSED: MET,
    OfferStatus.COUNTERED: MET,
    OfferStatus.LAPSED: MISSED,
    OfferStatus.WITHDRAWN: OVER,
}
STATES: dict[str, tuple["StrOrPromise", str]] = {
    RUNNING: (_("Running"), "progress"),
    PAUSED: (_("Stands still"), "waiting"),
    MET: (_("In time"), "good"),
    MISSED: (_("Late"), "alert"),
    OVER: (_("No longer needed"), "idle"),
}


@dataclass(frozen=True)
class Row:
    """One clock.

    `left` are the business days after today until `due_at`, as long as it is not over: 0 means today, below zero it
    is late; of a clock that stands still, those that it has left. `is_binding`: after the day the thing is no longer
    possible, so it is no mere target. `extended`: the business days by which you agreed to have it later.
    """

    what: "StrOrPromise"
    who: str
    started_at: dt.datetime
    due_at: dt.datetime | None
    state: str
    ended_at: dt.datetime | None = None
    left: int | None = None
    why: "StrOrPromise" = ""
    detail: str = ""
    is_binding: bool = False
    extended: int = 0

    @property
    def label(self) -> "StrOrPromise":
        return STATES[self.state][0]

    @property
    def tone(self) -> str:
        return STATES[self.state][1]

    @property
    def late(self) -> int | None:
        """Business days by which it is overdrawn, of a clock that still waits."""
        return -self.left if self.left is not None and self.left < 0 else None


def clock_rows(
    case: Case, events: Sequence[Event], offers: Iterable[Offer], asked: Iterable[Request], now: dt.datetime
) -> list[Row]:
    """All clocks of the case, the newest first. `events` are the case's, in order."""
    rows = [
        *_stages(case, events, now),
        *_sides(case, events, now),
        *_questions(events, now),
        *(_offer(offer, now) for offer in offers if offer.party == OfferParty.FIRM and offer.opened_at is not None),
        *(_request(request, now) for request in asked),
    ]
    return sorted(rows, key=lambda row: row.started_at, reverse=True)


def _left(due: dt.datetime, now: dt.datetime) -> int:
    return business_days_between(now, due, business_calendar())


def _stages(case: Case, events: Sequence[Event], now: dt.datetime) -> Iterator[Row]:
    for clock in clocks_of(case, events, now):
        what, who = STAGES[clock.name]
        yield Row(
            what=what,
            who=who,
            started_at=clock.started_at,
            due_at=clock.due_at,
            state=_state(clock, events),
            ended_at=clock.ended_at,
            left=clock.remaining if clock.ended_at is None else None,
            why=WAITS if clock.paused else "",
            extended=clock.extended_days,
        )


def _sides(case: Case, events: Sequence[Event], now: dt.datetime) -> Iterator[Row]:
    for clock in side_clocks_of(case, events, now):
        if SPANS[clock.name].by_day:
            yield _by_day(clock, events, now)
            continue
        state = MISSED if clock.breached else PAUSED if clock.paused else RUNNING
        if clock.ended_at is not None and not clock.breached:
            state = MET if was_answered(clock, events) else OVER
        yield Row(
            what=SIDES[clock.name],
            detail="" if clock.part is None else gettext("Offer %(number)s") % {"number": clock.part},
            who=FIRM,
            started_at=clock.started_at,
            due_at=clock.due_at,
            state=state,
            ended_at=clock.ended_at,
            left=clock.remaining if clock.ended_at is None else None,
            why=WAITS if clock.paused else "",
            extended=clock.extended_days,
        )


def _by_day(clock: Clock, events: Sequence[Event], now: dt.datetime) -> Row:
    """One that ends on its day at the latest, because nothing can be done afterwards. You need not have done it."""
    assert clock.due_at is not None  # noqa: S101  (nothing holds it)
    side = SPANS[clock.name].side
    ended_at = clock.due_at if clock.breached else clock.ended_at
    state = RUNNING if ended_at is None else MET if was_answered(clock, events) else OVER
    return Row(
        what=SIDES[clock.name],
        who=YOU if side == "victim" else FIRM,
        started_at=clock.started_at,
        due_at=clock.due_at,
        state=MISSED if clock.breached and side == "firm" else state,
        ended_at=ended_at,
        left=_left(clock.due_at, now) if ended_at is None else None,
        why=BY_DAY[side] if ended_at is None else "",
        is_binding=True,
    )


def _state(clock: Clock, events: Sequence[Event]) -> str:
    if clock.breached:
        return MISSED
    if clock.ended_at is None:
        return PAUSED if clock.paused else RUNNING
    end = next((e for e in events if e.at == clock.ended_at and e.from_status in (clock.name, "awaiting_victim")), None)
    return OVER if end is not None and end.to_status in LEFT else MET


def _questions(events: Sequence[Event], now: dt.datetime) -> Iterator[Row]:
    """Each question of the firm, from asking to answer. It has no day of its own: the firm's clock waits meanwhile."""
    for place, event in enumerate(events):
        if event.action != "cases.victim_asked" or event.at > now:
            continue
        end = next((later for later in events[place + 1 :] if later.from_status == Status.AWAITING_VICTIM), None)
        answered = end is not None and end.to_status == Status.INVESTIGATING and end.action == "cases.firm_answered"
        yield Row(
            what=_("Answer the firm's question"),
            who=YOU,
            started_at=event.at,
            due_at=None,
            state=RUNNING if end is None else MET if answered else OVER,
            ended_at=end.at if end else None,
            why=_("There is no fixed day. The firm's clock stands still until you answer.") if end is None else "",
        )


def _offer(offer: Offer, now: dt.datetime) -> Row:
    state, due = OFFER_STATES[OfferStatus(offer.status)], offer.valid_until
    if offer.has_ended_with_case:
        state = OVER
    is_open = state == RUNNING and due is not None
    return Row(
        what=_("Answer the firm's offer"),
        who=YOU,
        started_at=offer.opened_at or offer.prepared_at,
        due_at=due,
        state=MISSED if is_open and due and due < now else state,
        ended_at=offer.ended_at,
        left=_left(due, now) if is_open and due else None,
        why=_("After this day the offer ends. The firm may make another.") if is_open and due and due >= now else "",
        is_binding=True,
    )


def _request(request: Request, now: dt.datetime) -> Row:
    ended = request.answered_at or request.withdrawn_at
    if request.withdrawn_at:
        state = OVER
    elif (ended or now) > request.due_at:
        state = MISSED
    else:
        state = MET if ended else RUNNING
    return Row(
        what=_("Hand in what the firm asked for"),
        detail=request.what,
        who=YOU,
        started_at=request.asked_at,
        due_at=request.due_at,
        state=state,
        ended_at=ended,
        left=None if ended else _left(request.due_at, now),
    )
