"""Pieces and finishes at the same time, limits, and what nobody goes on with."""

import datetime as dt
import hashlib
import os
import threading
import time
import uuid
from collections.abc import Callable

import pytest
from django.db import connection

from casetrack.evidence import storage
from casetrack.evidence.models import EvidenceFile, Upload
from casetrack.evidence.services import (
    WrongOffset,
    add_file,
    append_piece,
    finish_upload,
    purge_uploads,
    remove_draft_files,
    start_upload,
)
from casetrack.evidence.services.uploads import MOST_AT_ONCE
from casetrack.lib import clock
from casetrack.lib.errors import Conflict, DomainError, InvalidInput
from casetrack.lib.scope import system_scope
from casetrack.people.models import User
from tests.evidence import files
from tests.evidence.files import upload

DRAFT = uuid.UUID(int=7)
CONTENT = files.PDF + b"%" + bytes(range(256)) * 40


def begun(vera: User, number: int = 1, content: bytes = CONTENT) -> Upload:
    return start_upload(uuid.UUID(int=number), "report.pdf", len(content), actor=vera, draft_key=DRAFT)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Each act on a database session of its own, begun together; what they gave or raised."""
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            gate.wait(20)
            with system_scope():
                results[place] = act()  # type: ignore[call-overload]
        except DomainError as error:
            results[place] = error  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return list(results)


@pytest.mark.django_db(transaction=True)
def test_of_pieces_at_the_same_place_at_once_one_is_written(vera: User) -> None:
    with system_scope():
        key = begun(vera).key

    def send(piece: bytes) -> Callable[[], object]:
        return lambda: append_piece(Upload.objects.get(key=key), 0, piece)

    given = [bytes([letter]) * 1000 for letter in b"abcd"]
    results = at_once(*(send(piece) for piece in given))
    assert sum(isinstance(result, WrongOffset) for result in results) == 3
    assert all(result.offset == 1000 for result in results if isinstance(result, WrongOffset))
    written = next(piece for piece, result in zip(given, results, strict=True) if isinstance(result, Upload))
    assert storage.part_of(key).read_bytes() == written


@pytest.mark.django_db(transaction=True)
def test_finishing_once_or_four_times_at_once_makes_one_file(vera: User) -> None:
    with system_scope():
        row = append_piece(begun(vera), 0, CONTENT)

    def finish() -> object:
        return finish_upload(Upload.objects.get(pk=row.pk), actor=vera)

    results = at_once(*[finish] * 4)
    with system_scope():
        file = EvidenceFile.objects.get()
        assert results == [file] * 4
        assert file.sha256 == hashlib.sha256(CONTENT).hexdigest()
        assert finish_upload(Upload.objects.get(pk=row.pk), actor=vera) == file
    assert not storage.part_of(row.key).exists()


@pytest.mark.django_db(transaction=True)
def test_two_uploads_of_the_same_content_at_once_make_one_file_and_one_is_told(vera: User) -> None:
    with system_scope():
        rows = [append_piece(begun(vera, number), 0, CONTENT) for number in (1, 2)]
    results = at_once(*(lambda row=row: finish_upload(row, actor=vera) for row in rows))  # type: ignore[misc]
    with system_scope():
        file = EvidenceFile.objects.get()
    assert file in results
    assert [getattr(result, "code", "") for result in results if result != file] == ["already_here"]


@pytest.mark.django_db
def test_the_same_content_goes_on_under_its_own_name_and_not_under_another(vera: User) -> None:
    digest = hashlib.sha256(CONTENT).hexdigest()

    def start(number: int, name: str) -> Upload:
        return start_upload(
            uuid.UUID(int=number), name, len(CONTENT), actor=vera, draft_key=DRAFT, sha256=digest
        )  # fmt: skip

    liar, report = start(1, "picture.png"), start(2, "report.pdf")
    assert liar.key != report.key
    assert start(3, "report.pdf").key == report.key
    for row in (liar, report):
        append_piece(row, 0, CONTENT)
    with pytest.raises(InvalidInput):
        finish_upload(liar, actor=vera)
    assert finish_upload(report, actor=vera).name == "report.pdf"


@pytest.mark.django_db
def test_what_an_undone_piece_left_behind_is_written_over(vera: User) -> None:
    row = append_piece(begun(vera), 0, CONTENT[:100])
    storage.write_part(storage.part_of(row.key), 100, b"left behind by a transaction that was undone" * 9)
    append_piece(row, 100, CONTENT[100:])
    assert finish_upload(row, actor=vera).sha256 == hashlib.sha256(CONTENT).hexdigest()


@pytest.mark.django_db
def test_bytes_that_are_gone_are_asked_for_again(vera: User) -> None:
    row = append_piece(begun(vera), 0, CONTENT)
    storage.part_of(row.key).unlink()
    with pytest.raises(Conflict) as caught:
        finish_upload(row, actor=vera)
    assert getattr(caught.value, "offset", None) == 0


@pytest.mark.django_db
def test_one_too_many_waits_and_what_lies_for_an_hour_gives_way(vera: User, otto: User) -> None:
    for number in range(MOST_AT_ONCE):
        begun(vera, number)
    with pytest.raises(Conflict, match="on their way"):
        begun(vera, 99)
    start_upload(uuid.uuid4(), "a.pdf", 9, actor=otto, draft_key=uuid.UUID(int=8))
    Upload.objects.filter(key=uuid.UUID(int=3)).update(touched_at=clock.now() - dt.timedelta(hours=2))
    begun(vera, 99)
    assert not Upload.objects.filter(key=uuid.UUID(int=3)).exists()


@pytest.mark.django_db
def test_a_victim_hands_in_so_much_and_no_more_and_others_are_not_concerned(
    vera: User, otto: User, settings: pytest.FixtureRequest
) -> None:
    settings.EVIDENCE_PERSON_MAX_BYTES = len(CONTENT)  # type: ignore[attr-defined]
    add_file(upload("a.pdf", CONTENT), actor=vera, draft_key=DRAFT)
    with pytest.raises(InvalidInput, match="all that you can"):
        add_file(upload("b.png", files.PNG), actor=vera, draft_key=DRAFT)
    with pytest.raises(InvalidInput, match="all that you can"):
        start_upload(uuid.uuid4(), "b.png", 9, actor=vera, draft_key=DRAFT)
    add_file(upload("b.png", files.PNG), actor=otto, draft_key=uuid.UUID(int=8))


@pytest.mark.django_db
def test_what_nobody_goes_on_with_is_forgotten_after_two_days_and_what_is_under_way_stays(vera: User) -> None:
    stale, fresh = append_piece(begun(vera, 1), 0, b"x"), append_piece(begun(vera, 2), 0, b"y")
    finished = append_piece(begun(vera, 3), 0, CONTENT)
    file = finish_upload(finished, actor=vera)
    lost = storage.part_of(uuid.UUID(int=77))
    storage.write_part(lost, 0, b"of an upload whose row is gone")
    long_ago = time.time() - 49 * 3600
    os.utime(lost, (long_ago, long_ago))
    Upload.objects.exclude(pk=fresh.pk).update(touched_at=clock.now() - dt.timedelta(hours=49))
    assert purge_uploads() == 2
    assert list(Upload.objects.all()) == [fresh]
    assert not storage.part_of(stale.key).exists()
    assert not lost.exists()
    assert storage.part_of(fresh.key).exists()
    assert storage.path_of(file.sha256).exists()


@pytest.mark.django_db
def test_a_draft_that_is_deleted_takes_its_uploads_along(vera: User) -> None:
    begun(vera)
    remove_draft_files(DRAFT, actor=vera)
    assert not Upload.objects.exists()
