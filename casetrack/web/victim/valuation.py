"""The victim proposes a valuation date, and answers what the firm proposed."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from casetrack.assessment.models import ValuationProposal
from casetrack.assessment.services import answer_date, propose_date
from casetrack.assessment.services.valuation_dates import may_propose
from casetrack.cases.models import Case
from casetrack.correspondence.models import Party
from casetrack.web.forms.fields import DateField3, LongTextField
from casetrack.web.valuation import proposals_of, waiting_for
from casetrack.web.victim.doors import for_victims, me, own_case, posted
from casetrack.web.victim.forms import CaseForm
from casetrack.web.victim.letters import page_methods, problems_of, write_once

ACCEPT, DECLINE = "accept", "decline"


class ProposeDateForm(CaseForm):
    valuation_on = DateField3(
        label=_("On which day should it be valued?"), name=_("the day"), not_future=True,
        help_text=_("The prices at the end of this day are taken."),
    )  # fmt: skip
    reason = LongTextField(
        label=_("Why this day?"), name=_("the reason"), max_length=2000, rows=4,
        help_text=_("The firm reads it and answers. For example: “I would have kept these shares until today.”"),
    )  # fmt: skip


class AnswerDateForm(CaseForm):
    """Two buttons, and words that only a refusal needs."""

    prefix = "answer"
    answer = forms.ChoiceField(choices=[(ACCEPT, ACCEPT), (DECLINE, DECLINE)], widget=forms.HiddenInput)
    reason = LongTextField(
        label=_("If you decline: why?"), name=_("the reason"), max_length=2000, rows=3, required=False,
        help_text=_("The firm reads it."),
    )  # fmt: skip


@page_methods
@for_victims
def valuation(request: HttpRequest, reference: str) -> HttpResponse:
    """The valuation date in words, the proposals of both sides, and a form for one's own."""
    case, user = own_case(request, reference), me(request)
    form = ProposeDateForm(posted(request))

    def write() -> None:
        propose_date(case, form.cleaned_data["valuation_on"], reason=form.cleaned_data["reason"], actor=user)

    if write_once(request, form, "assessment.propose_date", write):
        messages.success(request, _("The firm was asked and answers here."))
        return redirect("victim:valuation", reference=case.reference)
    return page(request, case, form, AnswerDateForm())


@require_POST
@for_victims
def answer(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Accept the firm's date, or decline it with a reason."""
    case, user = own_case(request, reference), me(request)
    proposals = ValuationProposal.objects.visible_to(user).select_related("case__firm")
    proposal = get_object_or_404(proposals, case=case, number=number, party=Party.FIRM)
    form = AnswerDateForm(request.POST)
    if form["answer"].value() not in (ACCEPT, DECLINE):
        raise Http404
    accepts = form["answer"].value() == ACCEPT

    def write() -> None:
        answer_date(proposal, accepts=accepts, reason=form.cleaned_data["reason"] or "", actor=user)

    if write_once(request, form, "assessment.answer_date", write):
        messages.success(request, _("The date is agreed.") if accepts else _("You have declined the date."))
        return redirect("victim:valuation", reference=case.reference)
    return page(request, case, ProposeDateForm(), form)


def page(request: HttpRequest, case: Case, form: ProposeDateForm, answer_form: AnswerDateForm) -> HttpResponse:
    rows = proposals_of(case, me(request))
    may_act = may_propose(case)
    context: dict[str, Any] = {
        "case": case,
        "rows": rows,
        "agreed": next((row for row in rows if row.state == "accepted"), None),
        "may_act": may_act,
        "waiting": waiting_for(rows, Party.VICTIM) if may_act else None,
        "form": form,
        "answer_form": answer_form,
        "problems": problems_of(form) or problems_of(answer_form),
    }
    return render(request, "victim/valuation.html", context)
