"""Every write of a mediation."""

from casetrack.mediation.services.applying import (
    accept_application,
    apply_for_mediation,
    check_may_apply,
    live_mediation,
)
from casetrack.mediation.services.ending import (
    close_case,
    decline_application,
    decline_case,
    end_mediation,
    may_firm_end,
    withdraw_case,
    withdraw_mediation,
)
from casetrack.mediation.services.hearings import cancel_hearing, set_hearing
from casetrack.mediation.services.leading import possible
from casetrack.mediation.services.proposals import answer_as_firm, answer_as_victim, propose_settlement
from casetrack.mediation.services.settled import (
    agreed_amount,
    approve_bound_offer,
    is_held_by_mediation,
    prepare_bound_offer,
    revoke_bound_acceptance,
    settled_mediation,
)

__all__ = [
    "accept_application",
    "agreed_amount",
    "answer_as_firm",
    "answer_as_victim",
    "apply_for_mediation",
    "approve_bound_offer",
    "cancel_hearing",
    "check_may_apply",
    "close_case",
    "decline_application",
    "decline_case",
    "end_mediation",
    "is_held_by_mediation",
    "live_mediation",
    "may_firm_end",
    "possible",
    "prepare_bound_offer",
    "propose_settlement",
    "revoke_bound_acceptance",
    "set_hearing",
    "settled_mediation",
    "withdraw_case",
    "withdraw_mediation",
]
