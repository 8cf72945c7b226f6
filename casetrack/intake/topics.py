"""The topics that a report may go into. All are optional: nobody has to open one to hand in a report."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from casetrack.cases.models import FirmAnswer
from casetrack.intake.answers import Question, Shape
from casetrack.intake.choices import (
    Body,
    BodyState,
    Changed,
    Channel,
    Contact,
    Device,
    Known,
    Lives,
    Need,
    Power,
    Representative,
    Scan,
    SharedWith,
    ShareWith,
    TypedIn,
    Wish,
)
from casetrack.intake.step import Answers, Part, Step, choice, choices

IN_JAPAN, ABROAD = ("lives", (Lives.JAPAN.value,)), ("lives", (Lives.ABROAD.value,))
REPRESENTED = ("kind", (Representative.LAWYER.value, Representative.FAMILY.value, Representative.OTHER.value))
SUSPICIOUS = ("contacts", tuple(set(Contact.values) - {Contact.NONE.value}))
WITHDRAWN, DEMANDED = ("withdrawn", (Known.YES.value,)), ("demanded", (Known.YES.value,))


def _facts(answers: Answers, step: str) -> Any:
    return answers.get(step, {}).get("facts") or {}


def _spoke_to_firm(answers: Answers) -> bool:
    return bool(_facts(answers, "told").get("firm_answer") != FirmAnswer.NOT_ASKED)


ADDRESS = Step(
    "address",
    _("Your address"),
    _("For letters, if the firm has an old one"),
    (
        choice("lives", Lives.values),
        Question("postcode", longest=8, when=IN_JAPAN),
        Question("prefecture", longest=10, when=IN_JAPAN),
        Question("city", longest=80, when=IN_JAPAN),
        Question("street", longest=120, when=IN_JAPAN),
        Question("building", longest=120, when=IN_JAPAN),
        Question("abroad", longest=400, when=ABROAD),
    ),
    part=Part.PERSON,
    is_optional=True,
)
REPRESENTATIVE = Step(
    "representative",
    _("Somebody who speaks for you"),
    _("A lawyer, somebody of the family or another person"),
    (
        choice("kind", Representative.values),
        Question("name", required=True, longest=120, when=REPRESENTED),
        Question("relation", longest=120, when=REPRESENTED),
        Question("telephone", longest=30, when=REPRESENTED),
        Question("email", longest=254, when=REPRESENTED),
        choice("power", Power.values, required=False, when=REPRESENTED),
    ),
    part=Part.PERSON,
    is_optional=True,
)
HELP = Step(
    "help",
    _("What we should bear in mind"),
    _("Age, distress, illness, disability: say it once, here"),
    (choices("needs", Need.values), Question("what_helps", longest=1000)),
    part=Part.PERSON,
    is_optional=True,
)
TALKS = Step(
    "talks",
    _("Your talks with the firm"),
    _("When, with whom, and what was answered"),
    rows=(
        Question("talked_at", Shape.INSTANT),
        choice("channel", Channel.values),
        Question("person", longest=120),
        Question("said", required=True),
    ),
    is_optional=True,
    is_applicable=_spoke_to_firm,
)
HAPPENED = Step(
    "happened",
    _("Other things in the account"),
    _("Unknown log-ins, changed settings, withdrawals"),
    (
        choice("log_ins", Known.values, required=False),
        Question("log_ins_note", longest=1000, when=("log_ins", (Known.YES.value,))),
        choices("changed", Changed.values),
        choice("withdrawn", Known.values, required=False),
        Question("withdrawn_amount", Shape.NUMBER, when=WITHDRAWN),
        Question("withdrawn_on", Shape.DATE, when=WITHDRAWN),
    ),
    is_optional=True,
)
MARGIN = Step(
    "margin",
    _("Margin trading and demands of the firm"),
    _("Forced sales, and money that the firm asks you to pay"),
    (
        choice("liquidated", Known.values, required=False),
        Question("liquidated_note", longest=1000, when=("liquidated", (Known.YES.value,))),
        choice("demanded", Known.values, required=False),
        Question("demanded_amount", Shape.NUMBER, when=DEMANDED),
        Question("demanded_until", Shape.DATE, when=DEMANDED),
    ),
    is_optional=True,
)
BEFORE = Step(
    "before",
    _("What may have led to it"),
    _("Suspicious mails and sites, devices, passwords"),
    (
        choices("contacts", Contact.values),
        Question("contacted_on", Shape.DATE, when=SUSPICIOUS),
        Question("contact_note", longest=1000, when=SUSPICIOUS),
        choices("typed_in", TypedIn.values, when=SUSPICIOUS),
        choices("devices", Device.values),
        choice("reused", Known.values, required=False),
        choices("shared_with", SharedWith.values),
        choice("scan", Scan.values, required=False),
        Question("scan_note", longest=1000, when=("scan", (Scan.FOUND.value,))),
    ),
    part=Part.MORE,
    is_optional=True,
)
BODIES = Step(
    "bodies",
    _("Police and other bodies"),
    _("Where you have been, and what came of it"),
    rows=(
        choice("body", Body.values),
        Question("office", longest=120),
        choice("state", BodyState.values),
        Question("number", longest=60),
        Question("refusal", longest=1000, when=("state", (BodyState.REFUSED.value,))),
        Question("went_on", Shape.DATE),
    ),
    part=Part.MORE,
    is_optional=True,
)
WISHES = Step(
    "wishes",
    _("What you wish"),
    _("Shares back, money, an explanation, records"),
    (choices("wishes", Wish.values), Question("wish_note")),
    part=Part.MORE,
    is_optional=True,
)
CONSENTS = Step(
    "consents",
    _("Who else may see the report"),
    _("Police, JSDA, FSA, FINMAC: only if you agree"),
    (choices("share_with", ShareWith.values),),
    part=Part.MORE,
    is_optional=True,
)
