"""Answering what a customer asked for: reasons in writing, and a second review by somebody who took no part."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from casetrack.cases import permissions
from casetrack.cases.side_clocks import REASONS, SECOND_REVIEW
from casetrack.cases.workflow import APPROVER, INVESTIGATOR
from casetrack.lib.errors import DomainError
from casetrack.negotiation.services import close_review, give_reasons
from casetrack.negotiation.services.recourse import LONGEST, took_part, waiting
from casetrack.web.firm.doors import firm_case, for_staff, me, posted, refused
from casetrack.web.forms.fields import ChoiceField, LongTextField


class ReasonsForm(forms.Form):
    reason = LongTextField(
        label=gettext_lazy("The firm's reasons"), name=gettext_lazy("the reasons"), max_length=LONGEST, rows=12,
        help_text=gettext_lazy(
            "What was found, what it rests on, and how the amount came about. The customer reads it."
        ),
    )  # fmt: skip


class ReviewForm(ReasonsForm):
    outcome = ChoiceField(
        label=gettext_lazy("What did the review come to?"), name=gettext_lazy("what the review came to"),
        choices=[("upheld", gettext_lazy("The same result")), ("changed", gettext_lazy("Another result"))],
        hints={"changed": gettext_lazy("A new offer or a new look follows; say which.")},
    )  # fmt: skip
    field_order = ("outcome", "reason")


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def reasons(request: HttpRequest, reference: str) -> HttpResponse:
    case, user = firm_case(request, reference), me(request)
    asked = waiting(case, REASONS)
    if request.method != "POST" and (
        asked is None or permissions.role_in(user, case) not in (INVESTIGATOR, APPROVER)
    ):  # fmt: skip
        raise Http404
    form = ReasonsForm(posted(request))
    status = 400 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            give_reasons(case, form.cleaned_data["reason"], actor=user)
        except DomainError as error:
            status = refused(form, error)
        else:
            messages.success(request, _("The reasons are given. The customer is told."))
            return redirect("firm:case", case.reference)
    context = {"case": case, "form": form, "asked": asked, "title": _("Give the reasons in writing")}
    return render(request, "firm/recourse.html", context, status=status)


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, reference: str) -> HttpResponse:
    case, user = firm_case(request, reference), me(request)
    asked = waiting(case, SECOND_REVIEW)
    if request.method != "POST" and asked is None:
        raise Http404
    may_review = permissions.role_in(user, case) in (INVESTIGATOR, APPROVER) and not took_part(user, case)
    form = ReviewForm(posted(request)) if may_review or request.method == "POST" else None
    status = 400 if request.method == "POST" else 200
    if form is not None and form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            close_review(case, given["outcome"], given["reason"], actor=user)
        except DomainError as error:
            status = refused(form, error)
        else:
            messages.success(request, _("The review is closed. The customer is told."))
            return redirect("firm:case", case.reference)
    context = {"case": case, "form": form, "asked": asked, "title": _("Second review")}
    return render(request, "firm/recourse.html", context, status=status)
