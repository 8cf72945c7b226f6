"""What a step of the report is: one topic, one page, and the questions it asks."""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_noop

from casetrack.intake.answers import Condition, Facts, Question, Shape, pack, set_aside, unpack
from casetrack.lib.errors import InvalidInput

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Answers = Mapping[str, Mapping[str, Any]]
MOST_ROWS = 200
UNFINISHED = gettext_noop("A part of your report is not finished.")


def _always(answers: Answers) -> bool:
    return True


def _never(facts: Facts) -> bool:
    return False


class Part(enum.Enum):
    """The parts of the task list. What is asked in FIRM concerns one firm alone; all else is asked once."""

    PERSON = "person"
    FIRM = "firm"
    MORE = "more"


@dataclass(frozen=True)
class Step:
    """One page of the report.

    `rows` are the questions of a part that repeats, and `needs_row` says by the other answers whether one at least
    must be there. An optional step may stay empty. One that is not applicable is set aside with its answers.
    """

    identifier: str
    title: "StrOrPromise"
    hint: "StrOrPromise"
    questions: tuple[Question, ...] = ()
    rows: tuple[Question, ...] = ()
    part: Part = Part.FIRM
    is_optional: bool = False
    needs_row: Callable[[Facts], bool] = field(default=_never)
    is_applicable: Callable[[Answers], bool] = field(default=_always)

    @property
    def is_common(self) -> bool:
        """Whether it is asked once for all firms of a sitting."""
        return self.part is not Part.FIRM

    def pack(self, values: Mapping[str, Any]) -> Facts:
        """The answers as JSON."""
        packed = pack(self.questions, values)
        if self.rows:
            packed["rows"] = [pack(self.rows, row) for row in values.get("rows") or []]
        return packed

    def read(self, answers: Answers) -> Facts:
        """The step's answers as values, all checked again; nothing for an optional step that was not begun.

        Raises InvalidInput if it is not finished.
        """
        stored = answers.get(self.identifier, {}).get("facts")
        if stored is None:
            if self.is_optional:
                return {}
            raise InvalidInput(UNFINISHED, field=self.identifier)
        facts = unpack(self.questions, stored)
        if self.rows:
            facts["rows"] = [unpack(self.rows, row) for row in stored.get("rows") or []][:MOST_ROWS]
            if self.needs_row(facts) and not facts["rows"]:
                raise InvalidInput(UNFINISHED, field="rows")
        return facts

    def is_begun(self, answers: Answers) -> bool:
        return self.identifier in answers

    def is_complete(self, answers: Answers) -> bool:
        """Whether what is stored holds, and nothing newer was typed that does not."""
        stored = answers.get(self.identifier)
        if stored is None or "facts" not in stored:
            return bool(stored is not None and self.is_optional and not self.questions and not self.rows)
        try:
            self.read(answers)
        except InvalidInput:
            return False
        return True

    def set_aside(self, answers: Answers) -> list[str]:
        """The names of the questions that were answered and do not matter now, because of another answer here."""
        return set_aside(self.questions, answers.get(self.identifier, {}).get("facts") or {})


def choice(name: str, choices: list[str], *, required: bool = True, when: Condition | None = None) -> Question:
    """A question with a few answers."""
    return Question(name, Shape.CHOICE, required=required, choices=tuple(choices), when=when)


def choices(name: str, allowed: list[str], *, when: Condition | None = None) -> Question:
    """A question to which any number of a few answers may be given, or none."""
    return Question(name, Shape.CHOICES, choices=tuple(allowed), when=when)
