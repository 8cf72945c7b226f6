"""What the forms of the victim's pages share, and the forms of a case."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casetrack.correspondence.services import LONGEST
from casetrack.evidence.services import MB
from casetrack.evidence.sniffing import ACCEPT
from casetrack.web.forms.fields import CheckboxField, IdempotentForm, LongTextField, MultipleFileField, YenField

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django_stubs_ext import StrOrPromise


class PageForm(forms.Form):
    def problems(self) -> "Iterator[tuple[str, str]]":
        """Every error as (id of the input, sentence), in the order of the page."""
        for sentence in self.non_field_errors():
            yield "", str(sentence)
        for bound in self.visible_fields():
            yield from ((_first_id(bound), word) for word in bound.error_words)  # type: ignore[attr-defined]


def _first_id(bound: BoundField) -> str:
    return str(bound.first_id)  # type: ignore[attr-defined]


class StepForm(PageForm):
    """A page of the report. `StepForm(typed=…)` shows again what was typed, whether or not it was right."""

    def __init__(self, data: QueryDict | None = None, *, typed: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if data is None and typed is not None:
            for name, field in self.fields.items():
                self.initial[name] = field.widget.value_from_datadict(typed, {}, self.add_prefix(name))

    def typed(self) -> dict[str, list[str]]:
        """What was typed, by the names that the page uses."""
        data = self.data
        assert isinstance(data, QueryDict)  # noqa: S101  (pages post forms)
        own = tuple(self.add_prefix(name) for name in self.fields)
        return {key: data.getlist(key) for key in data if key.startswith(own)}

    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class FilesForm(StepForm):
    """Nothing but files, which the view takes in one by one (`files.take_files`)."""

    uploads = MultipleFileField(label=_("Files"), name=_("the files"), required=False, accept=ACCEPT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hint = gettext(
            "PDF, PNG, JPEG, HEIC, text, CSV, saved e-mails (.eml) and .xlsx, up to %(mb)s MB each. "
            "You can choose several at once."
        )
        self.fields["uploads"].help_text = hint % {"mb": settings.EVIDENCE_MAX_BYTES // MB}


class CaseForm(IdempotentForm, PageForm):
    """A form whose second sending changes nothing."""


class MessageForm(CaseForm):
    body = LongTextField(
        label=_("Your message"), name=_("your message"), max_length=LONGEST, rows=6,
        help_text=_("Do not write passwords or PINs here."),
    )  # fmt: skip


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
        label=_("I have read the offer and how it was made, and I accept it. I know that this cannot be taken back."),
        name=_("that you accept the offer"),
    )


class CounterForm(CaseForm):
    amount = YenField(
        label=_("The amount that you ask for"), name=_("the amount that you ask for"), min_value=1,
        help_text=_("In whole yen."),
    )  # fmt: skip
    reason = LongTextField(
        label=_("Why this amount?"), name=_("the reason for your amount"), max_length=4000, rows=6,
        help_text=_("Say which line of the calculation you see differently, and why."),
    )  # fmt: skip


class ReceiptForm(CaseForm):
    arrived = CheckboxField(
        label=_("The agreed amount has arrived in my account."), name=_("that the amount has arrived")
    )
