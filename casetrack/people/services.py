"""Writes that concern people, and writing once."""

import uuid
from collections.abc import Callable

from django.db import transaction

from casetrack.people.models import IdempotentWrite, User


def once(actor: User, key: uuid.UUID | None, action: str, write: Callable[[], str]) -> str:
    """Run `write` unless it was already done under (actor, key, action); give its result string either way.

    Two at the same time: the second waits for the first's transaction and then gets its result. Without a key the
    write runs as it is.
    """
    if key is None:
        return write()
    with transaction.atomic():
        _row, created = IdempotentWrite.objects.get_or_create(user=actor, key=key, action=action)
        row = IdempotentWrite.objects.select_for_update().get(user=actor, key=key, action=action)
        if not created:
            return row.result
        row.result = write()
        row.save(update_fields=["result"])
        return row.result
