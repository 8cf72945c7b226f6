"""The firm proposes a valuation date, and answers what the customer proposed."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from casetrack.assessment.models import ValuationProposal
from casetrack.assessment.services import answer_date, fixed_date, propose_date
from casetrack.assessment.services.valuation_dates import may_propose, side_of
from casetrack.cases.models import Case
from casetrack.correspondence.models import Party
from casetrack.lib.errors import DomainError
from casetrack.web.firm.assess import policy_of
from casetrack.web.firm.doors import firm_case, for_staff, me, posted, refused
from casetrack.web.forms.fields import DateField3, LongTextField
from casetrack.web.valuation import proposals_of, waiting_for

ACCEPT, DECLINE = "accept", "decline"


class ProposeDateForm(forms.Form):
    valuation_on = DateField3(label=_("Valuation date"), name=_("the valuation date"), not_future=True)
    reason = LongTextField(
        label=_("Why this date?"), name=_("the reason"), max_length=2000, rows=4,
        help_text=_("The customer reads it and answers."),
    )  # fmt: skip


class AnswerDateForm(forms.Form):
    """Two buttons, and words that only a refusal needs."""

    prefix = "answer"
    reason = LongTextField(
        label=_("Your reason"), name=_("the reason"), max_length=2000, rows=3, required=False,
        help_text=_("Needed if you decline. The customer reads it."),
    )  # fmt: skip


@for_staff
@require_http_methods(["GET", "POST"])
def valuation(request: HttpRequest, reference: str) -> HttpResponse:
    """What the date of the case rests on, the proposals of both sides, and a form for one's own."""
    case, user = firm_case(request, reference), me(request)
    form, status = ProposeDateForm(posted(request)), 200
    if form.is_bound:
        status = 400
        if side_of(user, case) is None:
            raise Http404
        if form.is_valid():
            try:
                propose_date(case, form.cleaned_data["valuation_on"], reason=form.cleaned_data["reason"], actor=user)
            except DomainError as error:
                status = refused(form, error)
            else:
                messages.success(request, _("The customer was asked and can answer."))
                return redirect("firm:valuation", case.reference)
    return page(request, case, status, form=form)


@for_staff
@require_POST
def answer(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Accept the customer's date, or decline it with a reason."""
    case, user = firm_case(request, reference), me(request)
    proposals = ValuationProposal.objects.visible_to(user).select_related("case__firm")
    proposal = get_object_or_404(proposals, case=case, number=number, party=Party.VICTIM)
    form, status = AnswerDateForm(request.POST), 400
    if side_of(user, case) is None or request.POST.get("answer") not in (ACCEPT, DECLINE):
        raise Http404
    if form.is_valid():
        accepts = request.POST["answer"] == ACCEPT
        try:
            answer_date(proposal, accepts=accepts, reason=form.cleaned_data["reason"] or "", actor=user)
        except DomainError as error:
            status = refused(form, error)
        else:
            done = _("The date is agreed. A run takes it from now on.") if accepts else _("The date is declined.")
            messages.success(request, done)
            return redirect("firm:valuation", case.reference)
    return page(request, case, status, form=ProposeDateForm(), answer_form=form)


def page(request: HttpRequest, case: Case, status: int, **given: Any) -> HttpResponse:
    rows = proposals_of(case, me(request))
    policy, _error = policy_of(case)
    may_act = side_of(me(request), case) is not None and may_propose(case)
    answer_form = given.get("answer_form") or AnswerDateForm()
    context = {
        "case": case,
        "rows": rows,
        "policy": policy,
        "fixed": fixed_date(case, policy) if policy else None,
        "may_act": may_act,
        "waiting": waiting_for(rows, Party.FIRM) if may_act else None,
        **given,
        "answer_form": answer_form,
        # The summary of errors tells those of the form that was sent.
        "form": answer_form if answer_form.is_bound else given["form"],
        "propose_form": given["form"],
    }
    return render(request, "firm/valuation.html", context, status=status)
