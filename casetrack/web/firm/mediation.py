"""A mediation on the firm's pages: how it stands, and the firm's answer to a special conciliation proposal."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from casetrack.cases import permissions
from casetrack.cases.workflow import APPROVER
from casetrack.lib import clock
from casetrack.lib.errors import DomainError
from casetrack.mediation.models import ConciliationProposal, Mediation
from casetrack.mediation.services import agreed_amount, answer_as_firm, possible
from casetrack.mediation.services.leading import LONGEST
from casetrack.web.firm.doors import firm_case, for_staff, me, posted, refused
from casetrack.web.forms.fields import ChoiceField, LongTextField
from casetrack.web.mediations import context_of


class ReplyForm(forms.Form):
    reply = ChoiceField(
        label=gettext_lazy("The firm's answer"), name=gettext_lazy("the firm's answer"),
        choices=[("accept", gettext_lazy("Accept the proposal")), ("refuse", gettext_lazy("Refuse the proposal"))],
    )  # fmt: skip
    reason = LongTextField(
        label=gettext_lazy("Reasons"), name=gettext_lazy("the reasons"), max_length=LONGEST, rows=6, required=False,
        help_text=gettext_lazy("Needed to refuse. The body and the customer read them."),
    )  # fmt: skip


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def mediation(request: HttpRequest, reference: str) -> HttpResponse:
    """The last mediation of the case; for an approver also the form by which the firm answers."""
    case, user = firm_case(request, reference), me(request)
    found = Mediation.objects.visible_to(user).filter(case=case).select_related("body", "case__firm")
    last = found.order_by("number").last()
    if last is None:
        raise Http404
    shown: dict[str, Any] = context_of(last, clock.now(), user=user)
    proposal = shown["open_proposal"]
    is_approver = permissions.role_in(user, case) == APPROVER
    is_asked = proposal is not None and not proposal.firm_reply and "accept_as_firm" in possible(last, APPROVER)
    may_answer = is_approver and is_asked
    form = ReplyForm(posted(request)) if may_answer or request.method == "POST" else None
    status = 400 if request.method == "POST" else 200
    if form is not None and form.is_bound and proposal is None:
        raise Http404
    if form is not None and form.is_bound and form.is_valid():
        proposal.mediation = last
        given = form.cleaned_data
        try:
            answer_as_firm(proposal, is_accepted=given["reply"] == "accept", words=given["reason"] or "", actor=user)
        except DomainError as error:
            status = refused(form, error)
        else:
            messages.success(request, _("The answer is given. The body and the customer are told."))
            return redirect("firm:mediation", case.reference)
    context = {
        "case": case,
        **shown,
        "form": form,
        "is_asked": is_asked,
        "is_above_limit": may_answer
        and not permissions.is_within_limit(user, ConciliationProposal.objects.burden_of(proposal)),
        "agreed": agreed_amount(case),
        "run": case.assessments.order_by("number").last(),
        "can_offer": permissions.role_in(user, case) == "investigator",
    }
    return render(request, "firm/mediation.html", context, status=status)
