"""Policies, reductions, valuation dates and assessment runs."""

from casetrack.assessment.services.inputs import UNDECIDED_SHOWN, Entered, blocking_executions, needed_prices
from casetrack.assessment.services.policies import (
    add_firm,
    approve_policy,
    discard_policy,
    draft_policy,
    edit_policy,
    policy_for,
    propose_policy,
    publish_policy,
    return_policy,
)
from casetrack.assessment.services.reductions import (
    Said,
    approve_reduction,
    drop_reduction,
    propose_reduction,
    reduction_of,
    return_reduction,
)
from casetrack.assessment.services.runs import is_current, recompute, run_assessment
from casetrack.assessment.services.simulations import ask_simulation, run_simulation
from casetrack.assessment.services.valuation_dates import answer_date, fixed_date, propose_date, rule_date

__all__ = [
    "UNDECIDED_SHOWN",
    "Entered",
    "Said",
    "add_firm",
    "answer_date",
    "approve_policy",
    "approve_reduction",
    "ask_simulation",
    "blocking_executions",
    "discard_policy",
    "draft_policy",
    "drop_reduction",
    "edit_policy",
    "fixed_date",
    "is_current",
    "needed_prices",
    "policy_for",
    "propose_date",
    "propose_policy",
    "propose_reduction",
    "publish_policy",
    "recompute",
    "reduction_of",
    "return_policy",
    "return_reduction",
    "rule_date",
    "run_assessment",
    "run_simulation",
]
