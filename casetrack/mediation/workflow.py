"""The workflow of a mediation, as one table. At most one of a case is live (the database holds that too)."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from casetrack.cases.workflow import APPROVER, MEDIATOR, VICTIM


class MediationStatus(TextChoices):
    APPLIED = "applied", _("Applied for")
    ACCEPTED = "accepted", _("Accepted by the body")
    NOT_ACCEPTED = "not_accepted", _("Not accepted by the body")
    HEARING = "hearing", _("Hearings are held")
    PROPOSED = "proposed", _("A special conciliation proposal is on the table")
    SETTLED = "settled", _("Settled: both sides accepted the proposal")
    NOT_SETTLED = "not_settled", _("Ended without a settlement")
    WITHDRAWN = "withdrawn", _("Withdrawn by the applicant")


M = MediationStatus
LIVE = (M.APPLIED, M.ACCEPTED, M.HEARING, M.PROPOSED)
ENDED = (M.NOT_ACCEPTED, M.SETTLED, M.NOT_SETTLED, M.WITHDRAWN)


@dataclass(frozen=True)
class MediationAction:
    """One row: who may lead a mediation from `sources` to `target` (None: it stays where it is). `done` is the dotted
    past tense under which it stands in timeline and audit log; `reason` says that one must be given."""

    name: str
    done: str
    sources: tuple[MediationStatus, ...]
    target: MediationStatus | None
    by: tuple[str, ...]
    reason: bool = False


ACTIONS: dict[str, MediationAction] = {
    a.name: a
    for a in (
        MediationAction("accept", "mediation.accepted", (M.APPLIED,), M.ACCEPTED, (MEDIATOR,)),
        MediationAction(
            "decline", "mediation.not_accepted", (M.APPLIED,), M.NOT_ACCEPTED, (MEDIATOR,), reason=True
        ),
        MediationAction(
            "set_hearing", "mediation.hearing_set", (M.ACCEPTED, M.HEARING, M.PROPOSED), M.HEARING, (MEDIATOR,)
        ),
        MediationAction(
            "cancel_hearing", "mediation.hearing_cancelled", (M.HEARING,), None, (MEDIATOR,), reason=True
        ),
        MediationAction("propose", "mediation.proposed", (M.HEARING, M.PROPOSED), M.PROPOSED, (MEDIATOR,)),
        MediationAction("accept_as_victim", "mediation.victim_accepted", (M.PROPOSED,), None, (VICTIM,)),
        MediationAction("refuse_as_victim", "mediation.victim_refused", (M.PROPOSED,), None, (VICTIM,)),
        MediationAction("accept_as_firm", "mediation.firm_accepted", (M.PROPOSED,), None, (APPROVER,)),
        MediationAction("refuse_as_firm", "mediation.firm_refused", (M.PROPOSED,), None, (APPROVER,), reason=True),
        MediationAction("settle", "mediation.settled", (M.PROPOSED,), M.SETTLED, (VICTIM, APPROVER)),
        MediationAction(
            "end", "mediation.not_settled", (M.ACCEPTED, M.HEARING, M.PROPOSED), M.NOT_SETTLED, (MEDIATOR,),
            reason=True,
        ),
        MediationAction("withdraw", "mediation.withdrawn", LIVE, M.WITHDRAWN, (VICTIM,)),
    )
}  # fmt: skip
