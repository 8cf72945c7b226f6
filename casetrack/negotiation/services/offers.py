"""The firm's offers: prepared by one person, approved by another, taken back, lapsed."""

import datetime as dt

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext_noop as _

from casetrack.assessment.models import Assessment
from casetrack.assessment.services import is_current
from casetrack.cases.events import write_event
from casetrack.cases.models import Case
from casetrack.cases.permissions import require, require_limit, require_second_person
from casetrack.cases.services import move
from casetrack.cases.services.status import lock
from casetrack.cases.workflow import ENDED, INVESTIGATOR, Status
from casetrack.lib import clock
from casetrack.lib.errors import Conflict, IllegalTransition, InvalidInput
from casetrack.lib.money import plain
from casetrack.negotiation.models import Offer, OfferParty, Settlement
from casetrack.negotiation.partial import (
    burden_in_case,
    check_besides,
    check_scope,
    check_still_builds_on,
    names_in,
    settled_parts,
)
from casetrack.negotiation.proposal import Proposal, expected_parts, same_case
from casetrack.negotiation.workflow import OFFER_ACTIONS, OfferStatus
from casetrack.people.models import User

MAY_OFFER = (Status.ASSESSED, Status.NEGOTIATING, Status.ESCALATED)


def lead(offer: Offer, action: str, *, actor: User, reason: str = "") -> Offer:
    """Lead an offer along its table's row; the caller holds the case's lock. Raises NotAllowed, Conflict,
    InvalidInput."""
    row = OFFER_ACTIONS[action]
    offer.refresh_from_db(from_queryset=Offer.objects.select_for_update(no_key=True))
    require(actor, offer.case, *row.by, "system")
    if offer.status not in row.sources or offer.party != row.party:
        raise Conflict(
            _("This offer can no longer be changed: it is at “%(status)s”."), status=OfferStatus(offer.status).label
        )
    reason = reason.strip()
    if row.reason and not reason:
        raise InvalidInput(_("Give a reason."), field="reason")
    offer.status = row.target
    offer.answer_reason = reason
    offer.ended_at = None if row.target == OfferStatus.OPEN else clock.now()
    offer.save(update_fields=["status", "answer_reason", "ended_at"])
    return offer


def is_settled(case: Case) -> bool:
    """Whether the whole is agreed on."""
    return Settlement.objects.live().whole().filter(case=case).exists()


def check_not_settled(case: Case) -> None:
    """Once agreed on the whole, always agreed: after an escalation too. Raises Conflict."""
    if is_settled(case):
        raise Conflict(_("This case is settled. What was agreed is paid; it is not negotiated again."))


@transaction.atomic
def resume_negotiation(case: Case, *, actor: User, reason: str) -> Case:
    """Lead an escalated case back to the negotiation, unless it is settled. Raises as `cases.services.move`."""
    check_not_settled(lock(case))
    return move(case, "resume_negotiation", actor=actor, reason=reason)


def next_number(case: Case) -> int:
    return (case.offers.aggregate(last=Max("number"))["last"] or 0) + 1


def open_offer(case: Case) -> Offer | None:
    return case.offers.filter(status=OfferStatus.OPEN).first()


@transaction.atomic
def prepare_offer(
    case: Case, run: Assessment, *, proposal: Proposal, reasons: str, valid_until: dt.datetime, actor: User
) -> Offer:
    """Prepare an offer on a current assessment, for somebody else to approve. A part that is not what was assessed
    needs its own reason. What was settled in part before is no part of it.

    Raises NotAllowed, IllegalTransition, Conflict (one is prepared already, or the facts changed since the run),
    InvalidInput (`field` as `Proposal.check`, `partial.check_scope` and `partial.check_besides` have it, or
    `relied_on`, `reasons`, `valid_until`).
    """
    check_not_settled(lock(case))
    require(actor, case, INVESTIGATOR)
    if case.status not in MAY_OFFER:
        raise IllegalTransition(_("This is not possible now: the case is at “%(status)s”."), status=case.staff_status)
    if case.offers.filter(status=OfferStatus.PREPARED).exists():
        raise Conflict(_("Another offer is prepared already; it must be approved, returned or discarded first."))
    if run.case_id != case.pk or not is_current(run):
        raise Conflict(_("Facts have changed since this assessment. Assess the loss again."))
    settled = settled_parts(case)
    check_scope(proposal, run, names_in(settled))
    check_besides(proposal, run, case)
    proposal.check(expected_parts(run, proposal.settles, names_in(settled)))
    same_case(proposal.relied_on, case.pk)
    if not reasons.strip():
        raise InvalidInput(_("Give the reasons of the offer: the victim will read them."), field="reasons")
    if valid_until <= clock.now():
        raise InvalidInput(_("The offer must be open for an answer: choose a later date."), field="valid_until")
    offer = Offer.objects.create(
        case=case,
        number=next_number(case),
        party=OfferParty.FIRM,
        status=OfferStatus.PREPARED,
        assessment=run,
        **proposal.columns(),
        builds_on=settled,
        reasons=reasons.strip(),
        valid_until=valid_until,
        in_answer_to=case.offers.filter(party=OfferParty.VICTIM, status=OfferStatus.OPEN).first(),
        prepared_by=actor,
        prepared_at=clock.now(),
    )
    write_event(
        case, "negotiation.offer_prepared", actor=actor, is_public=False,
        data={"offer": offer.number, "amount": plain(offer.amount)},
    )  # fmt: skip
    return offer


@transaction.atomic
def approve_offer(offer: Offer, *, actor: User) -> Offer:
    """Approve a prepared offer: it opens, and whatever was open before it is over.

    Raises NotAllowed (not an approver, the one who prepared it, above the limit), Conflict, IllegalTransition,
    InvalidInput (its date has passed).
    """
    case = lock(offer.case)
    check_not_settled(case)
    require(actor, case, *OFFER_ACTIONS["approve"].by)
    require_second_person(actor, offer.prepared_by_id)
    before = open_offer(case)
    offer.refresh_from_db()
    require_limit(actor, burden_in_case(offer))
    if offer.valid_until is None or offer.valid_until <= clock.now():
        raise InvalidInput(_("The offer's date has passed. Return it, so that it gets a new one."))
    if offer.assessment is None or not is_current(offer.assessment):
        raise Conflict(_("Facts have changed since this assessment. Assess the loss again."))
    check_still_builds_on(offer, case)
    if before is not None:
        if before.party == OfferParty.VICTIM:
            lead(before, "answer", actor=actor)
        else:
            lead(before, "withdraw", actor=actor, reason="replaced")
    _open(offer, actor)
    offer.case.assessments.filter(offers=offer).update(is_issued=True)
    move(case, "offer", actor=actor, data={"offer": offer.number, "amount": plain(offer.amount)})
    return offer


def _open(offer: Offer, actor: User) -> None:
    """Approval and opening are one write, so that no open offer lacks its approver."""
    now = clock.now()
    opened = Offer.objects.filter(pk=offer.pk, status=OfferStatus.PREPARED).update(
        status=OfferStatus.OPEN, approved_by=actor, opened_at=now
    )
    if not opened:
        offer.refresh_from_db()
        raise Conflict(
            _("This offer can no longer be changed: it is at “%(status)s”."), status=OfferStatus(offer.status).label
        )
    offer.refresh_from_db()


@transaction.atomic
def reject_offer(offer: Offer, *, actor: User, reason: str) -> Offer:
    """The approver returns a prepared offer with a reason."""
    case = lock(offer.case)
    require_second_person(actor, offer.prepared_by_id)
    lead(offer, "reject", actor=actor, reason=reason)
    write_event(
        case, "negotiation.offer_returned", actor=actor, reason=reason, is_public=False, data={"offer": offer.number}
    )
    return offer


@transaction.atomic
def discard_offer(offer: Offer, *, actor: User) -> Offer:
    """The investigator drops an offer that was not approved."""
    case = lock(offer.case)
    lead(offer, "discard", actor=actor)
    write_event(case, "negotiation.offer_discarded", actor=actor, is_public=False, data={"offer": offer.number})
    return offer


@transaction.atomic
def withdraw_offer(offer: Offer, *, actor: User, reason: str) -> Offer:
    """An approver takes an open offer back, with a reason that the victim reads."""
    case = lock(offer.case)
    lead(offer, "withdraw", actor=actor, reason=reason)
    write_event(case, "negotiation.offer_withdrawn", actor=actor, reason=reason, data={"offer": offer.number})
    return offer


def end_offers(case: Case, *, actor: User) -> None:
    """Let the open offer of a case that has ended lapse as of then: nobody can answer it any more. The case is locked;
    its own step tells of it, so that the offer needs none."""
    opened = open_offer(case)
    if opened is None:
        return
    lead(opened, "end" if opened.party == OfferParty.FIRM else "end_counter", actor=actor)
    opened.ended_at = case.events.exclude(to_status="").latest("at", "id").at
    opened.save(update_fields=["ended_at"])


def lapse_offers(now: dt.datetime, *, actor: User) -> int:
    """End every open offer whose time for an answer is over; how many. One of a case that ended when offers did not yet
    end with it ends without a step."""
    is_over = Q(party=OfferParty.FIRM, valid_until__lte=now) | Q(case__status__in=ENDED)
    due = Offer.objects.filter(is_over, status=OfferStatus.OPEN)
    lapsed = 0
    for offer in due.select_related("case__firm").order_by("pk"):
        with transaction.atomic():
            lapsed += _lapse(offer, lock(offer.case), now, actor)
    return lapsed


def _lapse(offer: Offer, case: Case, now: dt.datetime, actor: User) -> bool:
    """The same of one offer, read again under the lock of its case; whether it was open."""
    offer.refresh_from_db()
    if offer.status != OfferStatus.OPEN:
        return False
    if case.status in ENDED:
        end_offers(case, actor=actor)
        return True
    if offer.valid_until is None or offer.valid_until > now:
        return False
    lead(offer, "lapse", actor=actor)
    write_event(case, "negotiation.offer_lapsed", actor=actor, data={"offer": offer.number})
    return True
