"""Trades that the victim reports after the report was handed in, by a broker's list or typed: what is new, claims."""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models, transaction
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from casetrack.cases.events import write_event
from casetrack.cases.models import Answer, Case, ClaimedSide, CompromisedAccount, UnauthorizedTrade
from casetrack.cases.permissions import role_in
from casetrack.cases.services import TradeClaim
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
    all_known = _AllKnown(incident)
    found = [
        Found(row, all_known.take(UnauthorizedTrade(**claim_of(row)), row.security_code, row.quantity)) for row in rows
    ]
    if sum(not one.known for one in found) > MOST_AT_ONCE:
        raise InvalidInput(
            _("The list has more than %(most)s new trades. Choose a shorter time on the firm's site."),
            field="file", most=MOST_AT_ONCE,
        )  # fmt: skip
    return found


class _AllKnown:
    """The account's trades that are known already, each good for one trade that says the same."""

    def __init__(self, incident: CompromisedAccount) -> None:
        self.claimed = Counter(_told(trade) for trade in incident.claimed_trades.all())
        self.entered = Counter(_entered(incident))

    def take(self, trade: UnauthorizedTrade, security_code: str, quantity: Decimal | None) -> str:
        """Where the trade is known from (`Known`), which is then used up; empty if it is new."""
        told, fact = _told(trade), (trade.traded_on, str(trade.side), security_code, abs(quantity or 0))
        if self.entered[fact]:
            self.entered[fact] -= 1
            return Known.LEDGER
        if self.claimed[told]:
            self.claimed[told] -= 1
            return Known.CLAIMED
        return ""


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


def _locked(incident: CompromisedAccount, actor: User) -> Case:
    """The account's case, locked, to which the victim may still add. Raises NotAllowed, Conflict."""
    case = lock(incident.case)
    if role_in(actor, case) != VICTIM:
        raise NotAllowed(_("Only the victim answers this."))
    if case.status in ENDED:
        raise Conflict(_("This case has ended. No trades can be added to it."))
    return case


@transaction.atomic
def claim_later(
    incident: CompromisedAccount, name: str, content: bytes, answers: Mapping[int, str], *, actor: User
) -> int:
    """Claim the new trades of a list that were answered with no or not sure, by line; the list becomes evidence. The
    count of claims. The same list again claims nothing: its trades are known.

    Raises NotAllowed (not the case's victim), Conflict (the case has ended), InvalidInput (nothing to claim, or as
    `look_at_list`), UnknownFormat, UnreadableFile.
    """
    case = _locked(incident, actor)
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


class KnownAlready(InvalidInput):
    """Typed trades that say the same as known ones: `places` (from 0) with where each is known from."""

    def __init__(self, places: Mapping[int, str]) -> None:
        super().__init__(_("Some of these trades are known already."))
        self.places = places


@transaction.atomic
def claim_typed(
    incident: CompromisedAccount, trades: Sequence[TradeClaim], *, actor: User, others: Collection[int] = ()
) -> int:
    """Claim trades as the victim remembers them, MOST_AT_ONCE at most; the count of claims.

    One that says the same as a known trade is never dropped in silence: it is asked about. `others` are the places
    (from 0) that are known to be further trades. Raises NotAllowed (not the case's victim), Conflict (the case has
    ended), KnownAlready, InvalidInput (none, or too many).
    """
    case = _locked(incident, actor)
    if not trades:
        raise InvalidInput(_("Enter at least one trade."))
    if len(trades) > MOST_AT_ONCE:
        raise InvalidInput(_("Enter %(most)s trades at most, then begin again."), most=MOST_AT_ONCE)
    claims = [UnauthorizedTrade(case=case, incident=incident, **trade) for trade in trades]
    all_known = _AllKnown(incident)
    known = {place: all_known.take(claim, claim.security, claim.quantity) for place, claim in enumerate(claims)}
    asked = {place: source for place, source in known.items() if source and place not in others}
    if asked:
        raise KnownAlready(asked)
    UnauthorizedTrade.objects.bulk_create(claims)
    write_event(case, "cases.trades_claimed", actor=actor, data={"rows": len(claims)})
    return len(claims)
