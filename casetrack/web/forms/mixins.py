"""What forms share."""

import uuid
from typing import Any

from django import forms


class KeyField(forms.UUIDField):
    """A key that the page brings back; one that is missing or spoilt is replaced, never complained about."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, initial=uuid.uuid4, **kwargs)

    def clean(self, value: Any) -> uuid.UUID:
        try:
            return super().clean(value) or uuid.uuid4()
        except forms.ValidationError:
            return uuid.uuid4()


class IdempotentForm(forms.Form):
    """A form whose second sending does nothing: `cleaned_data["idempotency_key"]` is the same both times."""

    idempotency_key = KeyField()
