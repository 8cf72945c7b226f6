"""Which servers a command uses: those of the environment, those of a running `make run`, or embedded ones."""

import errno
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from casetrack.lib.env import SettingError
from casetrack.local.keys import secrets_of
from casetrack.local.roles import APP, OWNER, provision, url
from casetrack.local.servers import Server, start_postgres, start_redis

ROOT = Path(__file__).resolve().parents[2]
LEAST_FREE = 300 * 1024 * 1024
MAJOR = "18"


def var_dir() -> Path:
    return Path(os.environ.get("CASETRACK_VAR") or ROOT / "var").resolve()


def check_disk(folder: Path) -> None:
    """Raises SettingError when the disk of `folder` is (nearly) full or not writable."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    except OSError as e:
        raise SettingError(f"{folder} cannot be written: {os.strerror(e.errno or errno.EIO)}") from e
    if free < LEAST_FREE:
        raise SettingError(f"the disk of {folder} is full: {free // 1024**2} MB free, 300 MB are needed")


def check_version(data: Path) -> None:
    version = data / "PG_VERSION"
    if version.exists() and version.read_text().strip() != MAJOR:
        raise SettingError(
            f"{data} was made by PostgreSQL {version.read_text().strip()}, the embedded one is {MAJOR}: move it away"
        )


@contextmanager
def lock(folder: Path, *, wait_message: str = "") -> Iterator[IO[str]]:
    """The right to run the embedded servers of `folder`; waits if `wait_message` is given, else raises SettingError."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if not wait_message:
                raise SettingError(f"casetrack is running on {folder} already") from None
            print(wait_message, flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def start_embedded(folder: Path, needed: dict[str, bool]) -> tuple[list[Server], dict[str, str]]:
    """Start what is needed ({"database": …, "redis": …}); the servers and the environment that reaches them."""
    check_disk(folder)
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
    return {"database": not os.environ.get("DATABASE_URL"), "redis": not os.environ.get("REDIS_URL")}


def stop_all(servers: list[Server]) -> None:
    for server in reversed(servers):
        server.stop()


def state_file(folder: Path) -> Path:
    return folder / "run.json"


def running(folder: Path) -> dict[str, str] | None:
    """The environment of a running `make run` on `folder`, or None. A file left by a dead one is ignored."""
    try:
        state: dict[str, Any] = json.loads(state_file(folder).read_text())
        os.kill(int(state["pid"]), 0)
    except (OSError, ValueError, KeyError):
        return None
    environment: dict[str, str] = state["environment"]
    return environment
