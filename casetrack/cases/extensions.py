"""Extensions of a clock: what the firm asked for and what the victim said, read from the case's events."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from casetrack.calc.clocks import Clock
from casetrack.cases.clocks import EXTENDED, clocks_of
from casetrack.cases.models import Case, Event
from casetrack.cases.workflow import Status

REQUESTED, DECLINED = "cases.extension_requested", "cases.extension_declined"
STEPS = (REQUESTED, EXTENDED, DECLINED)
# The clocks that are the firm's to keep, and so the firm's to ask for.
EXTENDABLE = (
    Status.SUBMITTED,
    Status.ACKNOWLEDGED,
    Status.INVESTIGATING,
    Status.ASSESSED,
    Status.NEGOTIATING,
    Status.AGREED,
)
MOST_DAYS = 20


class Answer(StrEnum):
    OPEN = "open"
    AGREED = "agreed"
    DECLINED = "declined"
    MOOT = "moot"
    """Nobody answered before the clock ran out or the stage was over."""


@dataclass(frozen=True)
class Request:
    """The `number`-th request of the case (from 1): `days` business days more for the clock `name`, and why."""

    number: int
    name: str
    days: int
    reason: str
    asked_at: dt.datetime
    answer: Answer = Answer.OPEN
    answered_at: dt.datetime | None = None


def requests_of(case: Case, events: Sequence[Event], now: dt.datetime) -> list[Request]:
    """All requests as of `now`, in order; at most the last one is open. `events` are the case's, in order."""
    found: list[Request] = []
    for event in events:
        if event.at > now or event.action not in STEPS:
            continue
        if event.action == REQUESTED:
            found.append(Request(len(found) + 1, event.clock, event.days or 0, event.reason, event.at))
        elif found:
            answer = Answer.AGREED if event.action == EXTENDED else Answer.DECLINED
            found[-1] = replace(found[-1], answer=answer, answered_at=event.at)
    if any(request.answer == Answer.OPEN for request in found):
        clock = extendable_clock(case, events, now)
        found = [_settled(request, clock, is_last=request is found[-1]) for request in found]
    return found


def _settled(request: Request, clock: Clock | None, *, is_last: bool) -> Request:
    waits = is_last and clock is not None and clock.name == request.name and clock.started_at <= request.asked_at
    return request if request.answer != Answer.OPEN or waits else replace(request, answer=Answer.MOOT)


def open_request(case: Case, events: Sequence[Event], now: dt.datetime) -> Request | None:
    """The request that waits for the victim's answer, if any."""
    return next((one for one in requests_of(case, events, now) if one.answer == Answer.OPEN), None)


def extendable_clock(case: Case, events: Sequence[Event], now: dt.datetime) -> Clock | None:
    """The clock that the firm may ask to extend: it is the firm's, and neither over nor run out."""
    clocks = clocks_of(case, events, now)
    clock = clocks[-1] if clocks else None
    if clock is None or clock.ended_at is not None or clock.breached or clock.name not in EXTENDABLE:
        return None
    return clock
