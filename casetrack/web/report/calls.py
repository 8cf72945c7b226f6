"""The pages of a report that the firm takes down on the telephone: the victim's own, but that the firm is known, files
come later, and a list of trades as a file is not there to be brought."""

from dataclasses import replace
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from casetrack.intake import steps
from casetrack.intake.calls import LONGEST_NOTE, Identified
from casetrack.intake.steps import BROUGHT
from casetrack.lib.crypto import account_index
from casetrack.web.forms.fields import CheckboxField, ChoiceField, IdempotentForm, LongTextField
from casetrack.web.report.forms import AccountForm, AccountsForm, TradesForm
from casetrack.web.report.pages import PAGES, Page
from casetrack.web.report.rows import RowsForm
from casetrack.web.report.whole import Addresses


class CallersAccountForm(AccountForm):
    firm = None  # type: ignore[assignment]  # how Django takes a field away


class CallersAccountsForm(AccountsForm):
    """The caller's accounts at the firm that took the call."""

    row_form = CallersAccountForm

    def clean(self) -> dict[str, Any]:
        cleaned, seen = RowsForm.clean(self), set()
        for row in self.rows:
            if row.is_bound and not row.is_empty and row.is_valid():
                if (account := account_index("", row.cleaned_data["number"])) in seen:
                    row.add_error("number", _("You have entered this account already. Remove it here, or correct it"))
                seen.add(account)
        return cleaned


class CallersTradesForm(TradesForm):
    def __init__(self, data: QueryDict | None = None, *, typed: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, typed=typed, **kwargs)
        known = self.fields["known"]
        assert isinstance(known, forms.ChoiceField)  # noqa: S101  (as TradesForm declares it)
        known.choices = [(value, label) for value, label in known.choices if value != BROUGHT]  # type: ignore[misc,union-attr]


class CallForm(IdempotentForm):
    """Before the report: who is calling?"""

    identified = ChoiceField(
        label=_("How did you make sure who is calling?"), name=_("how you made sure who is calling"),
        choices=Identified.choices,
    )  # fmt: skip
    note = LongTextField(
        label=_("Note on this"), required=False, max_length=LONGEST_NOTE, rows=2,
        help_text=_("For example who calls for the customer. The customer does not read it."),
    )  # fmt: skip


class TakeOverForm(forms.Form):
    """`seen` is `hold_of` the report that the question is about."""

    seen = forms.CharField(max_length=40, widget=forms.HiddenInput)


class ReadBackForm(IdempotentForm):
    declared = CheckboxField(
        label=_(
            "I have read this report to the caller, who says that it is true and that the firm may use it to work on"
            " the case."
        ),
        name=_("that you have read the report to the caller"),
    )


CALL_PAGES: dict[str, Page] = {name: page for name, page in PAGES.items() if name != steps.FILES.identifier}
CALL_PAGES[steps.ACCOUNT.identifier] = replace(
    PAGES[steps.ACCOUNT.identifier], form=CallersAccountsForm, lead=_("Every account at your firm that was hijacked.")
)
CALL_PAGES[steps.TRADES.identifier] = replace(PAGES[steps.TRADES.identifier], form=CallersTradesForm)
CALL_PAGES[steps.TOLD.identifier] = replace(PAGES[steps.TOLD.identifier], template="victim/report/step.html")
OF_CALL = Addresses(
    "firm/telephone_base.html", "firm:telephone", _("Reports by telephone"), "firm:telephone-list",
    "firm:telephone-step", "firm:telephone-check", "firm:telephone-delete", "firm:telephone-autosave",
    is_call=True,
)  # fmt: skip
