"""A client of clamd for one purpose: does this content hold anything that is known to be harmful?"""

import socket
import struct
from typing import IO
from urllib.parse import urlsplit

from django.conf import settings

PIECE = 128 * 1024
SECONDS = 60
FOUND = " FOUND"


class ScannerDown(Exception):
    """Nobody answers, or not in time. To be tried again."""


class ScanRefused(Exception):
    """The scanner answers that it does not look at this content (its StreamMaxLength is too small, for example)."""


def is_set_up() -> bool:
    return bool(settings.CLAMAV_URL)


def scan(content: IO[bytes]) -> str:
    """What was found, by the scanner's own name for it; "" if nothing. Raises ScannerDown, ScanRefused."""
    try:
        with _connected() as connection:
            _send(connection, content)
            answer = _answer(connection)
    except OSError as error:
        raise ScannerDown(type(error).__name__) from error
    _stream, _colon, said = answer.partition(": ")
    if said == "OK":
        return ""
    if said.endswith(FOUND):
        return said.removesuffix(FOUND)
    if not answer:
        raise ScannerDown("no answer")
    raise ScanRefused(answer[:200])


def _connected() -> socket.socket:
    url = urlsplit(settings.CLAMAV_URL)
    if url.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(SECONDS)
        try:
            connection.connect(url.path)
        except OSError:
            connection.close()
            raise
        return connection
    return socket.create_connection((url.hostname or "localhost", url.port or 3310), timeout=SECONDS)


def _send(connection: socket.socket, content: IO[bytes]) -> None:
    """INSTREAM: pieces, each after its length, and a length of 0 at the end."""
    try:
        connection.sendall(b"zINSTREAM\0")
        while piece := content.read(PIECE):
            connection.sendall(struct.pack("!I", len(piece)) + piece)
        connection.sendall(struct.pack("!I", 0))
    except (BrokenPipeError, ConnectionResetError):
        pass  # it has heard enough: why, stands in its answer


def _answer(connection: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0"):
        piece = connection.recv(4096)
        if not piece:
            break
        answer += piece
    return answer.rstrip(b"\0\n").decode(errors="replace")
