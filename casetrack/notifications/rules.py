"""Who is told of what: one table from the audit log's actions to an audience and a template.

A mail never says what happened, in which case, or where to click: only that there is news. What is not in the table
is told to nobody.
"""

from dataclasses import dataclass
from enum import Enum, auto


class Audience(Enum):
    VICTIM = auto()
    """The log-in that sees the case as the victim; nobody as long as there is none."""
    INVITED = auto()
    """A victim known to the firm who has no log-in yet, at the address that the firm gave."""
    INTAKE = auto()
    """Everybody in the firm's intake."""
    HANDLER = auto()
    """The person to whom the case is assigned; as long as that is nobody, the firm's intake."""
    BODY = auto()
    """Everybody at the mediation body before which the case is, or was until this very act."""
    OTHER_SIDE = auto()
    """VICTIM for what the firm did, HANDLER for what the victim did; the template is that of the side."""
    PERSON = auto()
    """The person whom a platform entry is about (its subject is "user:ID")."""


@dataclass(frozen=True)
class Rule:
    audience: Audience
    template: str


_VICTIM = (Rule(Audience.VICTIM, "victim-news"),)
_HANDLER = (Rule(Audience.HANDLER, "staff-news"),)
_BODY = (Rule(Audience.BODY, "mediator-news"),)
_OTHER_SIDE = (Rule(Audience.OTHER_SIDE, "news"),)

RULES: dict[str, tuple[Rule, ...]] = {
    "cases.submitted": (Rule(Audience.INTAKE, "staff-new-report"), Rule(Audience.VICTIM, "victim-receipt")),
    "cases.acknowledged": _VICTIM,
    "cases.victim_asked": _VICTIM,
    "cases.access_confirmed": _VICTIM,
    "cases.access_refuted": _VICTIM,
    "cases.clock_warned": _HANDLER,
    "cases.clock_breached": (Rule(Audience.VICTIM, "victim-news"), Rule(Audience.HANDLER, "staff-news")),
    "cases.extension_requested": _VICTIM,
    "cases.extension_agreed": _HANDLER,
    "cases.extension_declined": _HANDLER,
    "cases.declined": _VICTIM,
    "cases.closed": _VICTIM,
    "cases.reopened": _VICTIM,
    "cases.negotiation_resumed": _VICTIM,
    "assessment.valuation_proposed": _OTHER_SIDE,
    "assessment.valuation_accepted": _OTHER_SIDE,
    "assessment.valuation_declined": _OTHER_SIDE,
    "negotiation.offer_approved": _VICTIM,
    "negotiation.offer_withdrawn": _VICTIM,
    "negotiation.offer_lapsed": _VICTIM,
    "negotiation.payment_recorded": _VICTIM,
    "negotiation.payment_failed": _VICTIM,
    "negotiation.payment_shown": _VICTIM,
    "negotiation.receipt_denied": _HANDLER,
    "negotiation.part_agreed": _HANDLER,
    "negotiation.part_revoked": _HANDLER,
    "negotiation.part_paid": _VICTIM,
    "negotiation.part_covered": _VICTIM,
    "negotiation.part_payment_failed": _VICTIM,
    "negotiation.part_payment_shown": _VICTIM,
    "negotiation.part_receipt_denied": _HANDLER,
    "negotiation.part_received": _HANDLER,
    "negotiation.measure_approved": _VICTIM,
    "negotiation.measure_paid": _VICTIM,
    "negotiation.measure_ended": _VICTIM,
    "negotiation.reasons_asked": _HANDLER,
    "negotiation.reasons_given": _VICTIM,
    "negotiation.review_asked": _HANDLER,
    "negotiation.review_upheld": _VICTIM,
    "negotiation.review_changed": _VICTIM,
    "mediation.applied": (*_HANDLER, *_BODY),
    "mediation.accepted": (*_VICTIM, *_HANDLER),
    "mediation.not_accepted": (*_VICTIM, *_HANDLER),
    "mediation.hearing_set": (*_VICTIM, *_HANDLER),
    "mediation.hearing_cancelled": (*_VICTIM, *_HANDLER),
    "mediation.proposed": (*_VICTIM, *_HANDLER),
    "mediation.victim_accepted": (*_HANDLER, *_BODY),
    "mediation.victim_refused": (*_HANDLER, *_BODY),
    "mediation.firm_accepted": (*_VICTIM, *_BODY),
    "mediation.firm_refused": (*_VICTIM, *_BODY),
    "mediation.settled": (*_VICTIM, *_HANDLER, *_BODY),
    "mediation.not_settled": (*_VICTIM, *_HANDLER),
    "mediation.withdrawn": (*_HANDLER, *_BODY),
    "correspondence.message_sent": _OTHER_SIDE,
    "evidence.file_added": _OTHER_SIDE,
    "evidence.file_refused": _VICTIM,
    "evidence.draft_file_refused": (Rule(Audience.PERSON, "victim-news"),),
    "evidence.requested": _VICTIM,
    "evidence.request_withdrawn": _VICTIM,
    "evidence.request_answered": _HANDLER,
    "notifications.offer_reminded": (Rule(Audience.VICTIM, "victim-reminder"),),
    "notifications.proposal_reminded": (Rule(Audience.VICTIM, "victim-reminder"),),
    "notifications.question_reminded": (Rule(Audience.VICTIM, "victim-reminder"),),
    "intake.fact_added": _HANDLER,
    "intake.answer_corrected": _HANDLER,
    "cases.claimed": _HANDLER,
    "cases.firm_answered": _HANDLER,
    "cases.executions_answered": _HANDLER,
    "cases.answers_undone": _HANDLER,
    "cases.trades_claimed": _HANDLER,
    "cases.withdrawn": _HANDLER,
    "cases.escalated": _HANDLER,
    "negotiation.offer_refused": _HANDLER,
    "negotiation.counter_offer_made": _HANDLER,
    "negotiation.offer_accepted": _HANDLER,
    "negotiation.receipt_confirmed": _HANDLER,
    "negotiation.acceptance_revoked": _HANDLER,
    "negotiation.countersigned": _VICTIM,
    "negotiation.restoration_done": _VICTIM,
    "cases.victim_invited": (Rule(Audience.INVITED, "victim-invitation"),),
    "bodies.mediator_added": (Rule(Audience.PERSON, "staff-invitation"),),
    "firms.member_added": (Rule(Audience.PERSON, "staff-invitation"),),
    "cases.bank_account_changed": _HANDLER,
    "cases.bank_alarm_raised": _HANDLER,
    "cases.bank_alarm_cleared": _VICTIM,
    "people.bank_account_changed": (Rule(Audience.PERSON, "victim-safety"),),
    "people.bank_alarm_raised": (Rule(Audience.PERSON, "victim-safety"),),
    "copies.asked": (Rule(Audience.PERSON, "victim-safety"),),
    "intake.call_taken_over": (Rule(Audience.PERSON, "staff-news"),),
    "people.regulator_added": (Rule(Audience.PERSON, "staff-invitation"),),
}

# Mailed to a victim whatever was chosen and at whatever hour: what has a deadline of theirs, or answers their own act.
# So is everything about the person and not a case: the safety of their log-in and their bank account.
URGENT = {
    "cases.submitted", "cases.bank_alarm_cleared", "evidence.requested", "mediation.hearing_set",
    "mediation.hearing_cancelled", "mediation.proposed", "negotiation.offer_approved",
}  # fmt: skip
