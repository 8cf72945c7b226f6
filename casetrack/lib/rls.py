"""Migration operations for row-level security and append-only tables."""

from django.db.migrations import RunSQL

SEES_CASE = "exists (select 1 from cases_case c where c.id = {table}.case_id)"


def row_security(table: str, using: str, check: str = "") -> RunSQL:
    """Enable and force row-level security on `table` with one policy.

    `using` says which rows exist for the scope, `check` which may be written (default: the same).
    """
    return RunSQL(
        f"alter table {table} enable row level security;"
        f"alter table {table} force row level security;"
        f"create policy in_scope on {table} using ({using}) with check ({check or using});",
        f"drop policy in_scope on {table}; alter table {table} no force row level security;"
        f"alter table {table} disable row level security;",
    )


def case_row_security(table: str, unless: str = "") -> RunSQL:
    """A row of a case is seen by those who see its case; `unless` takes rows away (an SQL condition)."""
    using = SEES_CASE.format(table=table)
    return row_security(table, f"{using} and not ({unless})" if unless else using, using if unless else "")


def append_only(table: str) -> RunSQL:
    """Refuse UPDATE, DELETE and TRUNCATE on `table` to everybody (the function is made by audit's migration)."""
    return RunSQL(
        f"create trigger append_only before update or delete on {table}"
        f" for each row execute function casetrack_append_only();"
        f"create trigger append_only_truncate before truncate on {table}"
        f" for each statement execute function casetrack_append_only();",
        f"drop trigger append_only on {table}; drop trigger append_only_truncate on {table};",
    )


def no_delete(table: str) -> RunSQL:
    """Refuse DELETE on `table`: what belongs to a case stays (the function is made by audit's migration)."""
    return RunSQL(
        f"create trigger no_delete before delete on {table} for each row execute function casetrack_append_only();",
        f"drop trigger no_delete on {table};",
    )
