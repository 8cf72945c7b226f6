"""Small pictures of what was handed in: the picture alone, and never at the price of the worker."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from casetrack.audit.models import Entry
from casetrack.evidence import previews, services, storage
from casetrack.evidence.models import EvidenceFile, Preview, Scan
from casetrack.evidence.tasks import examine, examine_waiting
from casetrack.mediation.models import Mediation
from casetrack.people.models import User
from tests.builders import Story
from tests.evidence import files
from tests.evidence.files import upload

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
GPS, TURNED, MAKER = 0x8825, 0x0112, 0x010F


def photograph(width: int = 3000, height: int = 2000) -> bytes:
    """A JPEG with a place, a maker, and a note that the camera was turned."""
    exif = Image.Exif()
    exif[TURNED], exif[MAKER] = 6, "Maker of the telephone"
    exif.get_ifd(GPS)[2] = (35.0, 40.0, 52.0)
    content = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(content, "JPEG", exif=exif, comment=b"Shibuya")
    return content.getvalue()


def bomb() -> bytes:
    """A PNG of a few bytes that says it is 60,000 points wide and high."""

    def part(name: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))

    head = struct.pack("!IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(b"\0" * 1000)) + part(b"IEND", b"")


@pytest.fixture
def added(story: Story, vera: User) -> Callable[[str, bytes], EvidenceFile]:
    story.to_investigation()

    def add(name: str, content: bytes) -> EvidenceFile:
        row = services.add_file(upload(name, content), actor=vera, case=story.case)
        examine(row.sha256)
        row.refresh_from_db()
        return row

    return add


def test_a_photograph_is_drawn_smaller_upright_and_without_place_or_device(added: Any) -> None:
    content = photograph()
    row = added("IMG_1.jpg", content)
    assert row.preview == Preview.READY
    with Image.open(storage.preview_of(row.sha256)) as drawn:
        assert (drawn.format, drawn.size) == ("JPEG", (1067, 1600))
        assert not drawn.getexif()
        assert not set(drawn.info) & {"exif", "comment", "xmp", "icc_profile"}
    assert b"Maker" not in storage.preview_of(row.sha256).read_bytes()
    assert storage.path_of(row.sha256).read_bytes() == content, "the original is untouched"


def test_a_photograph_of_an_iphone_is_drawn_without_place_or_device(added: Any) -> None:
    content = (Path(__file__).parents[1] / "data" / "photograph.heic").read_bytes()
    assert b"Maker" in content
    row = added("IMG_2.HEIC", content)
    assert row.preview == Preview.READY
    with Image.open(storage.preview_of(row.sha256)) as drawn:
        assert (drawn.format, drawn.size) == ("JPEG", (320, 200))
        assert not drawn.getexif()
    assert b"Maker" not in storage.preview_of(row.sha256).read_bytes()
    assert storage.path_of(row.sha256).read_bytes() == content, "the original is untouched"


def test_a_screenshot_with_clear_parts_is_drawn_on_white(added: Any) -> None:
    content = io.BytesIO()
    Image.new("RGBA", (40, 30), (0, 0, 0, 0)).save(content, "PNG")
    row = added("screen.png", content.getvalue())
    with Image.open(storage.preview_of(row.sha256)) as drawn:
        assert (drawn.size, drawn.getpixel((5, 5))) == ((40, 30), (255, 255, 255))


@pytest.mark.parametrize(
    ("name", "content"), [("bomb.png", bomb()), ("half.jpg", files.JPEG), ("half.heic", files.HEIC)]
)
def test_what_cannot_be_drawn_has_no_preview_and_its_page_says_so(
    added: Any, client_of: ClientOf, vera: User, name: str, content: bytes
) -> None:
    row = added(name, content)
    assert row.preview == Preview.IMPOSSIBLE
    assert not storage.preview_of(row.sha256).exists()
    assert b"There is no preview of this kind of file" in client_of(vera).get(f"/en/files/{row.key}/look/").content
    assert client_of(vera).get(f"/en/files/{row.key}/picture/").status_code == 404


def test_content_on_which_the_worker_died_is_given_up(added: Any) -> None:
    row = added("screen.png", photograph_as_png())
    EvidenceFile.objects.filter(pk=row.pk).update(preview=Preview.WAITING, preview_tries=services.MOST_TRIES)
    examine_waiting()
    row.refresh_from_db()
    assert row.preview == Preview.IMPOSSIBLE


def photograph_as_png() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (20, 20), "navy").save(content, "PNG")
    return content.getvalue()


def test_nothing_is_drawn_before_the_scan(story: Story, vera: User, settings: Any) -> None:
    settings.CLAMAV_URL = "unix:///nowhere/clamd.ctl"
    row = services.add_file(upload("a.jpg", photograph(30, 20)), actor=vera, case=story.to_investigation().case)
    examine_waiting()
    row.refresh_from_db()
    assert (row.scan, row.preview) == (Scan.WAITING, Preview.WAITING)
    assert not storage.preview_of(row.sha256).exists()


def test_vera_and_ivan_see_it_and_otto_does_not_and_each_reading_of_the_firm_is_logged_once(
    added: Any, story: Story, client_of: ClientOf, vera: User, ivan: User, otto: User
) -> None:
    row = added("IMG_1.jpg", photograph(30, 20))
    firms = f"/en/firm/cases/{story.case.reference}/files/{row.key}/"
    assert f"{row.key}/picture/" in client_of(vera).get(f"/en/files/{row.key}/look/").content.decode()
    assert client_of(otto).get(f"/en/files/{row.key}/picture/").status_code == 404
    read = Entry.objects.filter(chain=story.case.reference, action="evidence.file_read")
    answer = client_of(vera).get(f"/en/files/{row.key}/picture/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert client_of(ivan).get(firms + "look/").status_code == 200
    assert not read.exists(), "the page alone shows nothing of the picture yet"
    assert client_of(ivan).get(firms + "picture/").status_code == 200
    assert read.count() == 1
    listed = client_of(vera).get(f"/en/cases/{story.case.reference}/files/").content.decode()
    assert "Opened by the firm" in listed


def test_a_mediator_looks_at_files_of_cases_before_her_body_as_the_firm_does(
    added: Any, story: Story, client_of: ClientOf, mina: User, rita: User
) -> None:
    rows = {kind: added(name, content) for kind, name, content in (
        ("picture", "IMG_1.jpg", photograph(30, 20)), ("page", "report.pdf", files.PDF), ("look", "a.txt", files.TEXT),
    )}  # fmt: skip
    harmful = added("bad.txt", b"X5O-harmful")
    EvidenceFile.objects.filter(pk=harmful.pk).update(scan=Scan.INFECTED)
    hers = f"/en/mediator/cases/{story.case.reference}/files/"
    desk = client_of(mina)
    assert {desk.get(f"{hers}{row.key}/{kind}/").status_code for kind, row in rows.items()} == {404}
    story.case.body = story.cast.body
    story.case.save(update_fields=["body"])
    Mediation.objects.create(
        case=story.case, body=story.cast.body, number=1, claimed=1, asks="…", applied_by=story.user("vera"),
        applied_at=story.at,
    )  # fmt: skip
    listed = desk.get(f"/en/mediator/cases/{story.case.reference}/").content.decode()
    assert all(f"{row.key}/look/" in listed for row in rows.values())
    assert f"{harmful.key}/look/" not in listed
    for kind, row in rows.items():
        page = desk.get(f"{hers}{row.key}/look/").content.decode()
        assert row.name in page
        assert kind == "look" or f"{hers}{row.key}/{kind}/" in page
    picture, paper = (desk.get(f"{hers}{rows[kind].key}/{kind}/") for kind in ("picture", "page"))
    assert picture["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert paper["Content-Security-Policy"].startswith("sandbox;")
    assert {answer["X-Content-Type-Options"] for answer in (picture, paper)} == {"nosniff"}
    assert "Nobody can open it" in desk.get(f"{hers}{harmful.key}/look/").content.decode()
    assert desk.get(f"{hers}{harmful.key}/").status_code == 404
    assert Entry.objects.filter(action="evidence.file_read_by_mediator", actor_id=mina.pk).count() == 3
    assert client_of(rita).get(f"{hers}{rows['look'].key}/look/").status_code == 404


def test_a_pdf_is_shown_in_a_sandbox_of_its_own(added: Any, client_of: ClientOf, vera: User) -> None:
    row = added("report.pdf", files.PDF)
    assert "Open preview" in client_of(vera).get(f"/en/files/{row.key}/look/").content.decode()
    answer = client_of(vera).get(f"/en/files/{row.key}/page/")
    assert answer["Content-Security-Policy"].startswith("sandbox;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("inline")
    other = added("a.txt", files.TEXT)
    assert client_of(vera).get(f"/en/files/{other.key}/page/").status_code == 404


def test_text_is_shown_as_text_and_no_more_than_its_first_lines(
    added: Any, story: Story, client_of: ClientOf, vera: User, ivan: User
) -> None:
    lines = ["<script>alert(1)</script>", *(f"line {number}" for number in range(2, 400))]
    row = added("memo.txt", "\n".join(lines).encode())
    page = client_of(vera).get(f"/en/files/{row.key}/look/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "line 200" in page
    assert "line 201" not in page
    assert "Only the first 200 lines" in page
    client_of(ivan).get(f"/en/firm/cases/{story.case.reference}/files/{row.key}/look/")
    assert Entry.objects.filter(action="evidence.file_read").count() == 1


def test_a_japanese_csv_is_readable(added: Any, client_of: ClientOf, vera: User) -> None:
    row = added("約定.csv", files.CSV_CP932)
    assert "約定日,銘柄,数量" in client_of(vera).get(f"/en/files/{row.key}/look/").content.decode()


def test_a_saved_mail_shows_where_it_is_from_and_its_words_but_not_its_page(
    added: Any, client_of: ClientOf, vera: User
) -> None:
    mail = (
        b"Received: from evil.example\r\nFrom: bank@evil.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/alternative; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain; charset=iso-2022-jp'
        b"\r\n\r\n" + "至急ご確認ください".encode("iso-2022-jp") + b"\r\n--b\r\nContent-Type: text/html\r\n\r\n"
        b"<img src=http://evil.example/x>\r\n--b--\r\n"
    )  # fmt: skip
    page = client_of(vera).get(f"/en/files/{added('mail.eml', mail).key}/look/").content.decode()
    assert "bank@evil.example" in page
    assert "至急ご確認ください" in page
    assert "evil.example/x" not in page


def test_a_mail_that_is_spoilt_is_still_answered(added: Any, client_of: ClientOf, vera: User) -> None:
    mail = b"From: a@x.example\r\nContent-Type: text/plain; charset=nonsense\r\n\r\n\xe3\x81\x82\r\n"
    assert client_of(vera).get(f"/en/files/{added('mail.eml', mail).key}/look/").status_code == 200


def test_a_photograph_larger_than_memory_allows_is_not_unpacked(tmp_path: Any) -> None:
    (tmp_path / "bomb.png").write_bytes(bomb())
    assert not previews.draw(tmp_path / "bomb.png", tmp_path / "out.jpg")
    assert [path.name for path in tmp_path.iterdir()] == ["bomb.png"]
