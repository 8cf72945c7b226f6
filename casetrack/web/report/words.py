"""A report that was handed in, in words: for its receipt, and for the firm's people."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from casetrack.cases.models import Case
from casetrack.intake.choices import Representative
from casetrack.intake.steps import ACCOUNT, FILES, HELP, REPRESENTATIVE, STEPS, Answers
from casetrack.web.report.pages import PAGES, Shown, shown

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Section:
    """One topic: its title, and (question, answer) rows."""

    identifier: str
    title: "StrOrPromise"
    rows: list[Shown]


def reported(case: Case) -> dict[str, dict[str, Any]]:
    """What was handed in, as a draft holds it; the accounts come from the case, their numbers masked."""
    steps = {name: {"facts": dict(facts)} for name, facts in case.report.get("steps", {}).items() if name in STEPS}
    if ACCOUNT.identifier in steps:
        rows = [
            {"firm": case.firm.code, "number": incident.masked, "kinds": incident.kinds}
            for incident in case.incidents.order_by("pk")
        ]
        steps[ACCOUNT.identifier]["facts"] = ACCOUNT.pack({"rows": rows})
    return steps


def sections(case: Case) -> list[Section]:
    """The report topic by topic, in the order of its pages; topics that were left out are not there."""
    steps = reported(case)
    found = [
        Section(name, step.title, shown(PAGES[name], steps))
        for name, step in STEPS.items()
        if name in steps and step != FILES
    ]
    return [section for section in found if section.rows]


def for_staff(case: Case, now: Answers) -> dict[str, Any]:
    """`needs` and `speaker`: what to bear in mind before calling, and who speaks for the person, as last said, empty if
    nothing was (`now`: the answers as last given); `sections`: the rest of the report, answered questions alone."""
    said = [Section(section.identifier, section.title, _answered(section.rows)) for section in sections(case)]
    nobody = now.get(REPRESENTATIVE.identifier, {}).get("facts", {}).get("kind") == Representative.NOBODY
    return {
        "needs": _answered(shown(PAGES[HELP.identifier], now)),
        "speaker": [] if nobody else _answered(shown(PAGES[REPRESENTATIVE.identifier], now)),
        "sections": [section for section in said if section.rows and section.identifier != HELP.identifier],
    }


def _answered(rows: list[Shown]) -> list[Shown]:
    return [(label, value) for label, value in rows if value]
