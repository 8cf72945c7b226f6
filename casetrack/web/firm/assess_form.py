"""The form of a run: its valuation date, and the prices that market data lacks."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from casetrack.assessment.models import Method
from casetrack.evidence.models import EvidenceFile
from casetrack.web.forms.fields import (
    ChoiceField,
    DateField3,
    DecimalTextField,
    LongTextField,
    MultipleChoiceField,
    TextField,
)


class AssessForm(forms.Form):
    """Valuation date, and a field for the price of every security and the rate of every currency. `papers` are the
    files of the case by key, offered as what shows the entered prices."""

    valuation_on = DateField3(label=_("Valuation date"), name=_("the valuation date"), not_future=True)
    valuation_reason = LongTextField(
        label=_("Why this date?"), name=_("why this date"), required=False, max_length=2000, rows=3,
        help_text=_("Needed for another date than the policy or an agreement says. The victim reads it."),
    )  # fmt: skip
    price_reason = TextField(
        label=_("Where the entered prices and rates were found"), name=_("where the entered prices were found"),
        required=False, max_length=500,
        help_text=_("For example the web page of the fund's company, with its date. The victim reads it."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, securities: Iterable[str], currencies: Iterable[str], files: Iterable[EvidenceFile] = (),
        has_choice: bool = False, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.papers = {str(file.key): file for file in files}
        if self.papers:
            self.fields["price_evidence"] = MultipleChoiceField(
                label=_("Files that show them"), name=_("the files"), required=False,
                choices=[(key, file.name) for key, file in self.papers.items()],
            )  # fmt: skip
        if has_choice:
            self.fields["method"] = ChoiceField(
                label=_("What the customer chose"), name=_("what the customer chose"),
                choices=[(m.value, m.label) for m in (Method.RESTORATION, Method.CASH)],
                help_text=_("The policy leaves it to the customer."),
            )  # fmt: skip
        self.securities = {f"price_{place}": code for place, code in enumerate(securities)}
        self.currencies = {f"rate_{place}": code for place, code in enumerate(currencies)}
        for name, code in self.securities.items():
            self.fields[name] = DecimalTextField(
                label=code, name=format_lazy(_("the price of {code}"), code=code), required=False, decimal_places=10,
                max_digits=34,
            )  # fmt: skip
        for name, code in self.currencies.items():
            self.fields[name] = DecimalTextField(
                label=format_lazy(_("Yen per {code}"), code=code), name=format_lazy(_("the rate of {code}"), code=code),
                required=False, decimal_places=10, max_digits=34,
            )  # fmt: skip

    @property
    def price_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in (*self.securities, *self.currencies)]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        entered = any(given.get(name) is not None for name in (*self.securities, *self.currencies))
        if entered and not given.get("price_reason") and "price_reason" not in self.errors:
            self.add_error("price_reason", _("Enter where the entered prices were found"))
        return given

    def entered(self, names: dict[str, str]) -> dict[str, Decimal]:
        """What was typed, by code."""
        given = {code: self.cleaned_data[name] for name, code in names.items()}
        return {code: value for code, value in given.items() if value is not None}
