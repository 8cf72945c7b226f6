"""`manage.py up`: everything under one process. The servers first, then the schema, then web, worker and beat; one log
with a prefix per process; stopped in reverse order; it ends when one of them ends."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import redis

from casetrack.lib.env import SettingError, env, env_bool, env_list
from casetrack.local import embedded, keys
from casetrack.local.servers import Server, dies_with_parent

MANAGE = [sys.executable, str(embedded.ROOT / "manage.py")]
READY_SECONDS = 180.0  # a busy machine; whatever fails to start ends, and is not waited for
DEMO_PEOPLE = (
    ("vera@example.com", "victim"),
    ("otto@example.com", "victim"),
    ("fiona@minato.example", "intake, Minato Securities"),
    ("ivan@minato.example", "investigator, Minato Securities"),
    ("alma@minato.example", "approver, Minato Securities"),
    ("sora@minato.example", "a second approver there"),
    ("ada@minato.example", "administrator there"),
    ("bruno@aozora.example", "approver, Aozora Securities"),
    ("rita@regulator.example", "regulator"),
    ("mina@adr.example", "mediator"),
)


class Stopped(Exception):
    """Ctrl-C or TERM."""


def say(line: str, who: str = "casetrack") -> None:
    with suppress(BrokenPipeError):  # nobody reads any more: no reason to leave anything running
        sys.stdout.write(f"{who:<9}| {line}\n")
        sys.stdout.flush()


class Child:
    """One process of ours, whose output is passed on with its name; `ready` is set when a line holds `mark`."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], mark: str = "") -> None:
        self.name, self.mark, self.ready = name, mark, threading.Event()
        self.process: subprocess.Popen[str] = subprocess.Popen(
            command, env=environment, cwd=embedded.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="replace", start_new_session=True, preexec_fn=dies_with_parent(signal.SIGTERM),
        )  # fmt: skip
        self.reader = threading.Thread(target=self._pass_on, daemon=True)
        self.reader.start()

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
        self.reader.join(1)


def check_database(name: str) -> None:
    url = env(name)
    try:
        if url:
            psycopg.connect(url, connect_timeout=5).close()
    except psycopg.Error as e:
        first = str(e).strip().splitlines()[0]
        raise SettingError(f"{name} does not answer: {first}") from None


def check_redis() -> None:
    url = env("REDIS_URL")
    try:
        if url:
            redis.Redis.from_url(url, socket_connect_timeout=5).ping()
    except (redis.RedisError, ValueError) as e:
        raise SettingError(f"REDIS_URL does not answer: {str(e).strip().splitlines()[0]}") from None


def port_from_environment() -> int:
    given = os.environ.get("PORT") or "8000"
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise SettingError(f"PORT={given!r}: a whole number from 1 to 65535 is needed")
    return int(given)


def check_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as e:
            raise SettingError(f"port {port} cannot be used ({e.strerror}): set PORT to another one") from None


def run_once(arguments: list[str], environment: dict[str, str]) -> int:
    """Run a management command to its end; its exit status."""
    child = Child("setup", [*MANAGE, *arguments], environment)
    try:
        return child.process.wait()
    finally:
        child.stop()


def must_run(arguments: list[str], environment: dict[str, str]) -> None:
    if run_once(arguments, environment):
        raise SettingError(f"`manage.py {' '.join(arguments)}` failed")


def commands(port: int, host: str, folder: Path) -> list[tuple[str, list[str], str]]:
    """(name, command, line that says it is ready); the web process is asked instead."""
    programs = Path(sys.executable).parent
    # One line each instead of banners; that root runs the worker is nothing new to whoever runs `make run` as root.
    celery = [sys.executable, "-W", "ignore:You're running the worker", "-m", "celery", "-q", "-A", "casetrack"]
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    gunicorn = [
        str(programs / "gunicorn"), "casetrack.wsgi", "--bind", bind, "--workers", "2", "--threads", "4",
        "--worker-class", "gthread", "--log-level", "warning", "--timeout", "120", "--graceful-timeout", "5",
    ]  # fmt: skip
    return [
        ("web", gunicorn, ""),
        ("worker", [*celery, "worker", "-l", "INFO", "-c", "1", "--without-mingle", "--without-gossip"], "ready."),
        ("beat", [*celery, "beat", "-l", "INFO", "-s", str(folder / "beat")], "beat: Starting"),
    ]


def wait_until_ready(child: Child, host: str, port: int) -> None:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        if child.process.poll() is not None:
            raise SettingError(f"{child.name} ended with {child.process.returncode} before it was ready")
        if child.mark and child.ready.wait(0.1):
            return
        if not child.mark and serves(host, port):
            return
        time.sleep(0.05)
    raise SettingError(f"{child.name} was not ready after {READY_SECONDS:.0f} seconds")


def serves(host: str, port: int) -> bool:
    """Whether /healthz answers, asked as the proxy in front would ask (ALLOWED_HOSTS, HTTPS)."""
    names = [name for name in env_list("ALLOWED_HOSTS") if "*" not in name]
    headers = {"Host": names[0].lstrip(".") if names else f"localhost:{port}", "X-Forwarded-Proto": "https"}
    asked = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  (asked, not bound)
    connection = http.client.HTTPConnection(asked, port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers=headers)
        answer = connection.getresponse()
        # HTTPS=1 without BEHIND_PROXY: whoever asks without TLS is sent away, and that is an answer.
        return answer.status == 200 or (answer.status == 301 and env_bool("HTTPS"))
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


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
    folder, host, port = embedded.var_dir(), os.environ.get("HOST") or "127.0.0.1", port_from_environment()
    needed = embedded.needed()
    if not needed["database"] and env_bool("CASETRACK_DEMO"):
        raise SettingError("CASETRACK_DEMO=1 is for the embedded database alone: unset it, or DATABASE_URL")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    try:
        embedded.check_disk(folder)
        with embedded.lock(folder):
            check_port(host, port)
            for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
                check_database(name)
            check_redis()
            _supervise(folder, host, port, needed)
    except Stopped:
        say("Stopped.")


def _stop(_number: int, _frame: Any) -> None:
    raise Stopped


def _supervise(folder: Path, host: str, port: int, needed: dict[str, bool]) -> None:
    servers: list[Server] = []
    children: list[Child] = []
    try:
        servers, given = embedded.start_embedded(folder, needed)
        for server in servers:
            say("ready", server.name)
        environment = {"SITE_URL": f"http://localhost:{port}", **os.environ, **given, "PYTHONUNBUFFERED": "1"}
        _prepare(folder, environment, needed)
        embedded.announce(folder, given)
        for name, command, mark in commands(port, host, folder):
            children.append(Child(name, command, environment, mark))
        for child in children:  # they need the servers, not one another
            wait_until_ready(child, host, port)
        greet(port, environment)
        _watch(children, servers)
    except Stopped:
        say("Stopping.")
        raise
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        embedded.state_file(folder).unlink(missing_ok=True)
        for child in reversed(children):
            child.stop()
        embedded.stop_all(servers)


def _prepare(folder: Path, environment: dict[str, str], needed: dict[str, bool]) -> None:
    """The schema, and the demo world where the database is ours. A real database's role is looked at."""
    must_run(["migrate", "--verbosity", "0"], environment)
    if environment.get("CASETRACK_DEMO") == "1":
        must_run(["load_demo"], environment)
    if needed["database"]:
        return
    if keys.not_given():
        say(f"{', '.join(keys.not_given())} not set: kept in {keys.secrets_file(folder)}. Real data needs its own.")
    if run_once(["check", "--database", "default"], environment):
        say("WARNING: row-level security does not protect this database (docs/operations.md, roles).")


def _watch(children: list[Child], servers: list[Server]) -> None:
    while True:
        for name, process in [(c.name, c.process) for c in children] + [(s.name, s.process) for s in servers]:
            if process.poll() is not None:
                raise SettingError(f"{name} ended with {process.returncode}; everything stops")
        time.sleep(0.3)
