"""Where copies lie: under EVIDENCE_DIR/copies, sealed. A copy holds account numbers, which the database keeps encrypted
too, so its bytes are under the same keys.

A sealed file is one Fernet token per line, each of a piece that says whose it is and which in order: lines that were
moved, left out or taken from another file do not open.
"""

import hashlib
import os
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.conf import settings

from casetrack.lib.crypto import decrypt_bytes, encrypt_bytes

if TYPE_CHECKING:
    from casetrack.copies.models import Copy

PIECE = 1024 * 1024
# Seconds after which a file that no copy names is nobody's any more.
LEFT_BEHIND = 3600


class Broken(Exception):
    """The sealed file is not the one that was written."""


def _folder() -> Path:
    folder = Path(settings.MEDIA_ROOT) / "copies"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def path_of(copy: "Copy") -> Path:
    """Each try has a file of its own: one that was taken for dead spoils nothing."""
    return Path(settings.MEDIA_ROOT) / "copies" / f"{copy.key}.{copy.attempts}"


@contextmanager
def scratch() -> Iterator[IO[bytes]]:
    """A file without a name, for the ZIP before it is sealed: it is gone with the process, however that ends."""
    with tempfile.TemporaryFile(dir=_folder()) as file:
        yield file


def _mark(copy: "Copy", place: int) -> bytes:
    return copy.key.bytes + place.to_bytes(8, "big")


def seal(copy: "Copy", file: IO[bytes]) -> tuple[int, str]:
    """Write the file's bytes sealed to the copy's place, durably; their size and SHA-256."""
    path, digest, size = path_of(copy), hashlib.sha256(), 0
    _folder()
    file.seek(0)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as sealed:
        for place, piece in enumerate(iter(lambda: file.read(PIECE), b"")):
            digest.update(piece)
            size += len(piece)
            sealed.write(encrypt_bytes(_mark(copy, place) + piece) + b"\n")
        sealed.flush()
        os.fsync(sealed.fileno())
    return size, digest.hexdigest()


def open_sealed(copy: "Copy") -> Iterator[bytes]:
    """The ZIP's bytes, piece by piece; the file is open before the first is asked for. Raises FileNotFoundError."""
    return _pieces(copy, path_of(copy).open("rb"))


def _pieces(copy: "Copy", file: IO[bytes]) -> Iterator[bytes]:
    """Raises Broken, after which the reader's download is incomplete and says so."""
    left = copy.size
    with file:
        for place, line in enumerate(file):
            plain = decrypt_bytes(line.rstrip(b"\n"))
            mark = _mark(copy, place)
            if not plain.startswith(mark):
                raise Broken
            left -= len(plain) - len(mark)
            yield plain[len(mark) :]
    if left:
        raise Broken


def discard(copy: "Copy") -> None:
    path_of(copy).unlink(missing_ok=True)


def sweep(kept: Collection[str]) -> int:
    """Delete files that are not among the names `kept`, unless they are new: what dead tries left behind. How many."""
    before = time.time() - LEFT_BEHIND
    gone = [path for path in _folder().iterdir() if path.name not in kept and path.stat().st_mtime < before]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)
