"""The workflow of a case, as one table.

It answers "what may this person do now?" and "is this legal?". `docs/workflow.md` is generated from it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Status(TextChoices):
    """A case's status; the labels are the public names, STAFF_NAMES the staff's."""

    SUBMITTED = "submitted", _("Received, waiting for the firm")
    ACKNOWLEDGED = "acknowledged", _("The firm has confirmed your report")
    INVESTIGATING = "investigating", _("The firm is investigating")
    AWAITING_VICTIM = "awaiting_victim", _("Waiting for your answer")
    ASSESSED = "assessed", _("The loss has been worked out")
    NEGOTIATING = "negotiating", _("Offer and negotiation")
    AGREED = "agreed", _("Agreed, waiting for payment")
    COMPENSATED = "compensated", _("Paid, waiting for your confirmation")
    CLOSED = "closed", _("Closed")
    DECLINED = "declined", _("Declined by the firm")
    WITHDRAWN = "withdrawn", _("Withdrawn by you")
    ESCALATED = "escalated", _("Handed to an outside body")


STAFF_NAMES = {
    Status.SUBMITTED: pgettext_lazy("staff", "Submitted"),
    Status.ACKNOWLEDGED: pgettext_lazy("staff", "Acknowledged"),
    Status.INVESTIGATING: pgettext_lazy("staff", "Investigating"),
    Status.AWAITING_VICTIM: pgettext_lazy("staff", "Awaiting victim"),
    Status.ASSESSED: pgettext_lazy("staff", "Assessed"),
    Status.NEGOTIATING: pgettext_lazy("staff", "Negotiating"),
    Status.AGREED: pgettext_lazy("staff", "Agreed"),
    Status.COMPENSATED: pgettext_lazy("staff", "Compensated"),
    Status.CLOSED: pgettext_lazy("staff", "Closed"),
    Status.DECLINED: pgettext_lazy("staff", "Declined"),
    Status.WITHDRAWN: pgettext_lazy("staff", "Withdrawn"),
    Status.ESCALATED: pgettext_lazy("staff", "Escalated"),
}

S = Status
BEFORE_AGREED = (
    S.SUBMITTED,
    S.ACKNOWLEDGED,
    S.INVESTIGATING,
    S.AWAITING_VICTIM,
    S.ASSESSED,
    S.NEGOTIATING,
)
ENDED = (S.CLOSED, S.DECLINED, S.WITHDRAWN)
VICTIM, INTAKE, INVESTIGATOR, APPROVER = "victim", "intake", "investigator", "approver"
# Somebody of the mediation body to which a case was handed: no action of this table is theirs.
MEDIATOR = "mediator"


@dataclass(frozen=True)
class Action:
    """One row of the table. `done` is the dotted past tense under which it stands in timeline and audit log.

    `sources` lead to `target` (None: the status stays). `by` lists who may; `reason` says that one must be given.
    `service` names the service that alone performs the action (it has a precondition of its own); without it
    `cases.services.perform` does. `if_breached` lists sources that count only while the case's clock is breached.
    """

    name: str
    done: str
    label: "StrOrPromise"
    sources: tuple[Status, ...]
    target: Status
    by: tuple[str, ...]
    reason: bool = False
    service: str = ""
    if_breached: tuple[Status, ...] = ()


ACTIONS: dict[str, Action] = {
    action.name: action
    for action in (
        Action(
            "acknowledge",
            "cases.acknowledged",
            _("Acknowledge"),
            (S.SUBMITTED,),
            S.ACKNOWLEDGED,
            (INTAKE, INVESTIGATOR, APPROVER),
        ),
        Action(
            "investigate",
            "cases.investigation_started",
            _("Start the investigation"),
            (S.ACKNOWLEDGED,),
            S.INVESTIGATING,
            (INVESTIGATOR,),
        ),
        Action(
            "ask_victim",
            "cases.victim_asked",
            _("Ask the victim"),
            (S.INVESTIGATING,),
            S.AWAITING_VICTIM,
            (INTAKE, INVESTIGATOR),
            reason=True,
        ),
        Action(
            "answer_firm",
            "cases.firm_answered",
            _("Answer the firm's question"),
            (S.AWAITING_VICTIM,),
            S.INVESTIGATING,
            (VICTIM,),
            reason=True,
        ),
        Action(
            "resume",
            "cases.resumed",
            _("Resume without an answer"),
            (S.AWAITING_VICTIM,),
            S.INVESTIGATING,
            (INTAKE, INVESTIGATOR),
            reason=True,
        ),
        Action(
            "assess",
            "assessment.assessed",
            _("Assess the loss"),
            (S.INVESTIGATING,),
            S.ASSESSED,
            (INVESTIGATOR,),
            service="assessment.services.run_assessment",
        ),
        Action(
            "revise",
            "cases.returned_to_investigation",
            _("Return to the investigation"),
            (S.ASSESSED,),
            S.INVESTIGATING,
            (INVESTIGATOR,),
            reason=True,
        ),
        Action(
            "offer",
            "negotiation.offer_approved",
            _("Approve an offer"),
            (S.ASSESSED, S.NEGOTIATING, S.ESCALATED),
            S.NEGOTIATING,
            (APPROVER,),
            service="negotiation.services.approve_offer",
        ),
        Action(
            "agree",
            "negotiation.offer_accepted",
            _("Accept the offer"),
            (S.NEGOTIATING,),
            S.AGREED,
            (VICTIM,),
            service="negotiation.services.accept_offer",
        ),
        Action(
            "agree_part",
            "negotiation.part_agreed",
            _("Accept the offer for a part"),
            (S.NEGOTIATING,),
            S.NEGOTIATING,
            (VICTIM,),
            service="negotiation.services.accept_offer",
        ),
        Action(
            "revoke",
            "negotiation.acceptance_revoked",
            _("Take the acceptance back"),
            (S.AGREED,),
            S.NEGOTIATING,
            (VICTIM,),
            service="negotiation.services.revoke_acceptance",
        ),
        Action(
            "record_payment",
            "negotiation.payment_recorded",
            _("Record the payment"),
            (S.AGREED, S.ESCALATED),
            S.COMPENSATED,
            (APPROVER,),
            service="negotiation.services.record_payment",
        ),
        Action(
            "payment_failed",
            "negotiation.payment_failed",
            _("Record that the payment came back"),
            (S.AGREED, S.COMPENSATED),
            S.AGREED,
            (APPROVER,),
            reason=True,
            service="negotiation.services.fail_payment",
        ),
        Action(
            "show_payment",
            "negotiation.payment_shown",
            _("Show that it was paid"),
            (S.AGREED,),
            S.COMPENSATED,
            (APPROVER,),
            reason=True,
            service="negotiation.services.show_payment",
        ),
        Action(
            "deny_receipt",
            "negotiation.receipt_denied",
            _("Say that the money is missing"),
            (S.COMPENSATED,),
            S.AGREED,
            (VICTIM,),
            reason=True,
            service="negotiation.services.deny_receipt",
        ),
        Action(
            "confirm_receipt",
            "negotiation.receipt_confirmed",
            _("Confirm that the money arrived"),
            (S.COMPENSATED,),
            S.CLOSED,
            (VICTIM,),
            service="negotiation.services.confirm_receipt",
        ),
        Action(
            "close",
            "cases.closed",
            _("Close the case"),
            (S.COMPENSATED, S.ESCALATED),
            S.CLOSED,
            (APPROVER,),
            reason=True,
            service="mediation.services.close_case",
        ),
        Action(
            "decline",
            "cases.declined",
            _("Decline the case"),
            BEFORE_AGREED,
            S.DECLINED,
            (APPROVER,),
            reason=True,
            service="mediation.services.decline_case",
        ),
        Action(
            "withdraw",
            "cases.withdrawn",
            _("Withdraw the case"),
            BEFORE_AGREED,
            S.WITHDRAWN,
            (VICTIM,),
            service="mediation.services.withdraw_case",
        ),
        Action(
            "escalate",
            "cases.escalated",
            _("Turn to an outside body"),
            (S.NEGOTIATING, S.DECLINED),
            S.ESCALATED,
            (VICTIM,),
            reason=True,
            if_breached=(S.SUBMITTED, S.ACKNOWLEDGED, S.INVESTIGATING, S.ASSESSED, S.AGREED, S.COMPENSATED),
        ),
        Action(
            "resume_negotiation",
            "cases.negotiation_resumed",
            _("Return to the negotiation"),
            (S.ESCALATED,),
            S.NEGOTIATING,
            (APPROVER,),
            reason=True,
            service="negotiation.services.resume_negotiation",
        ),
        Action("reopen", "cases.reopened", _("Reopen the case"), ENDED, S.INVESTIGATING, (APPROVER,), reason=True),
    )
}


def is_legal(action: Action, status: str, *, breached: bool) -> bool:
    """Whether `action` leads from `status`; `breached`: the case's clock has run out."""
    return status in action.sources or (breached and status in action.if_breached)


def actions_for(roles: Iterable[str], status: str, *, breached: bool) -> list[Action]:
    """What somebody in `roles` may do now, in the order of the table."""
    held = set(roles)
    return [a for a in ACTIONS.values() if held.intersection(a.by) and is_legal(a, status, breached=breached)]
