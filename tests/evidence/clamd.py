"""Scanners for tests: one that speaks clamd's protocol over a real socket, and clamd itself where it is installed."""

import contextlib
import os
import shutil
import socket
import socketserver
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

# The test string of the antivirus makers, in pieces, so that this file is no alarm itself.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
NAME = "Eicar-Test"


class Scanner(socketserver.ThreadingTCPServer):
    """Finds the test string. `answer` says something else instead; `heard` holds what was sent, content by content."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.answer: str | None = None
        self.heard: list[bytes] = []

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self.server_address[1]}"


class Conversation(socketserver.StreamRequestHandler):
    server: Scanner

    def handle(self) -> None:
        if self.rfile.read(10) != b"zINSTREAM\0":
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        content = b""
        while length := struct.unpack("!I", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
        self.server.heard.append(content)
        said = f"stream: {NAME} FOUND" if EICAR in content else "stream: OK"
        self.wfile.write((self.server.answer or said).encode() + b"\0")


@contextlib.contextmanager
def scanner() -> Iterator[Scanner]:
    with Scanner() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_installed() -> bool:
    return shutil.which("clamd") is not None


@contextlib.contextmanager
def clamd() -> Iterator[str]:
    """The real one, with one signature of our own and files of at most 1 MB; its address."""
    folder = Path(tempfile.mkdtemp(prefix="ct-clamd-"))
    (folder / "own.ndb").write_text(f"{NAME}:0:*:{EICAR.hex()}\n")
    conf = folder / "clamd.conf"
    conf.write_text(
        f"Foreground yes\nDatabaseDirectory {folder}\nLocalSocket {folder}/clamd.ctl\nLogFile {folder}/log\n"
        "StreamMaxLength 1M\nConcurrentDatabaseReload no\n" + ("User root\n" if os.getuid() == 0 else "")
    )
    process = subprocess.Popen(["clamd", "-c", str(conf)], stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    try:
        for _ in range(200):
            if (folder / "clamd.ctl").exists() or process.poll() is not None:
                break
            time.sleep(0.05)
        yield f"unix://{folder}/clamd.ctl"
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(folder)
