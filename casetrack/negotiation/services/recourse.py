"""What a victim can ask of the firm about its word: its reasons in writing, and a second review by somebody else.

Both are steps of the case and nothing more: asked and not yet answered is what the steps say.
"""

from django.db import transaction
from django.utils.translation import gettext_noop as _

from casetrack.cases.events import write_event
from casetrack.cases.models import Case, Event
from casetrack.cases.permissions import require
from casetrack.cases.services.status import lock
from casetrack.cases.side_clocks import REASONS, SECOND_REVIEW, SPANS
from casetrack.cases.workflow import APPROVER, INVESTIGATOR, VICTIM, Status
from casetrack.lib.errors import Conflict, IllegalTransition, InvalidInput, NotAllowed
from casetrack.people.models import User

LONGEST = 8000
# Once the firm has given its word: an offer, or a refusal.
MAY_ASK = {
    REASONS: (Status.NEGOTIATING, Status.DECLINED, Status.ESCALATED),
    SECOND_REVIEW: (Status.NEGOTIATING, Status.DECLINED),
}
OUTCOMES = {"upheld": "negotiation.review_upheld", "changed": "negotiation.review_changed"}


def all_waiting(case: Case) -> dict[str, Event]:
    """The victim's requests that the firm has not answered yet, by what they are: REASONS, SECOND_REVIEW. One query."""
    spans = {what: SPANS[what] for what in MAY_ASK}
    actions = frozenset[str]().union(*(span.starts | span.answers for span in spans.values()))
    found: dict[str, Event] = {}
    for event in case.events.filter(action__in=actions).order_by("at", "id"):
        for what, span in spans.items():
            if event.action in span.starts:
                found[what] = event
            elif event.action in span.answers:
                found.pop(what, None)
    return found


def waiting(case: Case, what: str) -> Event | None:
    """The victim's request (REASONS or SECOND_REVIEW) that the firm has not answered yet."""
    return all_waiting(case).get(what)


def took_part(user: User, case: Case) -> bool:
    """Whether the person had a hand in the case before: then a second review is not theirs."""
    return case.assigned_to_id == user.pk or case.events.filter(actor=user).exists()


def _checked(text: str, field: str) -> str:
    text = text.strip()
    if not text:
        raise InvalidInput(_("Write what you want to say."), field=field)
    if len(text) > LONGEST:
        raise InvalidInput(_("The text is longer than %(limit)s characters."), field=field, limit=LONGEST)
    return text


def _ask(case: Case, what: str, action: str, text: str, actor: User) -> Event:
    lock(case)
    require(actor, case, VICTIM)
    if case.status not in MAY_ASK[what]:
        raise IllegalTransition(_("This is not possible now: the case is at “%(status)s”."), status=case.public_status)
    if waiting(case, what) is not None:
        raise Conflict(_("You have asked for this already. The firm has not answered yet."))
    return write_event(case, action, actor=actor, reason=_checked(text, "reason"))


@transaction.atomic
def ask_reasons(case: Case, question: str, *, actor: User) -> Event:
    """The victim asks for the reasons in writing. Raises NotAllowed, IllegalTransition, Conflict, InvalidInput."""
    return _ask(case, REASONS, "negotiation.reasons_asked", question, actor)


@transaction.atomic
def ask_review(case: Case, why: str, *, actor: User) -> Event:
    """The victim asks that somebody else at the firm looks at the case. Raises as `ask_reasons`."""
    return _ask(case, SECOND_REVIEW, "negotiation.review_asked", why, actor)


@transaction.atomic
def give_reasons(case: Case, text: str, *, actor: User) -> Event:
    """The firm's reasons in writing, for the victim. Raises NotAllowed, Conflict (nobody waits), InvalidInput."""
    lock(case)
    require(actor, case, INVESTIGATOR, APPROVER)
    if waiting(case, REASONS) is None:
        raise Conflict(_("The customer does not wait for this."))
    return write_event(case, "negotiation.reasons_given", actor=actor, reason=_checked(text, "reason"))


@transaction.atomic
def close_review(case: Case, outcome: str, text: str, *, actor: User) -> Event:
    """What somebody who had no hand in the case came to: `outcome` is upheld or changed, and the victim reads why.

    Raises NotAllowed (not the firm's investigator or approver, or one who took part), Conflict (nobody waits),
    InvalidInput.
    """
    lock(case)
    require(actor, case, INVESTIGATOR, APPROVER)
    if waiting(case, SECOND_REVIEW) is None:
        raise Conflict(_("The customer does not wait for this."))
    if took_part(actor, case):
        raise NotAllowed(_("You took part in this case. Somebody who did not must review it."))
    if outcome not in OUTCOMES:
        raise InvalidInput(_("Choose what the review came to."), field="outcome")
    return write_event(case, OUTCOMES[outcome], actor=actor, reason=_checked(text, "reason"))
