"""The embedded servers keep their data, leave no folder, and survive having been killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from casetrack.local import folders
from casetrack.local.roles import APP, OWNER, provision, url, url_like
from casetrack.local.servers import start_postgres
from tests.local.machine import ROOT


def test_data_stays_from_start_to_start_even_after_a_kill(tmp_path: Path) -> None:
    (tmp_path / "pg.new").mkdir()
    (tmp_path / "pg.new" / "PG_VERSION").write_text("18")  # what an initdb that was killed leaves
    first = start_postgres(tmp_path)
    provision(first.folder)
    with psycopg.connect(url(OWNER, "casetrack", first.folder)) as session:
        session.execute("create table thing (name text)")
        session.execute("insert into thing values ('被害者')")
    first.process.send_signal(signal.SIGKILL)
    first.process.wait()
    first.stop()
    assert not first.folder.exists()

    second = start_postgres(tmp_path)
    provision(second.folder)
    with psycopg.connect(url(APP, "casetrack", second.folder)) as session:
        assert session.execute("select * from thing where name ilike '被%'").fetchone() == ("被害者",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute("truncate thing")
    second.stop()
    assert not second.folder.exists()


def test_a_folder_of_a_killed_process_is_swept_and_that_of_a_living_one_is_not() -> None:
    make = "from casetrack.local import folders; print(folders.make('ct-sweep-'), flush=True)"
    code = f"{make}; import sys; sys.stdin.read()"
    maker = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert maker.stdout is not None
    theirs = Path(maker.stdout.readline().strip())
    ours = folders.make("ct-sweep-")
    assert theirs.exists()
    maker.kill()
    maker.communicate()
    assert theirs.exists()
    folders.remove(folders.make("ct-sweep-"))
    assert not theirs.exists()
    assert ours.exists()
    folders.remove(ours)


@pytest.mark.parametrize(
    ("server", "wanted"),
    [
        ("postgresql://postgres@/postgres?host=/tmp/x", "postgresql://casetrack_app:pw@/other?host=/tmp/x"),
        ("postgresql://su:secret@db:5433/postgres", "postgresql://casetrack_app:pw@db:5433/other"),
        ("postgresql:///postgres?host=/tmp/x", "postgresql://casetrack_app:pw@/other?host=/tmp/x"),
    ],
)
def test_the_address_of_another_database_of_a_server(server: str, wanted: str) -> None:
    assert url_like(server, "other", APP, "pw") == wanted


def test_the_servers_take_no_port(tmp_path: Path) -> None:
    server = start_postgres(tmp_path, throwaway=True)
    try:
        with psycopg.connect(url("postgres", "postgres", server.folder)) as session:
            assert session.execute("show listen_addresses").fetchone() == ("",)
        assert oct(os.stat(server.folder).st_mode & 0o777) == "0o700"
    finally:
        server.stop()
