"""One security of a settlement in kind: the instruction to the back office, and the word that it is done."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from casetrack.cases.models import CompromisedAccount
from casetrack.cases.permissions import role_in
from casetrack.cases.workflow import APPROVER, INVESTIGATOR
from casetrack.lib import clock
from casetrack.lib.errors import DomainError
from casetrack.negotiation.models import Settlement
from casetrack.negotiation.restoration import Custody
from casetrack.negotiation.services.restorations import (
    Item,
    confirm_restoration,
    instruct_restoration,
    items_of,
)
from casetrack.web.firm.doors import firm_case, for_staff, me, posted, refused
from casetrack.web.firm.settlements import settlement_of
from casetrack.web.forms.fields import ChoiceField, DateField3, SelectField, TextField


class InstructionForm(forms.Form):
    custody = ChoiceField(
        label=gettext_lazy("Kind of securities account"),
        name=gettext_lazy("the kind of securities account"),
        choices=Custody.choices,
    )
    lot = TextField(
        label=gettext_lazy("Tax lot"), name=gettext_lazy("the tax lot"), max_length=200,
        help_text=gettext_lazy("Day and price of acquisition at which it is booked."),
    )  # fmt: skip

    def __init__(self, *args: Any, accounts: list[CompromisedAccount], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.accounts = {str(place): account for place, account in enumerate(accounts, start=1)}
        choices = [(place, account.masked) for place, account in self.accounts.items()]
        self.fields["incident"] = SelectField(
            label=_("Account"), name=_("the account"), choices=lambda: choices, initial="1"
        )
        self.order_fields(["incident", "custody", "lot"])

    @property
    def incident(self) -> CompromisedAccount:
        return self.accounts[self.cleaned_data["incident"]]


class DoneForm(forms.Form):
    done_on = DateField3(label=gettext_lazy("Done on"), name=gettext_lazy("the day on which it was done"))


@for_staff
@require_http_methods(["GET", "POST"])
def restoration(request: HttpRequest, reference: str, number: int, place: int) -> HttpResponse:
    """The investigator instructs, an approver confirms; `place` counts the securities of the settlement from 1."""
    case = firm_case(request, reference)
    settlement = settlement_of(case, number)
    items = items_of(settlement)
    if not 1 <= place <= len(items):
        raise Http404
    item = items[place - 1]
    if role_in(me(request), case) != (APPROVER if item.instruction else INVESTIGATOR):
        raise Http404
    form: forms.Form
    if item.instruction is None:
        form = InstructionForm(posted(request), accounts=list(case.incidents.order_by("pk")))
    else:
        form = DoneForm(posted(request), initial={"done_on": clock.tokyo_date(clock.now())})
    status = 400 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            messages.success(request, _write(item, form, settlement, request))
        except DomainError as error:
            status = refused(form, error)
        else:
            return redirect("firm:settlement", case.reference, number)
    context = {"case": case, "settlement": settlement, "item": item, "form": form}
    return render(request, "firm/restoration.html", context, status=status)


def _write(item: Item, form: forms.Form, settlement: Settlement, request: HttpRequest) -> str:
    given = form.cleaned_data
    if isinstance(form, InstructionForm):
        instruct_restoration(
            settlement, item.security, incident=form.incident, custody=given["custody"], lot=given["lot"],
            actor=me(request),
        )  # fmt: skip
        return _("The back office is instructed. An approver confirms when it is done.")
    assert item.instruction is not None  # noqa: S101  (the view has looked)
    confirm_restoration(item.instruction, done_on=given["done_on"], actor=me(request))
    return _("It is confirmed. The customer is told.")
