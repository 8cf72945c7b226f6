"""The valuation date of a case: set by the policy's rule, or proposed by one side and answered by the other."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max, Min
from django.utils.translation import gettext_noop as _

from casetrack.assessment.models import (
    CompensationPolicy,
    ValuationAnswer,
    ValuationBasis,
    ValuationProposal,
    ValuationRule,
)
from casetrack.assessment.services.inputs import confirmed_incidents
from casetrack.calc.clocks import add_business_days
from casetrack.cases.events import write_event
from casetrack.cases.models import Case
from casetrack.cases.permissions import require, role_in
from casetrack.cases.services.status import lock
from casetrack.cases.workflow import ACTIONS, APPROVER, ENDED, INVESTIGATOR, VICTIM, Status
from casetrack.correspondence.models import Party
from casetrack.ledger.models import Attributed, Execution, Type
from casetrack.lib import clock
from casetrack.lib.errors import Conflict, IllegalTransition, InvalidInput
from casetrack.market.calendars import business_calendar
from casetrack.people.models import User

# While the firm works on the case and until there is an agreement.
MAY_PROPOSE = tuple(s for s in Status if s not in (*ENDED, Status.SUBMITTED, Status.AGREED, Status.COMPENSATED))
FOR_THE_FIRM = (INVESTIGATOR, APPROVER)
AGREED, REVOKED = ACTIONS["agree"].done, ACTIONS["revoke"].done
TRADES = (Type.BUY, Type.SELL, Type.MARGIN_OPEN, Type.MARGIN_CLOSE)


@dataclass(frozen=True)
class Fixed:
    """A date that does not rest on the firm's word alone, and what it rests on."""

    on: dt.date
    basis: ValuationBasis
    proposal: ValuationProposal | None = None


def first_trade_on(case: Case) -> dt.date | None:
    """The day in Tokyo of the first trade that was found to be unauthorized, if there is one yet."""
    accounts = [incident.account_id for incident in confirmed_incidents(case)]
    trades = Execution.objects.filter(account__in=accounts, attribution=Attributed.UNAUTHORIZED, type__in=TRADES)
    first = trades.aggregate(first=Min("executed_at"))["first"]
    return clock.tokyo_date(first) if first else None


def rule_date(case: Case, policy: CompensationPolicy) -> dt.date | None:
    """The date that the policy's rule gives for the case; None if it has no rule, or its day is not known yet. Business
    days are Japan's: a firm's own closed days move no price."""
    if policy.valuation_rule == ValuationRule.FIRST_TRADE:
        day = first_trade_on(case)
    elif policy.valuation_rule == ValuationRule.REPORT:
        day = clock.tokyo_date(case.opened_at)
    else:
        return None
    if day is None or not policy.valuation_days:
        return day
    noon = dt.datetime.combine(day, dt.time(12), tzinfo=clock.TOKYO)
    return clock.tokyo_date(add_business_days(noon, policy.valuation_days, business_calendar()))


def fixed_date(case: Case, policy: CompensationPolicy) -> Fixed | None:
    """The date that both sides agreed on last; without one, that of the policy's rule."""
    agreed = case.valuation_proposals.agreed().first()
    if agreed is not None:
        return Fixed(agreed.valuation_on, ValuationBasis.AGREED, agreed)
    ruled = rule_date(case, policy)
    return Fixed(ruled, ValuationBasis.POLICY) if ruled else None


def side_of(user: User, case: Case) -> Party | None:
    """For which side of the case the person may propose and answer."""
    role = role_in(user, case)
    if role == VICTIM:
        return Party.VICTIM
    return Party.FIRM if role in FOR_THE_FIRM else None


def may_propose(case: Case) -> bool:
    """Whether the date is still open between the sides. A case that was settled as a whole may be with an outside body:
    its steps tell."""
    if case.status != Status.ESCALATED:
        return case.status in MAY_PROPOSE
    last = case.events.filter(action__in=(AGREED, REVOKED)).order_by("at", "id").last()
    return last is None or last.action == REVOKED


def _open_case(case: Case, actor: User) -> Party:
    lock(case)
    require(actor, case, VICTIM, *FOR_THE_FIRM)
    if not may_propose(case):
        raise IllegalTransition(_("This is not possible now: the case is at “%(status)s”."), status=case.public_status)
    return Party.VICTIM if role_in(actor, case) == VICTIM else Party.FIRM


def _check_date(case: Case, on: dt.date) -> None:
    if on > clock.tokyo_date(clock.now()):
        raise InvalidInput(_("The valuation date lies in the future."), field="valuation_on")
    first = min((i.first_access_at for i in confirmed_incidents(case) if i.first_access_at), default=None)
    if first is not None and on < clock.tokyo_date(first):
        raise InvalidInput(_("The valuation date lies before the first unauthorized access."), field="valuation_on")


@transaction.atomic
def propose_date(case: Case, on: dt.date, *, reason: str, actor: User) -> ValuationProposal:
    """Propose that the case is valued at the end of `on` (Tokyo). The same proposal again, while it waits, changes
    nothing; another one replaces it.

    Raises NotAllowed, IllegalTransition, InvalidInput (in the future, before the first access, no reason).
    """
    party, reason = _open_case(case, actor), reason.strip()
    _check_date(case, on)
    if not reason:
        raise InvalidInput(_("Give a reason."), field="reason")
    waiting = case.valuation_proposals.open().filter(party=party).first()
    if waiting is not None and (waiting.valuation_on, waiting.reason) == (on, reason):
        return waiting
    proposal = ValuationProposal.objects.create(
        case=case,
        number=(case.valuation_proposals.aggregate(last=Max("number"))["last"] or 0) + 1,
        party=party,
        valuation_on=on,
        reason=reason,
        proposed_by=actor,
        proposed_at=clock.now(),
    )
    _write(proposal, "proposed", actor, reason)
    return proposal


@transaction.atomic
def answer_date(proposal: ValuationProposal, *, accepts: bool, actor: User, reason: str = "") -> ValuationAnswer:
    """The other side's answer. Accepted: from now on a run at another date needs a reason. The same answer again
    changes nothing.

    Raises NotAllowed (also for one's own proposal), IllegalTransition, InvalidInput (declined without a reason),
    Conflict (answered otherwise, or replaced by a later one).
    """
    party, reason = _open_case(proposal.case, actor), reason.strip()
    if party == proposal.party:
        raise Conflict(_("The other side answers what you have proposed."))
    given = ValuationAnswer.objects.filter(proposal=proposal).first()
    if given is not None and given.is_accepted == accepts:
        return given
    if given is not None or not proposal.case.valuation_proposals.open().filter(pk=proposal.pk).exists():
        raise Conflict(_("This proposal no longer waits for an answer."))
    if not accepts and not reason:
        raise InvalidInput(_("Give a reason."), field="reason")
    answer = ValuationAnswer.objects.create(
        proposal=proposal, case=proposal.case, is_accepted=accepts, reason=reason, answered_by=actor,
        answered_at=clock.now(),
    )  # fmt: skip
    _write(proposal, "accepted" if accepts else "declined", actor, reason)
    return answer


def _write(proposal: ValuationProposal, done: str, actor: User, reason: str) -> None:
    """The step, with the date in front of the words: both sides read it on the timeline."""
    day = proposal.valuation_on.isoformat()
    write_event(
        proposal.case, f"assessment.valuation_{done}", actor=actor, reason=f"{day}: {reason}" if reason else day,
        data={"proposal": proposal.number, "valuation_on": day, "party": str(proposal.party)},
    )  # fmt: skip
