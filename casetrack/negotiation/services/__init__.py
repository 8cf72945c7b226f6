"""Every write of the negotiation."""

from casetrack.negotiation.services.agreeing import countersign, live_settlement, revoke_acceptance
from casetrack.negotiation.services.answers import accept_offer, counter_offer, refuse_offer
from casetrack.negotiation.services.legal import check_legal_basis, record_legal_basis, return_legal_basis
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

__all__ = [
    "accept_offer",
    "approve_offer",
    "check_legal_basis",
    "confirm_receipt",
    "counter_offer",
    "countersign",
    "deny_receipt",
    "discard_offer",
    "fail_payment",
    "lapse_offers",
    "live_settlement",
    "prepare_offer",
    "record_legal_basis",
    "record_payment",
    "refuse_offer",
    "reject_offer",
    "resume_negotiation",
    "return_legal_basis",
    "revoke_acceptance",
    "show_payment",
    "withdraw_offer",
]
