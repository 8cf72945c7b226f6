"""The forms of a victim's case."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casetrack.assessment.statement import PLAIN_COMPONENTS
from casetrack.correspondence.services import LONGEST
from casetrack.evidence.services.requests import LONGEST as LONGEST_ANSWER
from casetrack.intake.additions import LONGEST as LONGEST_ADDITION
from casetrack.lib.formats import yen
from casetrack.lib.money import ZERO
from casetrack.negotiation.models import Offer
from casetrack.negotiation.partial import open_parts
from casetrack.negotiation.proposal import Proposal, is_about, parts_in
from casetrack.notifications.models import HowTold
from casetrack.web.forms.choices import ChoiceField
from casetrack.web.forms.fields import CheckboxField, IdempotentForm, LongTextField, TextField, YenField
from casetrack.web.parts import PartsForm
from casetrack.web.report.base import FilesForm, PageForm

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LAST = ("amount", "conditions", "settle_agreed", "reason")


class CaseForm(IdempotentForm, PageForm):
    """A form whose second sending changes nothing."""


class MessageForm(CaseForm):
    body = LongTextField(
        label=_("Your message"), name=_("your message"), max_length=LONGEST, rows=6,
        help_text=_("Do not write passwords or PINs here."),
    )  # fmt: skip


class FactForm(CaseForm):
    text = LongTextField(
        label=_("What do you want to add?"), name=_("what you want to add"), max_length=LONGEST_ADDITION, rows=5,
        help_text=_("Do not write passwords or PINs here."),
    )  # fmt: skip


class CorrectionForm(CaseForm):
    """Beside the form of a topic."""

    reason = LongTextField(
        label=_("Why do you correct it?"), name=_("why you correct it"), max_length=LONGEST_ADDITION, rows=3,
        required=False, help_text=_("You need not say. For example: “I found the mail again.”"),
    )  # fmt: skip


class CorrectionInWordsForm(CorrectionForm):
    text = LongTextField(
        label=_("What is wrong, and how is it right?"), name=_("what is wrong and how it is right"),
        max_length=LONGEST_ADDITION, rows=6, help_text=_("Do not write passwords or PINs here."),
    )  # fmt: skip
    field_order = ("text", "reason")


class ReasonForm(CaseForm):
    """One text, with words of its own for each page."""

    reason = LongTextField(max_length=4000, rows=6)

    def __init__(
        self, *args: Any, label: "StrOrPromise", noun: "StrOrPromise", hint: "StrOrPromise" = "", required: bool = True,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.fields["reason"] = LongTextField(
            label=label, name=noun, help_text=hint, max_length=4000, rows=6, required=required
        )


class AcceptForm(CaseForm):
    agreed = CheckboxField(
        label=_(
            "I have read the offer and how it was made, and I accept it. I know for how long I can take this back."
        ),
        name=_("that you accept the offer"),
    )


class CounterForm(CaseForm, PartsForm):
    """An answer part by part, or one amount for everything. `offer` is the firm's."""

    amount = YenField(
        label=_("Or one amount for everything"), name=_("the amount that you ask for"), min_value=1, required=False,
        help_text=_("Only if you do not want to answer part by part. In whole yen."),
    )  # fmt: skip
    conditions = LongTextField(
        label=_("What else you ask for"), name=_("what else you ask for"), max_length=4000, rows=3, required=False,
        help_text=_("For example shares back, or that the margin debt is waived. You can leave this empty."),
    )  # fmt: skip
    settle_agreed = CheckboxField(
        label=_("Settle the parts on which we agree now, and go on about the others"), name=_("the parts"),
        required=False,
        help_text=_("The parts that you leave as the firm has them. The firm answers with an offer for these."),
    )  # fmt: skip
    reason = LongTextField(
        label=_("Why?"), name=_("the reason for your amount"), max_length=4000, rows=6,
        help_text=_("Say which line of the calculation you see differently, and why."),
    )  # fmt: skip

    def __init__(self, *args: Any, offer: Offer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if offer.is_partial:
            del self.fields["settle_agreed"]
        disputed = open_parts(offer.assessment, offer.settled_before) if offer.assessment else {}
        nothing = {name: ZERO for name in disputed if is_about(offer, name)}
        offered = {name: value for name, value in parts_in(offer).items() if value}
        words = {name: label for name, label in PLAIN_COMPONENTS.items() if is_about(offer, name)}
        self.add_parts(
            {**nothing, **offered}, words=words, said=_("The firm offers %(amount)s"),
            why=_("Why do you see this part differently?"),
        )  # fmt: skip
        self.order_fields([*(name for name in self.fields if name not in LAST), *LAST])

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        parts, total = self.given_parts(), given.get("amount")
        is_changed = parts != {name: value for name, value in self.expected.items() if value}
        if total is None and not is_changed and not given.get("conditions") and "amount" not in self.errors:
            self.add_error("amount", gettext("Change a part, or enter one amount for everything."))
        if given.get("settle_agreed") and not self.agreed_parts(parts, total):
            self.add_error(
                "settle_agreed", gettext("There is no part on which you agree and another on which you do not.")
            )
        elif total is not None and is_changed and total != sum(parts.values()):
            said = gettext("The parts above add up to %(amount)s. Leave this empty, or leave the parts as they are.")
            self.add_error("amount", said % {"amount": yen(sum(parts.values()))})
        return given

    @property
    def proposal(self) -> Proposal:
        given, parts = self.cleaned_data, self.given_parts()
        conditions = given["conditions"] or ""
        if given["amount"] is not None and given["amount"] != sum(parts.values()):
            return Proposal({}, conditions=conditions, total=given["amount"])
        settles = self.agreed_parts(parts, given["amount"]) if given.get("settle_agreed") else ()
        return Proposal(parts, self.given_reasons(), conditions=conditions, settles=settles)

    def agreed_parts(self, parts: Mapping[str, Decimal], total: Decimal | None) -> tuple[str, ...]:
        """The parts left as the firm has them, where others were changed."""
        same = tuple(name for name, value in parts.items() if value == self.expected.get(name))
        return same if total in (None, sum(parts.values())) and len(same) < len(parts) else ()


class ReceiptForm(CaseForm):
    arrived = CheckboxField(
        label=_("The amount that the firm paid has arrived in my account."), name=_("that the amount has arrived")
    )


class ClaimForm(CaseForm):
    """Both as they stand in the letter, or as they were read out."""

    reference = TextField(
        label=_("Reference number"), name=_("the reference number"), max_length=60, width=20,
        help_text=_("It looks like CT-2025-000123-5."),
    )  # fmt: skip
    code = TextField(
        label=_("Code"), name=_("the code"), max_length=60, width=20,
        help_text=_("12 letters and digits. Capital or small, with or without hyphens."),
    )  # fmt: skip


class AnswerRequestForm(FilesForm):
    """Files, or why there are none; the service asks for one of them."""

    words = LongTextField(
        label=_("If you do not have it: why?"), name=_("why you do not have it"), max_length=LONGEST_ANSWER, rows=4,
        required=False, help_text=_("You can also add a remark to your files here."),
    )  # fmt: skip


class MailsForm(CaseForm):
    how = ChoiceField(
        label=_("E-mails about what is not urgent"), name=_("when you want e-mails"), choices=HowTold.choices
    )
