"""Forms of the back office."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casetrack.assessment.models import CompensationPolicy, Method, ValuationRule
from casetrack.assessment.reductions import CUSTOMER
from casetrack.assessment.statement import COMPONENTS
from casetrack.calc import loss
from casetrack.cases.permissions import CASEWORKERS
from casetrack.firms.models import Firm
from casetrack.intake.models import ClaimChannel
from casetrack.lib.money import plain
from casetrack.people.models import User
from casetrack.web.forms.fields import (
    CheckboxField,
    ChoiceField,
    DateField3,
    DateTimeField,
    DecimalTextField,
    FileField,
    IdempotentForm,
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


class ClaimCodeForm(IdempotentForm):
    channel = ChoiceField(
        label=_("How does the customer get the code?"),
        name=_("how the customer gets the code"),
        choices=ClaimChannel.choices,
        hints={
            ClaimChannel.TELEPHONE: _("Only to somebody whom you called on the number on file. Holds for 3 days."),
            ClaimChannel.POST: _("A letter to print, for the registered address. Holds for 30 days."),
        },
    )


class MessageForm(forms.Form):
    """The service refuses what is too long."""

    body = LongTextField(label=_("Message to the victim"), name=_("a message"), rows=3)


class NoteForm(forms.Form):
    body = LongTextField(label=pgettext_lazy("internal", "Note"), name=_("a note"), rows=3)


class AskForm(forms.Form):
    """One thing that the victim is asked for."""

    what = TextField(
        label=_("What do you need?"), name=_("what you need"), max_length=200,
        help_text=_("One thing, as the victim would call it: “Trade report of 16 April 2025”."),
    )  # fmt: skip
    why = LongTextField(
        label=_("Why, and where to find it"), max_length=2000, rows=4, required=False,
        help_text=_("The victim reads it."),
    )  # fmt: skip
    due_on = DateField3(label=_("By when?"), name=_("the day by which you need it"))


class AssignForm(forms.Form):
    """Who works on the case; `me` is the button that takes it oneself."""

    assignee = SelectField(label=_("Assigned to"), required=False, empty=_("Nobody"))

    def __init__(self, *args: Any, firm: Firm, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        workers = firm.memberships.filter(is_active=True, role__in=CASEWORKERS).select_related("user").order_by("pk")
        self.members = {str(member.pk): member for member in workers}
        names = ((key, f"{m} – {m.get_role_display()}") for key, m in self.members.items())
        self.fields["assignee"].choices = [("", _("Nobody")), *names]  # type: ignore[attr-defined]

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


class DecisionsForm(forms.Form):
    """What goes with the decisions of a page of executions."""

    reason = TextField(
        label=_("Reason"), required=False, max_length=1000, width=30, help_text=_("The victim reads it with the trade.")
    )


class LedgerFileForm(forms.Form):
    file = FileField(
        label=_("Ledger file"),
        name=_("a ledger file"),
        max_bytes=20 * 1024 * 1024,
        accept=".csv,text/csv",
        help_text=_("CSV in casetrack's ledger format, UTF-8."),
    )


class PaymentForm(forms.Form):
    paid_on = DateField3(label=_("Paid on"), name=_("the day of the payment"), not_future=True)
    note = TextField(
        label=_("Note"),
        help_text=_(
            "Needed where the account is in another name than the customer's, or where none was entered here: how you"
            " made sure whose it is."
        ),
        required=False,
        max_length=200,
    )


PERCENT: dict[str, Any] = {
    "required": False,
    "decimal_places": 2,
    "min_value": Decimal(0),
    "max_value": Decimal(100),
    "width": 4,
}


class PolicyForm(forms.Form):
    """A draft of a compensation policy; shares are typed as percent. `policy`: what the fields begin with."""

    valid_from = DateField3(label=_("For incidents from"), name=_("the first day"))
    valid_until = DateField3(
        label=_("Until"), name=_("the last day"), required=False, help_text=_("Empty: until a later version.")
    )
    method = ChoiceField(label=_("Method"), name=_("the method"), choices=Method.choices)
    is_individual = CheckboxField(
        label=_("Each case is decided individually; the shares are where it starts from"), required=False
    )
    solatium = YenField(label=_("Solatium"), required=False)
    valuation_rule = ChoiceField(
        label=_("Valuation date"), name=_("the rule for the valuation date"), choices=ValuationRule.choices,
        required=False, help_text=_("Valued at the end of this day. What both sides of a case agree on goes before."),
    )  # fmt: skip
    valuation_days = DecimalTextField(
        label=_("Business days after that day"), name=_("the business days"), required=False, decimal_places=0,
        max_digits=3, min_value=0, width=4, help_text=_("Empty: the day itself."),
    )  # fmt: skip
    application_until = DateField3(
        label=_("Last day for an application"), name=_("the last day for an application"), required=False
    )
    summary_ja = LongTextField(label=_("Text of the policy in Japanese"), required=False, max_length=8000, rows=5)
    summary_en = LongTextField(label=_("Text of the policy in English"), required=False, max_length=8000, rows=5)

    def __init__(self, *args: Any, policy: CompensationPolicy | None, **kwargs: Any) -> None:
        initial = {name: getattr(policy, name) for name in self.base_fields} if policy else {}
        initial["valuation_days"] = initial.get("valuation_days") or None
        ratios, reductions = (policy.ratios, policy.reductions) if policy else ({}, {})
        shares = {f"ratio_{name}": share for name, share in ratios.items()}
        shares |= {f"reduction_{name}": share for name, share in reductions.items()}
        initial |= {name: plain(Decimal(share) * 100) for name, share in shares.items()}
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        for name, label in COMPONENTS.items():
            if name in loss.COMPONENTS:
                self.fields[f"ratio_{name}"] = DecimalTextField(label=label, name=label, suffix="%", **PERCENT)
        for name, label in CUSTOMER.items():
            self.fields[f"reduction_{name}"] = DecimalTextField(label=label, name=label, suffix="%", **PERCENT)

    def _named(self, start: str) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(start)]

    @property
    def ratio_fields(self) -> list[forms.BoundField]:
        return self._named("ratio_")

    @property
    def reduction_fields(self) -> list[forms.BoundField]:
        return self._named("reduction_")

    def _shares(self, start: str) -> dict[str, str]:
        given = {name.removeprefix(start): self.cleaned_data[name] for name in self.fields if name.startswith(start)}
        return {name: plain(share / 100) for name, share in given.items() if share is not None}

    def fields_of_policy(self) -> dict[str, Any]:
        """What the services take."""
        given = {name: self.cleaned_data[name] for name in self.base_fields}
        given["solatium"] = given["solatium"] or 0
        given["valuation_rule"] = given["valuation_rule"] or ValuationRule.NONE
        given["valuation_days"] = int(given["valuation_days"] or 0)
        return {**given, "ratios": self._shares("ratio_"), "reductions": self._shares("reduction_")}
