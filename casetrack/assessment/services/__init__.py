"""Policies and assessment runs."""

from casetrack.assessment.services.inputs import UNDECIDED_SHOWN, blocking_executions, needed_prices
from casetrack.assessment.services.policies import add_firm, policy_for, publish_policy
from casetrack.assessment.services.runs import is_current, recompute, run_assessment

__all__ = [
    "UNDECIDED_SHOWN",
    "add_firm",
    "blocking_executions",
    "is_current",
    "needed_prices",
    "policy_for",
    "publish_policy",
    "recompute",
    "run_assessment",
]
