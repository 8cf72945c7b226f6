"""What a victim says after the report was handed in: facts remembered later, and answers put right.

Nothing that was said is overwritten: each is a dated row of its own, beside the report of the first day.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from casetrack.cases.events import write_event
from casetrack.cases.models import Case
from casetrack.cases.permissions import require
from casetrack.cases.services.status import lock
from casetrack.cases.workflow import ENDED, VICTIM
from casetrack.intake.models import Addition
from casetrack.intake.steps import ACCOUNT, FILES, HELP, STEPS, TRADES, Step
from casetrack.lib import clock
from casetrack.lib.errors import Conflict, InvalidInput
from casetrack.negotiation.models import Settlement
from casetrack.people.models import User
from casetrack.people.services import once

LONGEST = 4000
MOST = 200
IN_WORDS = frozenset({ACCOUNT.identifier, TRADES.identifier})
"""Topics that are corrected in one's own words: the firm compares accounts and trades with its own records, so their
single answers are its to match."""
CORRECTABLE = {name: step for name, step in STEPS.items() if step != FILES}

OVER = _("This case has ended. If you want to say something new, telephone the firm: it can open the case again.")
SETTLED = _("You and the firm have agreed. If something you said was wrong, write to the firm in a message.")


def why_closed(case: Case) -> str:
    """Why nothing can be added to the report now, as a sentence that says what to do instead; "" if it can."""
    if case.status in ENDED:
        return OVER
    return SETTLED if Settlement.objects.live().whole().filter(case=case).exists() else ""


@transaction.atomic
def add_fact(case: Case, text: str, *, actor: User, key: uuid.UUID | None = None) -> None:
    """Keep something that was remembered later. The same `key` again adds nothing.

    Raises NotAllowed (not the victim), Conflict (ended or settled), InvalidInput (empty, too long).
    """
    once(actor, key, "intake.add", lambda: _add(case, actor, text=_checked(text, "text")))


@transaction.atomic
def correct_answers(
    case: Case, step: Step, values: Mapping[str, Any], *, actor: User, reason: str = "", key: uuid.UUID | None = None
) -> None:
    """Put right what was answered in a topic; `values` are all its answers as they should be. Raises as `add_fact`,
    and InvalidInput if a topic is not finished, or nothing is other than before."""
    if step.identifier in IN_WORDS or step.identifier not in CORRECTABLE:
        raise InvalidInput(_("This topic is corrected in your own words."))
    once(actor, key, "intake.correct", lambda: _correct(case, step, values, actor, reason))


def _correct(case: Case, step: Step, values: Mapping[str, Any], actor: User, reason: str) -> str:
    lock(case)
    facts = step.pack(step.read({step.identifier: {"facts": step.pack(values)}}))
    if facts == answers_now(case).get(step.identifier, {}).get("facts"):
        raise InvalidInput(_("Nothing was changed. Change what is wrong, then send it."))
    if step == HELP:
        case.needs = facts.get("needs") or []
        case.save(update_fields=["needs"])
    return _add(case, actor, topic=step.identifier, facts=facts, reason=_checked(reason, "reason", needed=False))


@transaction.atomic
def correct_in_words(
    case: Case, step: Step, text: str, *, actor: User, reason: str = "", key: uuid.UUID | None = None
) -> None:
    """Put right what was said in a topic, in the victim's own words. Raises as `add_fact`."""
    if step.identifier not in IN_WORDS:
        raise InvalidInput(_("This topic is corrected answer by answer."))
    said, why = _checked(text, "text"), _checked(reason, "reason", needed=False)
    once(actor, key, "intake.correct", lambda: _add(case, actor, topic=step.identifier, text=said, reason=why))


def answers_now(case: Case) -> dict[str, dict[str, Any]]:
    """The topics of the report as they stand after all corrections, as JSON; without the accounts."""
    steps = {
        name: {"facts": dict(facts)} for name, facts in case.report.get("steps", {}).items() if name in CORRECTABLE
    }
    corrections = Addition.objects.filter(case=case, facts__isnull=False).order_by("added_at", "pk")
    return steps | {row.topic: {"facts": row.facts} for row in corrections}


def _checked(text: str, field: str, *, needed: bool = True) -> str:
    text = text.strip()
    if needed and not text:
        raise InvalidInput(_("Write what you want to say."), field=field)
    if len(text) > LONGEST:
        raise InvalidInput(_("The text is longer than %(limit)s characters."), field=field, limit=LONGEST)
    return text


def _add(
    case: Case, actor: User, *, topic: str = "", facts: Mapping[str, Any] | None = None, text: str = "",
    reason: str = "",
) -> str:  # fmt: skip
    lock(case)
    require(actor, case, VICTIM)
    if closed := why_closed(case):
        raise Conflict(closed)
    if Addition.objects.filter(case=case).count() >= MOST:
        raise Conflict(_("So much was added that the list is full. Write to the firm in a message."))
    now = clock.now()
    row = Addition.objects.create(
        case=case, author=actor, topic=topic, facts=facts, text=text, reason=reason, added_at=now
    )
    action = "intake.answer_corrected" if topic else "intake.fact_added"
    write_event(case, action, actor=actor, reason=reason, at=now, data={"addition": row.pk, "topic": topic})
    return str(row.pk)
