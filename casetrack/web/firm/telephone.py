"""Taking a report on the telephone, on the pages that victims use. One colleague at a time writes it."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from casetrack.intake import services
from casetrack.intake.calls import begin_call, caller_in, hold_of, may_take_calls, open_calls, take_over_call
from casetrack.intake.models import Draft
from casetrack.intake.sittings import sitting_of
from casetrack.intake.steps import ACCOUNT, Step
from casetrack.intake.tabs import version_of
from casetrack.lib.errors import DomainError
from casetrack.people.services import once
from casetrack.web.errors import explain, refuse
from casetrack.web.firm.doors import for_staff, me, posted, refused
from casetrack.web.forms.fields import IdempotentForm
from casetrack.web.report.base import StepForm, query_of
from casetrack.web.report.calls import CALL_PAGES, OF_CALL, CallForm, ReadBackForm, TakeOverForm
from casetrack.web.report.pages import Page
from casetrack.web.report.saving import autosaved, is_newest, signed_out
from casetrack.web.report.unsent import keeps_what_was_typed, tab_of, take_unsent
from casetrack.web.report.whole import answers_of, list_of


def taker(request: HttpRequest) -> Any:
    """The member of staff, who may take reports; 404 for everybody else."""
    user = me(request)
    if not may_take_calls(user):
        raise Http404
    return user


def firms_call(request: HttpRequest, taken: uuid.UUID) -> Draft:
    """A report that the user's firm takes on the telephone, whoever writes it, or 404."""
    drafts = Draft.objects.visible_to(taker(request)).select_related("case", "user__membership")
    return get_object_or_404(drafts, key=taken)


def _elsewhere(request: HttpRequest, draft: Draft) -> HttpResponse | None:
    """Where to go instead: to the case that the report became, or to the question whether to take it over."""
    if draft.case:
        return redirect("firm:case", draft.case.reference)
    if draft.user_id != me(request).pk:
        return redirect("firm:telephone-take-over", taken=draft.key)
    return None


@for_staff
@require_http_methods(["GET", "POST"])
def calls(request: HttpRequest) -> HttpResponse:
    """Begin a report; those of the firm that were begun and not handed in are offered first."""
    user, form = taker(request), CallForm(posted(request))
    status = 400 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        given = form.cleaned_data

        def begin() -> str:
            return str(begin_call(given["identified"], given["note"], actor=user).key)

        try:
            begun = once(user, given["idempotency_key"], "intake.begin_call", begin)
        except DomainError as error:
            status = refused(form, error)
        else:
            return redirect("firm:telephone-list", taken=begun)
    waiting = [(draft, caller_in(draft)) for draft in open_calls(user)]
    context = {
        "form": form,
        "own": [(draft, caller) for draft, caller in waiting if draft.user_id == user.pk],
        "colleagues": [(draft, caller) for draft, caller in waiting if draft.user_id != user.pk],
    }
    return render(request, "firm/telephone.html", context, status=status)


@for_staff
@require_safe
def call(request: HttpRequest, taken: uuid.UUID) -> HttpResponse:
    """The list of the pages of one report."""
    draft = firms_call(request, taken)
    if elsewhere := _elsewhere(request, draft):
        return elsewhere
    context = {**list_of(sitting_of(draft), CALL_PAGES), "addresses": OF_CALL}
    return render(request, "victim/report/task_list.html", context)


@keeps_what_was_typed
@for_staff
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, taken: uuid.UUID, step: str) -> HttpResponse:
    """One page. Whatever is posted here is kept, right or wrong; if a colleague writes the report now, it is shown."""
    draft = firms_call(request, taken)
    if step not in CALL_PAGES:
        raise Http404
    page = CALL_PAGES[step]
    if request.method == "POST" and not draft.case:
        return _save(request, draft, page)
    if elsewhere := _elsewhere(request, draft):
        return elsewhere
    unsent = take_unsent(request)
    if unsent is not None:
        return _go_on(request, draft, page, page.form_of(draft, unsent), unsent)
    typed = services.typed_in(draft, page.step)
    return _show(request, draft, page, page.form_of(draft, typed=query_of(typed) if typed else None))


def _go_on(request: HttpRequest, draft: Draft, page: Page, form: StepForm, unsent: QueryDict) -> HttpResponse:
    """The page with what was typed there while signed out, which is kept unless something newer is there."""
    if is_newest(draft, page, form, unsent, actor=me(request)):
        _keep(request, draft, page, form)
        messages.warning(request, _("You had been signed out. What you typed is kept. Please check it and go on."))
    return _show(request, draft, page, form)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def autosave(request: HttpRequest, taken: uuid.UUID, step: str) -> HttpResponse:
    """As `saving.autosaved` and, to somebody signed out, `saving.signed_out`."""
    address = reverse("firm:telephone-step", kwargs={"taken": taken, "step": step})
    if not request.user.is_authenticated:
        return signed_out(request, address)
    draft = firms_call(request, taken)
    if step not in CALL_PAGES:
        raise Http404
    return autosaved(request, draft, CALL_PAGES[step], address, actor=me(request))


def _keep(request: HttpRequest, draft: Draft, page: Page, form: StepForm) -> bool:
    """Save what was typed, and the answers if they hold. Whether they do."""
    holds = form.is_valid()
    answers = _answers(draft, page, form) if holds else None
    mark = tab_of(request.POST).mark
    services.save_step(draft, page.step, answers, actor=me(request), typed=form.typed(), mark=mark)
    return holds


def _save(request: HttpRequest, draft: Draft, page: Page) -> HttpResponse:
    form, user = page.form_of(draft, request.POST), me(request)
    try:
        if not is_newest(draft, page, form, request.POST, actor=user):
            return _show(request, draft, page, form)
        pressed = form.pressed()
        if pressed is not None:
            services.save_step(draft, page.step, None, actor=user, typed=pressed.typed)
            if pressed.message:
                messages.warning(request, pressed.message)
            anchor = f"#{pressed.anchor}" if pressed.anchor else ""
            return _to(draft, page.step, ("?check" if "check" in request.GET else "") + anchor)
        holds = _keep(request, draft, page, form)
    except DomainError as error:
        form.is_valid()
        refuse(form, error)
        return _show(request, draft, page, form)
    if "later" in request.POST:
        messages.info(request, _("The report is saved. You can go on with it later."))
        return redirect("firm:telephone")
    if not holds:
        return _show(request, draft, page, form)
    return _next(request, draft, page)


def _answers(draft: Draft, page: Page, form: StepForm) -> dict[str, Any]:
    """The answers of a page; the accounts are at the firm that takes the call."""
    answers = form.values()
    if page.step == ACCOUNT:
        answers["rows"] = [{**row, "firm": draft.firm_code} for row in answers["rows"]]
    return answers


def _to(draft: Draft, step: Step, more: str = "") -> HttpResponse:
    response = redirect("firm:telephone-step", taken=draft.key, step=step.identifier)
    response["Location"] += more
    return response


def _way(draft: Draft) -> list[Step]:
    """The pages that must be answered, in order."""
    steps = [step for _draft, step in sitting_of(draft).pages()]
    return [step for step in steps if not step.is_optional and step.identifier in CALL_PAGES]


def _next(request: HttpRequest, draft: Draft, page: Page) -> HttpResponse:
    if "check" in request.GET:
        return redirect("firm:telephone-check", taken=draft.key)
    way = _way(draft)
    place = way.index(page.step) + 1 if page.step in way else len(way)
    return _to(draft, way[place]) if place < len(way) else redirect("firm:telephone-list", taken=draft.key)


def _show(request: HttpRequest, draft: Draft, page: Page, form: StepForm) -> HttpResponse:
    way = _way(draft)
    context = {
        "draft": draft,
        "lead": draft,
        "page": page,
        "form": form,
        "place": way.index(page.step) + 1 if page.step in way else 0,
        "total": len(way),
        "problems": list(form.problems()) if form.is_bound else [],
        "from_check": "check" in request.GET,
        "is_kept": page.step.is_begun(draft.answers),
        "version": version_of(draft, page.step),
        "tab": uuid.uuid4(),
        "addresses": OF_CALL,
    }
    status = 400 if form.is_bound and request.method == "POST" else 200
    return render(request, page.template, context, status=status)


@for_staff
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, taken: uuid.UUID) -> HttpResponse:
    """Everything once more, to be read to the caller; then the case is opened and the customer gets a code."""
    draft, form = firms_call(request, taken), ReadBackForm(posted(request))
    status = 400 if form.is_bound else 200
    is_ours = form.is_bound and draft.user_id == me(request).pk
    if not is_ours and (elsewhere := _elsewhere(request, draft)):
        return elsewhere
    if form.is_bound and form.is_valid():
        try:
            case = services.submit_draft(draft, actor=me(request), key=form.cleaned_data["idempotency_key"])
        except DomainError as error:
            status = refused(form, error)
        else:
            messages.success(request, _("The case is opened. Now make the code with which the customer takes it over."))
            return redirect("firm:claim-code", case.reference)
    context = {**answers_of(sitting_of(draft), CALL_PAGES), "form": form, "addresses": OF_CALL}
    return render(request, "firm/telephone_check.html", context, status=status)


@for_staff
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, taken: uuid.UUID) -> HttpResponse:
    """Ask, then delete a report that was begun."""
    draft = firms_call(request, taken)
    if draft.case:
        raise Http404
    if elsewhere := _elsewhere(request, draft):
        return elsewhere
    form = IdempotentForm(posted(request))
    if form.is_bound and form.is_valid():
        try:
            services.delete_draft(draft, actor=me(request))
        except DomainError as error:
            refuse(form, error)
        else:
            messages.success(request, _("The report that was begun is deleted."))
            return redirect("firm:telephone")
    return render(request, "victim/report/delete.html", {"draft": draft, "form": form, "addresses": OF_CALL})


@for_staff
@require_http_methods(["GET", "POST"])
def take_over(request: HttpRequest, taken: uuid.UUID) -> HttpResponse:
    """Ask, then go on with a report that a colleague wrote until now."""
    draft = firms_call(request, taken)
    if draft.case or draft.user_id == me(request).pk:
        return redirect("firm:telephone-list", taken=draft.key)
    form = TakeOverForm(posted(request), initial={"seen": hold_of(draft)})
    if form.is_bound and form.is_valid():
        try:
            take_over_call(draft, form.cleaned_data["seen"], actor=me(request))
        except DomainError as error:
            messages.warning(request, explain(error))
        else:
            messages.success(request, _("You go on with this report now."))
        return redirect("firm:telephone-list", taken=draft.key)
    context = {"draft": draft, "caller": caller_in(draft), "form": form, "addresses": OF_CALL}
    return render(request, "firm/telephone_take_over.html", context, status=400 if form.is_bound else 200)
