"""Which servers a command uses: those of the environment, those of a running `make run`, or embedded ones."""

import errno
import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from casetrack.lib.env import SettingError
from casetrack.local.keys import secrets_of, write_private
from casetrack.local.roles import APP, OWNER, provision, url
from casetrack.local.servers import Server, start_postgres, start_redis

ROOT = Path(__file__).resolve().parents[2]
LEAST_FREE = 300 * 1024 * 1024
MAJOR = "18"
# What goes with the embedded database, and with no other.
WITH_DATABASE = {"DATABASE_URL", "DATABASE_OWNER_URL", "CASETRACK_DEMO", "EMAIL_BACKEND"}


def var_dir() -> Path:
    return Path(os.environ.get("CASETRACK_VAR") or ROOT / "var").resolve()


def check_disk(folder: Path) -> None:
    """Raises SettingError when the disk of `folder` is (nearly) full or not writable."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    except OSError as e:
        raise SettingError(f"{folder} cannot be written: {os.strerror(e.errno or errno.EIO)}") from e
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SettingError(f"{folder} cannot be written: it belongs to somebody else")
    if free < LEAST_FREE:
        raise SettingError(f"the disk of {folder} is full: {free // 1024**2} MB free, 300 MB are needed")


def check_version(data: Path) -> None:
    version = data / "PG_VERSION"
    if version.exists() and version.read_text().strip() != MAJOR:
        raise SettingError(
            f"{data} was made by PostgreSQL {version.read_text().strip()}, the embedded one is {MAJOR}: move it away"
        )


def _acquire(file: IO[str], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        else:
            return True


@contextmanager
def lock(folder: Path) -> Iterator[None]:
    """The right to run the embedded servers of `folder`; raises SettingError if somebody else has it."""
    with (folder / "lock").open("a") as file:
        if not _acquire(file, 0.5):
            raise SettingError(f"casetrack is running on {folder} already")
        state_file(folder).unlink(missing_ok=True)  # left by one that was killed
        yield


@contextmanager
def joined_or_locked(folder: Path) -> Iterator[dict[str, str] | None]:
    """The environment of a running `make run`; or, with the right to run the servers, None. Waits for one of both."""
    with (folder / "lock").open("a") as file:
        told = False
        while not _acquire(file, 0.3):
            environment = _running(folder)
            if environment is not None:
                yield environment
                return
            if not told:
                print("Waiting for another command that uses the embedded database.", flush=True)
                told = True
        state_file(folder).unlink(missing_ok=True)
        yield None


def start_embedded(folder: Path, needed: dict[str, bool]) -> tuple[list[Server], dict[str, str]]:
    """Start what is needed ({"database": …, "redis": …}); the servers and the environment that reaches them."""
    servers: list[Server] = []
    environment = secrets_of(folder)
    try:
        if needed["database"]:
            check_version(folder / "pg")
            servers.append(start_postgres(folder))
            provision(servers[-1].folder)
            environment["DATABASE_URL"] = url(APP, "casetrack", servers[-1].folder)
            environment["DATABASE_OWNER_URL"] = url(OWNER, "casetrack", servers[-1].folder)
            environment["CASETRACK_DEMO"] = os.environ.get("CASETRACK_DEMO", "1")
            environment["EMAIL_BACKEND"] = os.environ.get("EMAIL_BACKEND", "casetrack.demo.mail.DemoBackend")
        if needed["redis"]:
            servers.append(start_redis(folder))
            environment["REDIS_URL"] = f"unix://{servers[-1].folder / 'redis.sock'}"
    except BaseException:
        stop_all(servers)
        raise
    return servers, environment


def needed() -> dict[str, bool]:
    """Which servers the environment does not name."""
    return {
        "database": not (os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE")),
        "redis": not (os.environ.get("REDIS_URL") or os.environ.get("REDIS_URL_FILE")),
    }


def stop_all(servers: list[Server]) -> None:
    for server in reversed(servers):
        server.stop()


def state_file(folder: Path) -> Path:
    return folder / "run.json"


def announce(folder: Path, environment: dict[str, str]) -> None:
    """Let other commands join us."""
    write_private(state_file(folder), json.dumps({"pid": os.getpid(), "environment": environment}))


def _running(folder: Path) -> dict[str, str] | None:
    """The environment of a running `make run` on `folder`, or None. A file left by a dead one is ignored."""
    try:
        state: dict[str, Any] = json.loads(state_file(folder).read_text())
        os.kill(int(state["pid"]), 0)
    except (OSError, ValueError, KeyError):
        return None
    environment: dict[str, str] = state["environment"]
    return environment
