"""The good-faith ledger of a case: who had to do what by when, what was done, why, and how far apart the sides were.

Derived from the public steps, the offers that both sides know of, and the firm's targets: nothing is stored, and
nothing depends on which side reads. The steps done are only ever appended to: an earlier `now` gives the first of these
rows.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from casetrack.calc.clocks import Clock
from casetrack.cases.clocks import BREACHED, clocks_of, current_clock
from casetrack.cases.extensions import REQUESTED
from casetrack.cases.extensions import STEPS as EXTENSION_STEPS
from casetrack.cases.models import Case, Event
from casetrack.cases.side_clocks import SPANS, ended_by, side_clocks_of
from casetrack.cases.timeline import SENTENCES, UNKNOWN, subject_of
from casetrack.cases.workflow import ACTIONS, ENDED, MEDIATOR, VICTIM, Status
from casetrack.negotiation.models import Offer, OfferParty
from casetrack.negotiation.partial import amount_for_whole
from casetrack.negotiation.workflow import PUBLIC

FIRM_SIDE, VICTIM_SIDE, BOTH = OfferParty.FIRM.value, OfferParty.VICTIM.value, "both"
BODY = "body"
MET, MISSED, PAUSED, OVER, UNTIMED, RUNNING = "met", "missed", "paused", "over", "untimed", "running"

OFFERED, COUNTERED = "negotiation.offer_approved", "negotiation.counter_offer_made"
ACCEPTED, REFUSED = "negotiation.offer_accepted", "negotiation.offer_refused"
PART_AGREED = "negotiation.part_agreed"
LAPSED, WITHDRAWN = "negotiation.offer_lapsed", "negotiation.offer_withdrawn"
ANSWERS = (ACCEPTED, PART_AGREED, REFUSED, COUNTERED, LAPSED)
# The way of what was settled in part, beside that of the case.
OF_PARTS = (
    "negotiation.part_revoked", "negotiation.part_paid", "negotiation.part_covered",
    "negotiation.part_payment_failed", "negotiation.part_payment_shown", "negotiation.part_receipt_denied",
    "negotiation.part_received",
)  # fmt: skip
# Steps that change no status but belong to the negotiation, or to its clocks.
RECOURSE = (
    "negotiation.reasons_asked", "negotiation.reasons_given", "negotiation.review_asked", "negotiation.review_upheld",
    "negotiation.review_changed",
)  # fmt: skip
# So a transfer of a part that the bank refused.
FAILED = "negotiation.payment_failed"
WITHOUT_STATUS = (COUNTERED, REFUSED, LAPSED, WITHDRAWN, *EXTENSION_STEPS, BREACHED, *RECOURSE, *OF_PARTS, FAILED)
# So are those of a mediation, whose app stands above this one.
MEDIATED = "mediation."
ASKED, ANSWERED, RESUMED = "cases.victim_asked", "cases.firm_answered", "cases.resumed"
# Steps of which the other side may expect a reason.
REASONED = {row.done for row in ACTIONS.values() if row.reason} | {
    OFFERED, COUNTERED, REFUSED, WITHDRAWN, REQUESTED
}  # fmt: skip
# Who has to act in each stage that has a target.
OWNERS = {
    Status.SUBMITTED: FIRM_SIDE,
    Status.ACKNOWLEDGED: FIRM_SIDE,
    Status.INVESTIGATING: FIRM_SIDE,
    Status.ASSESSED: FIRM_SIDE,
    Status.NEGOTIATING: BOTH,
    Status.AGREED: FIRM_SIDE,
    Status.COMPENSATED: VICTIM_SIDE,
}
LEFT = (Status.DECLINED, Status.WITHDRAWN, Status.ESCALATED)


@dataclass(frozen=True)
class Row:
    """One step that was done, or a day that passed.

    `action` is the event's. `side` had to act by `due_at` (None: there was no day, or a pause held it); `is_binding`:
    the day was an offer's or a proposal's and ended it, no mere target. `by` is who acted: a side, the body that
    mediates, or "" for the passing of time. `is_withheld`: a reason was recorded that is not for both sides. `firm` and
    `victim` are the amounts that each side named last for the whole, in whole yen, as they stood after the step, what
    was settled in part before included; None as long as there is none. `about`: the clock, the business days or the
    part that a step is about. `of`: the clock beside the stages that the step ended, in a row of its own; `part`: the
    offer that settled the part, where there may be one clock for each.
    """

    at: dt.datetime
    action: str
    side: str
    by: str
    due_at: dt.datetime | None
    outcome: str
    is_binding: bool
    reason: str
    is_withheld: bool
    firm: Decimal | None
    victim: Decimal | None
    about: str = ""
    of: str = ""
    part: int | None = None

    @property
    def gap(self) -> Decimal | None:
        """See `gap_between`."""
        return gap_between(self.firm, self.victim)

    @property
    def lacks_reason(self) -> bool:
        """Whether a reason may be expected of such a step, and none was given."""
        return not self.reason and not self.is_withheld and not self.of and self.action in REASONED


@dataclass(frozen=True)
class Pending:
    """What waits to be done: by `side`, by `due_at`. `of` is the stage, the clock beside it, "offer" or "question";
    `part` as in Row."""

    of: str
    side: str
    due_at: dt.datetime | None
    outcome: str
    is_binding: bool = False
    part: int | None = None


@dataclass(frozen=True)
class GoodFaith:
    """The steps done, oldest first, and what waits."""

    rows: tuple[Row, ...]
    pending: tuple[Pending, ...]


def gap_between(firm: Decimal | None, victim: Decimal | None) -> Decimal | None:
    """How many yen the victim asked for beyond what the firm offered; 0 if the firm offers as much or more.

    None as long as one side has named no amount.
    """
    if firm is None or victim is None:
        return None
    return max(victim - firm, Decimal(0))


def good_faith_of(case: Case, now: dt.datetime, *, is_outside: bool = False) -> GoodFaith:
    """The ledger as of `now`, the same for both sides; `is_outside` leaves out what was before another mediation body
    than that of now. Four queries, if the case came with its firm."""
    public = Event.objects.outside(case) if is_outside else case.events.filter(is_public=True)
    events = list(public.filter(at__lte=now).order_by("at", "id"))
    offers = (
        case.offers.filter(opened_at__lte=now, status__in=PUBLIC)
        .select_related("in_answer_to")
        .order_by("opened_at", "number")
    )
    return _Walk(case, events, list(offers), now).ledger()


@dataclass
class _Walk:
    """The steps in order, with what each side has named so far.

    Every offer opens with one step of its side, so the n-th such step is the n-th offer: what an offer came to later
    (its status) is not looked at, and cannot color what came before.
    """

    case: Case
    events: Sequence[Event]
    offers: Sequence[Offer]
    now: dt.datetime
    open: Offer | None = None
    firm: Decimal | None = None
    victim: Decimal | None = None

    def ledger(self) -> GoodFaith:
        rows = tuple(self._rows())
        return GoodFaith(rows, tuple(self._pending(self.now)))

    def _rows(self) -> Iterator[Row]:
        sides = side_clocks_of(self.case, self.events, self.now)
        opened = {OFFERED: self._of(OfferParty.FIRM), COUNTERED: self._of(OfferParty.VICTIM)}
        for place, event in enumerate(self.events):
            if event.to_status or event.action in WITHOUT_STATUS or event.action.startswith(MEDIATED):
                answered = self.open
                made = next(opened[event.action], None) if event.action in opened else None
                self._take(event, made)
                if event.action in ANSWERS and answered is not None:
                    yield self._answer(event, answered)
                else:
                    yield self._step(event, made, self._clock(self.events[:place], event.at))
            ended = ended_by(event, sides)
            yield from (self._side(event, clock) for clock in ended)
            # Of two steps at the same instant the first ends a clock.
            sides = [clock for clock in sides if clock not in ended]

    def _of(self, party: OfferParty) -> Iterator[Offer]:
        return iter([offer for offer in self.offers if offer.party == party])

    def _take(self, event: Event, made: Offer | None) -> None:
        """What the step does to the amounts. An offer that lapses, or ends with its case, stays the last word of the
        firm; one taken back does not, and who accepts asks for no more. One about a part says nothing about the
        whole."""
        named = amount_for_whole(made, {offer.number: offer for offer in self.offers}) if made is not None else None
        if event.action == OFFERED and made is not None:
            self.open, self.firm = made, self.firm if named is None else named
        elif event.action == COUNTERED and made is not None:
            self.open, self.victim = None, self.victim if named is None else named
        elif event.action == ACCEPTED:
            self.open, self.victim = None, self.firm
        elif event.action == WITHDRAWN:
            self.firm = self.firm if self.open is not None and self.open.is_partial else None
            self.open = None
        elif event.action in (PART_AGREED, REFUSED, LAPSED) or event.to_status in ENDED:
            self.open = None

    def _clock(self, before: Sequence[Event], at: dt.datetime) -> Clock | None:
        return current_clock(self.case, before, at)

    def _breach(self, event: Event) -> Row:
        clocks = (*clocks_of(self.case, self.events, event.at), *side_clocks_of(self.case, self.events, event.at))
        own = (clock for clock in reversed(clocks) if clock.name == event.clock and event.offer in (None, clock.part))
        due = next((clock.due_at for clock in own), None)
        is_binding = event.clock in SPANS and SPANS[event.clock].by_day
        return self._row(event, FIRM_SIDE, due, MISSED, binding=is_binding)

    def _side(self, event: Event, clock: Clock) -> Row:
        """The end of a clock beside the stages: told by the step that ended it, as a row after that step's own."""
        span = SPANS[clock.name]
        # The customer is free not to answer a proposal: only the firm misses its day.
        is_missed = clock.breached and span.side == FIRM_SIDE
        outcome = MISSED if is_missed else MET if event.action in span.answers else OVER
        row = self._row(event, span.side, clock.due_at, outcome, binding=span.by_day)
        return replace(row, of=clock.name, part=clock.part, reason="", is_withheld=False)

    def _answer(self, event: Event, offer: Offer) -> Row:
        return self._row(event, VICTIM_SIDE, offer.valid_until, MISSED if event.action == LAPSED else MET, binding=True)

    def _step(self, event: Event, made: Offer | None, clock: Clock | None) -> Row:
        """A step that ends or holds the clock of a stage, or has none."""
        reasons = made.reasons if made is not None else ""
        own = _side_of(event) or BOTH
        if event.action == BREACHED:
            return self._breach(event)
        if clock is None or not event.to_status or event.action in (ANSWERED, RESUMED):
            return self._row(event, own, None, UNTIMED, reasons=reasons)
        side = own if event.action == OFFERED else OWNERS[Status(clock.name)]
        if clock.breached:
            outcome = MISSED
        elif event.to_status == Status.AWAITING_VICTIM:
            outcome = PAUSED
        else:
            outcome = OVER if event.to_status in LEFT else MET
        return self._row(event, side, clock.due_at, outcome, reasons=reasons)

    def _row(
        self,
        event: Event,
        side: str,
        due: dt.datetime | None,
        outcome: str,
        *,
        reasons: str = "",
        binding: bool = False,
    ) -> Row:
        is_public = SENTENCES.get(event.action, UNKNOWN).reason_public
        return Row(
            at=event.at,
            action=event.action,
            side=side,
            by=_side_of(event),
            due_at=due,
            outcome=outcome,
            is_binding=binding,
            reason=reasons or (event.reason if is_public else ""),
            is_withheld=bool(event.reason) and not is_public,
            firm=self.firm,
            victim=self.victim,
            about=subject_of(event),
        )

    def _pending(self, now: dt.datetime) -> Iterator[Pending]:
        changes = [event for event in self.events if event.to_status]
        status = changes[-1].to_status if changes else ""
        if status == Status.AWAITING_VICTIM:
            yield Pending("question", VICTIM_SIDE, None, RUNNING)
        if status == Status.NEGOTIATING and self.open is not None:
            due = self.open.valid_until
            yield Pending("offer", VICTIM_SIDE, due, MISSED if due and due <= now else RUNNING, is_binding=True)
        clock = self._clock(self.events, now)
        if clock is not None:
            outcome = MISSED if clock.breached else PAUSED if clock.paused else RUNNING
            yield Pending(clock.name, OWNERS[Status(clock.name)], clock.due_at, outcome)
        for side in side_clocks_of(self.case, self.events, now):
            span = SPANS[side.name]
            # After the day of a proposal there is nothing left to answer.
            if side.ended_at is None and not (span.by_day and side.breached):
                outcome = MISSED if side.breached else PAUSED if side.paused else RUNNING
                yield Pending(side.name, span.side, side.due_at, outcome, is_binding=span.by_day, part=side.part)


def _side_of(event: Event) -> str:
    """Whose step it was; "" for what nobody did."""
    if event.actor_role == VICTIM:
        return VICTIM_SIDE
    if event.actor_role == MEDIATOR:
        return BODY
    return "" if event.actor_role == "system" else FIRM_SIDE
