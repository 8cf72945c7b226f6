"""Writing a report: the first page, a page for each step, and deleting it. (The list of them is in `overview`.)"""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casetrack.evidence.services import remove_file as take_out
from casetrack.intake import services
from casetrack.intake.marks import awaits_list
from casetrack.intake.models import Draft
from casetrack.intake.sittings import Sitting, sitting_of
from casetrack.intake.steps import ACCOUNT, BROUGHT, FILES, TRADES, YOU, Step
from casetrack.intake.tabs import version_of
from casetrack.lib.errors import DomainError
from casetrack.people.models import Victim
from casetrack.people.services import once
from casetrack.web.accounts import language_now
from casetrack.web.errors import refuse
from casetrack.web.forms.fields import IdempotentForm
from casetrack.web.report.base import StepForm, query_of
from casetrack.web.report.pages import PAGES, Page
from casetrack.web.report.saving import is_newest
from casetrack.web.report.unsent import keeps_what_was_typed, tab_of, take_unsent
from casetrack.web.report.whole import OF_VICTIM, files_of, firm_names, place_in
from casetrack.web.victim.doors import for_victims, me, own_draft, posted
from casetrack.web.victim.files import take_files

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


def _page(step: str) -> Page:
    if step not in PAGES:
        raise Http404
    return PAGES[step]


@keeps_what_was_typed
@page_methods
@for_victims
def step(request: HttpRequest, key: uuid.UUID, step: str) -> HttpResponse:
    """One page of the report. Whatever is posted here is kept, right or wrong."""
    named, page = own_draft(request, key), _page(step)
    draft = sitting_of(named).owner_of(named, page.step)
    if draft.case:
        return redirect("victim:submitted", reference=draft.case.reference)
    if request.method == "POST":
        return _save(request, draft, page)
    unsent = take_unsent(request)
    if unsent is not None:
        form = page.form_of(draft, unsent)
        if not is_newest(draft, page, form, unsent, actor=me(request)):
            return _show(request, draft, page, form)
        _keep(request, draft, page, form)
        messages.warning(request, _("You had been signed out. What you typed is kept. Please check it and go on."))
        return _show(request, draft, page, form)
    typed = services.typed_in(draft, page.step)
    initial = _known_already(request) if page.step == YOU and not typed else {}
    form = page.form_of(draft, typed=query_of(typed) if typed else None, initial=initial)
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
    if page.step == TRADES and awaits_list(draft, answers):
        answers = None
    mark = tab_of(request.POST).mark
    services.save_step(draft, page.step, answers, actor=me(request), typed=form.typed(), mark=mark)
    return holds


def _save(request: HttpRequest, draft: Draft, page: Page) -> HttpResponse:
    form = page.form_of(draft, request.POST)
    try:
        if not is_newest(draft, page, form, request.POST, actor=me(request)):
            return _show(request, draft, page, form)
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
    sitting = sitting_of(draft)
    if page.step == TRADES and request.POST.get("known") == BROUGHT:
        return redirect("victim:brought", key=draft.key)
    if "check" in request.GET:
        return redirect("victim:check-answers", key=sitting.lead.key)
    way = _way(sitting)
    place = way.index((draft, page.step)) + 1 if (draft, page.step) in way else len(way)
    if place == len(way):
        return redirect("victim:task-list", key=sitting.lead.key)
    owner, following = way[place]
    return redirect("victim:step", key=owner.key, step=following.identifier)


def _way(sitting: Sitting) -> list[tuple[Draft, Step]]:
    """Where everybody comes by: what must be answered, and the files."""
    return [(draft, step) for draft, step in sitting.pages() if not step.is_optional or step == FILES]


def _show(request: HttpRequest, draft: Draft, page: Page, form: StepForm) -> HttpResponse:
    sitting = sitting_of(draft)
    context = {
        "draft": draft,
        "lead": sitting.lead,
        "page": page,
        "form": form,
        **place_in(sitting, draft, page.step),
        "firm": firm_names().get(draft.firm_code, "") if sitting.is_of_several and not page.step.is_common else "",
        "goes_to_all": sitting.is_of_several and page.step.is_common and page.step != ACCOUNT,
        "problems": list(form.problems()) if form.is_bound else [],
        "from_check": "check" in request.GET,
        "is_kept": page.step.is_begun(draft.answers),
        "version": version_of(draft, page.step),
        "tab": uuid.uuid4(),
        "files": files_of(draft) if page.step == FILES else [],
        "addresses": OF_VICTIM,
    }
    return render(request, page.template, context)


@page_methods
@for_victims
def delete(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    draft = own_draft(request, key)
    if draft.case or draft.lead:
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
    return render(request, "victim/report/delete.html", {"draft": draft, "form": form, "addresses": OF_VICTIM})


@page_methods
@for_victims
def remove_file(request: HttpRequest, key: uuid.UUID, file: uuid.UUID) -> HttpResponse:
    """Take a file out of the draft again, by a button of its own."""
    draft = own_draft(request, key)
    found = files_of(draft).filter(key=file).first()
    if found is None or request.method != "POST":
        raise Http404
    take_out(found, actor=me(request))
    messages.success(request, _("%(file)s was taken out.") % {"file": found.name})
    return redirect("victim:step", key=draft.key, step=FILES.identifier)
