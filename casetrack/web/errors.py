"""Errors of the domain in the reader's language, and on the form that caused them."""

from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext

from casetrack.lib.errors import DomainError

if TYPE_CHECKING:
    from django import forms


def explain(error: DomainError) -> str:
    """The sentence of the error, translated. (Parameters may be lazy translations: status names.)"""
    sentence = gettext(error.message)
    params = {name: str(value) if isinstance(value, Promise) else value for name, value in error.params.items()}
    return sentence % params if params else sentence


def refuse(form: "forms.BaseForm", error: DomainError) -> None:
    """Show the error on the form: beside its field where there is one, else at the top."""
    form.add_error(error.field if error.field in form.fields else None, explain(error))
