"""Short private folders that do not outlive their maker: a socket's path has 107 bytes, and what a killed process
left behind is swept by the next one. A folder is its maker's as long as the maker holds a lock on it."""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

LONGEST_BASE = 70
_held: dict[Path, int] = {}


def make(prefix: str) -> Path:
    """A new folder (mode 0700) whose name begins with `prefix`; abandoned ones of that name are removed."""
    temporary = tempfile.gettempdir()
    base = Path(temporary if len(temporary) <= LONGEST_BASE else "/tmp")  # noqa: S108  (mkdtemp makes it private)
    for path in base.glob(f"{prefix}*"):
        _sweep(path)
    while True:
        path = Path(tempfile.mkdtemp(prefix=prefix, dir=base))
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(handle, fcntl.LOCK_SH)
        if path.exists():  # else somebody swept it before it was locked
            _held[path] = handle
            return path
        os.close(handle)


def remove(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)
    handle = _held.pop(path, None)
    if handle is not None:
        os.close(handle)


def _sweep(path: Path) -> None:
    """Remove an abandoned folder: nobody holds its lock. Other people's are left alone."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path, ignore_errors=True)
    except OSError:
        pass
    finally:
        os.close(handle)
