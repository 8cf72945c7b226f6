"""A report as a whole: the rows of its list, its sections to be read once more, and the addresses of its pages."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from casetrack.evidence.models import EvidenceFile
from casetrack.firms.models import Firm
from casetrack.intake.marks import counts
from casetrack.intake.models import Draft
from casetrack.intake.sittings import Sitting
from casetrack.intake.steps import BROUGHT, FILES, TRADES, Part, Step, aside
from casetrack.intake.tabs import has_newer_text
from casetrack.web.report.pages import PAGES, Page, aside_in, listed, shown

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Addresses(NamedTuple):
    """The names of the addresses of a report's pages, for whoever writes it: the victim, or the firm on the telephone
    (`is_call`)."""

    base: str
    home: str
    home_label: "StrOrPromise"
    list: str
    step: str
    check: str
    delete: str
    autosave: str
    is_call: bool = False


OF_VICTIM = Addresses(
    "victim/base.html", "victim:home", _lazy("My cases"), "victim:task-list", "victim:step", "victim:check-answers",
    "victim:draft-delete", "victim:autosave",
)  # fmt: skip


def files_of(draft: Draft) -> Any:
    return EvidenceFile.objects.visible_to(draft.user).filter(draft_key=draft.key, case=None).order_by("received_at")


def firm_names() -> dict[str, str]:
    return {firm.code: firm.name for firm in Firm.objects.all()}


def _task(draft: Draft, step: Step, answers: Any) -> dict[str, Any]:
    """A page of the list, with its status: complete, unfinished, optional (and not begun) or new; and `open_rows`: how
    many trades of a broker's list have no answer yet."""
    files = files_of(draft).count() if step == FILES else 0
    status = "optional" if step.is_optional else "new"
    if files or step.is_complete(answers):
        status = "complete"
    elif step.is_begun(answers):
        status = "unfinished"
    open_rows = _tally(draft, step, answers).get("open", 0)
    return {"draft": draft, "step": step, "status": status, "files": files, "open_rows": open_rows}


def _tally(draft: Draft, step: Step, answers: Any) -> Mapping[str, int]:
    """How the trades of the broker's list are answered; empty where the page is another, or no list was brought."""
    facts = answers.get(step.identifier, {}).get("facts") or {}
    return counts(draft) if step == TRADES and facts.get("known") == BROUGHT else {}


def _groups(sitting: Sitting, pages: Mapping[str, Page]) -> list[dict[str, Any]]:
    """The pages under headings: the person's, each firm's, the others."""
    names = firm_names() if sitting.is_of_several else {}
    groups: list[dict[str, Any]] = []
    for draft, step in sitting.pages():
        if step.identifier not in pages:
            continue
        task = _task(draft, step, sitting.answers(draft))
        if not groups or groups[-1]["key"] != (step.part, draft):
            firm = names.get(draft.firm_code, "") if step.part is Part.FIRM else ""
            groups.append({"key": (step.part, draft), "title": _title(step.part, firm), "tasks": []})
        groups[-1]["tasks"].append(task)
    return groups


def _title(part: Part, firm: str) -> str:
    if part is Part.PERSON:
        return _("You and your accounts")
    if part is Part.MORE:
        return _("More about it")
    return _("What happened at %(firm)s") % {"firm": firm} if firm else _("What happened")


def _sections(sitting: Sitting, pages: Mapping[str, Page]) -> list[dict[str, Any]]:
    """Every page once more that must be answered or was begun; each firm's files after its pages."""
    missing, names = sitting.unfinished(), firm_names() if sitting.is_of_several else {}
    sections = []
    for draft, step in sitting.pages():
        if step.identifier not in pages:
            continue
        answers, page = sitting.answers(draft), pages[step.identifier]
        if step.is_common:
            answers = sitting.common_answers()
        if step.is_optional and step != FILES and not step.is_begun(answers):
            continue
        tally = _tally(draft, step, answers)
        sections.append(
            {
                "draft": draft,
                "step": step,
                "firm": "" if step.is_common else names.get(draft.firm_code, ""),
                "rows": [*shown(page, answers), *(listed(tally) if tally else [])] if step != FILES else [],
                "open_rows": tally.get("open", 0),
                "files": files_of(draft) if step == FILES else [],
                "is_missing": (draft, step) in missing,
                "is_newer": has_newer_text(draft, step),
                "aside": aside_in(page, answers),
            }
        )
    return sections


def _set_aside(sitting: Sitting) -> dict[str, Any]:
    """What another answer made irrelevant and is kept: pages (with the firm, of several), and whole firms."""
    names = firm_names() if sitting.is_of_several or sitting.aside else {}
    return {
        "aside": [
            (names.get(member.firm_code, "") if sitting.is_of_several else "", step)
            for member in sitting.members
            for step in aside(sitting.answers(member))
        ],
        "firms_aside": [names.get(one.firm_code, one.firm_code) for one in sitting.aside],
    }


def _left_out(sitting: Sitting, pages: Mapping[str, Page]) -> list[tuple[Draft, Step, str]]:
    """The optional pages that were not begun, each with its firm where there are several."""
    names = firm_names() if sitting.is_of_several else {}
    return [
        (draft, step, "" if step.is_common else names.get(draft.firm_code, ""))
        for draft, step in sitting.pages()
        if step.identifier in pages and step.is_optional and step != FILES and not step.is_begun(sitting.answers(draft))
    ]


def place_in(sitting: Sitting, draft: Draft, step: Step) -> dict[str, int]:
    """The `place` of a page among those that are needed (0: it is not), as the list counts them, and their `total`."""
    needed = [page for page in sitting.pages() if not page[1].is_optional]
    return {"place": needed.index((draft, step)) + 1 if (draft, step) in needed else 0, "total": len(needed)}


def list_of(sitting: Sitting, pages: Mapping[str, Page] = PAGES) -> dict[str, Any]:
    """What the list of the pages shows: which there are, how each stands, and whether the report can be handed in."""
    groups = _groups(sitting, pages)
    tasks = [task for group in groups for task in group["tasks"]]
    needed = [task for task in tasks if not task["step"].is_optional]
    return {
        "draft": sitting.lead,
        "tasks": tasks,
        "groups": groups,
        "done": sum(task["status"] == "complete" for task in needed),
        "needed": len(needed),
        "is_ready": not sitting.unfinished(),
        **_set_aside(sitting),
    }


def answers_of(sitting: Sitting, pages: Mapping[str, Page] = PAGES) -> dict[str, Any]:
    """What the last look shows: all that is handed in, what was left out, and what is set aside."""
    names = firm_names()
    return {
        "draft": sitting.lead,
        "sections": _sections(sitting, pages),
        "left_out": _left_out(sitting, pages),
        **_set_aside(sitting),
        "firms": [names.get(one.firm_code, "") for one in sitting.members] if sitting.is_of_several else [],
        "missing": sitting.unfinished(),
    }
