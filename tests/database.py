"""One database per worker, made from a template that was migrated once, as the owner."""

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from casetrack.local.roles import APP, DATABASE_SQL, OWNER, ROLES_SQL, url

TEMPLATE = "casetrack_template"
# Rows that migrations make and a flush must leave alone.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
SOCKETS = os.environ["CASETRACK_TEST_SOCKETS"]
DATABASE = f"casetrack_test_{WORKER or 'main'}"


def superuser(database: str = DATABASE) -> "psycopg.Connection[Any]":
    """A session of the cluster's superuser, for what the application must not be able to do."""
    return psycopg.connect(url("postgres", database, SOCKETS), autocommit=True)


def _make_template() -> None:
    """Migrate the template once, whichever worker comes first."""
    with superuser("postgres") as connection:
        connection.execute("select pg_advisory_lock(1)")
        if connection.execute("select 1 from pg_database where datname = %s", [TEMPLATE]).fetchone():
            return
        if not connection.execute("select 1 from pg_roles where rolname = %s", [APP]).fetchone():
            connection.execute(ROLES_SQL)
        building = f"{TEMPLATE}_new"
        connection.execute(f"drop database if exists {building}")
        connection.execute(f"create database {building} owner {OWNER}")
        with superuser(building) as inside:
            inside.execute(DATABASE_SQL)
        _migrate(building)
        connection.execute(f"alter database {building} rename to {TEMPLATE}")


def _migrate(database: str) -> None:
    from django.core.management import call_command
    from django.db import connections

    connection = connections["owner"]
    connection.close()
    connection.settings_dict["NAME"] = database
    call_command("migrate", database="owner", verbosity=0, skip_checks=True)
    connection.close()


def flush() -> None:
    """Empty the database as the superuser without firing triggers, but for the rows that migrations made."""
    with superuser() as connection:
        connection.execute("set session_replication_role = replica")
        tables = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        for (table,) in tables:
            if table not in KEPT:
                where = " where role <> 'system'" if table == "people_user" else ""
                connection.execute(f'delete from "{table}"{where}')


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    from django.db import connections
    from django.test import TransactionTestCase

    TransactionTestCase._fixture_teardown = lambda self: flush()  # type: ignore[method-assign]
    with django_db_blocker.unblock():
        _make_template()
        with superuser("postgres") as connection:
            connection.execute(f"drop database if exists {DATABASE} with (force)")
            connection.execute(f"create database {DATABASE} template {TEMPLATE} owner {OWNER}")
        for alias in ("default", "owner"):
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = DATABASE
    yield
    with django_db_blocker.unblock():
        connections.close_all()
