"""Who gets which figures of good faith: a firm's managers their own, a regulator every firm's without small groups."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_noop as _

from casetrack.audit.services import PLATFORM, record
from casetrack.firms.models import Firm, StaffRole, membership_of
from casetrack.lib import clock
from casetrack.lib.errors import NotAllowed
from casetrack.lib.scope import system_scope
from casetrack.people.models import Role, User
from casetrack.reports.good_faith import FEW, Figures, figures_of

MANAGERS = (StaffRole.APPROVER, StaffRole.ADMIN)


def may_see_figures(user: User) -> bool:
    membership = membership_of(user)
    return membership is not None and membership.role in MANAGERS


def own_figures(start: dt.date, end: dt.date, *, actor: User) -> Figures:
    """The figures of the actor's own firm from `start` to before `end`. Raises NotAllowed (no manager of a firm)."""
    membership = membership_of(actor)
    if membership is None or membership.role not in MANAGERS:
        raise NotAllowed(_("Only the firm's approvers and administrators see these figures."))
    found = figures_of(start, end, clock.now(), firm_id=membership.firm_id)
    return found.get(membership.firm_id, Figures(membership.firm_id))


@dataclass(frozen=True)
class Value:
    """One published value; `is_few` stands for a value that is not given because its group is too small."""

    number: Decimal | int | None
    is_few: bool = False


@dataclass(frozen=True)
class Published:
    """What a regulator learns of a firm, by the name of the measure (see MEASURES)."""

    firm: Firm
    values: dict[str, Value]


MEASURES = (
    "in_time",
    "first_answer",
    "first_answer_in_time",
    "counter_answer",
    "counter_answer_in_time",
    "late_now",
    "offers",
    "reasoned",
    "accepted",
    "closed",
    "reduced",
    "reduction",
)
"""Shares (0 to 1), median business days (first_answer, counter_answer) and counts (late_now, offers)."""
COUNTS, DAYS = ("late_now", "offers"), ("first_answer", "counter_answer")


def figures_of_firms(start: dt.date, end: dt.date, *, actor: User, action: str) -> list[Published]:
    """Every active firm's figures, by name; read in the system's scope, and the audit log says by whom.

    Raises NotAllowed for anybody but a regulator.
    """
    if actor.role != Role.REGULATOR:
        raise NotAllowed(_("Only a regulator sees the figures of all firms."))
    with system_scope():
        found = figures_of(start, end, clock.now())
        firms = list(Firm.objects.filter(is_active=True))
    data = {"from": start.isoformat(), "to": (end - dt.timedelta(days=1)).isoformat()}
    record(chain=PLATFORM, action=action, actor=actor, data=data)
    return [Published(firm, published(found.get(firm.pk, Figures(firm.pk)))) for firm in firms]


def published(figures: Figures) -> dict[str, Value]:
    """The values for a regulator. Each has the count of cases behind it; between 1 and FEW - 1 it is not given."""
    first, counter = figures.time_of("first_answer"), figures.time_of("counter_answer")
    ended = sum(times.ended for times in figures.times)
    in_time = sum(times.in_time for times in figures.times)
    # Different clocks may be of different cases: the largest group is the count that is certain.
    cases = max((times.cases for times in figures.times), default=0)
    late_cases = max((times.late_cases for times in figures.times), default=0)
    values: dict[str, tuple[Decimal | int | None, int]] = {
        "in_time": (Decimal(in_time) / ended if ended else None, cases),
        "first_answer": (first.median, first.cases),
        "first_answer_in_time": (first.share, first.cases),
        "counter_answer": (counter.median, counter.cases),
        "counter_answer_in_time": (counter.share, counter.cases),
        "late_now": (sum(times.late_now for times in figures.times), late_cases),
        "offers": (figures.offers, figures.offer_cases),
        "reasoned": (figures.reasoned_share, figures.offer_cases),
        "accepted": (figures.accepted_share, figures.answered_cases),
        "closed": (figures.closed_share, figures.gap_cases),
        "reduced": (figures.reduced_share, figures.offer_cases),
        "reduction": (figures.reduction, figures.reduced_cases),
    }
    return {name: Value(None, is_few=True) if 0 < of < FEW else Value(value) for name, (value, of) in values.items()}
