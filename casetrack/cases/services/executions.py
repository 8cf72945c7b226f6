"""What each execution was: the firm's decisions and the victim's answers."""

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext_noop as _

from casetrack.cases.events import write_event
from casetrack.cases.models import (
    Access,
    Answer,
    Case,
    CompromisedAccount,
    ExecutionAnswer,
    MarginLiquidation,
    UnauthorizedTrade,
)
from casetrack.cases.permissions import can_investigate, role_in
from casetrack.cases.services.status import lock
from casetrack.cases.workflow import VICTIM
from casetrack.ledger.models import Attributed, Execution, Type
from casetrack.ledger.services import decide
from casetrack.lib import clock
from casetrack.lib.errors import InvalidInput, NotAllowed
from casetrack.people.models import User


def _of_case(case: Case, ids: Sequence[int]) -> list[Execution]:
    """The executions `ids`, all of accounts with a confirmed access in this case; raises InvalidInput otherwise."""
    accounts = case.incidents.filter(access=Access.CONFIRMED).values("account")
    found = list(Execution.objects.filter(pk__in=ids, account__in=accounts).in_order())
    if len(found) != len(set(ids)):
        raise InvalidInput(_("An execution of this list is not of this case."))
    return found


@transaction.atomic
def decide_executions(case: Case, decisions: Mapping[int, str], *, actor: User, reason: str = "") -> int:
    """Decide what executions were, by execution ("" takes a decision back); the count of those that changed.

    All or none: raises NotAllowed, InvalidInput (not of this case, or a value that the type does not allow).
    """
    lock(case)
    if not can_investigate(actor, case):
        raise NotAllowed(_("Only an investigator may do this, before there is an agreement."))
    changed = {e: decisions[e.pk] for e in _of_case(case, list(decisions)) if e.attribution != decisions[e.pk]}
    now = clock.now()
    put_decisions(case, changed, actor=actor, reason=reason, at=now)
    if changed:
        write_event(
            case, "cases.executions_decided", actor=actor, at=now,
            data={"decisions": {e.execution_id: value for e, value in changed.items()}},
        )  # fmt: skip
    return len(changed)


def put_decisions(case: Case, decisions: Mapping[Execution, str], *, actor: User, reason: str, at: dt.datetime) -> None:
    """Decisions that were checked, and the liquidations that follow from them; the caller writes the event."""
    for value in sorted(set(decisions.values())):
        decide([e for e, given in decisions.items() if given == value], value, actor=actor, reason=reason, at=at)
    if decisions:
        for incident in case.incidents.filter(access=Access.CONFIRMED):
            sync_liquidations(incident)


def sync_liquidations(incident: CompromisedAccount) -> None:
    """Make the margin liquidations of an account follow the attributions: one per forced sale or closing, linked to
    the unauthorized margin positions opened before it."""
    executions = list(Execution.objects.filter(account=incident.account).in_order())
    opened: list[Execution] = []
    forced: set[int] = set()
    for execution in executions:
        if execution.type == Type.MARGIN_OPEN and execution.attribution == Attributed.UNAUTHORIZED:
            opened.append(execution)
        if execution.attribution == Attributed.LIQUIDATION:
            forced.add(execution.pk)
            liquidation, _created = MarginLiquidation.objects.update_or_create(
                execution=execution,
                defaults={"case": incident.case, "incident": incident, "is_active": True},
            )
            liquidation.positions.set(opened)
    stale = MarginLiquidation.objects.filter(incident=incident, is_active=True).exclude(execution__in=forced)
    stale.update(is_active=False)


@transaction.atomic
def answer_executions(case: Case, answers: Mapping[int, str], *, actor: User) -> int:
    """The victim's answers to "Was this you?", by execution; the count of those that changed.

    Raises NotAllowed, InvalidInput (an unknown answer, or an execution that is not of this case).
    """
    lock(case)
    if role_in(actor, case) != VICTIM:
        raise NotAllowed(_("Only the victim answers this."))
    if set(answers.values()) - set(Answer.values):
        raise InvalidInput(_("Choose yes, no or not sure."))
    executions = _of_case(case, list(answers))
    known = dict(case.execution_answers.filter(execution__in=executions).values_list("execution_id", "answer"))
    changed = {e.pk: answers[e.pk] for e in executions if known.get(e.pk) != answers[e.pk]}
    put_answers(case, changed, at=clock.now())
    if changed:
        names = {e.pk: e.execution_id for e in executions}
        write_event(
            case, "cases.executions_answered", actor=actor,
            data={"answers": {names[pk]: value for pk, value in changed.items()}},
        )  # fmt: skip
    return len(changed)


def put_answers(case: Case, answers: Mapping[int, str], *, at: dt.datetime) -> None:
    """Answers that were checked ("" takes one out again); the caller writes the event."""
    case.execution_answers.filter(execution__in=[pk for pk, value in answers.items() if not value]).delete()
    ExecutionAnswer.objects.bulk_create(
        (ExecutionAnswer(case=case, execution_id=pk, answer=v, answered_at=at) for pk, v in answers.items() if v),
        update_conflicts=True,
        unique_fields=["case", "execution"],
        update_fields=["answer", "answered_at"],
    )


@transaction.atomic
def link_trade(trade: UnauthorizedTrade, execution: Execution | None, *, actor: User) -> UnauthorizedTrade:
    """Link what the victim claimed to the execution that it turned out to be, or unlink it."""
    case = lock(trade.case)
    if not can_investigate(actor, case):
        raise NotAllowed(_("Only an investigator may do this, before there is an agreement."))
    if execution is not None:
        _of_case(case, [execution.pk])
    trade.execution = execution
    trade.save(update_fields=["execution"])
    write_event(
        case, "cases.trade_linked", actor=actor, is_public=False,
        data={"trade": trade.pk, "execution": execution.execution_id if execution else None},
    )  # fmt: skip
    return trade
