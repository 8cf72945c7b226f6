"""Files that were made to trip whoever looks at them."""

import struct
from collections.abc import Callable
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from casetrack.evidence.services import add_file
from casetrack.evidence.sniffing import kind_of
from casetrack.lib.errors import InvalidInput
from casetrack.people.models import User
from tests.builders import Story

ClientOf = Callable[[User], Client]
HEAD = b"From: a@example.com\r\nSubject: x\r\n"


def nested(depth: int) -> bytes:
    parts = [HEAD, b"MIME-Version: 1.0\r\n"]
    for level in range(depth):
        parts.append(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level))
    return b"".join([*parts, b"Content-Type: text/plain\r\n\r\nhello\r\n"])


def forwarded(depth: int) -> bytes:
    return HEAD + b"Content-Type: message/rfc822\r\n\r\n" * depth + b"\r\nhello\r\n"


MAILS = {
    "nested": nested(3000),
    "forwarded": forwarded(3000),
    "unknown charset": HEAD + b'Content-Type: text/plain; charset="no-such"\r\n\r\nhello\r\n',
    "charset with NUL": HEAD + b'Content-Type: text/plain; charset="utf-8%00"\r\n\r\nhello\r\n',
    "charset that is no text": HEAD + b"Content-Type: text/plain; charset=base64\r\n\r\nhello\r\n",
    "broken base64": HEAD + b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n=====a\r\n",
    "broken headers": HEAD + b"Content-Type: ;;;=\"\r\nContent-Disposition: *=';\r\nTo: <@,;:\r\n\r\nhello\r\n",
    "rfc2231": HEAD + b"Content-Type: text/plain; charset*0*=x''%zz; charset*9999999999=1\r\n\r\nhello\r\n",
    "encoded words": HEAD + b"Content-Disposition: =?utf-8?b?=?=; filename==?x?q?=?=\r\nContent-Type: =?\r\n\r\nx\r\n",
}


@pytest.mark.django_db
@pytest.mark.parametrize("which", MAILS)
def test_a_mail_that_was_made_to_break_the_reader_is_shown_by_its_headers(
    which: str, story: Story, client_of: ClientOf
) -> None:
    story.reported()
    vera, mail = story.user("vera"), SimpleUploadedFile("mail.eml", MAILS[which])
    file = add_file(mail, actor=vera, case=story.case)
    for client, name, arguments in (
        (client_of(vera), "victim:evidence-look", [file.key]),
        (client_of(story.user("ivan")), "firm:evidence-look", [story.case.reference, file.key]),
    ):
        answer = client.get(reverse(name, args=arguments))
        assert answer.status_code == 200
        assert "From: a@example.com" in answer.content.decode()


def directory(version: int) -> bytes:
    """An archive whose one entry asks for a version of the format that does not exist."""
    name = b"xl/workbook.xml"
    entry = (
        struct.pack(
            "<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 0, version, 0, 0, 0, 0, 0, 0, 0, 0, len(name), 0, 0, 0, 0, 0, 0
        )
        + name
    )
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(entry), 4, 0)
    return b"PK\x03\x04" + entry + end


@pytest.mark.parametrize(
    "content", [directory(200), b"PK\x03\x04" + b"\xff" * 60, directory(20)], ids=["new", "junk", "half"]
)
def test_a_broken_archive_is_no_workbook(content: bytes) -> None:
    assert kind_of(BytesIO(content), "a.xlsx") is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
        ("a.html", b"<script>alert(1)</script>"),
        ("a.pdf", b"GIF89a%PDF-1.7"),
        ("a.png", b"%PDF-1.7 <script>"),
        ("a.exe", b"MZ\x90\x00"),
    ],
)
def test_what_a_browser_would_run_is_not_taken(name: str, content: bytes, story: Story) -> None:
    story.reported()
    with pytest.raises(InvalidInput):
        add_file(SimpleUploadedFile(name, content), actor=story.user("vera"), case=story.case)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    [
        'a"\r\nX-Evil: 1.txt',
        "../../etc/passwd.txt",
        "..\\..\\x.txt",
        "a%0d%0aX-Evil: 1.txt",
        "\u202etxt.exe.txt",
        '申告;x=".txt',
    ],
)
def test_a_name_stays_a_name(name: str, story: Story, client_of: ClientOf) -> None:
    story.reported()
    upload = SimpleUploadedFile("x.txt", b"<script>alert(1)</script>")
    upload._name = name  # type: ignore[attr-defined]
    file = add_file(upload, actor=story.user("vera"), case=story.case)
    answer = client_of(story.user("vera")).get(reverse("victim:evidence-file", args=[file.key]))
    assert answer["Content-Disposition"].startswith("attachment")
    assert "X-Evil" not in answer.headers
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "/" not in file.name
    assert "\\" not in file.name
    assert "\u202e" not in file.name
    page = client_of(story.user("vera")).get(reverse("victim:evidence-look", args=[file.key])).content.decode()
    assert "<script>alert(1)" not in page
