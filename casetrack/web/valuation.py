"""The valuation dates that were proposed in a case, as both sides read them."""

from dataclasses import dataclass

from casetrack.assessment.models import ValuationAnswer, ValuationProposal
from casetrack.cases.models import Case
from casetrack.people.models import User


@dataclass(frozen=True)
class Row:
    """A proposal and what became of it: `open`, `accepted`, `declined` or `replaced`."""

    proposal: ValuationProposal
    answer: ValuationAnswer | None
    state: str


def proposals_of(case: Case, user: User) -> list[Row]:
    """The proposals of a case that `user` sees, the newest first. One query."""
    found = ValuationProposal.objects.visible_to(user).filter(case=case).select_related("answer").order_by("-number")
    rows, seen = [], set()
    for proposal in found:
        answer = getattr(proposal, "answer", None)
        if answer is not None:
            state = "accepted" if answer.is_accepted else "declined"
        else:
            state = "replaced" if proposal.party in seen else "open"
        seen.add(proposal.party)
        rows.append(Row(proposal, answer, state))
    return rows


def waiting_for(rows: list[Row], party: str) -> Row | None:
    """The proposal that waits for the answer of this side."""
    return next((row for row in rows if row.state == "open" and row.proposal.party != party), None)
