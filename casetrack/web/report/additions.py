"""The report as it stands: what was said on the first day, and beside it what was added and put right later.

For the victim's page and the firm's: both read the same.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from casetrack.cases.models import Case
from casetrack.intake.additions import IN_WORDS
from casetrack.intake.models import Addition
from casetrack.intake.steps import FILES, STEPS, applicable
from casetrack.web.report.pages import PAGES, Shown, shown
from casetrack.web.report.words import reported

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Version:
    """An answer in words; `at` is when it was given, None for the first day."""

    value: str
    at: dt.datetime | None = None


@dataclass
class Line:
    """One question with every answer that was given to it, the present one last."""

    label: "StrOrPromise"
    versions: list[Version]

    @property
    def now(self) -> Version:
        return self.versions[-1]

    @property
    def earlier(self) -> list[Version]:
        return self.versions[:-1]


@dataclass
class Topic:
    """`words` are corrections in the victim's own words, `reasons` why answers were put right."""

    identifier: str
    title: "StrOrPromise"
    lines: list[Line] = field(default_factory=list)
    words: list[Addition] = field(default_factory=list)
    reasons: list[Addition] = field(default_factory=list)


@dataclass(frozen=True)
class Said:
    """`topics` in the order of the report; `unsaid` were left out and may still be told; `facts` were remembered; `now`
    are the answers as last given, as a draft holds them."""

    topics: list[Topic]
    unsaid: list[Topic]
    facts: list[Addition]
    now: Mapping[str, Mapping[str, Any]]

    @property
    def changed(self) -> list[Topic]:
        """The topics in which something was put right."""
        return [t for t in self.topics if t.words or t.reasons or any(line.earlier or line.now.at for line in t.lines)]


def said(case: Case) -> Said:
    """All that the victim of a case has said in report, additions and corrections."""
    additions = list(Addition.objects.filter(case=case).select_related("author").order_by("added_at", "pk"))
    steps = reported(case)
    after = steps | {row.topic: {"facts": row.facts} for row in additions if row.facts is not None}
    possible = {step.identifier for step in applicable(after)}
    topics = [_topic(name, steps, additions) for name, step in STEPS.items() if step != FILES]
    told = [topic for topic in topics if topic.lines or topic.words]
    unsaid = [topic for topic in topics if topic not in told and topic.identifier in possible] if steps else []
    return Said(told, unsaid, [row for row in additions if not row.topic], after)


def _topic(name: str, steps: dict[str, dict[str, object]], additions: Sequence[Addition]) -> Topic:
    own = [row for row in additions if row.topic == name]
    topic = Topic(name, STEPS[name].title)
    if name in steps:
        _say(topic, shown(PAGES[name], steps), None)
    for row in own:
        if row.facts is not None:
            _say(topic, shown(PAGES[name], steps | {name: {"facts": row.facts}}), row.added_at)
    topic.words = [row for row in own if name in IN_WORDS]
    topic.reasons = [row for row in own if row.reason and name not in IN_WORDS]
    return topic


def _say(topic: Topic, rows: Sequence[Shown], at: dt.datetime | None) -> None:
    """Put the answers of `at` beside those before. A question that no longer stands there has no answer now."""
    known = {str(line.label): line for line in topic.lines}
    given = {str(label): value for label, value in rows}
    for label, value in rows:
        if (line := known.get(str(label))) is None:
            if value or at is None:
                topic.lines.append(Line(label, [Version(value, at)]))
        elif line.now.value != value:
            line.versions.append(Version(value, at))
    for label, line in known.items():
        if label not in given and line.now.value:
            line.versions.append(Version("", at))
