"""Trades that the victim brings by a broker's list after the report was handed in: what is new, and claims."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models, transaction
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from casetrack.cases.events import write_event
from casetrack.cases.models import Answer, ClaimedSide, CompromisedAccount, UnauthorizedTrade
from casetrack.cases.permissions import role_in
from casetrack.cases.services.status import lock
from casetrack.cases.workflow import ENDED, VICTIM
from casetrack.evidence.services import AlreadyHere, add_file
from casetrack.intake.marks import CLAIMED, claim_of
from casetrack.intake.models import BroughtTrade
from casetrack.intake.trades import deeds, read_file, rows_of
from casetrack.ledger.models import Execution, Type
from casetrack.lib.clock import tokyo_date
from casetrack.lib.errors import Conflict, InvalidInput, NotAllowed
from casetrack.people.models import User

MOST_AT_ONCE = 300
# What the victim did, by the ledger's type and side.
SIDES = {
    (Type.BUY, ""): ClaimedSide.BUY,
    (Type.SELL, ""): ClaimedSide.SELL,
    (Type.MARGIN_OPEN, "long"): ClaimedSide.BUY,
    (Type.MARGIN_OPEN, "short"): ClaimedSide.SELL,
    (Type.MARGIN_CLOSE, "long"): ClaimedSide.SELL,
    (Type.MARGIN_CLOSE, "short"): ClaimedSide.BUY,
}


class Known(models.TextChoices):
    CLAIMED = "claimed", gettext_lazy("You have reported these already")
    LEDGER = "ledger", gettext_lazy("The firm has entered these already; answer them in the list of the account")


@dataclass(frozen=True)
class Found:
    """A trade of the list (kept nowhere yet), and where it is known from (empty: it is new)."""

    row: BroughtTrade
    known: str

    @property
    def line(self) -> int:
        return self.row.line


def look_at_list(incident: CompromisedAccount, content: bytes, *, actor: User) -> list[Found]:
    """The trades of a list in order, each known or new. Two that say the same are two trades, here as there.

    Raises InvalidInput (no trade, or more than MOST_AT_ONCE new ones), UnknownFormat, UnreadableFile.
    """
    rows = sorted(rows_of(None, deeds(read_file(content, actor=actor))), key=lambda row: (row.traded_on, row.line))
    if not rows:
        raise InvalidInput(_("There is no trade in this file that can be read."), field="file")
    claimed = Counter(_told(trade) for trade in incident.claimed_trades.all())
    entered = Counter(_entered(incident))
    found = []
    for row in rows:
        told = _told(UnauthorizedTrade(**claim_of(row)))
        fact = (row.traded_on, row.side, row.security_code, abs(row.quantity or 0))
        known = Known.LEDGER if entered[fact] else Known.CLAIMED if claimed[told] else ""
        entered[fact] -= known == Known.LEDGER
        claimed[told] -= known == Known.CLAIMED
        found.append(Found(row, known))
    if sum(not one.known for one in found) > MOST_AT_ONCE:
        raise InvalidInput(
            _("The list has more than %(most)s new trades. Choose a shorter time on the firm's site."),
            field="file", most=MOST_AT_ONCE,
        )  # fmt: skip
    return found


def _told(trade: UnauthorizedTrade) -> tuple[Any, ...]:
    return trade.traded_on, str(trade.side), trade.security, trade.quantity, trade.amount


def _entered(incident: CompromisedAccount) -> list[tuple[Any, ...]]:
    """What the firm's ledger has of the account, as far as the victim sees it."""
    if incident.account_id is None:
        return []
    rows = Execution.objects.filter(account=incident.account_id, type__in={kind for kind, _side in SIDES})
    return [
        (tokyo_date(e.executed_at), str(SIDES.get((Type(e.type), e.side), "")), e.security, e.quantity) for e in rows
    ]


@transaction.atomic
def claim_later(
    incident: CompromisedAccount, name: str, content: bytes, answers: Mapping[int, str], *, actor: User
) -> int:
    """Claim the new trades of a list that were answered with no or not sure, by line; the list becomes evidence. The
    count of claims. The same list again claims nothing: its trades are known.

    Raises NotAllowed (not the case's victim), Conflict (the case has ended), InvalidInput (nothing to claim, or as
    `look_at_list`), UnknownFormat, UnreadableFile.
    """
    case = lock(incident.case)
    if role_in(actor, case) != VICTIM:
        raise NotAllowed(_("Only the victim answers this."))
    if case.status in ENDED:
        raise Conflict(_("This case has ended. No trades can be added to it."))
    if set(answers.values()) - set(Answer.values):
        raise InvalidInput(_("Choose yes, no or not sure."))
    found = look_at_list(incident, content, actor=actor)
    rows = [one.row for one in found if not one.known and answers.get(one.line) in CLAIMED]
    if not rows:
        raise InvalidInput(_("Say of the trades of your list which were not yours."))
    UnauthorizedTrade.objects.bulk_create(
        UnauthorizedTrade(case=case, incident=incident, **claim_of(row)) for row in rows
    )
    try:
        with transaction.atomic():
            add_file(SimpleUploadedFile(name, content), actor=actor, case=case)
    except AlreadyHere:
        pass
    write_event(
        case, "cases.trades_claimed", actor=actor,
        data={"rows": len(rows), "sha256": hashlib.sha256(content).hexdigest()},
    )  # fmt: skip
    return len(rows)
