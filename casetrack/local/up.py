"""`manage.py up`: everything under one process. Started in order, each when the one before is ready; one log with a
prefix per process; stopped in reverse order; it ends when one of them ends."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import psycopg

from casetrack.lib.env import SettingError
from casetrack.local import embedded
from casetrack.local.servers import Server, dies_with_parent

MANAGE = [sys.executable, str(embedded.ROOT / "manage.py")]
DEMO_PEOPLE = (
    ("vera@example.com", "victim"),
    ("otto@example.com", "victim"),
    ("fiona@minato.example", "intake, Minato Securities"),
    ("ivan@minato.example", "investigator, Minato Securities"),
    ("alma@minato.example", "approver, Minato Securities"),
    ("bruno@aozora.example", "approver, Aozora Securities"),
    ("rita@regulator.example", "regulator"),
    ("mina@adr.example", "mediator"),
)


class Stopped(Exception):
    """Ctrl-C or TERM."""


def say(line: str, who: str = "casetrack") -> None:
    print(f"{who:<9}| {line}", flush=True)


class Child:
    """One process of ours, whose output is passed on with its name; `ready` is set when a line holds `mark`."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], mark: str = "") -> None:
        self.name, self.mark, self.ready = name, mark, threading.Event()
        self.process: subprocess.Popen[str] = subprocess.Popen(
            command, env=environment, cwd=embedded.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="replace", start_new_session=True, preexec_fn=dies_with_parent(signal.SIGTERM),
        )  # fmt: skip
        threading.Thread(target=self._pass_on, daemon=True).start()

    def _pass_on(self) -> None:
        assert self.process.stdout is not None  # noqa: S101  (we asked for a pipe)
        for line in self.process.stdout:
            say(line.rstrip(), self.name)
            if self.mark and self.mark in line:
                self.ready.set()

    def stop(self, seconds: float = 15) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


def check_database(url: str, name: str) -> None:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.Error as e:
        first = str(e).strip().splitlines()[0]
        raise SettingError(f"{name} does not answer: {first}") from None


def check_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as e:
            raise SettingError(f"port {port} cannot be used ({e.strerror}): set PORT to another one") from None


def run_once(arguments: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run([*MANAGE, *arguments], env=environment, cwd=embedded.ROOT, check=False)
    if done.returncode:
        raise SettingError(f"`manage.py {' '.join(arguments)}` failed")


def commands(port: int, host: str, folder: Path) -> list[tuple[str, list[str], str]]:
    """(name, command, line that says it is ready); the web process is asked instead."""
    programs = Path(sys.executable).parent
    celery = [str(programs / "celery"), "-A", "casetrack"]
    gunicorn = [
        str(programs / "gunicorn"), "casetrack.wsgi", "--bind", f"{host}:{port}", "--workers", "2", "--threads", "4",
        "--worker-class", "gthread", "--log-level", "warning", "--timeout", "120", "--graceful-timeout", "5",
    ]  # fmt: skip
    return [
        ("web", gunicorn, ""),
        ("worker", [*celery, "worker", "-l", "INFO", "-c", "1", "--without-mingle", "--without-gossip"], "ready."),
        ("beat", [*celery, "beat", "-l", "INFO", "-s", str(folder / "beat")], "beat: Starting"),
    ]


def wait_until_ready(child: Child, port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if child.process.poll() is not None:
            raise SettingError(f"{child.name} ended with {child.process.returncode} before it was ready")
        if child.mark and child.ready.wait(0.1):
            return
        if not child.mark and _serves(port):
            return
        time.sleep(0.05)
    raise SettingError(f"{child.name} was not ready after 60 seconds")


def _serves(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def greet(port: int, environment: dict[str, str]) -> None:
    say(f"casetrack serves at http://localhost:{port}")
    if environment.get("CASETRACK_DEMO") == "1":
        say("Demo log-ins (password: demo-casetrack):")
        for email, what in DEMO_PEOPLE:
            say(f"  {email:<24} {what}")
        say(f"Demo mailbox: http://localhost:{port}/demo/mailbox/")
    say("Ctrl-C stops everything.")


def main() -> None:
    """Run until Ctrl-C, TERM, or the end of a child. Raises SettingError with one clear line."""
    folder = embedded.var_dir()
    host = os.environ.get("HOST", "127.0.0.1")
    try:
        port = int(os.environ.get("PORT", "8000"))
    except ValueError:
        raise SettingError(f"PORT={os.environ['PORT']!r}: a whole number is needed") from None
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    embedded.check_disk(folder)
    with embedded.lock(folder):
        check_port(host, port)
        if os.environ.get("DATABASE_URL"):
            check_database(os.environ["DATABASE_URL"], "DATABASE_URL")
            if os.environ.get("DATABASE_OWNER_URL"):
                check_database(os.environ["DATABASE_OWNER_URL"], "DATABASE_OWNER_URL")
        _supervise(folder, host, port)


def _stop(_number: int, _frame: Any) -> None:
    raise Stopped


def _supervise(folder: Path, host: str, port: int) -> None:
    servers: list[Server] = []
    children: list[Child] = []
    try:
        servers, given = embedded.start_embedded(folder, embedded.needed())
        for server in servers:
            say("ready", server.name)
        environment = {**os.environ, **given, "PYTHONUNBUFFERED": "1"}
        embedded.state_file(folder).write_text(json.dumps({"pid": os.getpid(), "environment": given}))
        embedded.state_file(folder).chmod(0o600)
        run_once(["migrate", "--verbosity", "0"], environment)
        if environment.get("CASETRACK_DEMO") == "1":
            run_once(["load_demo"], environment)
        for name, command, mark in commands(port, host, folder):
            children.append(Child(name, command, environment, mark))
            wait_until_ready(children[-1], port)
        greet(port, environment)
        _watch(children, servers)
    except Stopped:
        say("Stopping.")
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        embedded.state_file(folder).unlink(missing_ok=True)
        for child in reversed(children):
            child.stop()
        embedded.stop_all(servers)
        say("Stopped.")


def _watch(children: list[Child], servers: list[Server]) -> None:
    while True:
        for name, process in [(c.name, c.process) for c in children] + [(s.name, s.process) for s in servers]:
            if process.poll() is not None:
                raise SettingError(f"{name} ended with {process.returncode}; everything stops")
        time.sleep(0.3)
