"""The special conciliation proposal, and what each side answers. Both accepted: the mediation is settled."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext_noop as _

from casetrack.assessment.statement import COMPONENTS
from casetrack.cases.events import write_event
from casetrack.cases.permissions import require_limit
from casetrack.lib import clock
from casetrack.lib.errors import Conflict, InvalidInput
from casetrack.lib.money import ZERO, plain
from casetrack.mediation.models import ConciliationProposal, Mediation, Reply
from casetrack.mediation.services.leading import begin, finish, said
from casetrack.negotiation.models import Offer, OfferParty, Settlement
from casetrack.negotiation.partial import names_in, settled_parts
from casetrack.negotiation.services.offers import check_not_settled, lead
from casetrack.negotiation.workflow import OfferStatus
from casetrack.people.models import User

# How far off the last day for an answer may lie. Mediation is meant to be quick: of FINMAC's two in three were over
# within three months from the application (negotiation.finmac has what is known). More time to think can be given by
# another proposal.
LONGEST_TO_ANSWER = dt.timedelta(days=92)


def close_overdue(mediation: Mediation) -> None:
    """End a proposal whose time for an answer is over, so that something else can follow. Raises Conflict where one
    still waits."""
    now = clock.now()
    waiting = mediation.proposals.filter(ended_at=None).first()
    if waiting is None:
        return
    if waiting.is_open(now):
        raise Conflict(_("A proposal still waits for an answer."))
    waiting.ended_at = waiting.answer_by
    waiting.save(update_fields=["ended_at"])


def _check(amount: Decimal, components: Mapping[str, Decimal], answer_by: dt.datetime) -> None:
    if amount < 0 or amount != amount.to_integral_value():
        raise InvalidInput(_("Enter the amount in whole yen."), field="amount")
    for name, value in components.items():
        if name not in COMPONENTS or value != value.to_integral_value():
            raise InvalidInput(_("Enter the amount in whole yen."), field="amount")
    if components and sum(components.values(), ZERO) != amount:
        raise InvalidInput(_("The parts do not add up to the amount."), field="amount")
    if answer_by <= clock.now():
        raise InvalidInput(_("The sides need time to answer: choose a later date."), field="answer_by")
    if answer_by > clock.now() + LONGEST_TO_ANSWER:
        raise InvalidInput(
            _("Choose a day within the next %(days)s days."), field="answer_by", days=LONGEST_TO_ANSWER.days
        )


@transaction.atomic
def propose_settlement(
    mediation: Mediation,
    *,
    amount: Decimal,
    text: str,
    reasons: str,
    answer_by: dt.datetime,
    actor: User,
    components: Mapping[str, Decimal] | None = None,
) -> ConciliationProposal:
    """Put a special conciliation proposal before both sides: whole yen, what it says, and why. Each side may answer it
    until the end of the day of `answer_by` in Japan, whose clock begins here.

    What was settled in part before is no part of it. Raises NotAllowed, Conflict (another one waits, or the sides have
    settled by themselves), InvalidInput (`field` is amount, text, reasons or answer_by, or part_ with the component).
    """
    begin(mediation, "propose", actor=actor)
    check_not_settled(mediation.case)
    close_overdue(mediation)
    components = components or {}
    _check(amount, components, answer_by)
    for name in names_in(settled_parts(mediation.case)) & components.keys():
        raise InvalidInput(_("This part is settled already."), field=f"part_{name}")
    last_day, today = clock.tokyo_date(answer_by), clock.tokyo_date(clock.now())
    number = (mediation.proposals.aggregate(last=Max("number"))["last"] or 0) + 1
    proposal = ConciliationProposal.objects.create(
        mediation=mediation,
        case=mediation.case,
        number=number,
        amount=amount,
        components={name: plain(value) for name, value in components.items()},
        text=said(text, "text"),
        reasons=said(reasons, "reasons"),
        answer_by=dt.datetime.combine(last_day, dt.time(23, 59, 59), tzinfo=clock.TOKYO),
        made_by=actor,
        made_at=clock.now(),
    )
    data = {"proposal": number, "amount": plain(amount)}
    finish(mediation, "propose", actor=actor, data=data, days=(last_day - today).days)
    return proposal


def _open(proposal: ConciliationProposal, action: str, actor: User) -> Mediation:
    """The locked mediation of a proposal that may be answered now."""
    mediation = begin(proposal.mediation, action, actor=actor)
    check_not_settled(mediation.case)
    proposal.refresh_from_db()
    proposal.mediation = mediation
    if not proposal.is_open(clock.now()):
        raise Conflict(_("This proposal can no longer be answered."))
    return mediation


def _check_same_parts_settled(proposal: ConciliationProposal) -> None:
    """Raises Conflict where a part was settled, or taken back, after the proposal was made: accepting it would settle
    that twice, or the whole for the price of the rest."""
    parts = Settlement.objects.partial().filter(case=proposal.case_id)
    since = Q(agreed_at__gte=proposal.made_at) | Q(
        offer__status=OfferStatus.REVOKED, offer__ended_at__gte=proposal.made_at
    )
    if parts.filter(since).exists():
        raise Conflict(
            _("What is settled in part has changed since this proposal was made. The body must make another.")
        )


@transaction.atomic
def answer_as_victim(
    proposal: ConciliationProposal, *, is_accepted: bool, actor: User, words: str = ""
) -> ConciliationProposal:
    """The victim accepts or refuses, with words if wanted. Raises NotAllowed, Conflict (answered, over, or to
    accept: a part was settled or taken back since), InvalidInput."""
    action = "accept_as_victim" if is_accepted else "refuse_as_victim"
    mediation = _open(proposal, action, actor)
    if proposal.victim_reply:
        raise Conflict(_("You have answered this proposal already."))
    if is_accepted:
        _check_same_parts_settled(proposal)
    words = said(words, "words", required=False)
    proposal.victim_reply = Reply.ACCEPTED if is_accepted else Reply.REFUSED
    proposal.victim_said, proposal.victim_replied_at = words, clock.now()
    return _answered(proposal, mediation, action, actor, words)


@transaction.atomic
def answer_as_firm(
    proposal: ConciliationProposal, *, is_accepted: bool, actor: User, words: str = ""
) -> ConciliationProposal:
    """An approver accepts for the firm, or refuses with the reason that the rules ask for.

    Raises NotAllowed (not an approver, above the limit), Conflict (answered, over, or to accept: a part was settled
    or taken back since), InvalidInput (no reason).
    """
    action = "accept_as_firm" if is_accepted else "refuse_as_firm"
    mediation = _open(proposal, action, actor)
    if proposal.firm_reply:
        raise Conflict(_("The firm has answered this proposal already."))
    if is_accepted:
        require_limit(actor, ConciliationProposal.objects.burden_of(proposal))
        _check_same_parts_settled(proposal)
    words = said(words, "reason", required=False)
    if not is_accepted and not words:
        raise InvalidInput(_("Give a reason."), field="reason")
    proposal.firm_reply = Reply.ACCEPTED if is_accepted else Reply.REFUSED
    proposal.firm_said = words
    proposal.firm_replied_at, proposal.firm_replied_by = clock.now(), actor
    return _answered(proposal, mediation, action, actor, words)


REPLIES = (
    "victim_reply", "victim_said", "victim_replied_at", "firm_reply", "firm_said", "firm_replied_at",
    "firm_replied_by", "ended_at",
)  # fmt: skip


def _answered(
    proposal: ConciliationProposal, mediation: Mediation, action: str, actor: User, words: str
) -> ConciliationProposal:
    """Keep the answer; a refusal ends the proposal, and the second acceptance the mediation."""
    replies = (proposal.victim_reply, proposal.firm_reply)
    if Reply.REFUSED in replies or replies == (Reply.ACCEPTED, Reply.ACCEPTED):
        proposal.ended_at = clock.now()
    proposal.save(update_fields=REPLIES)
    finish(mediation, action, actor=actor, reason=words, data={"proposal": proposal.number})
    if replies == (Reply.ACCEPTED, Reply.ACCEPTED):
        _settle(proposal, mediation, actor)
    return proposal


def _settle(proposal: ConciliationProposal, mediation: Mediation, actor: User) -> None:
    """The amount binds both: what the firm offered otherwise is over, and it now makes this offer."""
    open_offers = Offer.objects.filter(case=mediation.case, party=OfferParty.FIRM, status=OfferStatus.OPEN)
    for offer in open_offers.exclude(amount=proposal.amount, settles=[]).select_related("case__firm"):
        lead(offer, "withdraw", actor=User.objects.system(), reason="settled in mediation")
        write_event(
            mediation.case, "negotiation.offer_withdrawn", actor=User.objects.system(), data={"offer": offer.number}
        )
    data = {"proposal": proposal.number, "amount": plain(proposal.amount)}
    finish(mediation, "settle", actor=actor, amount=proposal.amount, data=data)
