"""Rows as plain facts for a copy. Columns are named one by one: what is added to a table later gets into no copy by
itself."""

from typing import Any

from cryptography.fernet import InvalidToken
from django.db.models import Model

from casetrack.lib.crypto import decrypt

FERNET = "gAAAA"  # how every token of it begins


def facts(row: Model, *names: str) -> dict[str, Any]:
    """The columns (or properties) `names` of a row."""
    return {name: getattr(row, name) for name in names}


def opened(value: Any) -> Any:
    """Answers as they were typed: what a draft keeps encrypted is read again, however deep it lies."""
    if isinstance(value, dict):
        return {name: opened(part) for name, part in value.items()}
    if isinstance(value, list):
        return [opened(part) for part in value]
    if isinstance(value, str) and value.startswith(FERNET):
        try:
            return decrypt(value)
        except InvalidToken:
            return value
    return value
