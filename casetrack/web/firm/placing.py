"""Saying in which of several accounts a trade of the report was, where the victim did not know."""

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from casetrack.cases import permissions
from casetrack.intake.placing import is_unplaced, place_trade
from casetrack.lib.errors import DomainError
from casetrack.web.firm.case import incident_at, incidents_of
from casetrack.web.firm.doors import firm_case, for_staff, me, posted, refused
from casetrack.web.firm.executions import claimed
from casetrack.web.report.brought import account_field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import QueryDict


class PlaceForm(forms.Form):
    """In which account was it? By its place in the case, from 1."""

    def __init__(self, data: "QueryDict | None" = None, *, accounts: "Sequence[str]") -> None:
        super().__init__(data)
        self.fields["account"] = account_field(accounts, _("Account of this trade"), _("the account of this trade"))


@for_staff
@require_http_methods(["GET", "POST"])
def place_claim(request: HttpRequest, reference: str, place: int, number: int) -> HttpResponse:
    """Ask in which account the `number`-th claimed trade (from 1) of an account really was."""
    case = firm_case(request, reference)
    if not permissions.can_investigate(me(request), case):
        raise Http404
    incident, incidents = incident_at(case, place), incidents_of(case)
    trades = claimed(case, incident)
    if not 1 <= number <= len(trades):
        raise Http404
    trade = trades[number - 1]
    if not is_unplaced(trade):
        return redirect("firm:case", case.reference)
    form = PlaceForm(posted(request), accounts=[one.masked for one in incidents])
    status = 400 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            place_trade(trade, incidents[int(form.cleaned_data["account"]) - 1], actor=me(request))
        except DomainError as error:
            status = refused(form, error)
        else:
            messages.success(request, gettext("The account of this trade is recorded."))
            return redirect("firm:case", case.reference)
    context = {"case": case, "trade": trade, "form": form}
    return render(request, "firm/place_trade.html", context, status=status)
