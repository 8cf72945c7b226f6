"""The report as one table of steps, in order. One topic each; every page, status and check follows from a row.

The pages (forms, texts, how answers are shown again) belong to the front end: `web.report.pages` has one for
each row here, and a test holds the two together.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from casetrack.cases.models import ClaimedSide, FirmAnswer, Kind, MfaOffered, Noticed, Vector
from casetrack.intake.answers import Facts, Question, Shape, pack, unpack
from casetrack.lib.errors import InvalidInput
from casetrack.people.models import Language

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Answers = Mapping[str, Mapping[str, Any]]
MOST_TRADES = 200
KNOWN, FIRM_LIST = "known", "firm_list"
UNFINISHED = gettext_noop("A part of your report is not finished.")


def _always(answers: Answers) -> bool:
    return True


@dataclass(frozen=True)
class Step:
    """One page of the report. `rows` are the questions of a part that repeats; `is_optional`: may stay empty."""

    identifier: str
    title: "StrOrPromise"
    hint: "StrOrPromise"
    questions: tuple[Question, ...] = ()
    rows: tuple[Question, ...] = ()
    is_optional: bool = False
    is_applicable: Callable[[Answers], bool] = field(default=_always)

    def pack(self, values: Mapping[str, Any]) -> Facts:
        """The answers as JSON."""
        packed = pack(self.questions, values)
        if self.rows:
            packed["rows"] = [pack(self.rows, row) for row in values.get("rows") or []]
        return packed

    def read(self, answers: Answers) -> Facts:
        """The step's answers as values, all checked again. Raises InvalidInput if it is not finished."""
        stored = answers.get(self.identifier, {}).get("facts")
        if stored is None:
            if self.is_optional:
                return {}
            raise InvalidInput(UNFINISHED, field=self.identifier)
        facts = unpack(self.questions, stored)
        if self.rows:
            facts["rows"] = [unpack(self.rows, row) for row in stored.get("rows") or []][:MOST_TRADES]
            if facts["known"] == KNOWN and not facts["rows"]:
                raise InvalidInput(UNFINISHED, field="rows")
        return facts

    def is_begun(self, answers: Answers) -> bool:
        return self.identifier in answers

    def is_complete(self, answers: Answers) -> bool:
        """Whether what is stored holds, and nothing newer was typed that does not."""
        if not self.is_begun(answers):
            return False
        try:
            self.read(answers)
        except InvalidInput:
            return False
        return True


def _choice(name: str, choices: list[str], *, required: bool = True) -> Question:
    return Question(name, Shape.CHOICE, required=required, choices=tuple(choices))


YOU = Step(
    "you",
    _("About you"),
    _("Name, language and how to reach you"),
    (
        Question("family_name", required=True, longest=80),
        Question("given_name", longest=80),
        Question("family_name_kana", longest=80),
        Question("given_name_kana", longest=80),
        _choice("language", Language.values),
        Question("telephone", longest=30),
    ),
)
ACCOUNT = Step(
    "account",
    _("Firm and account"),
    _("Which account was hijacked"),
    (
        Question("firm", required=True, longest=20),
        Question("number", Shape.ENCRYPTED, required=True),
        Question("kinds", Shape.CHOICES, choices=tuple(Kind.values)),
    ),
)
NOTICED = Step(
    "noticed",
    _("How you noticed"),
    _("When and how you found out"),
    (
        Question("noticed_at", Shape.INSTANT, required=True),
        _choice("noticed_how", Noticed.values),
        Question("noticed_note"),
    ),
)
TOLD = Step(
    "told",
    _("What you did and what the firm answered"),
    _("Calls to the firm, and when the account was frozen"),
    (
        _choice("firm_answer", FirmAnswer.values),
        Question("told_firm_at", Shape.INSTANT),
        Question("freeze_asked_at", Shape.INSTANT),
        Question("frozen_at", Shape.INSTANT),
        Question("firm_answer_note"),
    ),
)
LOG_IN = Step(
    "log-in",
    _("How you log in to the firm"),
    _("Protection of the log-in, and what you suspect"),
    (
        _choice("mfa_offered", MfaOffered.values),
        Question("mfa_kind", longest=80),
        _choice("vector", Vector.values),
    ),
)
TRADES = Step(
    "trades",
    _("What was sold and bought"),
    _("Trades that were not yours, as far as you know them"),
    (_choice("known", [KNOWN, FIRM_LIST]),),
    rows=(
        _choice("side", ClaimedSide.values),
        Question("security", required=True, longest=200),
        Question("traded_on", Shape.DATE),
        Question("quantity", Shape.NUMBER),
        Question("amount", Shape.NUMBER),
        _choice("on_margin", ["yes", "no", "unknown"], required=False),
    ),
)
FILES = Step(
    "files",
    _("Files"),
    _("Trade reports, mails, screenshots"),
    is_optional=True,
)
STEPS: dict[str, Step] = {step.identifier: step for step in (YOU, ACCOUNT, NOTICED, TOLD, LOG_IN, TRADES, FILES)}


def applicable(answers: Answers) -> list[Step]:
    return [step for step in STEPS.values() if step.is_applicable(answers)]


def unfinished(answers: Answers) -> list[Step]:
    """The steps that still hinder the submission. An optional one does not, unless it was begun and is wrong."""
    return [
        step
        for step in applicable(answers)
        if not step.is_complete(answers) and not (step.is_optional and not step.is_begun(answers))
    ]
