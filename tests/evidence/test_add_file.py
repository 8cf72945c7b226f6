"""Taking files in: what is kept and how, what is refused and how it is told."""

import hashlib
import uuid
from pathlib import Path

import pytest

from casetrack.audit.models import Entry
from casetrack.evidence import services, storage
from casetrack.evidence.models import EvidenceFile, Kind
from casetrack.lib.errors import InvalidInput, NotAllowed
from casetrack.people.models import User
from tests.builders import Story
from tests.evidence import files
from tests.evidence.files import upload

pytestmark = pytest.mark.django_db
DRAFT = uuid.UUID(int=7)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("取引報告書.pdf", files.PDF, Kind.PDF),
        ("screen.PNG", files.PNG, Kind.PNG),
        ("IMG_0001.jpg", files.JPEG, Kind.JPEG),
        ("IMG_0002.HEIC", files.HEIC, Kind.HEIC),
        ("memo.txt", files.TEXT, Kind.TEXT),
        ("約定履歴.csv", files.CSV_CP932, Kind.CSV),
        ("false-mail.eml", files.MAIL, Kind.EML),
        ("book.xlsx", files.workbook(), Kind.XLSX),
    ],
)
def test_it_takes_each_kind_and_stores_it_under_its_hash(vera: User, name: str, content: bytes, kind: Kind) -> None:
    row = services.add_file(upload(name, content), actor=vera, draft_key=DRAFT)
    assert (row.name, row.content_type, row.size) == (name, kind, len(content))
    assert row.sha256 == hashlib.sha256(content).hexdigest()
    assert storage.path_of(row.sha256).read_bytes() == content


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("invoice.pdf", files.EXE, "invoice.pdf was not taken: its content is not what its name says (.pdf)."),
        ("photo.png", files.JPEG, "photo.png was not taken: its content is not what its name says (.png)."),
        ("letter.eml", files.TEXT, "letter.eml was not taken: its content is not what its name says (.eml)."),
        ("macros.xlsx", files.workbook(macros=True), "macros.xlsx was not taken"),
        ("notes.csv", b"a,b\x00c\n", "notes.csv was not taken"),
        ("setup.exe", files.EXE, "setup.exe cannot be taken."),
        ("page.html", b"<html></html>", "page.html cannot be taken."),
        ("nothing.pdf", b"", "nothing.pdf is empty."),
    ],
)
def test_it_refuses_by_name_and_with_the_reason(vera: User, name: str, content: bytes, said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        services.add_file(upload(name, content), actor=vera, draft_key=DRAFT)
    assert str(caught.value).startswith(said)
    assert not EvidenceFile.objects.exists()


def test_it_refuses_a_file_past_the_limit_and_keeps_one_at_the_limit(vera: User, settings: object) -> None:
    settings.EVIDENCE_MAX_BYTES = len(files.PDF)  # type: ignore[attr-defined]
    services.add_file(upload("fits.pdf", files.PDF), actor=vera, draft_key=DRAFT)
    with pytest.raises(InvalidInput, match=r"big\.pdf is larger than"):
        services.add_file(upload("big.pdf", files.PDF + b" "), actor=vera, draft_key=DRAFT)


def test_what_is_refused_hinders_none_of_the_others(vera: User) -> None:
    given = [upload("a.pdf", files.PDF), upload("b.pdf", files.EXE), upload("c.png", files.PNG)]
    taken, refused = services.add_files(given, actor=vera, draft_key=DRAFT)
    assert [row.name for row in taken] == ["a.pdf", "c.png"]
    assert [error.params["file"] for error in refused] == ["b.pdf"]


def test_nothing_stays_of_a_refused_file(vera: User) -> None:
    with pytest.raises(InvalidInput):
        services.add_file(upload("a.pdf", files.EXE), actor=vera, draft_key=DRAFT)
    assert not list(storage.path_of("0" * 64).parents[2].glob("incoming/*"))


def test_the_same_content_twice_is_kept_once_and_told(vera: User) -> None:
    services.add_file(upload("a.pdf", files.PDF), actor=vera, draft_key=DRAFT)
    _taken, refused = services.add_files([upload("again.pdf", files.PDF)], actor=vera, draft_key=DRAFT)
    assert [str(error) for error in refused] == ["again.pdf is here already; it is kept once."]
    assert EvidenceFile.objects.count() == 1


def test_a_file_taken_out_may_come_again(vera: User) -> None:
    row = services.add_file(upload("a.pdf", files.PDF), actor=vera, draft_key=DRAFT)
    services.remove_file(row, actor=vera)
    services.add_file(upload("a.pdf", files.PDF), actor=vera, draft_key=DRAFT)
    assert EvidenceFile.objects.visible_to(vera).count() == 1


def test_the_bytes_of_what_was_taken_out_go_and_those_that_somebody_else_holds_stay(vera: User, otto: User) -> None:
    alone = services.add_file(upload("alone.pdf", files.PDF), actor=vera, draft_key=DRAFT)
    shared = services.add_file(upload("shared.png", files.PNG), actor=vera, draft_key=DRAFT)
    services.add_file(upload("mine.png", files.PNG), actor=otto, draft_key=uuid.UUID(int=8))
    services.remove_draft_files(DRAFT, actor=vera)
    assert services.purge_removed() == 1
    assert not storage.path_of(alone.sha256).exists()
    assert storage.path_of(shared.sha256).exists()
    assert not EvidenceFile.objects.filter(name="alone.pdf").exists()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("C:\\Users\\vera\\報告書 ①.pdf", "報告書 ①.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("x\r\ny.pdf", "xy.pdf"),
        ("", "file"),
        ("髙" * 300 + ".pdf", "髙" * 196 + ".pdf"),
    ],
)
def test_names_lose_folders_and_invisible_characters_and_nothing_else(typed: str, kept: str) -> None:
    assert services.clean_name(typed) == kept


def test_vera_and_ivan_add_files_to_her_case_and_the_log_holds_the_hash(story: Story, vera: User, ivan: User) -> None:
    story.to_investigation()
    services.add_file(upload("a.pdf", files.PDF), actor=vera, case=story.case)
    services.add_file(upload("b.png", files.PNG), actor=ivan, case=story.case)
    entries = Entry.objects.filter(chain=story.case.reference, action="evidence.file_added")
    assert {e.data["sha256"] for e in entries} == {hashlib.sha256(c).hexdigest() for c in (files.PDF, files.PNG)}
    assert "a.pdf" not in str([e.data for e in entries])


def test_otto_and_bruno_cannot_add_to_veras_case_nor_vera_once_it_ended(
    story: Story, vera: User, otto: User, bruno: User
) -> None:
    story.to_investigation()
    for somebody in (otto, bruno):
        with pytest.raises(NotAllowed):
            services.add_file(upload("a.pdf", files.PDF), actor=somebody, case=story.case)
    story.does("vera", "withdraw")
    with pytest.raises(NotAllowed):
        services.add_file(upload("a.pdf", files.PDF), actor=vera, case=story.case)


def test_a_draft_file_is_seen_by_its_owner_alone(vera: User, otto: User, fiona: User) -> None:
    services.add_file(upload("a.pdf", files.PDF), actor=vera, draft_key=DRAFT)
    counts = [EvidenceFile.objects.visible_to(user).count() for user in (vera, otto, fiona)]
    assert counts == [1, 0, 0]


def test_the_bytes_are_not_where_a_server_would_look(settings: object) -> None:
    place = Path(settings.MEDIA_ROOT)  # type: ignore[attr-defined]
    assert place not in Path(settings.STATIC_ROOT).parents  # type: ignore[attr-defined]
