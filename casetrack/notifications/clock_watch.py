"""The firm's clocks are watched: a warning before one runs out, and the breach marked when it has, each once.

Both are steps of the case, found by reading its events under the case's lock: however often this runs and however many
workers run it, a clock is warned of and marked once. More time that the victim agreed to gives a later day, and that
day a warning of its own.
"""

import datetime as dt
import logging
from collections.abc import Iterator, Sequence

from django.db.models import Prefetch, Q, QuerySet

from casetrack.bodies.models import Body
from casetrack.calc.clocks import Clock, business_days_between
from casetrack.cases.clocks import BREACHED, EXTENDED, RULEBOOK, calendar_at, clocks_of
from casetrack.cases.events import write_event
from casetrack.cases.extensions import EXTENDABLE
from casetrack.cases.models import Case, Event
from casetrack.cases.services.status import lock
from casetrack.cases.side_clocks import PART_PAYMENT, SPANS, runs_beside, side_clocks_of, started_beside
from casetrack.cases.workflow import ENDED, Status
from casetrack.lib.clock import tokyo_date
from casetrack.lib.scope import system_scope
from casetrack.negotiation.good_faith import ANSWERS, OFFERED, WITHDRAWN
from casetrack.people.models import User

# Those beside the stages that are the firm's: the customer is reminded of a proposal (reminders), and free to leave it.
OWN_SPANS = {name: span for name, span in SPANS.items() if span.side == "firm"}

logger = logging.getLogger(__name__)

WARNED = "cases.clock_warned"
WARN_DAYS = 1
"""Business days before the last day."""
# No firm is closed for longer: what runs out later than this needs no look at its calendar.
HORIZON = dt.timedelta(days=21)


def watch(now: dt.datetime) -> int:
    """Warn of and mark every clock that needs it; how many steps were written. Not called inside a transaction."""
    with system_scope():
        found = [case for case in _candidates(now) if any(_wanted(case, list(case.events.all()), now))]
    return sum(tell(case, now) for case in found)


def _candidates(now: dt.datetime) -> QuerySet[Case]:
    """The cases whose clocks may need it: a stage that ends soon, or a clock beside the stages that runs."""
    wanted = Q(due_at__lte=now + HORIZON)
    for span in OWN_SPANS.values():
        wanted |= Q(runs_beside(span))
    # A case that was declined may be reviewed: only what is over for good is left out. A part is paid even then; of old
    # steps, which do not say of which part they are, the first payment does not end the clock of all.
    wanted &= ~Q(status__in=(Status.CLOSED, Status.WITHDRAWN))
    cases = Case.objects.filter(wanted | Q(started_beside(SPANS[PART_PAYMENT]))).select_related("firm")
    rules = (f"firm__{name}" for name in RULEBOOK)
    return cases.prefetch_related(Prefetch("events", Event.objects.order_by("at", "id")), *rules).order_by("pk")


def tell(case: Case, now: dt.datetime) -> int:
    """Write what is still wanted once the case is ours alone; how many steps."""
    try:
        with system_scope():
            lock(case)
            events = list(case.events.order_by("at", "id"))
            wanted = list(_wanted(case, events, now))
            for action, clock in wanted:
                write_event(
                    case, action, actor=User.objects.system(), at=now, is_public=action == BREACHED,
                    clock_name=clock.name, offer=clock.part, body=_body(case, clock),
                )  # fmt: skip
            return len(wanted)
    except Exception:  # one case must not keep the others from being told; the next round tries it again
        logger.exception("no clock watched in %s", case.reference)
        return 0


def _body(case: Case, clock: Clock) -> Body | None:
    """Before which mediation body a clock is: a later one does not read of it."""
    return case.body if clock.name in SPANS and SPANS[clock.name].by_day else None


def _wanted(case: Case, events: Sequence[Event], now: dt.datetime) -> Iterator[tuple[str, Clock]]:
    """The steps that are due and were not written, with their clocks."""
    for clock in _running(case, events, now):
        if clock.due_at is None:
            continue
        moved = [e.at for e in events if e.action == EXTENDED and clock.started_at <= e.at <= now]
        if clock.breached:
            if not _told(events, BREACHED, clock, clock.started_at):
                yield BREACHED, clock
        elif _is_near(case, clock, now) and not _told(events, WARNED, clock, max([clock.started_at, *moved])):
            yield WARNED, clock


def _running(case: Case, events: Sequence[Event], now: dt.datetime) -> Iterator[Clock]:
    """The clocks that the firm has to keep now. The negotiation's waits for the victim while an offer is open."""
    for clock in (*clocks_of(case, events, now), *side_clocks_of(case, events, now)):
        if clock.ended_at is not None or (clock.name not in EXTENDABLE and clock.name not in OWN_SPANS):
            continue
        if clock.name != Status.NEGOTIATING or not _offer_is_open(events):
            yield clock


def _offer_is_open(events: Sequence[Event]) -> bool:
    """Whether the firm's last offer still waits for an answer, by the steps."""
    said = (e for e in reversed(events) if e.action in (OFFERED, *ANSWERS, WITHDRAWN) or e.to_status in ENDED)
    last = next(said, None)
    return last is not None and last.action == OFFERED


def _is_near(case: Case, clock: Clock, now: dt.datetime) -> bool:
    """One business day before the last day, or on the last day; not on the day on which the clock began to run."""
    assert clock.due_at is not None  # noqa: S101  (the caller has looked)
    left = business_days_between(now, clock.due_at, calendar_at(case.firm, clock.started_at))
    return left <= WARN_DAYS and tokyo_date(clock.started_at) < tokyo_date(now)


def _told(events: Sequence[Event], action: str, clock: Clock, since: dt.datetime) -> bool:
    """Whether the step was written; an old one about a part does not say about which, so it is about each."""
    about = (clock.part, None)
    return any(e.action == action and e.clock == clock.name and e.offer in about and e.at >= since for e in events)
