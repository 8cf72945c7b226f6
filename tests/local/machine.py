"""manage.py as a new user runs it, and what it leaves on the machine."""

import os
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = (
    "DATABASE", "REDIS", "CASETRACK", "TEST_", "DJANGO_", "SECRET_KEY", "EMAIL_BACKEND", "PYTEST", "PORT", "HOST",
    "ALLOWED_HOSTS", "HTTPS",
)  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: Path, port: int = 0, **given: str) -> dict[str, str]:
    """That of a new user: nothing of the suite's own servers in it."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
    return {**kept, "CASETRACK_VAR": str(folder), "PORT": str(port), **given}


def manage(
    folder: Path, *arguments: str, port: int = 0, script: tuple[str, ...] = ("manage.py",), **given: str
) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, *script, *arguments],
        cwd=ROOT,
        env=environment(folder, port, **given),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def begin(folder: Path, *arguments: str, port: int = 0, **given: str) -> "subprocess.Popen[str]":
    """Start a command and leave it running."""
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(folder, port, **given),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def read_until(process: "subprocess.Popen[str]", mark: str) -> str:
    lines = []
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line)
        if mark in line:
            return "".join(lines)
    raise AssertionError("".join(lines))


def left_over(folder: Path) -> list[str]:
    """Processes that still know of the folder (by environment or command line)."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                command, surroundings = (entry / "cmdline").read_bytes(), (entry / "environ").read_bytes()
            except OSError:
                continue
            if str(folder).encode() in command + surroundings:
                found.append(command.decode(errors="replace"))
    return found
