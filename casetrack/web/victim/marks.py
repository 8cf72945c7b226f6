"""The trades of a case at a glance: what the victim answered, and what the firm decided and why."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Prefetch

from casetrack.cases.models import Answer, Case, ExecutionAnswer
from casetrack.ledger.models import Attribution, Source
from casetrack.web.victim.executions import Row, executions_of, rows_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SHOWN = 8


@dataclass(frozen=True)
class Mark:
    """One trade with both sides' word on it; `reason` is what a person of the firm wrote with the present decision."""

    row: Row
    reason: str

    @property
    def answer(self) -> "StrOrPromise":
        return Answer(self.row.answer).label if self.row.answer else ""


def first_marks(case: Case) -> tuple[list[Mark], int]:
    """The first trades since the first unauthorized access, and how many there are in all."""
    found = executions_of(case, since_access=True)
    answers = Prefetch("answers", ExecutionAnswer.objects.filter(case=case), "own_answers")
    decisions = Attribution.objects.filter(source=Source.PERSON).order_by("-recorded_at", "-pk")
    with_both = found.in_order().select_related("account").prefetch_related(
        answers, Prefetch("attributions", decisions, "by_people")
    )  # fmt: skip
    rows = rows_of(with_both[:SHOWN])
    return [Mark(row, _reason(row)) for row in rows], found.count() if len(rows) == SHOWN else len(rows)


def _reason(row: Row) -> str:
    decided: list[Attribution] = row.execution.by_people  # type: ignore[attr-defined]
    return decided[0].reason if decided and decided[0].value == row.execution.attribution else ""
