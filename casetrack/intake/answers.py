"""Answers of a report as values and as the JSON that a draft keeps."""

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_noop as _

from casetrack.lib.clock import TOKYO
from casetrack.lib.crypto import decrypt, encrypt
from casetrack.lib.errors import InvalidInput
from casetrack.lib.money import plain

Facts = dict[str, Any]
# A question of the same step and the answers to it that count.
Condition = tuple[str, tuple[str, ...]]


class Shape(enum.Enum):
    """What an answer is as a value. JSON holds each as a string (a list of strings, a list of rows)."""

    TEXT = "text"
    ENCRYPTED = "encrypted"
    CHOICE = "choice"
    CHOICES = "choices"
    DATE = "date"
    INSTANT = "instant"
    NUMBER = "number"


@dataclass(frozen=True)
class Question:
    """One thing that is asked. `choices` are the answers allowed; `longest` bounds a text.

    `when` names another question of the same step and the answers to it that make this one matter. While it does not
    matter its answer is set aside: kept, but neither checked nor handed in.
    """

    name: str
    shape: Shape = Shape.TEXT
    required: bool = False
    choices: tuple[str, ...] = ()
    longest: int = 2000
    when: Condition | None = None

    def matters(self, answers: Mapping[str, Any]) -> bool:
        """Whether the question matters beside the step's other `answers` (values, or what is stored)."""
        if self.when is None:
            return True
        name, wanted = self.when
        given = answers.get(name)
        return not set(wanted).isdisjoint(given if isinstance(given, list) else [given])

    @property
    def nothing(self) -> Any:
        """The value of a question that was not answered."""
        if self.shape is Shape.CHOICES:
            return []
        return "" if self.shape in (Shape.TEXT, Shape.CHOICE) else None


def to_json(question: Question, value: Any) -> Any:
    if value is None or value == "":
        return ""
    if question.shape is Shape.CHOICES:
        return [str(part) for part in value]
    if question.shape is Shape.ENCRYPTED:
        return encrypt(str(value))
    if isinstance(value, dt.datetime):
        return value.astimezone(TOKYO).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return plain(value) if isinstance(value, Decimal) else str(value)


def _parse(question: Question, text: str) -> Any:
    match question.shape:
        case Shape.DATE:
            return dt.date.fromisoformat(text)
        case Shape.INSTANT:
            instant = dt.datetime.fromisoformat(text)
            return instant if instant.tzinfo else instant.replace(tzinfo=TOKYO)
        case Shape.NUMBER:
            number = Decimal(text)
            if not number.is_finite() or number < 0:
                raise ValueError(text)
            return number
        case Shape.ENCRYPTED:
            return decrypt(text)
        case Shape.CHOICE if text not in question.choices:
            raise ValueError(text)
        case Shape.TEXT if len(text) > question.longest:
            raise ValueError(text)
    return text


def from_json(question: Question, stored: Any) -> Any:
    """The value of a stored answer; None where there is none. Raises InvalidInput for what does not hold."""
    if question.shape is Shape.CHOICES:
        chosen = [part for part in stored or [] if isinstance(part, str)]
        if not set(chosen) <= set(question.choices) or (question.required and not chosen):
            raise _unanswered(question)
        return chosen
    if stored in (None, ""):
        if question.required:
            raise _unanswered(question)
        return question.nothing
    try:
        return _parse(question, str(stored))
    except (ValueError, InvalidOperation):
        raise _unanswered(question) from None


def _unanswered(question: Question) -> InvalidInput:
    return InvalidInput(_("A part of your report is not finished."), field=question.name)


def pack(questions: tuple[Question, ...], values: Mapping[str, Any]) -> Facts:
    """Values as JSON, of these questions alone."""
    return {question.name: to_json(question, values.get(question.name)) for question in questions}


def unpack(questions: tuple[Question, ...], stored: Mapping[str, Any]) -> Facts:
    """JSON as values, each checked again; what is set aside counts as not answered. Raises InvalidInput."""
    return {
        question.name: from_json(question, stored.get(question.name)) if question.matters(stored) else question.nothing
        for question in questions
    }


def set_aside(questions: tuple[Question, ...], stored: Mapping[str, Any]) -> list[str]:
    """The names of the questions that were answered once and do not matter now."""
    return [q.name for q in questions if stored.get(q.name) and not q.matters(stored)]
