"""Forms of the transfers to customers."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from casetrack.negotiation.services.transfers import RemitterFacts
from casetrack.negotiation.transfers import RemitterAccount, RemitterKind
from casetrack.web.forms.fields import (
    AccountNumberField,
    DateField3,
    FileField,
    MultipleChoiceField,
    SelectField,
    TextField,
)

KEPT = ("client_code", "client_name", "bank_code", "bank_name", "branch_code", "branch_name", "account_kind")
IN_KANA = _("In kana, as the contract with the bank has it.")


class Digits(AccountNumberField):
    """Exactly so many digits, whichever width they were typed in."""

    dropped = "-"

    def __init__(self, *, digits: int, **kwargs: Any) -> None:
        self.pattern = f"[0-9]{{{digits}}}"
        self.invalid_text = _("Enter %(name)s with all its digits")
        super().__init__(width=10 if digits > 4 else 5, **kwargs)
        self.widget.attrs["inputmode"] = "numeric"


class RemitterForm(forms.Form):
    """The firm's own account. Its number is never shown again: it is entered with every change."""

    client_code = Digits(
        label=_("Client code"), name=_("the client code"), digits=10,
        help_text=_("The ten digits that the bank gave the firm for its files."),
    )  # fmt: skip
    client_name = TextField(
        label=_("Name of the firm"), name=_("the name of the firm"), max_length=40, help_text=IN_KANA
    )
    bank_code = Digits(label=_("Bank code"), name=_("the bank code"), digits=4)
    bank_name = TextField(label=_("Bank"), name=_("the bank"), max_length=15, width=20, help_text=IN_KANA)
    branch_code = Digits(label=_("Branch code"), name=_("the branch code"), digits=3)
    branch_name = TextField(label=_("Branch"), name=_("the branch"), max_length=15, width=20, help_text=IN_KANA)
    account_kind = SelectField(
        label=_("Kind of bank account"), name=_("the kind of the account"), choices=RemitterKind.choices
    )
    number = Digits(label=_("Bank account number"), name=_("the number of the account"), digits=7)

    def __init__(self, data: Any = None, *, account: RemitterAccount | None = None) -> None:
        super().__init__(data, initial={name: getattr(account, name) for name in KEPT} if account else {})
        if account is not None:
            self.fields["number"].help_text = _("Ends in %(hint)s now. Enter it again.") % {"hint": account.number_hint}

    def facts(self) -> RemitterFacts:
        """What was typed."""
        return cast("RemitterFacts", {name: self.cleaned_data[name] for name in (*KEPT, "number")})


class BatchForm(forms.Form):
    """Which settlements, and on which day. The page draws the boxes in its table."""

    chosen = MultipleChoiceField(label=_("Settlements"), name=_("at least one settlement"))
    day = DateField3(
        label=_("Day of the transfer"), name=_("the day of the transfer"),
        help_text=_("A business day on which the bank is to transfer."),
    )  # fmt: skip

    def __init__(self, *args: Any, references: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen"].choices = [(r, r) for r in references]  # type: ignore[attr-defined]


class ResultsForm(forms.Form):
    file = FileField(
        label=_("The bank's results"), name=_("the bank's file"), max_bytes=20 * 1024 * 1024, accept=".txt,.dat,.csv",
        help_text=_("In the bank's format, or CSV with the columns customer_code, result and reason."),
    )  # fmt: skip


class ExecutedForm(forms.Form):
    paid_on = DateField3(label=_("Executed on"), name=_("the day"), not_future=True)
