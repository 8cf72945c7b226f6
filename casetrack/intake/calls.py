"""Reports that the firm takes down on the telephone, written on the same pages as a victim's; a case is opened whose
customer takes it over later with a code. All caseworkers of the firm see such a draft; one at a time writes it."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from casetrack.audit.services import PLATFORM, record
from casetrack.cases.permissions import CASEWORKERS
from casetrack.firms.models import Firm, membership_of
from casetrack.intake.locks import HANDED_IN, TakenOver, is_of_firm, lock_row
from casetrack.intake.models import Draft
from casetrack.intake.steps import YOU
from casetrack.lib import clock
from casetrack.lib.crypto import decrypt, encrypt
from casetrack.lib.errors import Conflict, InvalidInput, NotAllowed
from casetrack.people.models import User

if TYPE_CHECKING:
    from casetrack.intake.querysets import DraftQuerySet

MOST_CALLS = 10
LONGEST_NOTE = 500
KEPT = "call"  # beside the steps' answers, and no step


class Identified(TextChoices):
    """How the firm made sure who is calling."""

    CALLED_BACK = "called_back", gettext_lazy("Called back on the number on file")
    ASKED = "asked", gettext_lazy("Asked for details that only the customer and the firm know")
    NOT_YET = "not_yet", gettext_lazy("Not yet: to be done before anything is paid or told")


def may_take_calls(user: User) -> bool:
    membership = membership_of(user)
    return membership is not None and membership.role in CASEWORKERS


def open_calls(user: User) -> "DraftQuerySet":
    """The reports by telephone of the user's firm that are not handed in, the latest first."""
    drafts = Draft.objects.visible_to(user).open().filter(firm__isnull=False)
    return drafts.select_related("user__membership", "held_before__membership").order_by("-saved_at")


@transaction.atomic
def begin_call(identified: str, note: str, *, actor: User) -> Draft:
    """A report of somebody on the telephone, for the actor's own firm. `identified` and `note`: how the firm made sure
    who is calling.

    Raises NotAllowed (not one of a firm's caseworkers), Conflict (too many are open), InvalidInput.
    """
    membership = membership_of(actor)
    if membership is None or membership.role not in CASEWORKERS:
        raise NotAllowed(_("Only the people of a firm who work on cases take a report on the telephone."))
    if identified not in Identified.values:
        raise InvalidInput(_("Choose how you made sure who is calling."), field="identified")
    if len(note) > LONGEST_NOTE:
        raise InvalidInput(_("The note is too long."), field="note")
    if open_calls(actor).filter(user=actor).count() >= MOST_CALLS:
        raise Conflict(
            _("You have %(most)s reports by telephone that are not handed in. Delete one first."), most=MOST_CALLS
        )
    now = clock.now()
    kept = {KEPT: {"identified": identified, "note": encrypt(note.strip())}}
    draft = Draft.objects.create(
        user=actor, firm=membership.firm, firm_code=membership.firm.code, answers=kept, started_at=now, saved_at=now,
        held_since=now,
    )  # fmt: skip
    record(
        chain=PLATFORM, action="intake.call_begun", actor=actor, subject=f"draft:{draft.key}",
        firm_code=membership.firm.code, data={"identified": identified},
    )  # fmt: skip
    return draft


def hold_of(draft: Draft) -> str:
    """A short word for who writes the report: another after it was taken over."""
    return draft.held_since.isoformat() if draft.held_since else ""


@transaction.atomic
def take_over_call(draft: Draft, seen: str, *, actor: User) -> Draft:
    """From now on the actor writes the report that a colleague wrote; `seen` is `hold_of` it when that was asked for.

    Twice changes nothing. Raises NotAllowed (not a caseworker of the firm), TakenOver (by a third one meanwhile),
    Conflict (handed in or deleted).
    """
    lock_row(draft)
    if not is_of_firm(draft, actor):
        raise NotAllowed(_("Only the people of a firm who work on cases take a report on the telephone."))
    if draft.case_id is not None:
        raise Conflict(HANDED_IN)
    first = draft.user
    if first == actor:
        return draft
    if seen != hold_of(draft):
        raise TakenOver(
            _("%(name)s took this report over meanwhile. Ask %(name)s before you go on with it."),
            name=str(first.membership),
        )
    draft.user, draft.held_before, draft.held_since = actor, first, clock.now()
    draft.save(update_fields=["user", "held_before", "held_since"])
    record(
        chain=PLATFORM, action="intake.call_taken_over", actor=actor, subject=f"user:{first.pk}",
        firm_code=draft.firm_code, data={"draft": str(draft.key)},
    )  # fmt: skip
    return draft


def caller_in(draft: Draft) -> str:
    """The caller's name as far as it is written down; empty if it is not yet."""
    facts = draft.answers.get(YOU.identifier, {}).get("facts", {})
    return " ".join(filter(None, (facts.get("family_name"), facts.get("given_name"))))


def call_of(draft: Draft) -> str:
    """How the caller was identified, in words; empty for a report that a victim writes."""
    kept = draft.answers.get(KEPT)
    if kept is None:
        return ""
    return "\n".join(filter(None, (str(Identified(kept["identified"]).label), decrypt(kept["note"]))))


def check_taker(firm: Firm, actor: User) -> None:
    """A report taken on the telephone goes to the firm of whoever took it. Raises NotAllowed."""
    membership = membership_of(actor)
    if membership is None or membership.role not in CASEWORKERS or membership.firm_id != firm.pk:
        raise NotAllowed(_("You can only take a report for your own firm."))
