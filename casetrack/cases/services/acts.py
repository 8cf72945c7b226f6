"""One answer or decision for many executions at once, and the last of these acts taken back."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from casetrack.cases.events import write_event
from casetrack.cases.models import BulkAct, Case, CompromisedAccount
from casetrack.cases.permissions import can_investigate, role_in
from casetrack.cases.services.executions import (
    answer_executions,
    decide_executions,
    put_answers,
    put_decisions,
)
from casetrack.cases.services.status import lock
from casetrack.cases.workflow import VICTIM
from casetrack.ledger.models import Attribution, Execution
from casetrack.lib import clock
from casetrack.lib.errors import Conflict, NotAllowed
from casetrack.people.models import User

FASTER = _("Somebody else decided %(executions)s since. Nothing was taken back; look at the rows again.")


def _answers(case: Case, ids: Iterable[int]) -> dict[int, str]:
    """What the victim answers now, by execution ("": nothing yet)."""
    given = case.execution_answers.filter(execution__in=ids).values_list("execution_id", "answer")
    return dict.fromkeys(ids, "") | dict(given)


def _decisions(ids: Iterable[int]) -> dict[int, str]:
    return dict(Execution.objects.filter(pk__in=ids).values_list("pk", "attribution"))


def _now(case: Case, kind: str, ids: Iterable[int]) -> dict[int, str]:
    ids = list(ids)
    return _answers(case, ids) if kind == BulkAct.Kind.ANSWERS else _decisions(ids)


def _keep(case: Case, kind: str, value: str, before: Mapping[int, str], **of: Any) -> None:
    former = {str(pk): was for pk, was in before.items() if was != value}
    if former:
        BulkAct.objects.create(case=case, kind=kind, value=value, before=former, done_at=clock.now(), **of)


@transaction.atomic
def answer_many(case: Case, ids: Iterable[int], answer: str, *, actor: User) -> int:
    """One answer of the victim's for many executions; the count of those that changed.

    Raises as `answer_executions`.
    """
    lock(case)
    ids = list(ids)
    before = _answers(case, ids)
    changed = answer_executions(case, dict.fromkeys(ids, answer), actor=actor)
    _keep(case, BulkAct.Kind.ANSWERS, answer, before, actor=actor)
    return changed


@transaction.atomic
def decide_many(incident: CompromisedAccount, ids: Iterable[int], value: str, *, actor: User, reason: str = "") -> int:
    """One decision for many executions of an account; the count of those that changed.

    Raises as `decide_executions`.
    """
    case = lock(incident.case)
    ids = list(ids)
    before = _decisions(ids)
    changed = decide_executions(case, dict.fromkeys(ids, value), actor=actor, reason=reason)
    _keep(case, BulkAct.Kind.DECISIONS, value, before, actor=actor, incident=incident)
    return changed


def last_act(case: Case, kind: str, *, actor: User, incident: CompromisedAccount | None = None) -> BulkAct | None:
    """The actor's last act in this list, unless it was taken back or no row says any more what it said.

    The act's `rows` is the count of rows that taking it back would change.
    """
    act = BulkAct.objects.filter(case=case, kind=kind, actor=actor, incident=incident).order_by("pk").last()
    if act is None or act.undone_at is not None:
        return None
    act.rows = len(_standing(act))
    return act if act.rows else None


def _standing(act: BulkAct) -> dict[int, str]:
    """The former values of the rows that still say what the act said; rows changed one by one since keep that."""
    former = {int(pk): was for pk, was in act.before.items()}
    now = _now(act.case, act.kind, former)
    return {pk: was for pk, was in former.items() if now.get(pk) == act.value}


@transaction.atomic
def undo_act(case: Case, number: int, *, actor: User) -> int:
    """Take the actor's act `number` back: each row says what it said before. The count of rows; 0 the second time.

    Raises NotAllowed (somebody else's act, or who may not answer any more), Conflict (there is a later act, or somebody
    else decided one of these rows since; then nothing is taken back).
    """
    case = lock(case)
    act = BulkAct.objects.filter(case=case, pk=number, actor=actor).first()
    if act is None:
        raise NotAllowed(_("Only who did this takes it back."))
    is_answers = act.kind == BulkAct.Kind.ANSWERS
    if not (role_in(actor, case) == VICTIM if is_answers else can_investigate(actor, case)):
        raise NotAllowed(_("This can no longer be taken back."))
    if act.undone_at is not None:
        return 0
    if BulkAct.objects.filter(case=case, kind=act.kind, actor=actor, incident=act.incident, pk__gt=act.pk).exists():
        raise Conflict(_("You have marked many rows again since. Only the last time can be taken back."))
    if not is_answers:
        _refuse_others(act)
    former, now = _standing(act), clock.now()
    executions = list(Execution.objects.filter(pk__in=former).in_order())
    if is_answers:
        put_answers(case, former, at=now)
    else:
        put_decisions(case, {e: former[e.pk] for e in executions}, actor=actor, reason="", at=now)
    act.undone_at = now
    act.save(update_fields=["undone_at"])
    write_event(
        case, f"cases.{act.kind}_undone", actor=actor, at=now,
        data={"act": act.pk, act.kind: {e.execution_id: former[e.pk] for e in executions}},
    )  # fmt: skip
    return len(former)


def _refuse_others(act: BulkAct) -> None:
    others = Attribution.objects.filter(execution__in=[int(pk) for pk in act.before], recorded_at__gte=act.done_at)
    found = others.exclude(decided_by=act.actor).order_by("execution_id")
    if names := list(dict.fromkeys(found.values_list("execution__execution_id", flat=True))):
        raise Conflict(FASTER, executions=", ".join(names[:5]) + (" …" if len(names) > 5 else ""))
