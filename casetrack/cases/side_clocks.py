"""Clocks beside the stages: the first substantive answer to a report, the answers to a counter-offer and to a request
for written reasons, a second review, the payment of what was settled in part, and the answers of both sides to a
mediation body's proposal.

But for the customer's own answer they are the firm's, derived from the case's steps by the same function as the stages'
(calc.clocks.derive), and follow its rules: they stand still while the firm waits for the victim, and more time that the
victim agrees to moves them too.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from django.db.models import Exists, OuterRef, Q, QuerySet

from casetrack.calc.clocks import Clock, EveryDay, Extension, StatusChange, Terms, TermsAt, derive
from casetrack.cases.clocks import extensions_in, rulebook_of
from casetrack.cases.models import Case, Event
from casetrack.cases.workflow import Status

FIRST_ANSWER, COUNTER_ANSWER = "first_answer", "counter_answer"
REASONS, SECOND_REVIEW = "reasons", "second_review"
PART_PAYMENT = "part_payment"
PROPOSAL_FIRM, PROPOSAL_VICTIM = "proposal_firm", "proposal_victim"
_OVER = "over"


@dataclass(frozen=True)
class Span:
    """A clock from one step to another. `answers` are the steps by which the firm does what is asked; `leaves` are
    those after which nothing is asked any more. `once`: only the first start counts. `by_part`: each part of a case
    that was settled by itself has a clock of its own, which neither a question nor more time for the rest holds.
    `by_day`: each start has a clock of its own, up to the end of the day that the step names (`Event.days`, days of the
    calendar), which binds and which nothing holds; `side` has to act by then."""

    starts: frozenset[str]
    answers: frozenset[str]
    leaves: frozenset[str]
    once: bool = False
    by_part: bool = False
    by_day: bool = False
    side: str = "firm"


# What takes the place of a mediation body's proposal, or ends the case or the mediation before it was answered.
_INSTEAD = frozenset({
    "mediation.proposed", "mediation.hearing_set", "mediation.not_settled", "mediation.withdrawn",
    "negotiation.offer_accepted", "cases.withdrawn", "cases.declined", "cases.closed",
})  # fmt: skip
# A confirmation of receipt or a question of the firm's is no answer to the matter.
SPANS: dict[str, Span] = {
    FIRST_ANSWER: Span(
        starts=frozenset({"cases.submitted", "cases.taken_by_telephone"}),
        answers=frozenset({
            "cases.access_confirmed", "cases.access_refuted", "assessment.assessed", "negotiation.offer_approved",
            "cases.declined",
        }),
        leaves=frozenset({"cases.withdrawn", "cases.escalated"}),
        once=True,
    ),
    COUNTER_ANSWER: Span(
        starts=frozenset({"negotiation.counter_offer_made"}),
        answers=frozenset({"negotiation.offer_approved", "cases.declined"}),
        leaves=frozenset({"cases.withdrawn", "cases.escalated"}),
    ),
    REASONS: Span(
        starts=frozenset({"negotiation.reasons_asked"}),
        answers=frozenset({"negotiation.reasons_given"}),
        leaves=frozenset({"cases.withdrawn"}),
    ),
    SECOND_REVIEW: Span(
        starts=frozenset({"negotiation.review_asked"}),
        answers=frozenset({"negotiation.review_upheld", "negotiation.review_changed"}),
        leaves=frozenset({"cases.withdrawn"}),
    ),
    PART_PAYMENT: Span(
        starts=frozenset({
            "negotiation.part_agreed", "negotiation.part_payment_failed", "negotiation.part_receipt_denied",
        }),
        answers=frozenset({
            "negotiation.part_paid", "negotiation.part_covered", "negotiation.part_payment_shown",
            "negotiation.part_received",
        }),
        leaves=frozenset({"negotiation.part_revoked"}),
        by_part=True,
    ),
    PROPOSAL_FIRM: Span(
        starts=frozenset({"mediation.proposed"}),
        answers=frozenset({"mediation.firm_accepted", "mediation.firm_refused"}),
        leaves=_INSTEAD | {"mediation.victim_refused"},
        by_day=True,
    ),
    PROPOSAL_VICTIM: Span(
        starts=frozenset({"mediation.proposed"}),
        answers=frozenset({"mediation.victim_accepted", "mediation.victim_refused"}),
        leaves=_INSTEAD | {"mediation.firm_refused"},
        by_day=True,
        side="victim",
    ),
}  # fmt: skip


def side_clocks_of(case: Case, events: Sequence[Event], now: dt.datetime) -> list[Clock]:
    """These clocks as of `now`, in the order in which they started. `events` are the case's, in order."""
    terms_at = rulebook_of(case.firm).at
    found: list[Clock] = []
    for name, span in SPANS.items():
        if span.by_day:
            found += _by_day(name, span, events, now)
            continue
        agreed = [] if span.by_part else [Extension(one.at, name, one.days) for one in extensions_in(events)]
        for part, steps in _parts(span, events) if span.by_part else [(None, events)]:
            clocks = derive(_changes(name, span, steps), terms_at, now, extensions=agreed)
            found += [replace(clock, part=part) for clock in clocks if clock.name == name]
    return sorted(found, key=lambda clock: clock.started_at)


def _by_day(name: str, span: Span, events: Sequence[Event], now: dt.datetime) -> Iterator[Clock]:
    """A clock for each start that names its day."""
    for place, start in enumerate(events):
        if start.action not in span.starts or start.days is None:
            continue
        changes = [StatusChange(start.at, "", name)]
        ends = (event for event in events[place + 1 :] if event.action in span.answers | span.leaves)
        changes += [StatusChange(end.at, name, _OVER) for end in islice(ends, 1)]
        yield from derive(changes, _named_day(name, start.days), now)


def _named_day(name: str, days: int) -> TermsAt:
    terms = Terms({name: days}, EveryDay())
    return lambda _at: terms


def runs_beside(span: Span) -> Exists:
    """The condition on a case in a query that the clock runs or stands still: it started and has not ended since."""
    ended = Event.objects.filter(case=OuterRef("case"), id__gt=OuterRef("id"), action__in=span.answers | span.leaves)
    if span.by_part:
        ended = ended.filter(Q(offer=OuterRef("offer")) | Q(offer=None))
    return Exists(_starts_of(span).filter(~Exists(ended)))


def started_beside(span: Span) -> Exists:
    """The same, whether or not it ended."""
    return Exists(_starts_of(span))


def _starts_of(span: Span) -> QuerySet[Event]:
    return Event.objects.filter(case=OuterRef("pk"), action__in=span.starts)


def _changes(name: str, span: Span, events: Sequence[Event]) -> Iterator[StatusChange]:
    """The span told as changes of status, pauses included."""
    state, started = "", False
    for event in events:
        if state in (name, Status.AWAITING_VICTIM):
            if event.action in span.answers | span.leaves:
                after = _OVER
            elif event.to_status:
                after = Status.AWAITING_VICTIM if event.to_status == Status.AWAITING_VICTIM else name
            else:
                continue
        elif event.action in span.starts and not (span.once and started):
            after, started = name, True
        else:
            continue
        if after != state:
            yield StatusChange(event.at, state, after)
            state = after


# After which steps of the same part a step can have come, the likeliest first.
_FOLLOWS: dict[str, tuple[str, ...]] = {
    "part_paid": ("part_agreed", "part_payment_failed"),
    "part_covered": ("part_agreed", "part_payment_failed"),
    "part_revoked": ("part_agreed",),
    "part_payment_failed": ("part_receipt_denied", "part_paid", "part_payment_shown"),
    "part_receipt_denied": ("part_paid", "part_payment_shown"),
    "part_payment_shown": ("part_receipt_denied",),
    "part_received": ("part_receipt_denied", "part_paid", "part_payment_shown"),
}


def _parts(span: Span, events: Sequence[Event]) -> list[tuple[int | None, list[Event]]]:
    """The steps of each part, with the number of the offer that settled it.

    Old steps may have none: such a step is that of the first part without one after whose last step it can have come.
    """
    numbered: dict[int, list[Event]] = {}
    nameless: list[list[Event]] = []
    for event in events:
        if event.action not in span.starts | span.answers | span.leaves:
            continue
        if event.offer is not None:
            numbered.setdefault(event.offer, []).append(event)
            continue
        likely = [s for before in _FOLLOWS.get(_short(event), ()) for s in nameless if _short(s[-1]) == before]
        if likely:
            likely[0].append(event)
        else:
            nameless.append([event])
    return [*numbered.items(), *((None, steps) for steps in nameless)]


def _short(event: Event) -> str:
    return event.action.removeprefix("negotiation.")


def _of(event: Event, clock: Clock) -> bool:
    """Whether the step may have ended the clock: it is at its end, of its part, and not the one that began it."""
    began = event.at == clock.started_at and event.action in SPANS[clock.name].starts
    return clock.ended_at == event.at and not began and (clock.part is None or event.offer in (None, clock.part))


def ended_by(event: Event, clocks: Sequence[Clock]) -> list[Clock]:
    """Those of `clocks` that this step ended."""
    return [
        clock
        for clock in clocks
        if _of(event, clock) and event.action in SPANS[clock.name].answers | SPANS[clock.name].leaves
    ]


def was_answered(clock: Clock, events: Sequence[Event]) -> bool:
    """Whether an ended clock ended by what was asked for, and not because nothing was asked any more."""
    return any(_of(event, clock) and event.action in SPANS[clock.name].answers for event in events)
