"""What the forms of a report share."""

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from django import forms
from django.conf import settings
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casetrack.evidence.services import MB
from casetrack.evidence.sniffing import ACCEPT
from casetrack.intake.answers import Question
from casetrack.web.forms.fields import MultipleFileField

if TYPE_CHECKING:
    from collections.abc import Iterator


def query_of(typed: dict[str, list[str]]) -> QueryDict:
    """What a page kept of what was typed, as if it were posted again."""
    query = QueryDict(mutable=True)
    for name, values in typed.items():
        query.setlist(name, values)
    return query


class PageForm(forms.Form):
    def problems(self) -> "Iterator[tuple[str, str]]":
        """Every error as (id of the input, sentence), in the order of the page."""
        for sentence in self.non_field_errors():
            yield "", str(sentence)
        for bound in self.visible_fields():
            yield from ((_first_id(bound), word) for word in bound.error_words)  # type: ignore[attr-defined]


def _first_id(bound: BoundField) -> str:
    return str(bound.first_id)  # type: ignore[attr-defined]


class Pressed(NamedTuple):
    """What a button on the page (not the one that saves) makes of what was typed; where to look; what to say."""

    typed: dict[str, list[str]]
    anchor: str = ""
    message: str = ""


class StepForm(PageForm):
    """A page of the report. `StepForm(typed=…)` shows again what was typed, whether or not it was right.

    `questions` are what the step keeps. One that does not matter beside the others neither has to be answered nor
    has to be right. The form knows nothing of who types.
    """

    questions: ClassVar[tuple[Question, ...]] = ()

    def __init__(self, data: QueryDict | None = None, *, typed: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if data is None and typed is not None:
            for name, field in self.fields.items():
                self.initial[name] = field.widget.value_from_datadict(typed, {}, self.add_prefix(name))

    def _clean_form(self) -> None:
        conditional = [q for q in self.questions if q.when is not None and q.name in self.fields]
        for question in conditional:
            name = question.name
            if not question.matters(self.cleaned_data):
                self.errors.pop(name, None)
                self.cleaned_data.setdefault(name, None)
            elif question.required and name not in self.errors and not self.cleaned_data.get(name):
                self.add_error(name, self.fields[name].error_messages["required"])
        super()._clean_form()  # type: ignore[misc]

    def typed(self) -> dict[str, list[str]]:
        """What was typed, by the names that the page uses."""
        data = self.data
        assert isinstance(data, QueryDict)  # noqa: S101  (pages post forms)
        own = tuple(self.add_prefix(name) for name in self.fields)
        return {key: data.getlist(key) for key in data if key.startswith(own)}

    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)

    def pressed(self) -> Pressed | None:
        """What another button than the one that saves was pressed for; None if it was none of the page's own."""
        return None


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
