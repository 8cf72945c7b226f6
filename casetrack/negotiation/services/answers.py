"""The victim's answers to an open offer: accept, refuse, counter."""

import datetime as dt
import hashlib
import json
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop as _

from casetrack.cases.events import write_event
from casetrack.cases.models import Case
from casetrack.cases.permissions import require
from casetrack.cases.services import move
from casetrack.cases.services.status import lock
from casetrack.cases.workflow import VICTIM, Status
from casetrack.lib import clock
from casetrack.lib.errors import Conflict, IllegalTransition, InvalidInput
from casetrack.lib.money import plain
from casetrack.negotiation.models import Offer, OfferParty, Settlement
from casetrack.negotiation.partial import check_answer, check_still_builds_on
from casetrack.negotiation.proposal import Proposal, parts_in, same_case
from casetrack.negotiation.services.offers import lead, next_number
from casetrack.negotiation.workflow import OfferStatus
from casetrack.people.models import User


def _answerable(offer: Offer, actor: User) -> Case:
    """The locked case of an offer that the victim may answer now."""
    case = lock(offer.case)
    require(actor, case, VICTIM)
    if case.status != Status.NEGOTIATING:
        raise IllegalTransition(_("This is not possible now: the case is at “%(status)s”."), status=case.public_status)
    offer.refresh_from_db()
    if offer.valid_until is not None and offer.valid_until <= clock.now():
        raise Conflict(_("The time to answer this offer is over. Ask the firm for a new one."))
    return case


# Which wording of the full and final clause the two sides saw (web.victim and the settlement's document have it).
CLAUSE = "2026-11"


def terms_of(offer: Offer, agreed_at: str, revocable_until: str) -> dict[str, Any]:
    """What a settlement locks: the parties by reference and code, the amount and how it is made."""
    run = offer.assessment
    return {
        "case": offer.case.reference,
        "firm": offer.case.firm.code,
        "offer": offer.number,
        "amount": plain(offer.amount),
        "currency": "JPY",
        "components": offer.components,
        "settles": offer.settles,
        "builds_on": offer.builds_on,
        "component_reasons": offer.component_reasons,
        "in_kind": offer.in_kind,
        "waived": plain(offer.waived),
        "conditions": offer.conditions,
        "relied_on": [file["sha256"] for file in offer.relied_on],
        "reasons": offer.reasons,
        "assessment": run.number if run else None,
        "inputs_sha256": [row.inputs_sha256 for row in run.accounts.order_by("pk")] if run else [],
        "valuation_on": run.valuation_on.isoformat() if run else None,
        "loss": plain(run.loss) if run else None,
        "agreed_at": agreed_at,
        "revocable_until": revocable_until,
        "clause": CLAUSE,
    }


@transaction.atomic
def accept_offer(offer: Offer, *, actor: User) -> Settlement:
    """Accept the open offer: the settlement is locked with its hash. One of a part leaves the case in negotiation.

    Raises NotAllowed, Conflict, IllegalTransition.
    """
    case = _answerable(offer, actor)
    check_still_builds_on(offer, case)
    lead(offer, "accept", actor=actor)
    now = clock.now()
    until = now + dt.timedelta(hours=settings.SETTLEMENT_COOLING_OFF_HOURS)
    terms = terms_of(offer, now.isoformat(), until.isoformat())
    text = json.dumps(terms, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    settlement = Settlement.objects.create(
        case=case,
        offer=offer,
        amount=offer.amount,
        terms=terms,
        terms_sha256=hashlib.sha256(text.encode()).hexdigest(),
        agreed_by=actor,
        agreed_at=now,
        revocable_until=until,
    )
    move(
        case, "agree_part" if offer.is_partial else "agree", actor=actor,
        offer=offer.number if offer.is_partial else None,
        data={"offer": offer.number, "amount": plain(offer.amount), "terms_sha256": settlement.terms_sha256},
    )  # fmt: skip
    return settlement


@transaction.atomic
def refuse_offer(offer: Offer, *, actor: User, reason: str) -> Offer:
    """Refuse the open offer with a reason; the negotiation goes on. Raises NotAllowed, Conflict, InvalidInput."""
    case = _answerable(offer, actor)
    lead(offer, "refuse", actor=actor, reason=reason)
    write_event(case, "negotiation.offer_refused", actor=actor, reason=reason, data={"offer": offer.number})
    return offer


@transaction.atomic
def counter_offer(offer: Offer, *, proposal: Proposal, reason: str, actor: User) -> Offer:
    """Answer the open offer: part by part, where every part that is not the firm's has its reason, or with one amount
    for everything (`proposal.total`).

    Raises NotAllowed, Conflict, IllegalTransition, InvalidInput (`field` as `Proposal.check` has it, or `amount`).
    """
    case = _answerable(offer, actor)
    check_answer(proposal, offer)
    proposal.check(parts_in(offer))
    same_case(proposal.relied_on, case.pk)
    if proposal.amount <= 0:
        raise InvalidInput(_("Enter an amount above 0 yen."), field="amount")
    lead(offer, "counter", actor=actor, reason=reason)
    now = clock.now()
    counter = Offer.objects.create(
        case=case,
        number=next_number(case),
        party=OfferParty.VICTIM,
        status=OfferStatus.OPEN,
        **proposal.columns(),
        builds_on=offer.builds_on,
        reasons=reason.strip(),
        in_answer_to=offer,
        prepared_by=actor,
        prepared_at=now,
        opened_at=now,
    )
    write_event(
        case, "negotiation.counter_offer_made", actor=actor, reason=reason,
        data={"offer": counter.number, "amount": plain(counter.amount)},
    )  # fmt: skip
    return counter
