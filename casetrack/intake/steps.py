"""The report as one table of steps, in order. One topic each; every page, status and check follows from a row.

The pages (forms, texts, how answers are shown again) belong to the front end: `web.report.pages` has one for each row
here, and a test holds the two together.
"""

from django.utils.translation import gettext_lazy as _

from casetrack.cases.models import ClaimedSide, FirmAnswer, Kind, MfaOffered, Noticed, Vector
from casetrack.intake.answers import Question, Shape
from casetrack.intake.choices import SecondCheck
from casetrack.intake.step import MOST_ROWS, Answers, Part, Step, choice, choices
from casetrack.intake.topics import (
    ADDRESS,
    BEFORE,
    BODIES,
    CONSENTS,
    HAPPENED,
    HELP,
    MARGIN,
    REPRESENTATIVE,
    TALKS,
    WISHES,
)
from casetrack.people.models import Language

__all__ = [
    "ACCOUNT",
    "ADDRESS",
    "BEFORE",
    "BODIES",
    "BROUGHT",
    "CONSENTS",
    "FILES",
    "FIRM_LIST",
    "HAPPENED",
    "HELP",
    "KNOWN",
    "LOG_IN",
    "MARGIN",
    "MOST_TRADES",
    "NOTICED",
    "REPRESENTATIVE",
    "STEPS",
    "TALKS",
    "TOLD",
    "TRADES",
    "WISHES",
    "YOU",
    "Answers",
    "Part",
    "Step",
    "applicable",
    "aside",
    "unfinished",
]  # fmt: skip
MOST_TRADES = MOST_ROWS
# What is known of the trades: typed in, not at all, or the rows of a file (`BroughtTrade`; then there is one at least).
KNOWN, FIRM_LIST, BROUGHT = "known", "firm_list", "brought"
TOLD_IT = ("firm_answer", tuple(set(FirmAnswer.values) - {FirmAnswer.NOT_ASKED.value}))
OFFERED = ("mfa_offered", (MfaOffered.USED.value, MfaOffered.NOT_USED.value))
USED = ("mfa_offered", (MfaOffered.USED.value,))

YOU = Step(
    "you",
    _("About you"),
    _("Name, language and how to reach you"),
    (
        Question("family_name", required=True, longest=80),
        Question("given_name", longest=80),
        Question("family_name_kana", longest=80),
        Question("given_name_kana", longest=80),
        choice("language", Language.values),
        Question("telephone", longest=30),
    ),
    part=Part.PERSON,
)
ACCOUNT = Step(
    "account",
    _("Firms and accounts"),
    _("Which accounts were hijacked"),
    rows=(
        Question("firm", required=True, longest=20),
        Question("number", Shape.ENCRYPTED, required=True),
        choices("kinds", Kind.values),
    ),
    part=Part.PERSON,
    needs_row=lambda facts: True,
)
NOTICED = Step(
    "noticed",
    _("How you noticed"),
    _("When and how you found out"),
    (
        Question("noticed_at", Shape.INSTANT, required=True),
        choice("noticed_how", Noticed.values),
        Question("noticed_note"),
    ),
)
TOLD = Step(
    "told",
    _("What you did and what the firm answered"),
    _("Calls to the firm, and when the account was frozen"),
    (
        choice("firm_answer", FirmAnswer.values),
        Question("told_firm_at", Shape.INSTANT, when=TOLD_IT),
        Question("freeze_asked_at", Shape.INSTANT, when=TOLD_IT),
        Question("frozen_at", Shape.INSTANT, when=TOLD_IT),
        Question("firm_answer_note"),
    ),
)
LOG_IN = Step(
    "log-in",
    _("How you log in to the firm"),
    _("Protection of the log-in, and what you suspect"),
    (
        choice("mfa_offered", MfaOffered.values),
        choices("mfa_choices", SecondCheck.values, when=OFFERED),
        Question("mfa_kind", longest=80, when=USED),
        Question("mfa_since", Shape.DATE, when=USED),
        choice("vector", Vector.values),
    ),
)
TRADES = Step(
    "trades",
    _("What was sold and bought"),
    _("Trades that were not yours, as far as you know them"),
    (choice("known", [KNOWN, FIRM_LIST, BROUGHT]),),
    rows=(
        choice("side", ClaimedSide.values),
        Question("security", required=True, longest=200),
        Question("traded_on", Shape.DATE),
        Question("quantity", Shape.NUMBER),
        Question("amount", Shape.NUMBER),
        choice("on_margin", ["yes", "no", "unknown"], required=False),
        Question("account", longest=64),
    ),
    needs_row=lambda facts: facts["known"] == KNOWN,
)
FILES = Step(
    "files",
    _("Files"),
    _("Trade reports, mails, screenshots"),
    is_optional=True,
)
STEPS: dict[str, Step] = {
    step.identifier: step
    for step in (
        YOU, ADDRESS, REPRESENTATIVE, HELP, ACCOUNT,
        NOTICED, TOLD, TALKS, LOG_IN, TRADES, HAPPENED, MARGIN, FILES,
        BEFORE, BODIES, WISHES, CONSENTS,
    )
}  # fmt: skip


def applicable(answers: Answers) -> list[Step]:
    """The steps that matter beside these answers, in order."""
    return [step for step in STEPS.values() if step.is_applicable(answers)]


def aside(answers: Answers) -> list[Step]:
    """The steps that were begun and do not matter now: kept, not handed in, back as soon as they matter again."""
    return [step for step in STEPS.values() if step.is_begun(answers) and not step.is_applicable(answers)]


def unfinished(answers: Answers) -> list[Step]:
    """The steps that still hinder the submission. An optional one does not, unless it was begun and is wrong."""
    return [
        step
        for step in applicable(answers)
        if not step.is_complete(answers) and not (step.is_optional and not step.is_begun(answers))
    ]
