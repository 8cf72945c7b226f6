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


def write_security(table: str, writes: str) -> RunSQL:
    """Everybody reads `table`, as it is read before there is a scope; `writes` says which rows are written."""
    return RunSQL(
        f"alter table {table} enable row level security;"
        f"alter table {table} force row level security;"
        f"create policy in_scope on {table} using ({writes}) with check ({writes});"
        f"create policy everybody_reads on {table} for select using (true);",
        f"drop policy everybody_reads on {table}; drop policy in_scope on {table};"
        f"alter table {table} no force row level security; alter table {table} disable row level security;",
    )


def change_policy(table: str, using: str, check: str = "", *, was: str, was_check: str = "") -> RunSQL:
    """Give the policy of `table` other conditions; `was` and `was_check` are those that it had."""
    return RunSQL(
        f"alter policy in_scope on {table} using ({using}) with check ({check or using});",
        f"alter policy in_scope on {table} using ({was}) with check ({was_check or was});",
    )


def change_case_policy(table: str, who: str, *, unless: str = "false") -> RunSQL:
    """Of the rows of a case, those that `who` (an SQL condition) allows; `unless` is what it was made with before."""
    sees = SEES_CASE.format(table=table)
    was = sees if unless == "false" else f"{sees} and not ({unless})"
    return change_policy(table, f"{sees} and ({who})", sees, was=was, was_check=sees)


def mediators_read_only(table: str) -> RunSQL:
    """A mediator writes nothing to `table`, whatever else its policy allows."""
    rule = "casetrack_audience() <> 'mediator'"
    return RunSQL(
        f"create policy mediators_add_nothing on {table} as restrictive for insert with check ({rule});"
        f"create policy mediators_change_nothing on {table} as restrictive for update using ({rule});"
        f"create policy mediators_delete_nothing on {table} as restrictive for delete using ({rule});",
        f"drop policy mediators_add_nothing on {table}; drop policy mediators_change_nothing on {table};"
        f"drop policy mediators_delete_nothing on {table};",
    )


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
