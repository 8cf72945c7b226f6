"""`manage.py up` for real: everything starts, everything ends, faults are one clear line."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: Path, port: int, **given: str) -> dict[str, str]:
    """That of a new user: nothing of the suite's own servers in it."""
    ours = ("DATABASE", "REDIS", "CASETRACK", "TEST_", "DJANGO_", "SECRET_KEY", "EMAIL_BACKEND", "PYTEST")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    return {**kept, "CASETRACK_VAR": str(folder), "PORT": str(port), **given}


def up(folder: Path, port: int, **given: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "manage.py", "up"],
        cwd=ROOT,
        env=environment(folder, port, **given),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def read_until(process: "subprocess.Popen[str]", mark: str) -> list[str]:
    lines = []
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line)
        if mark in line:
            return lines
    raise AssertionError("".join(lines))


def left_over(folder: Path) -> list[str]:
    """Processes that still know of the folder (by environment or command line)."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                text = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            except OSError:
                continue
            if str(folder).encode() in text:
                found.append((entry / "cmdline").read_bytes().decode(errors="replace"))
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("up")


def serves(port: int) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/ja/", timeout=10) as answer:
        return "casetrack" in answer.read().decode()


@pytest.mark.xdist_group("up")
def test_it_starts_everything_prints_the_log_ins_and_leaves_no_process_on_term(folder: Path) -> None:
    port = free_port()
    process = up(folder, port)
    lines = "".join(read_until(process, "Ctrl-C stops everything"))
    assert f"http://localhost:{port}" in lines
    assert "vera@example.com" in lines
    assert serves(port)
    assert left_over(folder)
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=60)
    assert "Stopped." in rest
    assert process.returncode == 0
    assert left_over(folder) == []

    again = up(folder, port)
    started = time.monotonic()
    lines = "".join(read_until(again, "Ctrl-C stops everything"))
    assert "The demo world is there already." in lines
    assert time.monotonic() - started < 60
    again.kill()
    again.wait()
    end = time.monotonic() + 30
    while left_over(folder) and time.monotonic() < end:
        time.sleep(0.2)
    assert left_over(folder) == []


def fault(folder: Path, port: int, **given: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", "up"],
        cwd=ROOT,
        env=environment(folder, port, **given),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    said = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(said) == 1, said
    return said[0]


def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        assert f"port {port} cannot be used" in fault(tmp_path, port)


def test_a_database_that_does_not_answer_is_one_clear_line(tmp_path: Path) -> None:
    url = "postgresql://casetrack_app@127.0.0.1:1/casetrack"
    assert "DATABASE_URL does not answer" in fault(tmp_path, free_port(), DATABASE_URL=url)


def test_a_port_that_is_no_number_is_one_clear_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "up"],
        cwd=ROOT,
        env={**environment(tmp_path, 0), "PORT": "eighty"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("casetrack: PORT='eighty'")


@pytest.mark.parametrize("command", ["assess"])
def test_a_command_that_needs_no_database_starts_none(tmp_path: Path, command: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", command, "/nowhere.json"],
        cwd=ROOT,
        env=environment(tmp_path, 0),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert not (tmp_path / "pg").exists()
