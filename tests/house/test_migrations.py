from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader


def test_the_models_have_their_migrations(db: None) -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_a_migration_is_named_for_what_it_does(db: None) -> None:
    loader = MigrationLoader(connection)
    ours = {name for app, name in loader.disk_migrations if app in _our_apps()}
    assert ours
    assert not [name for name in ours if "_auto_" in name]


def test_no_migration_makes_roles() -> None:
    for path in (Path(settings.BASE_DIR) / "casetrack").glob("*/migrations/*.py"):
        assert "create role" not in path.read_text(encoding="utf-8").lower()


@pytest.mark.parametrize("name", ["casetrack_in_scope", "casetrack_own", "casetrack_audience"])
def test_the_functions_of_the_scope_are_there(name: str, db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_proc where proname = %s", [name])
        assert cursor.fetchone() == (1,)


def _our_apps() -> set[str]:
    return {app.removeprefix("casetrack.") for app in settings.INSTALLED_APPS if app.startswith("casetrack.")}
