"""The good-faith ledger in words and as CSV, the same for the firm, for the victim and for a copy of the case."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from casetrack.cases.models import Case
from casetrack.cases.timeline import CLOCKS, SENTENCES, UNKNOWN
from casetrack.lib import clock, files
from casetrack.lib.formats import bracketed, colon
from casetrack.lib.money import plain
from casetrack.negotiation.good_faith import (
    BODY,
    BOTH,
    FIRM_SIDE,
    MET,
    MISSED,
    OVER,
    PAUSED,
    RUNNING,
    UNTIMED,
    VICTIM_SIDE,
    Pending,
    Row,
    good_faith_of,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SIDES: dict[str, "StrOrPromise"] = {
    FIRM_SIDE: gettext_lazy("Firm"),
    VICTIM_SIDE: gettext_lazy("Customer"),
    BOTH: gettext_lazy("Both"),
    BODY: gettext_lazy("Mediation body"),
    "": gettext_lazy("Automatically"),
}
OUTCOMES: dict[str, tuple["StrOrPromise", str]] = {
    RUNNING: (gettext_lazy("Running"), "progress"),
    PAUSED: (gettext_lazy("Stands still"), "waiting"),
    MET: (gettext_lazy("In time"), "good"),
    MISSED: (gettext_lazy("Late"), "alert"),
    OVER: (gettext_lazy("No longer needed"), "idle"),
    UNTIMED: (gettext_lazy("No fixed day"), "idle"),
}
WAITING: dict[str, "StrOrPromise"] = {
    "question": pgettext_lazy("ledger", "Answer the firm's question"),
    "offer": pgettext_lazy("ledger", "Answer the firm's offer"),
    **CLOCKS,
}


@dataclass(frozen=True)
class Shown:
    """A row or what waits, with its words."""

    row: Row | Pending
    what: "StrOrPromise"
    side: "StrOrPromise"
    outcome: "StrOrPromise"
    tone: str
    by: "StrOrPromise" = ""


def shown(row: Row) -> Shown:
    label, tone = OUTCOMES[row.outcome]
    what = SENTENCES.get(row.action, UNKNOWN).staff
    if row.of:
        what = _waits(row.of, row.part)
    elif row.about:
        what = f"{what}{bracketed(row.about)}"
    return Shown(row, what, SIDES[row.side], label, tone, SIDES[row.by])


def waiting(pending: Pending) -> Shown:
    label, tone = OUTCOMES[pending.outcome]
    return Shown(pending, _waits(pending.of, pending.part), SIDES[pending.side], label, tone)


def _waits(of: str, part: int | None) -> "StrOrPromise":
    what = WAITING[of]
    return what if part is None else f"{what}{colon()}{_('Offer %(number)s') % {'number': part}}"


def csv_text(case: Case, *, is_outside: bool = False) -> str:
    """The steps done, one a line: times of Tokyo in ISO 8601, amounts in whole yen, words in the reader's language.
    `is_outside` as `good_faith_of`."""
    head = [
        _("When"), _("Step"), _("By"), _("Who had to act"), _("Until when"), _("How it stands"), _("Reasons"),
        _("Firm"), _("Customer"), _("Gap"),
    ]  # fmt: skip
    rows = good_faith_of(case, clock.now(), is_outside=is_outside).rows
    lines: list[list[object]] = [list(head), *(_line(shown(row), row) for row in rows)]
    return files.csv_text(lines)


def _line(words: Shown, row: Row) -> list[object]:
    due = row.due_at.astimezone(clock.TOKYO).isoformat(timespec="seconds") if row.due_at else ""
    amounts = ["" if amount is None else plain(amount) for amount in (row.firm, row.victim, row.gap)]
    at = row.at.astimezone(clock.TOKYO).isoformat(timespec="seconds")
    return [at, words.what, words.by, words.side, due, words.outcome, reason_of(row), *amounts]


def reason_of(row: Row) -> str:
    """The reason, or that there is none where one may be expected."""
    if row.is_withheld:
        return _("A reason was recorded, but not for both sides.")
    return _("No reason given") if row.lacks_reason else row.reason
