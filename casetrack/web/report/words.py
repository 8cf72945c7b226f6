"""A report that was handed in, in words: for its receipt, and for the firm's people."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from casetrack.cases.models import Case
from casetrack.intake.steps import ACCOUNT, FILES, HELP, STEPS
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


def for_staff(case: Case) -> dict[str, Any]:
    """`needs`: what to bear in mind before calling, empty if nothing was said; `sections`: all the rest, answered
    questions alone."""
    said = [
        Section(section.identifier, section.title, [(label, value) for label, value in section.rows if value])
        for section in sections(case)
    ]
    needs = next((section.rows for section in said if section.identifier == HELP.identifier), [])
    return {"needs": needs, "sections": [s for s in said if s.rows and s.identifier != HELP.identifier]}
