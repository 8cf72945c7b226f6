"""A ZIP that is written part by part, never held in memory, and remembers the SHA-256 of each file."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from typing import IO, Any, Self
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.utils.functional import Promise

from casetrack.lib.clock import TOKYO
from casetrack.lib.money import plain

# What a ZIP of 2 GiB and more needs larger fields for.
LARGE = 2**31 - 1
OWNER_ONLY = 0o600 << 16


@dataclass(frozen=True)
class Part:
    """One file of the ZIP: where it stands, and its bytes in pieces, read when it is its turn.

    `packed`: the content is compressed already, so it is stored as it is. `size` in bytes, where it is known.
    """

    path: str
    pieces: Callable[[], Iterable[bytes]]
    packed: bool = False
    size: int = 0


def _as_json(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(TOKYO).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return plain(value) if isinstance(value, Decimal) else str(value)


def dumped(value: Any) -> str:
    """JSON with times as Tokyo's clock writes them and amounts as decimal strings."""
    return json.dumps(value, default=_as_json, ensure_ascii=False, indent=2)


def one(path: str, value: Callable[[], Any]) -> Part:
    """A part that holds one JSON object."""
    return Part(path, lambda: [dumped(value()).encode() + b"\n"])


def many(path: str, rows: Callable[[], Iterable[Any]]) -> Part:
    """A part that holds a JSON list, written row by row however many there are."""

    def pieces() -> Iterator[bytes]:
        yield b"["
        for place, row in enumerate(rows()):
            yield (b",\n" if place else b"\n") + dumped(row).encode()
        yield b"\n]\n"

    return Part(path, pieces)


def text(path: str, value: Callable[[], str | Promise]) -> Part:
    return Part(path, lambda: [str(value()).encode()])


@dataclass
class Archive:
    """Writes into `file`, which is open for writing and can seek. `at` is the time that every file in it bears.

    Used in a `with` block inside that of `file`: a ZIP that is given up has to let go of its file while that is open.
    """

    file: IO[bytes]
    at: dt.datetime
    files: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._zip = ZipFile(self.file, "w", allowZip64=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._zip.close()  # nothing, once `close` was called

    def add(self, part: Part) -> None:
        """Write the part. What its pieces raise at first (a file that is gone) leaves the ZIP as it was."""
        pieces = iter(part.pieces())
        first = next(pieces, b"")
        info = ZipInfo(part.path, self.at.astimezone(TOKYO).timetuple()[:6])
        info.compress_type = ZIP_STORED if part.packed else ZIP_DEFLATED
        info.external_attr = OWNER_ONLY
        digest, size = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=part.size > LARGE) as entry:
            for piece in chain([first], pieces):
                digest.update(piece)
                size += len(piece)
                entry.write(piece)
        self.files.append({"path": part.path, "size": size, "sha256": digest.hexdigest()})

    def close(self, **facts: Any) -> None:
        """The manifest, which lists every file but itself, and the ZIP's end."""
        manifest = dumped({**facts, "files": self.files}) + "\n"
        self._zip.writestr(ZipInfo("manifest.json", self.at.astimezone(TOKYO).timetuple()[:6]), manifest, ZIP_DEFLATED)
        self._zip.close()
