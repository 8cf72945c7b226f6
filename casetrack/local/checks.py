"""System checks of the installation."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

QUESTION = """
select r.rolsuper, r.rolbypassrls, exists (
  select 1 from pg_tables t where t.tableowner = current_user and t.schemaname = 'public')
from pg_roles r where r.rolname = current_user
"""


@register(Tags.database)
def application_role_owns_nothing(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Row-level security does not bind a superuser, a role with BYPASSRLS, or (without FORCE) an owner."""
    if "default" not in (databases or ()):
        return []
    with connections["default"].cursor() as cursor:
        cursor.execute(QUESTION)
        is_super, bypasses, owns = cursor.fetchone()
    if not (is_super or bypasses or owns):
        return []
    return [
        Error(
            "The application's database role is a superuser, bypasses row-level security, or owns tables.",
            hint="DATABASE_URL must name a role such as casetrack_app (docs/operations.md).",
            id="casetrack.E001",
        )
    ]
