"""A draft locked for a change: by whoever writes it, and while it is a draft."""

from django.utils.translation import gettext_noop as _

from casetrack.cases.permissions import CASEWORKERS
from casetrack.firms.models import membership_of
from casetrack.intake.models import Draft
from casetrack.lib.errors import Conflict, NotAllowed
from casetrack.people.models import User

HANDED_IN = _("This report was handed in already. Write to the firm if something is missing.")


class TakenOver(Conflict):
    """A colleague goes on with a report that the actor took down on the telephone."""


def lock_row(draft: Draft) -> Draft:
    """The draft, locked and read again, whoever writes it. Raises Conflict (it was deleted meanwhile)."""
    try:
        draft.refresh_from_db(from_queryset=Draft.objects.select_for_update(no_key=True))
    except Draft.DoesNotExist:
        raise Conflict(_("This draft was deleted.")) from None
    return draft


def is_of_firm(draft: Draft, actor: User) -> bool:
    """Whether the actor works on cases at the firm that takes the draft down on the telephone."""
    membership = membership_of(actor)
    return membership is not None and membership.role in CASEWORKERS and membership.firm_id == draft.firm_id


def lock(draft: Draft, actor: User) -> Draft:
    """The draft, locked and read again. Raises NotAllowed, TakenOver, Conflict (deleted meanwhile)."""
    if draft.firm_id is None and draft.user_id != actor.pk:
        raise NotAllowed(_("This report is somebody else's."))
    lock_row(draft)
    if draft.firm_id is not None and not is_of_firm(draft, actor):
        raise NotAllowed(_("This report is somebody else's."))
    if draft.user_id != actor.pk:
        name = str(draft.user.membership)
        raise TakenOver(_("%(name)s has gone on with this report. Nothing is saved here."), name=name)
    return draft


def lock_open(draft: Draft, actor: User) -> Draft:
    """As `lock`, and Conflict if it was handed in."""
    if lock(draft, actor).case_id is not None:
        raise Conflict(HANDED_IN)
    return draft
