"""The forms of the report, one per step of `intake.steps`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casetrack.cases.models import ClaimedSide, FirmAnswer, Kind, MfaOffered, Noticed, Vector
from casetrack.firms.models import Firm
from casetrack.intake import steps
from casetrack.intake.choices import SecondCheck
from casetrack.intake.steps import BROUGHT, FIRM_LIST, KNOWN, MOST_TRADES
from casetrack.lib.crypto import account_index
from casetrack.people.models import Language
from casetrack.web.forms.fields import (
    AccountNumberField,
    CheckboxField,
    ChoiceField,
    DateField3,
    DateTimeField,
    DecimalTextField,
    IdempotentForm,
    KanaField,
    LongTextField,
    MultipleChoiceField,
    PhoneField,
    SelectField,
    TextField,
    YenField,
)
from casetrack.web.report.base import Pressed, StepForm
from casetrack.web.report.rows import RowForm, RowsForm, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_ACCOUNTS = 20


def firm_choices() -> list[tuple[str, str]]:
    return [("", gettext("Please choose")), *((firm.code, firm.name) for firm in Firm.objects.filter(is_active=True))]


class YouForm(StepForm):
    family_name = TextField(
        label=_("Family name"), name=_("your family name"), max_length=80, width=20, autocomplete="family-name"
    )
    given_name = TextField(
        label=_("Given name"), required=False, max_length=80, width=20, autocomplete="given-name",
        help_text=_("As the firm knows you. Leave it empty if you have only one name."),
    )  # fmt: skip
    family_name_kana = KanaField(
        label=_("Family name in katakana"), required=False, max_length=80, width=20,
        help_text=_("For example タカハシ. Leave it empty if your name has no reading."),
    )  # fmt: skip
    given_name_kana = KanaField(label=_("Given name in katakana"), required=False, max_length=80, width=20)
    language = ChoiceField(label=_("Language for mails and letters"), name=_("the language"), choices=Language.choices)
    telephone = PhoneField(
        label=_("Telephone"), required=False,
        help_text=_("If the firm may call you about this case, for example 090-1234-5678."),
    )  # fmt: skip


class AccountForm(RowForm):
    firm = SelectField(label=_("Securities firm"), name=_("the securities firm"), choices=firm_choices)
    number = AccountNumberField(
        label=_("Account number"), name=_("the account number"),
        help_text=_(
            "As on a letter or statement of the firm, with the branch number if there is one. "
            "It is kept encrypted; pages show only the last digits."
        ),
    )  # fmt: skip
    kinds = MultipleChoiceField(
        label=_("Kinds of account concerned"), required=False, choices=Kind.choices,
        help_text=_("Choose all that apply. If you are not sure, leave this open."),
    )  # fmt: skip


class AccountsForm(RowsForm):
    """Every account that was hijacked, at whichever firm: the same one is not entered twice."""

    row_form = AccountForm
    needs_row = True
    most_rows = MOST_ACCOUNTS
    row_title = _("Account %(place)s")
    add_text = _("Add another account")
    remove_text = _("Remove account %(place)s")

    def clean(self) -> dict[str, Any]:
        cleaned, seen = super().clean(), set()
        for row in self.rows:
            if row.is_bound and not row.is_empty and row.is_valid():
                firm, number = row.cleaned_data["firm"], row.cleaned_data["number"]
                if (account := account_index(firm, number)) in seen:
                    row.add_error("number", _("You have entered this account already. Remove it here, or correct it"))
                seen.add(account)
        return cleaned


class NoticedForm(StepForm):
    noticed_at = DateTimeField(
        label=_("When did you notice it?"), name=_("the day you noticed"), time_required=False, not_future=True,
        help_text=_("In Japan time. If you do not remember the time, leave it empty."),
    )  # fmt: skip
    noticed_how = ChoiceField(label=_("How did you notice it?"), name=_("how you noticed"), choices=Noticed.choices)
    noticed_note = LongTextField(
        label=_("What happened, in your own words"), required=False, max_length=2000,
        help_text=_("Do not write passwords or PINs here."),
    )  # fmt: skip


class ToldForm(StepForm):
    questions = steps.TOLD.questions
    firm_answer = ChoiceField(
        label=_("What did the firm answer when you told it?"), name=_("the firm's answer"), choices=FirmAnswer.choices
    )
    told_firm_at = DateTimeField(
        label=_("When did you tell the firm?"), name=_("when you told the firm"),
        required=False, time_required=False, not_future=True,
        help_text=_("In Japan time. Leave open what you do not know; this holds for the next two questions too."),
    )  # fmt: skip
    freeze_asked_at = DateTimeField(
        label=_("When did you ask it to freeze the account?"), name=_("when you asked for the freeze"),
        required=False, time_required=False, not_future=True,
    )  # fmt: skip
    frozen_at = DateTimeField(
        label=_("When was the account frozen?"), name=_("when the account was frozen"),
        required=False, time_required=False, not_future=True,
    )  # fmt: skip
    firm_answer_note = LongTextField(
        label=_("Whom did you speak to, and what was said?"), required=False, max_length=2000,
        help_text=_("Name of the person, time and number of the call, as far as you noted them."),
    )  # fmt: skip


class LogInForm(StepForm):
    questions = steps.LOG_IN.questions
    mfa_offered = ChoiceField(
        label=_("Did the firm offer a second check at log-in?"), name=_("whether there was a second check"),
        choices=MfaOffered.choices,
        help_text=_(
            "Besides the password: a code by mail or SMS, an app, or a passkey. It is called multi-factor "
            "authentication."
        ),
    )  # fmt: skip
    mfa_choices = MultipleChoiceField(
        label=_("Which second checks did the firm offer?"), required=False, choices=SecondCheck.choices,
        help_text=_("Choose all that apply. If you are not sure, leave this open."),
    )  # fmt: skip
    mfa_kind = TextField(
        label=_("Which one did you use?"), required=False, max_length=80,
        help_text=_("Its name, and when it was asked for, for example at each log-in or only with withdrawals."),
    )  # fmt: skip
    mfa_since = DateField3(
        label=_("Since when have you used it?"), name=_("the day since when you use it"), required=False,
        not_future=True, help_text=_("Roughly is enough: the first of the month if you know the month alone."),
    )  # fmt: skip
    vector = ChoiceField(
        label=_("How do you think they got in?"), name=_("how you think they got in"), choices=Vector.choices,
        hints={
            Vector.PHISHING: _("You typed your password into a false page that a mail or message led you to."),
            Vector.ADVERSARY_IN_THE_MIDDLE: _("A false page passed what you typed, the code too, on to the real one."),
            Vector.INFOSTEALER: _("A hidden program that collects saved passwords and log-ins."),
            Vector.MALWARE: _("Another harmful program, or an app for remote control."),
        },
        help_text=_("A guess is enough. “Not known” is a good answer too."),
    )  # fmt: skip


class TradeForm(RowForm):
    """One trade that was not hers, as she remembers it."""

    side = ChoiceField(label=_("Bought or sold?"), name=_("whether it was bought or sold"), choices=ClaimedSide.choices)
    security = TextField(
        label=_("Stock or fund"), name=_("the stock or fund"), max_length=200, help_text=_("Its name or its code.")
    )
    traded_on = DateField3(label=_("Day of the trade"), name=_("the day of the trade"), required=False, not_future=True)
    quantity = DecimalTextField(label=_("Number of shares or units"), required=False, decimal_places=4, max_digits=20)
    amount = YenField(label=_("Amount"), name=_("the amount"), required=False)
    on_margin = ChoiceField(
        label=_("On margin?"), name=_("whether it was on margin"), required=False,
        choices=[("yes", _("Yes")), ("no", _("No")), ("unknown", _("I don't know"))],
        help_text=_("Margin trading: with money or shares borrowed from the firm."),
    )  # fmt: skip


class TradesForm(StepForm):
    """The question whether she knows the trades, and a row for each. `rows_total` says how many rows the page has."""

    known = ChoiceField(
        label=_("Do you know which trades were made?"), name=_("whether you know the trades"),
        choices=[
            (KNOWN, _("Yes, I enter those that I know of")),
            (BROUGHT, _("Yes, I have the list from the firm's site as a file (CSV)")),
            (FIRM_LIST, _("No, the firm has the list")),
        ],
        hints={BROUGHT: _("On the next page you choose the file; then you only say which trades were not yours.")},
        help_text=_("You do not need to know them all: the firm has the complete list and will show it to you."),
    )  # fmt: skip

    def __init__(self, data: QueryDict | None = None, *, typed: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, typed=typed, **kwargs)
        self._source = source = data if data is not None else typed
        total = min(max(whole(source.get("rows_total", "")), 1), MOST_TRADES) if source is not None else 1
        self.rows = [TradeForm(data, typed=typed, prefix=f"row-{place}") for place in range(total)]

    def ask_account(self, accounts: Mapping[str, str]) -> None:
        """Ask of each trade in which of several accounts it was (the last digits by index); before anything is read."""
        if len(accounts) < 2:
            return
        choices = [("", gettext("I don't know")), *((index, f"••••{end}") for index, end in accounts.items())]
        for row in self.rows:
            field = SelectField(
                label=_("Account of the trade"), name=_("the account of the trade"), required=False,
                choices=lambda: choices,
            )  # fmt: skip
            row.fields["account"] = field
            if self._source is not None:
                row.initial["account"] = self._source.get(row.add_prefix("account"), "")

    def typed(self) -> dict[str, list[str]]:
        own = super().typed() | {"rows_total": [str(len(self.rows))]}
        return own | {key: values for row in self.rows for key, values in row.typed().items()}

    def pressed(self) -> Pressed | None:
        if "add" in self.data:
            return Pressed(self.typed() | {"rows_total": [str(min(len(self.rows) + 1, MOST_TRADES))]}, "last-trade")
        removed = self.data.get("remove", "")
        return Pressed(self.without_row(int(removed))) if removed.isascii() and removed.isdecimal() else None

    def without_row(self, place: int) -> dict[str, list[str]]:
        """What was typed, without row number `place`."""
        kept = [row for index, row in enumerate(self.rows) if index != place]
        typed = super().typed() | {"rows_total": [str(max(len(kept), 1))]}
        for index, row in enumerate(kept):
            for key, values in row.typed().items():
                typed[f"row-{index}-" + key.removeprefix(f"{row.prefix}-")] = values
        return typed

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("known") != KNOWN:
            for row in self.rows:
                row.pass_over()
            return cleaned
        filled = [row for row in self.rows if not row.is_empty]
        if not filled:
            self.add_error("known", _("Enter at least one trade below, or choose that the firm has the list"))
        cleaned["rows"] = [row.values() for row in filled if row.is_valid()]
        return cleaned

    def is_valid(self) -> bool:
        valid = super().is_valid()
        checked = self.rows if self.cleaned_data.get("known") == KNOWN else []
        return valid and all(row.is_empty or row.is_valid() for row in checked)

    def problems(self) -> "Iterator[tuple[str, str]]":
        yield from super().problems()
        for place, row in enumerate(self.rows, start=1):
            if row.is_bound and not row.is_empty and self.cleaned_data.get("known") == KNOWN:
                for target, sentence in row.problems():
                    yield target, gettext("Trade %(place)s: %(sentence)s") % {"place": place, "sentence": sentence}


class DeclarationForm(IdempotentForm):
    declared = CheckboxField(
        label=_("What I report is true to the best of my knowledge, and the firm named may use it to work on my case."),
        name=_("that your report is true"),
    )
