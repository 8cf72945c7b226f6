"""The suite itself: under which role it runs, what a flush leaves, what is left when it is over."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from django.db import connection

from casetrack.demo.cast import make_cast
from casetrack.lib.scope import system_scope
from tests import database
from tests.local.machine import ROOT, environment, left_over


def test_it_runs_under_the_role_of_the_application(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select rolname, rolsuper, rolbypassrls from pg_roles where rolname = current_user")
        assert cursor.fetchone() == ("casetrack_app", False, False)


@pytest.mark.django_db(transaction=True)
def test_a_flush_leaves_the_rows_that_migrations_made_and_no_others() -> None:
    with system_scope():
        make_cast(password=None)
    with database.superuser() as session:
        assert len(database.rows(session)) > len(database._made)
        session.execute("delete from auth_permission")
        database.flush()
        assert database.rows(session) == database._made


def test_when_it_is_over_no_server_and_no_folder_is_left() -> None:
    temporary = Path(tempfile.mkdtemp(prefix="ct-tmp-"))
    try:
        test = "tests/local/test_suite.py::test_it_runs_under_the_role_of_the_application"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", test],
            cwd=ROOT, env=environment(temporary) | {"TMPDIR": str(temporary)},
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert "1 passed" in done.stdout, done.stdout + done.stderr
        assert left_over(temporary) == []
        assert list(temporary.iterdir()) == []
    finally:
        shutil.rmtree(temporary)
