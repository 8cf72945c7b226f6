"""Every write to a case."""

from casetrack.cases.services.access import confirm_access, read_account_number, refute_access
from casetrack.cases.services.acts import answer_many, decide_many, last_act, undo_act
from casetrack.cases.services.executions import answer_executions, decide_executions, link_trade, sync_liquidations
from casetrack.cases.services.extensions import answer_extension, request_extension
from casetrack.cases.services.firm_clocks import close_days, open_day, set_target
from casetrack.cases.services.opening import IncidentFacts, TradeClaim, add_incident, new_reference, open_case
from casetrack.cases.services.status import assign_case, move, perform

__all__ = [
    "IncidentFacts",
    "TradeClaim",
    "add_incident",
    "answer_executions",
    "answer_extension",
    "answer_many",
    "assign_case",
    "close_days",
    "confirm_access",
    "decide_executions",
    "decide_many",
    "last_act",
    "link_trade",
    "move",
    "new_reference",
    "open_case",
    "open_day",
    "perform",
    "read_account_number",
    "refute_access",
    "request_extension",
    "set_target",
    "sync_liquidations",
    "undo_act",
]
