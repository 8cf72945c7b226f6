"""Files in pieces, over the web: what comes back after a broken connection, and who may do what."""

import hashlib
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from casetrack.evidence import storage
from casetrack.evidence.models import EvidenceFile, Upload
from casetrack.intake.services import start_draft
from casetrack.people.models import User
from tests.builders import Story
from tests.evidence import files

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
CONTENT = files.PDF + b"%" + b"x" * 5000
WHOLE = hashlib.sha256(CONTENT).hexdigest()


class Sender:
    """A browser that sends to a case or a draft."""

    def __init__(self, client: Client, **place: str) -> None:
        self.client, self.place, self.key = client, place, str(uuid.uuid4())

    def start(self, content: bytes = CONTENT, name: str = "report.pdf", **changed: Any) -> Any:
        sent = {**self.place, "key": self.key, "name": name, "size": len(content), **changed}
        return self.client.post("/en/uploads/", sent)

    def piece(self, offset: int, content: bytes) -> Any:
        return self.client.put(
            f"/en/uploads/{self.key}/", content, content_type="application/octet-stream",
            headers={"Upload-Offset": str(offset)},
        )  # fmt: skip

    def finish(self) -> Any:
        return self.client.post(f"/en/uploads/{self.key}/finish/")

    def cancel(self) -> Any:
        return self.client.delete(f"/en/uploads/{self.key}/")

    def ask(self) -> Any:
        return self.client.get(f"/en/uploads/{self.key}/")


@pytest.fixture
def of_vera(story: Story, client_of: ClientOf, vera: User) -> Sender:
    return Sender(client_of(vera), case=story.to_investigation().case.reference)


def test_vera_sends_a_file_in_pieces_and_it_lies_in_her_case_whole(of_vera: Sender, story: Story) -> None:
    assert of_vera.start(sha256=WHOLE).status_code == 201
    assert of_vera.piece(0, CONTENT[:3000]).json()["offset"] == 3000
    assert of_vera.ask().json() == {"key": of_vera.key, "offset": 3000, "size": len(CONTENT)}
    of_vera.piece(3000, CONTENT[3000:])
    answer = of_vera.finish()
    assert (answer.status_code, answer.json()["sha256"]) == (201, WHOLE)
    row = EvidenceFile.objects.get()
    assert (row.case, row.name, row.size) == (story.case, "report.pdf", len(CONTENT))
    assert storage.path_of(WHOLE).read_bytes() == CONTENT


def test_she_sends_to_her_draft_and_not_to_one_that_is_not_hers(client_of: ClientOf, vera: User, otto: User) -> None:
    draft = start_draft(actor=vera)
    assert Sender(client_of(otto), draft=str(draft.key)).start().status_code == 404
    hers = Sender(client_of(vera), draft=str(draft.key))
    hers.start()
    hers.piece(0, CONTENT)
    assert hers.finish().status_code == 201
    assert EvidenceFile.objects.get().draft_key == draft.key


def test_a_piece_at_the_wrong_place_is_answered_with_the_right_one(of_vera: Sender) -> None:
    of_vera.start()
    of_vera.piece(0, CONTENT[:1000])
    for offset in (0, 500, 2000):
        answer = of_vera.piece(offset, b"junk")
        assert (answer.status_code, answer.json()["offset"]) == (409, 1000)
    assert storage.part_of(of_vera.key).read_bytes() == CONTENT[:1000]


def test_the_same_start_again_is_the_same_upload_and_so_is_the_same_content_after_a_reload(of_vera: Sender) -> None:
    of_vera.start(sha256=WHOLE)
    of_vera.piece(0, CONTENT[:1000])
    assert of_vera.start(sha256=WHOLE).json()["offset"] == 1000
    later = Sender(of_vera.client, **of_vera.place)
    assert later.start(sha256=WHOLE).json() == {"key": of_vera.key, "offset": 1000, "size": len(CONTENT)}
    assert Upload.objects.count() == 1
    other = Sender(of_vera.client, **of_vera.place)
    assert other.start(sha256="0" * 64).json()["offset"] == 0


def test_otto_and_ivan_find_nothing_under_veras_key(
    of_vera: Sender, client_of: ClientOf, otto: User, ivan: User
) -> None:
    of_vera.start()
    for somebody in (otto, ivan):
        theirs = Sender(client_of(somebody), **of_vera.place)
        theirs.key = of_vera.key
        answers = [
            theirs.ask(),
            theirs.piece(0, CONTENT),
            theirs.finish(),
            theirs.client.delete(f"/en/uploads/{theirs.key}/"),
        ]
        assert [answer.status_code for answer in answers] == [404] * 4
    assert Sender(client_of(otto), **of_vera.place).start().status_code == 404
    ivans = Sender(client_of(ivan), **of_vera.place)
    ivans.key = of_vera.key
    assert ivans.start().json()["code"] == "conflict"


def test_what_is_not_whole_is_not_finished_and_goes_on(of_vera: Sender) -> None:
    of_vera.start(sha256=WHOLE)
    of_vera.piece(0, CONTENT[:1000])
    assert (of_vera.finish().status_code, of_vera.finish().json()["offset"]) == (409, 1000)
    of_vera.piece(1000, CONTENT[1000:])
    assert of_vera.finish().status_code == 201
    assert of_vera.finish().json()["file"] == str(EvidenceFile.objects.get().key)


def test_bytes_that_are_not_those_announced_are_sent_again(of_vera: Sender) -> None:
    of_vera.start(sha256=WHOLE)
    of_vera.piece(0, CONTENT[:-1] + b"y")
    answer = of_vera.finish()
    assert (answer.status_code, answer.json()["offset"]) == (409, 0)
    assert not EvidenceFile.objects.exists()
    of_vera.piece(0, CONTENT)
    assert of_vera.finish().json()["sha256"] == WHOLE


def test_a_refused_file_is_told_by_name_and_forgotten(of_vera: Sender) -> None:
    of_vera.start(files.EXE, "invoice.pdf")
    of_vera.piece(0, files.EXE)
    answer = of_vera.finish()
    assert answer.status_code == 422
    assert answer.json()["message"].startswith("invoice.pdf was not taken: its content is not what its name says")
    again = of_vera.finish()  # as a browser does whose connection broke before the answer came
    assert (again.status_code, again.json()) == (422, answer.json())
    assert not Upload.objects.exists()
    assert not EvidenceFile.objects.exists()


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"size": 26 * 1024 * 1024}, "invalid"), ({"size": 0}, "invalid"), ({"size": "a"}, "malformed"),
     ({"key": "x"}, "malformed"), ({"sha256": "x"}, "malformed")],
)  # fmt: skip
def test_what_can_be_refused_before_it_is_sent_is_refused_then(
    of_vera: Sender, changed: dict[str, Any], code: str
) -> None:
    assert of_vera.start(**changed).json()["code"] == code
    assert not Upload.objects.exists()


def test_what_is_there_already_is_not_sent_again(of_vera: Sender) -> None:
    of_vera.start(sha256=WHOLE)
    of_vera.piece(0, CONTENT)
    of_vera.finish()
    again = Sender(of_vera.client, **of_vera.place).start(sha256=WHOLE)
    assert (again.status_code, again.json()["code"]) == (422, "already_here")


def test_no_piece_goes_past_the_announced_size_or_is_larger_than_a_piece(of_vera: Sender) -> None:
    of_vera.start()
    assert of_vera.piece(0, CONTENT + b"more").status_code == 422
    assert of_vera.piece(0, b"").status_code == 422
    assert of_vera.piece(0, b"x" * (6 * 1024 * 1024)).status_code == 413
    assert of_vera.ask().json()["offset"] == 0


def test_she_cancels_and_nothing_stays(of_vera: Sender, django_capture_on_commit_callbacks: Callable[..., Any]) -> None:
    of_vera.start()
    of_vera.piece(0, CONTENT[:100])
    with django_capture_on_commit_callbacks(execute=True):
        assert of_vera.cancel().status_code == 204
    assert of_vera.ask().status_code == 404
    assert not storage.part_of(of_vera.key).exists()


def test_nothing_is_added_to_a_case_that_has_ended(of_vera: Sender, story: Story) -> None:
    of_vera.start()
    of_vera.piece(0, CONTENT)
    story.does("vera", "withdraw")
    assert of_vera.finish().status_code == 403
    assert Sender(of_vera.client, **of_vera.place).start().status_code == 403
