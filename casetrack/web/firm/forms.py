"""Forms of the back office."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casetrack.cases.permissions import CASEWORKERS
from casetrack.firms.models import Firm, Membership
from casetrack.lib import clock
from casetrack.people.models import User
from casetrack.web.forms.fields import (
    ChoiceField,
    DateField3,
    DateTimeField,
    DecimalTextField,
    FileField,
    LongTextField,
    SelectField,
    TextField,
    YenField,
)


class ReasonForm(forms.Form):
    """A reason; `label` is the question asked."""

    reason = LongTextField(label=_("Reason"), max_length=4000)

    def __init__(self, *args: Any, label: Any = "", help_text: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label:
            self.fields["reason"].label = label
        if help_text:
            self.fields["reason"].help_text = help_text


class BodyForm(forms.Form):
    """A message or a note."""

    body = LongTextField(label=pgettext_lazy("message", "Text"), rows=3, max_length=10_000)


class AssignForm(forms.Form):
    assignee = SelectField(label=_("Assigned to"), required=False, empty=_("Nobody"))

    def __init__(self, *args: Any, firm: Firm, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.members: dict[str, Membership] = {
            str(number): m
            for number, m in enumerate(
                firm.memberships.filter(is_active=True, role__in=CASEWORKERS).select_related("user").order_by("pk"), 1
            )
        }
        choices = [("", _("Nobody")), *((key, f"{m} – {m.get_role_display()}") for key, m in self.members.items())]
        self.fields["assignee"].choices = choices  # type: ignore[attr-defined]

    def key_of(self, user: User | None) -> str:
        return next((key for key, m in self.members.items() if user is not None and m.user_id == user.pk), "")

    @property
    def chosen(self) -> User | None:
        member = self.members.get(self.cleaned_data["assignee"])
        return member.user if member else None


class AccessForm(forms.Form):
    """Confirm (with the first unauthorized instant) or refute (with a reason)."""

    decision = ChoiceField(
        label=_("Was there an unauthorized access?"),
        name=_("your decision"),
        choices=[("confirm", _("Yes, confirm it")), ("refute", _("No, refute it"))],
    )
    first_access_at = DateTimeField(
        label=_("First unauthorized access"),
        name=_("the time of the first unauthorized access"),
        required=False,
        not_future=True,
        help_text=_("Time in Japan. Executions before it count as the customer's own."),
    )
    reason = LongTextField(
        label=_("Reason"), required=False, help_text=_("Needed to refute. The victim reads it."), max_length=4000
    )


class LedgerFileForm(forms.Form):
    file = FileField(
        label=_("Ledger file"),
        name=_("a ledger file"),
        max_bytes=20 * 1024 * 1024,
        accept=".csv,text/csv",
        help_text=_("CSV in casetrack's ledger format, UTF-8."),
    )


class AssessForm(forms.Form):
    """Valuation date, reduction, and a price field for every security of the case."""

    valuation_on = DateField3(label=_("Valuation date"), name=_("the valuation date"), not_future=True)
    reduction = DecimalTextField(
        label=_("Reduction"), required=False, decimal_places=2, min_value=Decimal(0), max_value=Decimal(100), width=4,
        suffix="%", help_text=_("Empty: none."),
    )  # fmt: skip
    reduction_reason = LongTextField(
        label=_("Reason of the reduction"), required=False, rows=3, help_text=_("The victim reads it."), max_length=4000
    )

    def __init__(self, *args: Any, securities: Iterable[str], currencies: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.securities = {f"price_{place}": code for place, code in enumerate(securities)}
        self.currencies = {f"rate_{place}": code for place, code in enumerate(currencies)}
        for name, code in self.securities.items():
            self.fields[name] = DecimalTextField(label=code, name=_("the price"), required=False, decimal_places=10)
        for name, code in self.currencies.items():
            self.fields[name] = DecimalTextField(label=code, name=_("the rate"), required=False, decimal_places=10)

    @property
    def price_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in (*self.securities, *self.currencies)]

    def entered(self, names: dict[str, str]) -> dict[str, Decimal]:
        """What was typed, by code."""
        given = {code: self.cleaned_data[name] for name, code in names.items()}
        return {code: value for code, value in given.items() if value is not None}

    @property
    def reduction_share(self) -> Decimal:
        """0 to 1."""
        return Decimal(self.cleaned_data["reduction"] or 0) / 100


class OfferForm(forms.Form):
    amount = YenField(label=_("Amount"), name=_("the amount"))
    reasons = LongTextField(
        label=_("Reasons"), name=_("the reasons"), help_text=_("The victim reads them with the offer."), max_length=8000
    )
    valid_until = DateField3(
        label=_("Open for an answer until"),
        name=_("the last day for an answer"),
        help_text=_("End of that day in Japan."),
    )

    @property
    def deadline(self) -> dt.datetime:
        """The last instant of the day in Tokyo."""
        return dt.datetime.combine(self.cleaned_data["valid_until"], dt.time(23, 59, 59), tzinfo=clock.TOKYO)


class PaymentForm(forms.Form):
    paid_on = DateField3(label=_("Paid on"), name=_("the day of the payment"), not_future=True)
    note = TextField(label=_("Note"), required=False, max_length=200)
