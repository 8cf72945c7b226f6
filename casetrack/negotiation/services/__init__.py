"""Every write of the negotiation."""

from casetrack.negotiation.services.agreeing import (
    countersign,
    live_settlement,
    live_settlements,
    revoke_acceptance,
)
from casetrack.negotiation.services.answers import accept_offer, counter_offer, refuse_offer
from casetrack.negotiation.services.covered import record_covered
from casetrack.negotiation.services.legal import check_legal_basis, record_legal_basis, return_legal_basis
from casetrack.negotiation.services.measures import (
    approve_measure,
    end_measure,
    pay_ahead,
    propose_measure,
    return_measure,
)
from casetrack.negotiation.services.offers import (
    approve_offer,
    discard_offer,
    lapse_offers,
    prepare_offer,
    reject_offer,
    resume_negotiation,
    withdraw_offer,
)
from casetrack.negotiation.services.payments import (
    confirm_receipt,
    deny_receipt,
    fail_payment,
    record_payment,
    show_payment,
)
from casetrack.negotiation.services.recourse import ask_reasons, ask_review, close_review, give_reasons

__all__ = [
    "accept_offer",
    "approve_measure",
    "approve_offer",
    "ask_reasons",
    "ask_review",
    "check_legal_basis",
    "close_review",
    "confirm_receipt",
    "counter_offer",
    "countersign",
    "deny_receipt",
    "discard_offer",
    "end_measure",
    "fail_payment",
    "give_reasons",
    "lapse_offers",
    "live_settlement",
    "live_settlements",
    "pay_ahead",
    "prepare_offer",
    "propose_measure",
    "record_covered",
    "record_legal_basis",
    "record_payment",
    "refuse_offer",
    "reject_offer",
    "resume_negotiation",
    "return_legal_basis",
    "return_measure",
    "revoke_acceptance",
    "show_payment",
    "withdraw_offer",
]
