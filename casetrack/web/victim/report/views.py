"""Writing a report: a hub with the steps, a page for each, a last look at all of it, and the receipt."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods

from casetrack.evidence.models import EvidenceFile
from casetrack.evidence.services import remove_file as take_out
from casetrack.intake import services
from casetrack.intake.models import Draft
from casetrack.intake.steps import FILES, YOU, Part, Step, applicable, aside, unfinished
from casetrack.lib.errors import DomainError
from casetrack.people.models import Victim
from casetrack.people.services import once
from casetrack.web.accounts import language_now
from casetrack.web.errors import explain, refuse
from casetrack.web.forms.fields import IdempotentForm
from casetrack.web.report.base import StepForm
from casetrack.web.report.forms import DeclarationForm
from casetrack.web.report.pages import PAGES, Page, aside_in, shown
from casetrack.web.victim.doors import for_victims, keeps_what_was_typed, me, own_draft, posted, query_of, take_unsent
from casetrack.web.victim.files import take_files

TITLES = {
    Part.PERSON: _lazy("You and your accounts"),
    Part.FIRM: _lazy("What happened"),
    Part.MORE: _lazy("Around it"),
}
page_methods = require_http_methods(["GET", "HEAD", "POST"])


@page_methods
@for_victims
def start(request: HttpRequest) -> HttpResponse:
    """Before the report: what it takes. Drafts that wait are offered first."""
    form = IdempotentForm(posted(request))
    if request.method == "POST" and form.is_valid():
        user, sent = me(request), form.cleaned_data["idempotency_key"]
        try:
            key = once(user, sent, "intake.start", lambda: str(services.start_draft(actor=user).key))
        except DomainError as error:
            refuse(form, error)
        else:
            return redirect("victim:task-list", key=key)
    drafts = Draft.objects.visible_to(me(request)).open().order_by("-saved_at")
    return render(request, "victim/report/start.html", {"form": form, "drafts": drafts})


def _files_of(draft: Draft) -> Any:
    return EvidenceFile.objects.visible_to(draft.user).filter(draft_key=draft.key, case=None).order_by("received_at")


def _status(draft: Draft, step: Step, files: int) -> str:
    if step == FILES and files:
        return "complete"
    if step.is_complete(draft.answers):
        return "complete"
    if step.is_begun(draft.answers):
        return "unfinished"
    return "optional" if step.is_optional else "new"


@for_victims
def task_list(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    draft = own_draft(request, key)
    if draft.case:
        return redirect("victim:submitted", reference=draft.case.reference)
    files = _files_of(draft).count()
    tasks: list[dict[str, Any]] = [
        {"step": step, "status": _status(draft, step, files)} for step in applicable(draft.answers)
    ]
    needed = [task for task in tasks if not task["step"].is_optional]
    context = {
        "draft": draft,
        "tasks": tasks,
        "groups": [{"title": TITLES[part], "tasks": [t for t in tasks if t["step"].part is part]} for part in Part],
        "files": files,
        "done": sum(task["status"] == "complete" for task in needed),
        "needed": len(needed),
        "is_ready": not unfinished(draft.answers),
    }
    return render(request, "victim/report/task_list.html", context)


def _page(step: str) -> Page:
    if step not in PAGES:
        raise Http404
    return PAGES[step]


@keeps_what_was_typed
@page_methods
@for_victims
def step(request: HttpRequest, key: uuid.UUID, step: str) -> HttpResponse:
    """One page of the report. Whatever is posted here is kept, right or wrong."""
    draft, page = own_draft(request, key), _page(step)
    if draft.case:
        return redirect("victim:submitted", reference=draft.case.reference)
    if request.method == "POST":
        return _save(request, draft, page)
    unsent = take_unsent(request)
    if unsent is not None:
        form = page.form(unsent)
        _keep(request, draft, page, form)
        messages.warning(request, _("You had been signed out. What you typed is kept. Please check it and go on."))
        return _show(request, draft, page, form)
    typed = services.typed_in(draft, page.step)
    initial = _known_already(request) if page.step == YOU and not typed else {}
    form = page.form(typed=query_of(typed) if typed else None, initial=initial)
    return _show(request, draft, page, form)


def _known_already(request: HttpRequest) -> dict[str, str]:
    victim = Victim.objects.of_user(me(request)).first()
    if victim is None:
        return {"language": language_now()}
    names = ("family_name", "given_name", "family_name_kana", "given_name_kana", "language", "telephone")
    return {name: getattr(victim, name) for name in names}


def _keep(request: HttpRequest, draft: Draft, page: Page, form: StepForm) -> bool:
    """Save what was typed, and the answers if they hold. Whether they do."""
    holds = form.is_valid()
    answers = form.values() if holds else None
    services.save_step(draft, page.step, answers, actor=me(request), typed=form.typed())
    return holds


def _save(request: HttpRequest, draft: Draft, page: Page) -> HttpResponse:
    form = page.form(request.POST)
    try:
        if (pressed := form.pressed()) is not None:
            services.save_step(draft, page.step, None, actor=me(request), typed=pressed.typed)
            if pressed.message:
                messages.warning(request, pressed.message)
            return _again(request, draft, page, pressed.anchor)
        if page.step == FILES and not take_files(request, form, draft_key=draft.key):
            return _show(request, draft, page, form)
        holds = _keep(request, draft, page, form)
    except DomainError as error:
        form.is_valid()
        refuse(form, error)
        return _show(request, draft, page, form)
    if "later" in request.POST:
        messages.info(request, _("Your report is saved. You can go on at any time, on any device."))
        return redirect("victim:home")
    if not holds:
        return _show(request, draft, page, form)
    if "again" in request.POST:
        return _again(request, draft, page)
    return _next(request, draft, page)


def _again(request: HttpRequest, draft: Draft, page: Page, anchor: str = "") -> HttpResponse:
    response = redirect("victim:step", key=draft.key, step=page.step.identifier)
    response["Location"] += ("?check" if "check" in request.GET else "") + (f"#{anchor}" if anchor else "")
    return response


def _next(request: HttpRequest, draft: Draft, page: Page) -> HttpResponse:
    """The next page that everybody fills in; after those, and after one of the others, the list of all."""
    if "check" in request.GET:
        return redirect("victim:check-answers", key=draft.key)
    steps = applicable(draft.answers)
    after = steps[steps.index(page.step) + 1 :] if page.step in steps and is_on_the_way(page.step) else []
    following = next(filter(is_on_the_way, after), None)
    if following is None:
        return redirect("victim:task-list", key=draft.key)
    return redirect("victim:step", key=draft.key, step=following.identifier)


def is_on_the_way(step: Step) -> bool:
    """Whether everybody comes by: what must be answered, and the files."""
    return not step.is_optional or step == FILES


def _show(request: HttpRequest, draft: Draft, page: Page, form: StepForm) -> HttpResponse:
    steps = applicable(draft.answers)
    context = {
        "draft": draft,
        "page": page,
        "form": form,
        "place": steps.index(page.step) + 1 if page.step in steps else 0,
        "total": len(steps),
        "problems": list(form.problems()) if form.is_bound else [],
        "from_check": "check" in request.GET,
        "files": _files_of(draft) if page.step == FILES else [],
    }
    return render(request, page.template, context)


@page_methods
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
    missing, answers = unfinished(draft.answers), draft.answers
    steps = [step for step in applicable(answers) if step != FILES]
    context = {
        "draft": draft,
        "form": form,
        "sections": [
            {
                "step": step,
                "rows": shown(PAGES[step.identifier], answers),
                "is_missing": step in missing,
                "aside": aside_in(PAGES[step.identifier], answers),
            }
            for step in steps
            if not step.is_optional or step.is_begun(answers)
        ],
        "left_out": [step for step in steps if step.is_optional and not step.is_begun(answers)],
        "aside": aside(answers),
        "missing": missing,
        "files": _files_of(draft),
    }
    return render(request, "victim/report/check_answers.html", context)


@page_methods
@for_victims
def delete(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    draft = own_draft(request, key)
    if draft.case:
        raise Http404
    form = IdempotentForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.delete_draft(draft, actor=me(request))
        except DomainError as error:
            refuse(form, error)
        else:
            messages.success(request, _("The draft and its files are deleted."))
            return redirect("victim:home")
    return render(request, "victim/report/delete.html", {"draft": draft, "form": form})


@page_methods
@for_victims
def remove_file(request: HttpRequest, key: uuid.UUID, file: uuid.UUID) -> HttpResponse:
    """Take a file out of the draft again, by a button of its own."""
    draft = own_draft(request, key)
    found = _files_of(draft).filter(key=file).first()
    if found is None or request.method != "POST":
        raise Http404
    take_out(found, actor=me(request))
    messages.success(request, _("%(file)s was taken out.") % {"file": found.name})
    return redirect("victim:step", key=draft.key, step=FILES.identifier)
