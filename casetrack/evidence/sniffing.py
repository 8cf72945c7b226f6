"""What a file is, told from its content; its name only has to agree."""

import email.parser
import email.policy
import struct
import zipfile
from pathlib import PurePath
from typing import IO

from casetrack.evidence.models import Kind

# The endings under which each kind may come.
ENDINGS: dict[Kind, tuple[str, ...]] = {
    Kind.PDF: (".pdf",),
    Kind.PNG: (".png",),
    Kind.JPEG: (".jpg", ".jpeg"),
    Kind.HEIC: (".heic", ".heif"),
    Kind.TEXT: (".txt",),
    Kind.CSV: (".csv",),
    Kind.EML: (".eml",),
    Kind.XLSX: (".xlsx",),
}
BY_ENDING = {ending: kind for kind, endings in ENDINGS.items() for ending in endings}
ACCEPT = ",".join(BY_ENDING)
WRITTEN = (Kind.TEXT, Kind.CSV, Kind.EML)
HEAD = 8192
HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
CODECS = ("utf-8-sig", "cp932")
# Characters that no text has: control characters other than tab, line feed, form feed, carriage return, escape.
NOT_TEXT = {chr(code) for code in range(32)} - set("\t\n\x0c\r\x1b")
MAIL_HEADERS = ("from", "received", "return-path", "message-id")
OFFICE_PARTS = {"[Content_Types].xml", "xl/workbook.xml"}


def kind_of(content: IO[bytes], name: str) -> Kind | None:
    """The kind of the content, None if it is none of the allow-list. Among kinds of text the name's ending decides."""
    content.seek(0)
    head = content.read(HEAD)
    if found := _by_signature(head):
        return found
    if head.startswith(b"PK\x03\x04"):
        return Kind.XLSX if _is_workbook(content) else None
    if not _is_text(content):
        return None
    wanted = BY_ENDING.get(ending_of(name))
    if wanted == Kind.EML:
        return Kind.EML if _is_mail(head) else Kind.TEXT
    return wanted if wanted in WRITTEN else Kind.TEXT


def ending_of(name: str) -> str:
    return PurePath(name).suffix.lower()


def is_misleading(name: str, kind: Kind) -> bool:
    """Whether the name's ending says something else than the content. A missing ending misleads nobody."""
    ending = ending_of(name)
    return bool(ending) and ending not in ENDINGS[kind]


def download_name(name: str, kind: str) -> str:
    """The name with an ending, so that the reader's computer opens it."""
    return name if ending_of(name) else name + ENDINGS[Kind(kind)][0]


def _by_signature(head: bytes) -> Kind | None:
    if head.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"%PDF-"):
        return Kind.PDF
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if head.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS:
        return Kind.HEIC
    return None


def _is_workbook(content: IO[bytes]) -> bool:
    """A workbook without macros. Only the list of parts is read: nothing is unpacked."""
    content.seek(0)
    try:
        with zipfile.ZipFile(content) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, struct.error, ValueError, OSError):
        return False
    return names >= OFFICE_PARTS and not any(name.lower().endswith("vbaproject.bin") for name in names)


def _is_text(content: IO[bytes]) -> bool:
    content.seek(0)
    data = content.read()
    for codec in CODECS:
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        return NOT_TEXT.isdisjoint(text)
    return False


def _is_mail(head: bytes) -> bool:
    parser = email.parser.BytesHeaderParser(policy=email.policy.default)
    headers = {name.lower() for name in parser.parsebytes(head)}
    return any(name in headers for name in MAIL_HEADERS)
