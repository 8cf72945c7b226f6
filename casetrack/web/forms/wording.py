"""Errors in plain words that name the field: "Enter the date you noticed"."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.functional import lazystr
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def noun_of(label: object) -> str:
    """A label as it stands inside a sentence: "Family name" becomes "family name", "NISA account" stays."""
    text = str(label or "") or gettext("the answer")
    if (get_language() or "").startswith("en") and text[1:2].islower():
        return text[0].lower() + text[1:]
    return text


@dataclass
class Sentence:
    """A message id with its places, filled when it is shown, in the language of that moment."""

    text: "StrOrPromise"
    noun: "StrOrPromise"
    label: "StrOrPromise"
    params: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return str(self.text) % {"name": str(self.noun) or noun_of(self.label), **self.params}


class Named(forms.Field):
    """A field that knows its name in a sentence.

    `name` is what the reader is asked for ("the date you noticed"); without it the label serves.
    """

    required_text: "StrOrPromise" = _("Enter %(name)s")
    invalid_text: "StrOrPromise" = _("Check %(name)s")

    def __init__(self, *, name: "StrOrPromise" = "", **kwargs: Any) -> None:
        self.noun = name
        self.said_label = kwargs.get("label") or ""
        kwargs["error_messages"] = {
            "required": self.say(self.required_text),
            "invalid": self.say(self.invalid_text),
            **(kwargs.get("error_messages") or {}),
        }
        super().__init__(**kwargs)

    def say(self, text: "StrOrPromise", **params: object) -> "StrOrPromise":
        """`text` with %(name)s and the other places filled, lazily."""
        return lazystr(Sentence(text, self.noun, self.said_label, params))

    def error(self, text: "StrOrPromise", code: str = "invalid", **params: object) -> forms.ValidationError:
        return forms.ValidationError(self.say(text, **params), code=code)
