"""The scope of row-level security: who the database answers to, inside one transaction.

`app.audience` is one of firm, victim, mediator, regulator, system; with no scope the database shows no row
(the SQL function casetrack_in_scope, made by the first migration of `people`).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

SETTINGS = ("app.audience", "app.firm_id", "app.user_id", "app.body_id")
WRITE = "select " + ", ".join(f"set_config('{name}', %s, true)" for name in SETTINGS)
READ = "select " + ", ".join(f"coalesce(current_setting('{name}', true), '')" for name in SETTINGS)


def _set(values: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(WRITE, values)


def _get() -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute(READ)
        row: tuple[str, ...] = cursor.fetchone()
    return row


@contextmanager
def scoped(
    audience: str, *, firm_id: int | None = None, user_id: int | None = None, body_id: int | None = None
) -> Iterator[None]:
    """Open a transaction and set the scope inside it; an enclosing transaction gets its own scope back."""
    nested = connection.in_atomic_block
    with transaction.atomic():
        before = _get() if nested else None
        _set((audience, str(firm_id or ""), str(user_id or ""), str(body_id or "")))
        yield
        if before is not None and not connection.needs_rollback:
            _set(before)


@contextmanager
def system_scope() -> Iterator[None]:
    """For commands, drains, compilation: every row."""
    with scoped("system"):
        yield
