"""What a firm's administrator decides about its clocks: targets and closed days. Each holds for clocks that begin
after it; the deadlines of those that run stay as they are."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext_noop as _

from casetrack.audit.services import PLATFORM, record
from casetrack.cases.clocks import RULEBOOK, calendar_at, rulebook_of
from casetrack.firms.models import MOST_DAYS, ClockTarget, ClosedDay, Firm, StaffRole, membership_of
from casetrack.lib import clock
from casetrack.lib.errors import Conflict, InvalidInput, NotAllowed
from casetrack.market.calendars import LAST_YEAR
from casetrack.people.models import User

LONGEST = 366
"""Days from today within which a new target has to begin."""
MOST_AT_ONCE = 40
"""Days that are closed in one go."""


def may_decide_clocks(user: User) -> bool:
    """The firm's administrators."""
    membership = membership_of(user)
    return membership is not None and membership.role == StaffRole.ADMIN


def may_see_clocks(user: User) -> bool:
    """Administrators and approvers."""
    membership = membership_of(user)
    return membership is not None and membership.role in (StaffRole.ADMIN, StaffRole.APPROVER)


def _lock(firm: Firm, actor: User) -> None:
    """One decision about a firm's clocks at a time, on what holds now."""
    membership = membership_of(actor)
    if not may_decide_clocks(actor) or membership is None or membership.firm_id != firm.pk:
        raise NotAllowed(_("Only an administrator of the firm may do this."))
    firm.refresh_from_db(from_queryset=Firm.objects.select_for_update(no_key=True))


def check_target(firm: Firm, name: str, days: int | None, valid_from: dt.date) -> None:
    """Raises InvalidInput for what cannot be a target, or would change nothing."""
    book, today = rulebook_of(firm), clock.tokyo_date(clock.now())
    if name not in book.defaults:
        raise InvalidInput(_("There is no such clock."), field="clock")
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise InvalidInput(
            _("A target is from 1 to %(most)s business days."), field="days", most=MOST_DAYS
        )  # fmt: skip
    if valid_from <= today:
        raise InvalidInput(_("A target begins tomorrow at the earliest."), field="valid_from")
    if valid_from > today + dt.timedelta(days=LONGEST):
        raise InvalidInput(_("Choose a day within a year."), field="valid_from")
    if book.target_on(name, valid_from) == (book.defaults[name] if days is None else days):
        raise InvalidInput(_("The target is that on this day already."), field="days")


@transaction.atomic
def set_target(firm: Firm, name: str, days: int | None, *, valid_from: dt.date, actor: User) -> ClockTarget:
    """Clocks `name` that begin on `valid_from` (tomorrow at the earliest) or later run for `days` business days; None:
    for the platform's default. Raises NotAllowed, InvalidInput."""
    _lock(firm, actor)
    check_target(firm, name, days, valid_from)
    before = rulebook_of(firm).target_on(name, valid_from)
    target = ClockTarget.objects.create(
        firm=firm, clock=name, days=days, valid_from=valid_from, decided_at=clock.now(), decided_by=actor
    )
    _forget(firm)
    record(
        chain=PLATFORM, action="firms.target_set", actor=actor, subject=f"firm:{firm.code}", firm_code=firm.code,
        data={"clock": name, "before": before, "after": days, "valid_from": valid_from.isoformat()},
        occurred_at=target.decided_at,
    )  # fmt: skip
    return target


def days_to_close(firm: Firm, first: dt.date, last: dt.date) -> list[dt.date]:
    """The firm's business days from `first` to `last`, both included. Raises InvalidInput for a time that cannot be
    closed: not wholly in the future, too long, too far away, or without a business day."""
    if first <= clock.tokyo_date(clock.now()):
        raise InvalidInput(_("Only a day to come can be closed: tomorrow at the earliest."), field="first")
    if last < first:
        raise InvalidInput(_("The last day lies before the first."), field="last")
    if last.year > LAST_YEAR:
        raise InvalidInput(_("The calendar ends with the year %(year)s."), field="last", year=LAST_YEAR)
    if (last - first).days >= MOST_AT_ONCE:
        raise InvalidInput(_("Close at most %(most)s days at once."), field="last", most=MOST_AT_ONCE)
    calendar = calendar_at(firm, clock.now())
    days = [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]
    found = [day for day in days if calendar.is_business_day(day)]
    if not found:
        raise InvalidInput(_("These are no business days anyway."), field="first")
    return found


@transaction.atomic
def close_days(firm: Firm, days: Collection[dt.date], *, label: str, actor: User) -> list[ClosedDay]:
    """The firm does not work on `days` and says why in `label`. Clocks that begin from now on leave them out.

    Raises NotAllowed, InvalidInput (see `days_to_close`; no label) and Conflict (one is no business day any more).
    """
    _lock(firm, actor)
    if not label.strip():
        raise InvalidInput(_("Say what the days are."), field="label")
    if not days or days_to_close(firm, min(days), max(days)) != sorted(days):
        raise Conflict(_("Some of these days have changed meanwhile. Look at them again."))
    now = clock.now()
    closed = ClosedDay.objects.bulk_create(
        ClosedDay(firm=firm, day=day, label=label.strip(), decided_at=now, decided_by=actor) for day in sorted(days)
    )
    _forget(firm)
    record(
        chain=PLATFORM, action="firms.days_closed", actor=actor, subject=f"firm:{firm.code}", firm_code=firm.code,
        data={"days": [day.isoformat() for day in sorted(days)]}, occurred_at=now,
    )  # fmt: skip
    return closed


@transaction.atomic
def open_day(firm: Firm, day: dt.date, *, actor: User) -> ClosedDay:
    """The firm works on `day` after all. Clocks that began while it was closed keep leaving it out.

    Raises NotAllowed, Conflict (it is over, today, or not closed).
    """
    _lock(firm, actor)
    now = clock.now()
    if day <= clock.tokyo_date(now):
        raise Conflict(_("Only a day that is still to come can be taken out."))
    if day not in rulebook_of(firm).closed_at(now):
        raise Conflict(_("The firm is not closed on this day."))
    opened = ClosedDay.objects.create(firm=firm, day=day, is_closed=False, decided_at=now, decided_by=actor)
    _forget(firm)
    record(
        chain=PLATFORM, action="firms.day_opened", actor=actor, subject=f"firm:{firm.code}", firm_code=firm.code,
        data={"day": day.isoformat()}, occurred_at=now,
    )  # fmt: skip
    return opened


def _forget(firm: Firm) -> None:
    """The decisions that the firm object has read are no longer all."""
    firm.refresh_from_db(fields=RULEBOOK)
