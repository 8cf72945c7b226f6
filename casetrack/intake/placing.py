"""Trades of a report of which the victim did not know in which of several accounts they were."""

from django.db import transaction
from django.utils.translation import gettext_noop as _

from casetrack.cases.events import write_event
from casetrack.cases.models import Case, CompromisedAccount, UnauthorizedTrade
from casetrack.cases.permissions import can_investigate
from casetrack.cases.services import link_trade
from casetrack.cases.services.status import lock
from casetrack.intake.models import UnplacedTrade
from casetrack.ledger.models import Execution
from casetrack.lib import clock
from casetrack.lib.errors import Conflict, InvalidInput, NotAllowed
from casetrack.people.models import User


def leave_unplaced(case: Case, count: int) -> None:
    """Say of the last `count` trades of the case's first account that nobody knows yet whether they were there."""
    first = case.incidents.order_by("pk").first()
    if first is None or not count:
        return
    trades = first.claimed_trades.order_by("-pk")[:count]
    UnplacedTrade.objects.bulk_create(UnplacedTrade(case=case, trade=trade) for trade in reversed(trades))


def is_unplaced(trade: UnauthorizedTrade) -> bool:
    """Whether nobody has found out yet in which account the trade was."""
    unplaced: UnplacedTrade | None = getattr(trade, "unplaced", None)
    return unplaced is not None and unplaced.placed_at is None


@transaction.atomic
def place_trade(trade: UnauthorizedTrade, incident: CompromisedAccount, *, actor: User) -> None:
    """The firm found out that the trade was in the account `incident` of its case. The same twice changes nothing.

    Raises NotAllowed, InvalidInput (an account of another case), Conflict (somebody said another account since).
    """
    case = lock(trade.case)
    if not can_investigate(actor, case):
        raise NotAllowed(_("Only an investigator may do this, before there is an agreement."))
    if incident.case_id != case.pk:
        raise InvalidInput(_("Choose the account."), field="account")
    unplaced = UnplacedTrade.objects.select_for_update(no_key=True).get(trade=trade)
    trade.refresh_from_db(fields=["incident"])
    if unplaced.placed_at is not None:
        if trade.incident_id != incident.pk:
            raise Conflict(_("Somebody has found out the account of this trade already."))
        return
    trade.incident = incident
    trade.save(update_fields=["incident"])
    unplaced.placed_at, unplaced.placed_by = clock.now(), actor
    unplaced.save(update_fields=["placed_at", "placed_by"])
    write_event(case, "intake.trade_placed", actor=actor, data={"trade": trade.pk, "account": incident.pk})


@transaction.atomic
def link_claim(trade: UnauthorizedTrade, execution: Execution | None, *, actor: User) -> None:
    """As `cases.services.link_trade`; an execution also tells the account of a trade of which nobody knew it."""
    link_trade(trade, execution, actor=actor)
    if execution is not None and is_unplaced(trade):
        incident = trade.case.incidents.filter(account=execution.account_id).order_by("pk").first()
        if incident is not None:
            place_trade(trade, incident, actor=actor)
