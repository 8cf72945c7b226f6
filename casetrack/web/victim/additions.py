"""After the report: what was said, topic by topic, with what was added and put right since, and the forms for both."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from casetrack.cases.models import Case
from casetrack.documents.models import Document, DocumentKind
from casetrack.intake.additions import (
    CORRECTABLE,
    IN_WORDS,
    add_fact,
    answers_now,
    correct_answers,
    correct_in_words,
    why_closed,
)
from casetrack.intake.steps import Step
from casetrack.lib.errors import DomainError, InvalidInput
from casetrack.web.errors import refuse
from casetrack.web.report.additions import said
from casetrack.web.report.base import PageForm, StepForm, query_of
from casetrack.web.report.pages import PAGES, Page
from casetrack.web.report.rows import RowsForm
from casetrack.web.victim.doors import for_victims, me, own_case, posted
from casetrack.web.victim.forms import CaseForm, CorrectionForm, CorrectionInWordsForm, FactForm
from casetrack.web.victim.letters import problems_of

page_methods = require_http_methods(["GET", "HEAD", "POST"])


@page_methods
@for_victims
def report(request: HttpRequest, reference: str) -> HttpResponse:
    """What was said and when, and a form for what was remembered since."""
    case, user = own_case(request, reference), me(request)
    form = FactForm(posted(request))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if _done(form, lambda: add_fact(case, given["text"], actor=user, key=given["idempotency_key"])):
            messages.success(request, _("What you added was sent to the firm."))
            return redirect("victim:said", reference=case.reference)
    own = Document.objects.visible_to(user).filter(case=case)
    context = {
        "case": case,
        "said": said(case),
        "closed": why_closed(case),
        "has_report": bool(case.report),
        "receipt": own.filter(kind=DocumentKind.RECEIPT).first(),
        "form": form,
        "problems": problems_of(form),
    }
    return render(request, "victim/said.html", context)


@page_methods
@for_victims
def correct(request: HttpRequest, reference: str, step: str) -> HttpResponse:
    """Put right what was said in one topic: its own form with the present answers, or in one's own words."""
    case = own_case(request, reference)
    if step not in CORRECTABLE or not case.report:
        raise Http404
    if request.method != "POST" and why_closed(case):
        return redirect("victim:said", reference=case.reference)
    change = _correct_in_words if step in IN_WORDS else _correct_answers
    return change(request, case, CORRECTABLE[step])


def _correct_in_words(request: HttpRequest, case: Case, step: Step) -> HttpResponse:
    user, form = me(request), CorrectionInWordsForm(posted(request))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data

        def write() -> None:
            key, reason = given["idempotency_key"], given["reason"] or ""
            correct_in_words(case, step, given["text"], actor=user, reason=reason, key=key)

        if _done(form, write):
            return _corrected(request, case)
    topic = next((topic for topic in said(case).topics if topic.identifier == step.identifier), None)
    context = {"case": case, "step": step, "topic": topic, "form": form, "problems": problems_of(form)}
    return render(request, "victim/said_in_words.html", context)


def _correct_answers(request: HttpRequest, case: Case, step: Step) -> HttpResponse:
    user, page = me(request), PAGES[step.identifier]
    form, why = _filled(page, _present(case, step)), CorrectionForm()
    if request.method == "POST":
        form, why = page.form(request.POST), CorrectionForm(request.POST)
        if (pressed := form.pressed()) is not None:
            if pressed.message:
                messages.warning(request, pressed.message)
            form = page.form(typed=query_of(pressed.typed))
            why = CorrectionForm(initial={"reason": request.POST.get("reason", "")})
        elif form.is_valid() and why.is_valid():
            values, given = form.values(), why.cleaned_data

            def write() -> None:
                key, reason = given["idempotency_key"], given["reason"] or ""
                correct_answers(case, step, values, actor=user, reason=reason, key=key)

            if _done(form, write):
                return _corrected(request, case)
    problems = [*form.problems(), *why.problems()] if form.is_bound else []
    context = {"case": case, "step": step, "page": page, "form": form, "why": why, "problems": problems}
    return render(request, "victim/said_correct.html", context)


def _present(case: Case, step: Step) -> Mapping[str, Any]:
    """The present answers as values; nothing for a topic that was left out."""
    try:
        return step.read(answers_now(case))
    except InvalidInput:
        return {}


def _filled(page: Page, facts: Mapping[str, Any]) -> StepForm:
    if not issubclass(page.form, RowsForm):
        return page.form(initial=dict(facts))
    rows = facts.get("rows") or []
    form = page.form(typed=query_of({"rows_total": [str(max(len(rows), 1))]}))
    form.initial = dict(facts)
    for row_form, row in zip(form.rows, rows, strict=False):
        row_form.initial = dict(row)
    return form


def _done(form: PageForm | CaseForm, write: Callable[[], None]) -> bool:
    """Do the write; a refusal stands on the form."""
    try:
        write()
    except DomainError as error:
        refuse(form, error)
        return False
    return True


def _corrected(request: HttpRequest, case: Case) -> HttpResponse:
    messages.success(request, _("Your correction was sent to the firm. What you said first stays beside it."))
    return redirect("victim:said", reference=case.reference)
