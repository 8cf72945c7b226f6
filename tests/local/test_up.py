"""`manage.py up` for real: everything starts, everything ends, faults are one clear line."""

import signal
import socket
import time
import urllib.request
from pathlib import Path

import pytest

from casetrack.lib.env import SettingError
from casetrack.local import embedded
from tests.local.machine import begin, free_port, left_over, manage, read_until


def serves(port: int) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/ja/", timeout=10) as answer:
        return "casetrack" in answer.read().decode()


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_it_starts_everything_is_joined_keeps_its_data_and_leaves_no_process(tmp_path: Path) -> None:
    port = free_port()
    first = begin(tmp_path, "up", port=port)
    said = read_until(first, "Ctrl-C stops everything")
    assert f"http://localhost:{port}" in said
    assert "vera@example.com" in said
    assert "The demo world is loaded." in said
    assert serves(port)
    assert left_over(tmp_path)
    assert (tmp_path / "secrets.env").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "run.json").stat().st_mode & 0o777 == 0o600

    joined = manage(tmp_path, "add_firm", "HIKARI", "--name-ja", "ひかり証券", "--name-en", "Hikari Securities")
    assert joined.returncode == 0, joined.stderr
    assert "is running on" in fault(tmp_path, port=free_port())

    first.send_signal(signal.SIGTERM)
    rest, _ = first.communicate(timeout=60)
    assert rest.endswith("Stopped.\n")
    assert first.returncode == 0
    assert left_over(tmp_path) == []
    assert is_free(port)

    again = begin(tmp_path, "up", port=port)
    assert "The demo world is there already." in read_until(again, "Ctrl-C stops everything")
    assert serves(port)
    kept = manage(tmp_path, "add_member", "hana@hikari.example", "--firm", "HIKARI", "--role", "admin")
    assert kept.returncode == 0, kept.stderr
    again.kill()
    again.wait()
    end = time.monotonic() + 30
    while left_over(tmp_path) and time.monotonic() < end:
        time.sleep(0.2)
    assert left_over(tmp_path) == []
    assert is_free(port)


def fault(folder: Path, *, port: int, script: tuple[str, ...] = ("manage.py",), **given: str) -> str:
    """The one line that a start which cannot succeed says."""
    done = manage(folder, "up", port=port, script=script, **given)
    assert done.returncode == 1
    said = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(said) == 1, said
    return said[0]


def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        assert f"port {port} cannot be used" in fault(tmp_path, port=port)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"DATABASE_URL": "postgresql://casetrack_app@127.0.0.1:1/casetrack"}, "DATABASE_URL does not answer"),
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "REDIS_URL does not answer"),
        ({"DATABASE_URL": "postgresql://127.0.0.1:1/x", "CASETRACK_DEMO": "1"}, "for the embedded database alone"),
        ({"PORT": "eighty"}, "PORT='eighty'"),
        ({"PORT": "99999"}, "PORT='99999'"),
        ({"CASETRACK_VAR": "/proc/nowhere"}, "/proc/nowhere cannot be written"),
    ],
)
def test_a_setting_that_cannot_be_used_is_one_clear_line(tmp_path: Path, given: dict[str, str], said: str) -> None:
    assert said in fault(tmp_path, port=free_port(), **given)
    assert left_over(tmp_path) == []


def test_an_older_python_is_one_clear_line(tmp_path: Path) -> None:
    pretend = "import runpy, sys; sys.version_info = (3, 10, 1); runpy.run_path('manage.py', run_name='__main__')"
    assert "Python 3.11 or later is needed, this is 3.10" in fault(tmp_path, port=0, script=("-c", pretend))


def test_a_full_disk_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "LEAST_FREE", 1 << 60)
    with pytest.raises(SettingError, match=r"the disk of .* is full: \d+ MB free"):
        embedded.check_disk(tmp_path)
