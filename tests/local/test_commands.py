"""manage.py starts what a command needs, for as long as it lasts, and nothing for one that needs nothing."""

import fcntl
import os
from pathlib import Path

import pytest
from django.db import connections

from casetrack.local.entry import needs_database
from tests.local.machine import begin, left_over, manage, read_until


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for several tests: the schema is made once."""
    return tmp_path_factory.mktemp("commands")


def test_a_command_starts_the_servers_makes_the_schema_and_stops_them(folder: Path) -> None:
    done = manage(folder, "check", "--database", "default")
    assert (done.returncode, done.stderr) == (0, "")
    assert (folder / "pg" / "PG_VERSION").exists()
    assert not (folder / "pg" / "postmaster.pid").exists()
    assert left_over(folder) == []


def test_a_second_command_says_that_it_waits_and_then_runs(folder: Path) -> None:
    with (folder / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        second = begin(folder, "verify_audit")
        read_until(second, "Waiting for another command")
        fcntl.flock(file, fcntl.LOCK_UN)
        second.communicate(timeout=300)
    assert second.returncode == 0
    assert left_over(folder) == []


def test_a_state_left_by_a_killed_process_is_not_believed(folder: Path) -> None:
    nowhere = '{"DATABASE_URL": "postgresql://casetrack_app@/casetrack?host=/nowhere"}'
    (folder / "run.json").write_text(f'{{"pid": {os.getpid()}, "environment": {nowhere}}}')
    assert manage(folder, "verify_audit").returncode == 0
    assert not (folder / "run.json").exists()


@pytest.mark.parametrize(
    "words",
    ["", "help", "assess a.json", "verify_summary x", "check", "migrate --help", "--version", "makemigrations"],
)
def test_these_need_no_database(words: str) -> None:
    assert not needs_database(["manage.py", *words.split()])


@pytest.mark.parametrize("words", ["migrate", "load_demo", "check --database default", "verify_audit", "shell"])
def test_these_need_a_database(words: str) -> None:
    assert needs_database(["manage.py", *words.split()])


def test_a_command_that_needs_no_database_starts_none(tmp_path: Path) -> None:
    done = manage(tmp_path, "assess", "/nowhere.json")
    assert done.returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_a_role_that_owns_the_tables_is_refused_by_the_check(tmp_path: Path, db: None) -> None:
    owner = os.environ["DATABASE_OWNER_URL"].replace("casetrack_test", connections["default"].settings_dict["NAME"])
    done = manage(
        tmp_path, "check", "--database", "default",
        DATABASE_URL=owner, REDIS_URL=os.environ["REDIS_URL"], SECRET_KEY="x",
    )  # fmt: skip
    assert done.returncode == 1
    assert "casetrack.E001" in done.stderr
