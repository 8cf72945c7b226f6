"""One database per worker, made from a template that was migrated once, as the owner.

Migrating takes longer than most of what a developer runs. So the migrated template is kept as a dump under var/, named
by a hash of all that it comes from, and the next run on the embedded server reads it instead. CASETRACK_MIGRATE=1 or an
empty var/ migrates.
"""

import hashlib
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from casetrack.local.roles import APP, DATABASE_SQL, OWNER, ROLES_SQL, url_like
from casetrack.local.servers import programs

TEMPLATE = "casetrack_template"
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
SERVER = os.environ["CASETRACK_TEST_SERVER"]
DATABASE = f"casetrack_test_{WORKER or 'main'}"
TABLES = "select tablename from pg_tables where schemaname = 'public' order by tablename"

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "var" / "test-template"
MODULE = re.compile(r"^(?:from|import) (casetrack[\w.]*)", re.MULTILINE)

# What migrations made: table → its rows as JSON. A flush leaves these tables with these rows.
_made: dict[str, set[str]] = {}


def superuser(database: str = DATABASE) -> "psycopg.Connection[Any]":
    """A session of the cluster's superuser, for what the application must not be able to do."""
    return psycopg.connect(url_like(SERVER, database), autocommit=True)


def begin() -> None:
    """Roles, and no template of an earlier schema (once, before the workers)."""
    end()
    with superuser("postgres") as connection:
        if not connection.execute("select 1 from pg_roles where rolname = %s", [APP]).fetchone():
            connection.execute(ROLES_SQL)
        for role, name in ((APP, "DATABASE_URL"), (OWNER, "DATABASE_OWNER_URL")):
            password = psycopg.conninfo.conninfo_to_dict(os.environ[name])["password"]
            connection.execute(f"alter role {role} password '{password}'")


def end() -> None:
    """Drop every database of ours."""
    with superuser("postgres") as connection:
        ours = "select datname from pg_database where datname like 'casetrack\\_te%'"
        for (name,) in connection.execute(ours).fetchall():
            connection.execute(f'drop database "{name}" with (force)')


def _make_template() -> None:
    """Migrate the template once, whichever worker comes first."""
    with superuser("postgres") as connection:
        connection.execute("select pg_advisory_lock(1)")
        if connection.execute("select 1 from pg_database where datname = %s", [TEMPLATE]).fetchone():
            return
        building = f"{TEMPLATE}_new"
        connection.execute(f"drop database if exists {building}")
        connection.execute(f"create database {building} owner {OWNER}")
        with superuser(building) as inside:
            inside.execute(DATABASE_SQL)
        if not _read_kept(building):
            _migrate(building)
            _keep(building)
        connection.execute(f"alter database {building} rename to {TEMPLATE}")


def _migrate(database: str) -> None:
    from django.core.management import call_command
    from django.db import connections

    connection = connections["owner"]
    connection.close()
    connection.settings_dict["NAME"] = database
    call_command("migrate", database="owner", verbosity=0, skip_checks=True)
    connection.close()


def _kept() -> Path:
    """Where the dump lies that comes from these migrations, from the modules that they import, from the settings, the
    roles and the versions of all packages."""
    migrations = sorted(ROOT.glob("casetrack/*/migrations/*.py"))
    texts = {path: path.read_bytes() for path in migrations}
    for name in {name for text in texts.values() for name in MODULE.findall(text.decode())}:
        place = ROOT.joinpath(*name.split("."))
        found = [place.with_suffix(".py")] if place.with_suffix(".py").exists() else sorted(place.glob("*.py"))
        texts |= {path: path.read_bytes() for path in found}
    for name in ("casetrack/settings.py", "casetrack/local/roles.py", "requirements.txt"):
        texts[ROOT / name] = (ROOT / name).read_bytes()
    digest = hashlib.sha256()
    for path in sorted(texts):
        digest.update(f"{path.relative_to(ROOT)} {len(texts[path])}\n".encode() + texts[path])
    return KEPT / f"{digest.hexdigest()}.sql"


def _keeps() -> bool:
    """Only on the server that is started here: its version is that of the programs."""
    return not os.environ.get("TEST_DATABASE_URL") and not os.environ.get("CASETRACK_MIGRATE")


def _keep(database: str) -> None:
    path = _kept()
    if not _keeps():
        return
    KEPT.mkdir(parents=True, exist_ok=True)
    building = path.with_suffix(f".{os.getpid()}")
    _run("pg_dump", "--dbname", url_like(SERVER, database), "--file", str(building))
    for old in KEPT.glob("*.sql"):
        old.unlink(missing_ok=True)
    building.rename(path)


def _read_kept(database: str) -> bool:
    path = _kept()
    if not _keeps() or not path.exists():
        return False
    _run(
        "psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--single-transaction", "--output", os.devnull,
        "--dbname", url_like(SERVER, database), "--file", str(path),
    )  # fmt: skip
    return True


def _run(program: str, *arguments: str) -> None:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    subprocess.run([programs() / program, *arguments], env=plain, check=True)


def rows(connection: "psycopg.Connection[Any]") -> dict[str, set[str]]:
    """Every table that is not empty → its rows as JSON."""
    found = {}
    for (table,) in connection.execute(TABLES).fetchall():
        texts = connection.execute(f'select to_jsonb(t)::text from "{table}" t').fetchall()
        if texts:
            found[table] = {text for (text,) in texts}
    return found


def flush() -> None:
    """Back to the rows that migrations made, as the superuser and without firing triggers."""
    with superuser() as connection, connection.transaction():
        connection.execute("set local session_replication_role = replica")
        for (table,) in connection.execute(TABLES).fetchall():
            made = sorted(_made.get(table, ()))
            connection.execute(f'delete from "{table}" t where to_jsonb(t)::text <> all(%s)', [made])
            if made:
                connection.execute(
                    f'insert into "{table}" overriding system value'
                    f' select r.* from unnest(%s::text[]) text, jsonb_populate_record(null::"{table}", text::jsonb) r'
                    f' where text not in (select to_jsonb(t)::text from "{table}" t)',
                    [made],
                )


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
        with superuser() as connection:
            _made.update(rows(connection))
        for alias in ("default", "owner"):
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = DATABASE
    yield
    with django_db_blocker.unblock():
        connections.close_all()
