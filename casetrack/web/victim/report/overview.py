"""A report as a whole: the list of its pages, and the last look at all of it before it is handed in."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casetrack.evidence.models import EvidenceFile
from casetrack.firms.models import Firm
from casetrack.intake import services
from casetrack.intake.models import Draft
from casetrack.intake.sittings import Sitting, sitting_of
from casetrack.intake.steps import FILES, Part, Step, aside
from casetrack.intake.tabs import has_newer_text
from casetrack.lib.errors import DomainError
from casetrack.web.errors import explain
from casetrack.web.report.forms import DeclarationForm
from casetrack.web.report.pages import PAGES, aside_in, shown
from casetrack.web.victim.doors import for_victims, me, own_draft, posted


def files_of(draft: Draft) -> Any:
    return EvidenceFile.objects.visible_to(draft.user).filter(draft_key=draft.key, case=None).order_by("received_at")


def firm_names() -> dict[str, str]:
    return {firm.code: firm.name for firm in Firm.objects.all()}


def _task(draft: Draft, step: Step, answers: Any) -> dict[str, Any]:
    """A page of the list, with its status: complete, unfinished, optional (and not begun) or new."""
    files = files_of(draft).count() if step == FILES else 0
    status = "optional" if step.is_optional else "new"
    if files or step.is_complete(answers):
        status = "complete"
    elif step.is_begun(answers):
        status = "unfinished"
    return {"draft": draft, "step": step, "status": status, "files": files}


def _groups(sitting: Sitting) -> list[dict[str, Any]]:
    """The pages under headings: the person's, each firm's, the others."""
    names = firm_names() if sitting.is_of_several else {}
    groups: list[dict[str, Any]] = []
    for draft, step in sitting.pages():
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


@for_victims
def task_list(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    draft = own_draft(request, key)
    if draft.case:
        return redirect("victim:submitted", reference=draft.case.reference)
    if draft.lead:
        return redirect("victim:task-list", key=draft.lead.key)
    sitting = sitting_of(draft)
    groups = _groups(sitting)
    tasks = [task for group in groups for task in group["tasks"]]
    needed = [task for task in tasks if not task["step"].is_optional]
    context = {
        "draft": draft,
        "tasks": tasks,
        "groups": groups,
        "done": sum(task["status"] == "complete" for task in needed),
        "needed": len(needed),
        "is_ready": not sitting.unfinished(),
    }
    return render(request, "victim/report/task_list.html", context)


def _sections(sitting: Sitting) -> list[dict[str, Any]]:
    """Every page once more that must be answered or was begun; each firm's files after its pages."""
    missing, names = sitting.unfinished(), firm_names() if sitting.is_of_several else {}
    sections = []
    for draft, step in sitting.pages():
        answers, page = sitting.answers(draft), PAGES[step.identifier]
        if step.is_common:
            answers = sitting.common_answers()
        if step.is_optional and step != FILES and not step.is_begun(answers):
            continue
        sections.append(
            {
                "draft": draft,
                "step": step,
                "firm": "" if step.is_common else names.get(draft.firm_code, ""),
                "rows": shown(page, answers) if step != FILES else [],
                "files": files_of(draft) if step == FILES else [],
                "is_missing": (draft, step) in missing,
                "is_newer": has_newer_text(draft, step),
                "aside": aside_in(page, answers),
            }
        )
    return sections


def _left_out(sitting: Sitting) -> list[tuple[Draft, Step]]:
    return [
        (draft, step)
        for draft, step in sitting.pages()
        if step.is_optional and step != FILES and not step.is_begun(sitting.answers(draft))
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@for_victims
def check_answers(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Everything once more, then the declaration and the sending."""
    draft = own_draft(request, key)
    form = DeclarationForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            case = services.submit_draft(draft, actor=me(request), key=form.cleaned_data["idempotency_key"])
        except DomainError as error:
            form.add_error(None, explain(error))
        else:
            return redirect("victim:submitted", reference=case.reference)
    elif draft.case:
        return redirect("victim:submitted", reference=draft.case.reference)
    sitting = sitting_of(draft)
    names = firm_names()
    context = {
        "draft": sitting.lead,
        "form": form,
        "sections": _sections(sitting),
        "left_out": _left_out(sitting),
        "aside": [step for member in sitting.members for step in aside(sitting.answers(member))],
        "firms_aside": [names.get(one.firm_code, one.firm_code) for one in sitting.aside],
        "firms": [names.get(one.firm_code, "") for one in sitting.members] if sitting.is_of_several else [],
        "missing": sitting.unfinished(),
    }
    return render(request, "victim/report/check_answers.html", context)
