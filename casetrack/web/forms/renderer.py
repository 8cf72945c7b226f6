"""How every form of casetrack is drawn: ours, and those of packages that know nothing of us."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils.translation import gettext as _

from casetrack.web.forms.widgets import DateInputs
from casetrack.web.forms.wording import Named, noun_of

KINDS: tuple[tuple[str, tuple[type[forms.Widget], ...]], ...] = (
    ("checkbox", (forms.CheckboxInput,)),
    ("choices", (forms.RadioSelect, forms.CheckboxSelectMultiple)),
    ("password", (forms.PasswordInput,)),
    ("file", (forms.FileInput,)),
    ("textarea", (forms.Textarea,)),
    ("select", (forms.Select,)),
    ("date", (DateInputs,)),
)
CLASSES = {
    "password": "govuk-input govuk-password-input__input govuk-js-password-input-input",
    "file": "govuk-file-upload",
    "textarea": "govuk-textarea",
    "select": "govuk-select",
    "text": "govuk-input",
}
# Django's own widgets, drawn with our templates.
REPLACED = {
    "django/forms/widgets/radio.html": "forms/widgets/choices.html",
    "django/forms/widgets/checkbox_select.html": "forms/widgets/choices.html",
    "django/forms/widgets/clearable_file_input.html": "django/forms/widgets/file.html",
}


class CasetrackBoundField(BoundField):
    """A field of a form with GOV.UK's classes, without placeholders, and with errors that name it."""

    def __init__(self, form: forms.BaseForm, field: forms.Field, name: str) -> None:
        super().__init__(form, field, name)
        field.widget.attrs.pop("placeholder", None)

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        built = super().build_widget_attrs(attrs, widget)
        built.pop("required", None)  # errors come from the server, all at once, in the reader's language
        shown = widget or self.field.widget
        css = CLASSES.get(kind_of(shown))
        if css and not shown.is_hidden:
            error = f"{css.split()[0]}--error" if self.errors else ""
            counted = "govuk-js-character-count" if self.is_counted else ""
            built["class"] = " ".join(filter(None, (css, error, counted, shown.attrs.get("class", ""))))
        return built

    @property
    def kind(self) -> str:
        return kind_of(self.field.widget)

    @property
    def is_counted(self) -> bool:
        """Whether the characters typed are counted down."""
        return self.kind == "textarea" and bool(getattr(self.field, "limit", None))

    @property
    def first_id(self) -> str:
        """The input that the error summary leads to."""
        if self.kind == "choices":
            return f"{self.auto_id}_0"
        if isinstance(self.field.widget, DateInputs):
            return self.field.widget.first_id(self.auto_id)
        return self.auto_id

    @property
    def error_words(self) -> list[str]:
        """The errors as sentences; an unnamed "This field is required" of other packages gets the field's name."""
        return list(self._words())

    def _words(self) -> Iterator[str]:
        for error in self.errors.as_data() if self.errors else ():
            if error.code == "required" and not isinstance(self.field, Named):
                sentence = _("Select %(name)s") if self.kind in ("choices", "select") else _("Enter %(name)s")
                yield sentence % {"name": noun_of(self.label)}
            else:
                yield from (str(message) for message in error.messages)


def kind_of(widget: forms.Widget) -> str:
    if widget.is_hidden:
        return "hidden"
    return next((kind for kind, classes in KINDS if isinstance(widget, classes)), "text")


class CasetrackRenderer(TemplatesSetting):
    form_template_name = "forms/form.html"
    formset_template_name = "forms/formset.html"
    field_template_name = "forms/field.html"
    bound_field_class = CasetrackBoundField

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        return super().render(REPLACED.get(template_name, template_name), context, request)
