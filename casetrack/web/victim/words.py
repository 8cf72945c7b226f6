"""Where a case is, whose turn it is and what comes next, in plain words."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from casetrack.cases.models import Case
from casetrack.cases.workflow import ENDED as ENDED_AT
from casetrack.cases.workflow import Status
from casetrack.ledger.models import Attributed
from casetrack.negotiation.models import Offer, OfferParty
from casetrack.negotiation.partial import TO_CONFIRM, TO_PAY

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

YOU, FIRM, NOBODY = "you", "firm", "nobody"
ENDED, NO_DAY = _("Nobody's: the case has ended."), _("No day is set.")


@dataclass(frozen=True)
class Standing:
    """`turn` is whose move it is, and `nobody` says it when it is neither side's; `until` is the day by which, if
    there is one, and `no_day` says it when there is none."""

    where: "StrOrPromise"
    turn: str
    next: "StrOrPromise"
    until: dt.datetime | None = None
    is_late: bool = False
    nobody: "StrOrPromise" = ENDED
    no_day: "StrOrPromise" = NO_DAY


STANDINGS: dict[str, Standing] = {
    Status.SUBMITTED: Standing(
        _("Your report has reached the firm."),
        FIRM,
        _("The firm confirms that it has your report and names the people who work on it."),
    ),
    Status.ACKNOWLEDGED: Standing(
        _("The firm has confirmed that it has your report."),
        FIRM,
        _("The firm begins its investigation: log-ins, orders, and what its records show."),
    ),
    Status.INVESTIGATING: Standing(
        _("The firm is finding out what happened in your account."),
        FIRM,
        _("The firm decides which trades were not yours and works out the loss."),
    ),
    Status.AWAITING_VICTIM: Standing(
        _("The firm has asked you a question."),
        YOU,
        _("As soon as you answer, the firm goes on."),
        no_day=_("There is no fixed day. The firm's clock stands still until you answer."),
    ),
    Status.ASSESSED: Standing(
        _("The firm has worked out the loss."),
        FIRM,
        _("The firm decides on an offer. You will see it here, line by line."),
    ),
    Status.NEGOTIATING: Standing(
        _("There is no open offer at present."),
        FIRM,
        _("The firm decides whether to make a new offer. You can also write to it."),
    ),
    Status.AGREED: Standing(
        _("You and the firm have agreed."),
        FIRM,
        _("The firm clears on what legal basis it may pay, and then pays the agreed amount."),
    ),
    Status.COMPENSATED: Standing(
        _("The firm says that it has paid."),
        YOU,
        _("Look into your bank account. If the money is there, confirm it, and the case is closed."),
    ),
    Status.CLOSED: Standing(_("The case is closed."), NOBODY, _("Nothing more needs to be done.")),
    Status.DECLINED: Standing(
        _("The firm has declined the case."),
        NOBODY,
        _("If you do not agree, you can turn to an outside body, for example FINMAC (0120-64-5005)."),
    ),
    Status.WITHDRAWN: Standing(
        _("You have withdrawn the case."),
        NOBODY,
        _("If you change your mind, telephone the firm. It can open the case again."),
    ),
    Status.ESCALATED: Standing(
        _("You have turned to an outside body."),
        NOBODY,
        _("That body tells you its next steps. The firm may also make a new offer here."),
        nobody=_("The outside body's."),
        no_day=_("The outside body tells you its own days."),
    ),
}
OFFERED = Standing(
    _("The firm has made you an offer."),
    YOU,
    _("Read it line by line. You can accept it, refuse it, or name an amount of your own."),
)
COUNTERED = Standing(
    _("You have named an amount of your own."), FIRM, _("The firm answers with a new offer, or writes to you.")
)
PART_PAID = Standing(
    _("The firm says that it has paid what was settled in part."),
    YOU,
    _("Look into your bank account. If the money is there, confirm it. If it is not, say so."),
)
PROPOSED = Standing(
    _("The mediation body has made a proposal."),
    YOU,
    _("Read it and answer it by its day. You are free to refuse it."),
)

# The way of a case, and the status at which each station is the present one.
STATIONS: tuple[tuple["StrOrPromise", tuple[str, ...]], ...] = (
    (_("Report"), (Status.SUBMITTED,)),
    (_("Investigation"), (Status.ACKNOWLEDGED, Status.INVESTIGATING, Status.AWAITING_VICTIM)),
    (_("Loss"), (Status.ASSESSED,)),
    (_("Negotiation"), (Status.NEGOTIATING,)),
    (_("Payment"), (Status.AGREED, Status.COMPENSATED)),
    (_("Closed"), (Status.CLOSED,)),
)

# What the firm decided an execution to be, as the victim reads it.
DECISIONS: dict[str, "StrOrPromise"] = {
    "": _("Not decided yet"),
    Attributed.GENUINE: _("Your own"),
    Attributed.UNAUTHORIZED: _("Not yours"),
    Attributed.LIQUIDATION: _("Forced sale by the firm"),
    Attributed.MITIGATION: _("Your own, to limit the damage"),
    Attributed.MISSED: _("Income that you missed"),
}
OWN = (Attributed.GENUINE, Attributed.MITIGATION)


def standing(
    case: Case, offer: Offer | None, now: dt.datetime, proposed_until: dt.datetime | None = None, money: str = ""
) -> Standing:
    """How the case stands; `offer` is the open one, if there is one, and `proposed_until` the last instant at which a
    mediation body's proposal can be answered that waits for the victim. `money`: what is still open of the money of
    parts (see `partial.money_open`)."""
    if proposed_until is not None:
        return replace(PROPOSED, until=proposed_until)
    base = STANDINGS[case.status]
    if case.status == Status.NEGOTIATING and offer is not None:
        base = OFFERED if offer.party == OfferParty.FIRM else COUNTERED
    if money == TO_CONFIRM and base.turn != YOU:
        return PART_PAID
    if money == TO_PAY and case.status in ENDED_AT:
        base = replace(base, turn=FIRM, next=_("The firm pays what was settled in part."))
    is_timed = base.turn == FIRM or case.status == Status.COMPENSATED
    until = offer.valid_until if offer is not None and base is OFFERED else case.due_at if is_timed else None
    return replace(base, until=until, is_late=until is not None and until < now)


def stations(status: str) -> list[dict[str, object]]:
    """The way with what is done and where the case is; empty for a case that left it."""
    present = next((place for place, (_name, held) in enumerate(STATIONS) if status in held), None)
    if present is None:
        return []
    ended = status == Status.CLOSED
    return [
        {"name": name, "is_done": place < present or ended, "is_present": place == present and not ended}
        for place, (name, _held) in enumerate(STATIONS)
    ]


def differs(answer: str, decision: str) -> bool:
    """Whether the victim's answer and the firm's decision contradict each other."""
    if not decision or answer not in ("yes", "no"):
        return False
    return (answer == "yes") != (decision in OWN)
