"""A draft locked for a change: by its owner, and while it is a draft."""

from django.utils.translation import gettext_noop as _

from casetrack.intake.models import Draft
from casetrack.lib.errors import Conflict, NotAllowed
from casetrack.people.models import User


def lock(draft: Draft, actor: User) -> Draft:
    """The draft, locked and read again. Raises NotAllowed, Conflict (it was handed in or deleted meanwhile)."""
    if draft.user_id != actor.pk:
        raise NotAllowed(_("This report is somebody else's."))
    try:
        draft.refresh_from_db(from_queryset=Draft.objects.select_for_update(no_key=True))
    except Draft.DoesNotExist:
        raise Conflict(_("This draft was deleted.")) from None
    return draft


def lock_open(draft: Draft, actor: User) -> Draft:
    """As `lock`, and Conflict if it was handed in."""
    if lock(draft, actor).case_id is not None:
        raise Conflict(_("This report was handed in already. Write to the firm if something is missing."))
    return draft
