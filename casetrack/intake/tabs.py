"""What is kept while it is typed, from more than one window or device: nothing newer is ever written over unseen."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_noop as _

from casetrack.intake.answers import Facts
from casetrack.intake.locks import lock_open
from casetrack.intake.models import Draft
from casetrack.intake.services import save_step, typed_in
from casetrack.intake.step import Step
from casetrack.lib.errors import Conflict
from casetrack.people.models import User

Typed = Mapping[str, list[str]]


class ChangedElsewhere(Conflict):
    """Another window or device has written to the step since this one was opened."""


@dataclass(frozen=True)
class Tab:
    """A page that is open somewhere: the version of the step that it showed (empty: not known), a name of its own
    (empty: none), and how many times it has sent."""

    seen: str = ""
    name: str = ""
    turn: int = 0

    @property
    def mark(self) -> Facts:
        return {"tab": self.name, "turn": self.turn} if self.name else {}


def _owner(draft: Draft, step: Step) -> Draft:
    """The draft that holds the step: what is asked once for several firms is with the leading one."""
    return draft.lead or draft if step.is_common else draft


def _kept(draft: Draft, step: Step) -> Facts:
    return dict(_owner(draft, step).answers.get(step.identifier, {}))


def version_of(draft: Draft, step: Step) -> str:
    """A short word for what is kept of a step: another after every change of it, and of no other step."""
    kept = json.dumps(_kept(draft, step), sort_keys=True)
    return hashlib.sha256(kept.encode()).hexdigest()[:20]


def is_news(draft: Draft, step: Step, typed: Typed, tab: Tab, *, actor: User) -> bool:
    """Whether what the tab sends is to be kept; no if it is there already, or came late. The draft stays locked.

    Raises ChangedElsewhere (since the tab was opened), Conflict (handed in), NotAllowed.
    """
    lock_open(_owner(draft, step), actor)
    kept = _kept(draft, step)
    if tab.name and kept.get("tab") == tab.name:
        return bool(tab.turn >= kept["turn"])
    if typed_in(draft, step) == dict(typed):
        return False
    if tab.seen and tab.seen != version_of(draft, step):
        raise ChangedElsewhere(
            _("This page was changed on another device or in another window. What you typed here is not saved yet.")
        )
    return True


@transaction.atomic
def keep_typed(draft: Draft, step: Step, typed: Typed, tab: Tab, *, actor: User) -> Draft:
    """Keep what is being typed. Answers that were finished stay as they are until the page is posted.

    The same text twice changes nothing. Raises ChangedElsewhere, Conflict (handed in), NotAllowed, InvalidInput.
    """
    if is_news(draft, step, typed, tab, actor=actor) and typed_in(draft, step) != dict(typed):
        save_step(draft, step, None, actor=actor, typed=typed, mark=tab.mark, keeps_answers=True)
    return draft


def has_newer_text(draft: Draft, step: Step) -> bool:
    """Whether something was typed on the step's page after its answers were saved."""
    kept = _kept(draft, step)
    return "facts" in kept and bool(kept.get("newer"))
