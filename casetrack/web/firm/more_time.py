"""Asking the customer for more time on the running clock."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from django.views.decorators.http import require_http_methods

from casetrack.cases.extensions import MOST_DAYS, extendable_clock, open_request
from casetrack.cases.permissions import CASEWORKERS, role_in
from casetrack.cases.services import request_extension
from casetrack.lib import clock
from casetrack.lib.errors import DomainError
from casetrack.web.firm.doors import firm_case, for_staff, me, posted, refused
from casetrack.web.forms.fields import LongTextField, SelectField

DAYS = ngettext_lazy("%(days)s business day", "%(days)s business days", "days")


class MoreTimeForm(forms.Form):
    days = SelectField(
        label=_("How many business days more?"),
        name=_("how many business days more"),
        choices=[(str(days), DAYS % {"days": days}) for days in range(1, MOST_DAYS + 1)],
    )
    reason = LongTextField(
        label=_("Why do you need more time?"), name=_("why you need more time"), max_length=2000, rows=5,
        help_text=_("The customer reads it and decides. Say what is still to be done."),
    )  # fmt: skip


@for_staff
@require_http_methods(["GET", "POST"])
def more_time(request: HttpRequest, reference: str) -> HttpResponse:
    """The page that asks; with no clock to extend, or while a request waits, it leads back to the case."""
    case, user = firm_case(request, reference), me(request)
    now = clock.now()
    events = list(case.events.order_by("at", "id"))
    running = extendable_clock(case, events, now)
    form, status = MoreTimeForm(posted(request)), 400 if request.method == "POST" else 200
    may_ask = role_in(user, case) in CASEWORKERS and running is not None and case.victim_user_id is not None
    if not form.is_bound and (not may_ask or open_request(case, events, now)):
        return redirect("firm:case", case.reference)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            request_extension(case, int(given["days"]), reason=given["reason"], actor=user)
        except DomainError as error:
            status = refused(form, error)
        else:
            messages.success(request, _("The customer was asked. The day stays as it is until they agree."))
            return redirect("firm:case", case.reference)
    return render(request, "firm/more_time.html", {"case": case, "form": form, "running": running}, status=status)
