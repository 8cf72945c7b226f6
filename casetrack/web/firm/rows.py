"""The executions of an account as the back office lists them: which, in what order, and what stands beside each."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from django.db.models import Q
from django.utils.translation import gettext as _

from casetrack.cases.models import Answer, Case, CompromisedAccount
from casetrack.ledger.models import Attributed, Execution
from casetrack.ledger.querysets import ExecutionQuerySet
from casetrack.lib.clock import tokyo_date

PAGE = 200
# What the customer did; a forced liquidation is nobody's doing that the victim could contradict.
OWN = (Attributed.GENUINE, Attributed.MITIGATION)
UNDECIDED, DIFFERENCES = "undecided", "differences"


def is_before(execution: Execution, since: dt.datetime | None) -> bool:
    """Whether it lies before the first access, where what nobody decides is genuine."""
    return since is not None and execution.executed_at < since


def differs(answer: str, attribution: str, *, before: bool) -> bool:
    """Whether the victim says otherwise than the firm decided (or, before the first access, takes for granted)."""
    given = attribution or (Attributed.GENUINE if before else "")
    return (answer == Answer.YES and given == Attributed.UNAUTHORIZED) or (answer == Answer.NO and given in OWN)


def of_incident(incident: CompromisedAccount, show: str = "") -> ExecutionQuerySet:
    """The account's executions: all, those that block an assessment, or those where victim and firm differ."""
    rows = Execution.objects.filter(account=incident.account)
    since = incident.first_access_at
    if show == UNDECIDED:
        return rows.undecided().filter(executed_at__gte=since) if since else rows.undecided()
    if show == DIFFERENCES:
        own = Q(attribution__in=OWN)
        if since:
            own |= Q(attribution="", executed_at__lt=since)
        said_no = Q(answers__case=incident.case_id, answers__answer=Answer.NO) & own
        said_yes = Q(answers__case=incident.case_id, answers__answer=Answer.YES, attribution=Attributed.UNAUTHORIZED)
        return rows.filter(said_no | said_yes)
    return rows


@dataclass(frozen=True)
class Row:
    """One execution: what the victim answered, what is chosen (typed, or decided), and whether it was ticked."""

    execution: Execution
    answer: str
    before: bool
    chosen: str
    is_picked: bool = False

    @property
    def differs(self) -> bool:
        return differs(self.answer, self.execution.attribution, before=self.before)

    @property
    def blocks(self) -> bool:
        return not self.execution.attribution and not self.before

    @property
    def answer_label(self) -> str:
        return str(Answer(self.answer).label) if self.answer else ""

    @property
    def choices(self) -> list[tuple[str, str, bool]]:
        """Value, label, chosen: the undecided one first; a type that allows one value leaves no choice."""
        none = _("Before the first access: genuine") if self.before else _("Not yet decided")
        own = [(str(a), str(a.label), a == self.chosen) for a in self.execution.allowed_attributions]
        return own if len(own) == 1 and self.execution.attribution else [("", none, not self.chosen), *own]


@dataclass
class Day:
    """The rows of one day in Tokyo; the line of the first access is drawn above the row at `mark`."""

    on: dt.date
    rows: list[Row] = field(default_factory=list)
    mark: int | None = None


def days_of(rows: Iterable[Row], *, starts: bool) -> list[Day]:
    """The rows by day, with the line of the first access. `starts`: nothing stands before these rows."""
    days = [Day(on, list(group)) for on, group in groupby(rows, lambda r: tokyo_date(r.execution.executed_at))]
    is_edge = starts
    for day in days:
        for place, row in enumerate(day.rows):
            if not row.before:
                day.mark = place if is_edge else None
                return days
            is_edge = True
    return days


def rows_of(
    case: Case,
    incident: CompromisedAccount,
    executions: Sequence[Execution],
    typed: Mapping[int, str],
    picked: Iterable[int],
) -> list[Row]:
    """What the page shows of `executions`; `typed` and `picked` stand for what a refused form had chosen."""
    answers = dict(case.execution_answers.filter(execution__in=executions).values_list("execution_id", "answer"))
    ticked = set(picked)
    return [
        Row(
            execution=e,
            answer=answers.get(e.pk, ""),
            before=is_before(e, incident.first_access_at),
            chosen=typed.get(e.pk, e.attribution),
            is_picked=e.pk in ticked,
        )
        for e in executions
    ]


@dataclass(frozen=True)
class Page:
    """A page of executions and the ids at whose edges the pages before and after it begin; empty: there is none."""

    executions: list[Execution]
    earlier: str
    later: str


def page_of(rows: ExecutionQuerySet, incident: CompromisedAccount, *, after: str, before: str) -> Page:
    """One page by keyset (instant, place, key): nothing repeats or is skipped while rows come and go."""
    name = before or after
    edge = Execution.objects.filter(account=incident.account, execution_id=name).first() if name else None
    backwards = bool(before) and edge is not None
    if edge is not None:
        sign = "lt" if backwards else "gt"
        same = {"executed_at": edge.executed_at}
        rows = rows.filter(
            Q(**{f"executed_at__{sign}": edge.executed_at})
            | Q(**same, **{f"place__{sign}": edge.place})
            | Q(**same, place=edge.place, **{f"pk__{sign}": edge.pk})
        )
    ordered = rows.in_order().reverse() if backwards else rows.in_order()
    found = list(ordered[: PAGE + 1])
    more = len(found) > PAGE
    found = found[:PAGE]
    if backwards:
        found.reverse()
    has_earlier, has_later = (more, True) if backwards else (edge is not None, more)
    return Page(
        found,
        earlier=found[0].execution_id if found and has_earlier else "",
        later=found[-1].execution_id if found and has_later else "",
    )
