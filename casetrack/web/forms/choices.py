"""Fields for choosing."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casetrack.web.forms.widgets import Checkboxes, Radios
from casetrack.web.forms.wording import Named

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Chosen(Named):
    required_text = _("Select %(name)s")
    invalid_text = _("Select %(name)s from the list")

    def __init__(self, *, hints: "Mapping[str, StrOrPromise] | None" = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.error_messages["invalid_choice"] = self.error_messages["invalid"]
        if hints:
            self.widget.hints = hints


class ChoiceField(Chosen, forms.ChoiceField):
    """One of a few, as radio buttons; `hints` maps a value to a sentence under its label."""

    widget = Radios


class SelectField(Chosen, forms.ChoiceField):
    """One of many, as a list; the first entry is empty unless `choices` brings its own."""

    def __init__(self, *, choices: Any = (), empty: "StrOrPromise" = "", **kwargs: Any) -> None:
        listed = choices if callable(choices) else [("", empty or _("Please choose")), *choices]
        super().__init__(choices=listed, **kwargs)


class MultipleChoiceField(Chosen, forms.MultipleChoiceField):
    """Any number of a few, as checkboxes."""

    widget = Checkboxes


class CheckboxField(Named, forms.BooleanField):
    """One checkbox; `required=True` (the default) means that it must be ticked."""

    required_text = _("Tick the box: %(name)s")
