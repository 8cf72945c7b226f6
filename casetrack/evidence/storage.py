"""Where the bytes lie: under MEDIA_ROOT by their SHA-256, in folders of two levels, written once and never changed."""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings


class TooLarge(Exception):
    """The content goes past the limit."""


@dataclass(frozen=True)
class Received:
    """A file on its way in: its bytes (rewound), hash and size, not yet in its place."""

    path: Path
    content: IO[bytes]
    sha256: str
    size: int

    def keep(self) -> None:
        """Move the bytes to their place by one rename, durable once this returns. The same content lies there once."""
        target = path_of(self.sha256)
        if target.exists():
            return
        self.content.flush()
        os.fsync(self.content.fileno())
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path.chmod(0o400)
        self.path.replace(target)
        for folder in (target.parent, target.parent.parent):
            _sync(folder)


def path_of(sha256: str) -> Path:
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256[2:4] / sha256


def preview_of(sha256: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "previews" / sha256[:2] / f"{sha256}.jpg"


def quarantined(sha256: str) -> Path:
    """Where harmful content lies: no view reads from there."""
    return Path(settings.MEDIA_ROOT) / "quarantine" / sha256


def quarantine(sha256: str) -> None:
    """Move harmful content out of reach. A second time does nothing."""
    target = quarantined(sha256)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with contextlib.suppress(FileNotFoundError):
        path_of(sha256).replace(target)
    preview_of(sha256).unlink(missing_ok=True)


def lies_at(sha256: str) -> Path | None:
    """The content, in its place or in quarantine; None if it is gone."""
    return next((path for path in (path_of(sha256), quarantined(sha256)) if path.exists()), None)


def discard(sha256: str) -> None:
    """Delete the content and what was made of it."""
    for path in (path_of(sha256), preview_of(sha256), quarantined(sha256)):
        path.unlink(missing_ok=True)


def part_of(key: object) -> Path:
    """The bytes of an upload that have arrived so far."""
    return Path(settings.MEDIA_ROOT) / "uploads" / f"{key}.part"


def write_part(path: Path, offset: int, piece: bytes) -> None:
    """Write a piece at its place, durable once this returns. What an undone transaction left there is overwritten."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.seek(offset)
        file.write(piece)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def receive(chunks: Iterable[bytes], *, limit: int) -> Iterator[Received]:
    """Write the chunks to a file beside their place, hashing as they come. Unless kept, it is gone at the end.

    Raises TooLarge as soon as more than `limit` bytes came.
    """
    folder = Path(settings.MEDIA_ROOT) / "incoming"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        path = Path(file.name)
        try:
            for chunk in chunks:
                size += len(chunk)
                if size > limit:
                    raise TooLarge
                digest.update(chunk)
                file.write(chunk)
            file.seek(0)
            yield Received(path, file, digest.hexdigest(), size)
        finally:
            with contextlib.suppress(FileNotFoundError):
                path.unlink()
