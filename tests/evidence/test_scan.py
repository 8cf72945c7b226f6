"""The virus scan: what waits, what passes, what is kept from everybody; and a scanner that is away loses nothing."""

import io
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from casetrack.audit.models import Entry
from casetrack.cases.models import Event
from casetrack.evidence import clamav, services, storage
from casetrack.evidence.models import EvidenceFile, Scan
from casetrack.evidence.tasks import examine, examine_waiting
from casetrack.lib import clock
from casetrack.lib.env import SettingError, env_url
from casetrack.notifications.models import Delivery
from casetrack.notifications.services import plan_deliveries
from casetrack.people.models import User
from tests.builders import Story
from tests.evidence import clamd, files
from tests.evidence.clamd import EICAR, NAME, Scanner
from tests.evidence.files import upload

ClientOf = Callable[[User], Client]
OnCommit = Callable[..., Any]
DRAFT = uuid.UUID(int=7)
BAD = b"Dear customer, this is an invoice. " + EICAR


@pytest.fixture
def scanner(settings: Any) -> Iterator[Scanner]:
    with clamd.scanner() as server:
        settings.CLAMAV_URL = server.url
        yield server


@pytest.fixture(params=["ours", "clamd"])
def any_scanner(request: pytest.FixtureRequest, settings: Any) -> Iterator[str]:
    """Our own server that speaks the protocol, and clamd itself."""
    if request.param == "clamd" and not clamd.is_installed():
        pytest.skip("clamd is not installed: apt-get install --no-install-recommends clamav-daemon")
    with clamd.clamd() if request.param == "clamd" else clamd.scanner() as server:
        settings.CLAMAV_URL = server if isinstance(server, str) else server.url
        yield request.param


def scan(content: bytes) -> str:
    return clamav.scan(io.BytesIO(content))


def test_the_client_tells_clean_from_harmful(any_scanner: str) -> None:
    assert scan(b"") == ""
    assert scan(files.PDF) == ""
    assert scan(b"x" * 700_000) == ""
    assert scan(BAD).startswith(NAME)
    assert scan(b"x" * 500_000 + EICAR).startswith(NAME)


def test_clamd_that_does_not_take_so_much_is_told_apart_from_a_clean_answer(settings: Any) -> None:
    if not clamd.is_installed():
        pytest.skip("clamd is not installed: apt-get install --no-install-recommends clamav-daemon")
    with clamd.clamd() as settings.CLAMAV_URL, pytest.raises(clamav.ScanRefused, match="size limit"):
        scan(b"x" * 3_000_000)


@pytest.mark.parametrize("answer", ["stream: something ERROR", "INSTREAM size limit exceeded. ERROR"])
def test_an_answer_that_is_neither_is_no_clean_one(scanner: Scanner, answer: str) -> None:
    scanner.answer = answer
    with pytest.raises(clamav.ScanRefused):
        scan(files.PDF)


@pytest.mark.parametrize("url", ["tcp://127.0.0.1:{port}", "unix:///nowhere/clamd.ctl"])
def test_a_scanner_that_is_away_is_told(settings: Any, url: str) -> None:
    settings.CLAMAV_URL = url.format(port=clamd.free_port())
    with pytest.raises(clamav.ScannerDown):
        scan(files.PDF)


@pytest.mark.parametrize("url", ["", "tcp://scanner:3310", "tcp://scanner", "unix:///run/clamav/clamd.ctl"])
def test_an_address_of_a_scanner_is_taken(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("CLAMAV_URL", url)
    assert env_url("CLAMAV_URL", "tcp", "unix") == url


@pytest.mark.parametrize("url", ["scanner:3310", "http://scanner", "tcp://", "unix://", "tcp://scanner:no", "tcp://[x"])
def test_what_is_no_address_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("CLAMAV_URL", url)
    with pytest.raises(SettingError, match="CLAMAV_URL"):
        env_url("CLAMAV_URL", "tcp", "unix")


@pytest.mark.django_db
def test_without_a_scanner_a_file_is_marked_so_and_the_firm_opens_it(
    story: Story, vera: User, ivan: User, client_of: ClientOf
) -> None:
    row = services.add_file(upload("a.pdf", files.PDF), actor=vera, case=story.to_investigation().case)
    examine(row.sha256)
    row.refresh_from_db()
    assert row.scan == Scan.UNSCANNED
    assert client_of(ivan).get(address(story, row)).status_code == 200
    assert "not scanned" in client_of(ivan).get(f"/en/firm/cases/{story.case.reference}/").content.decode()


def address(story: Story, row: EvidenceFile) -> str:
    return f"/en/firm/cases/{story.case.reference}/files/{row.key}/"


@pytest.mark.django_db
def test_ivan_waits_for_the_scan_and_vera_opens_her_own(
    scanner: Scanner, story: Story, vera: User, ivan: User, client_of: ClientOf
) -> None:
    row = services.add_file(upload("a.txt", files.TEXT), actor=vera, case=story.to_investigation().case)
    assert row.scan == Scan.WAITING
    firm, victim = client_of(ivan), client_of(vera)
    assert firm.get(address(story, row)).status_code == 404
    assert b"waits for the virus scan" in firm.get(address(story, row) + "look/").content
    assert not Entry.objects.filter(action="evidence.file_read").exists()
    assert victim.get(f"/en/files/{row.key}/").status_code == 200
    examine(row.sha256)
    assert scanner.heard == [files.TEXT]
    assert firm.get(address(story, row)).status_code == 200
    assert Entry.objects.filter(chain=story.case.reference, action="evidence.file_scanned").count() == 1


@pytest.mark.django_db
def test_harmful_content_reaches_nobody_and_vera_is_told_which_file(
    scanner: Scanner, story: Story, vera: User, ivan: User, client_of: ClientOf,
    django_capture_on_commit_callbacks: OnCommit,
) -> None:  # fmt: skip
    row = services.add_file(upload("invoice.txt", BAD), actor=vera, case=story.to_investigation().case)
    with django_capture_on_commit_callbacks(execute=True):
        examine(row.sha256)
    row.refresh_from_db()
    assert (row.scan, row.finding) == (Scan.INFECTED, NAME)
    assert not storage.path_of(row.sha256).exists()
    assert storage.quarantined(row.sha256).read_bytes() == BAD
    for client, page in ((client_of(ivan), address(story, row)), (client_of(vera), f"/en/files/{row.key}/")):
        assert client.get(page).status_code == 404
        assert BAD not in client.get(page + "look/").content
    listed = client_of(vera).get(f"/en/cases/{story.case.reference}/files/").content.decode()
    assert "invoice.txt" in listed
    assert "It was not passed on" in listed
    event = Event.objects.get(action="evidence.file_refused")
    assert (event.actor_role, event.is_public) == ("system", True)
    while plan_deliveries(clock.now()):
        pass
    told = Delivery.objects.filter(entry_id=Entry.objects.get(action="evidence.file_refused").pk)
    assert [delivery.recipient for delivery in told] == [vera]


@pytest.mark.django_db
def test_in_a_draft_it_is_told_too_and_it_can_be_taken_out(scanner: Scanner, vera: User) -> None:
    row = services.add_file(upload("invoice.txt", BAD), actor=vera, draft_key=DRAFT)
    examine(row.sha256)
    entry = Entry.objects.get(action="evidence.draft_file_refused")
    assert entry.subject == f"user:{vera.pk}"
    services.remove_file(row, actor=vera)
    assert not EvidenceFile.objects.visible_to(vera).exists()


@pytest.mark.django_db
def test_harmful_content_is_harmful_in_every_case_also_where_it_was_clean_before(
    scanner: Scanner, story: Story, vera: User, otto: User
) -> None:
    scanner.answer = "stream: OK"
    first = services.add_file(upload("a.txt", BAD), actor=vera, case=story.to_investigation().case)
    examine(first.sha256)
    scanner.answer = None
    services.add_file(upload("b.txt", BAD), actor=otto, draft_key=DRAFT)
    examine(first.sha256)
    assert set(EvidenceFile.objects.values_list("scan", flat=True)) == {Scan.INFECTED}


@pytest.mark.django_db
def test_while_the_scanner_is_away_files_wait_and_the_sweep_makes_up_for_it(
    settings: Any, story: Story, vera: User
) -> None:
    settings.CLAMAV_URL = f"tcp://127.0.0.1:{clamd.free_port()}"
    row = services.add_file(upload("a.pdf", files.PDF), actor=vera, case=story.to_investigation().case)
    bad = services.add_file(upload("b.txt", BAD), actor=vera, case=story.case)
    examine(row.sha256)
    assert examine_waiting() == 0
    assert set(EvidenceFile.objects.values_list("scan", flat=True)) == {Scan.WAITING}
    with clamd.scanner() as server:
        settings.CLAMAV_URL = server.url
        assert examine_waiting() == 2
    row.refresh_from_db()
    bad.refresh_from_db()
    assert (row.scan, bad.scan) == (Scan.CLEAN, Scan.INFECTED)


@pytest.mark.django_db
def test_one_file_that_the_scanner_refuses_holds_up_no_other(scanner: Scanner, story: Story, vera: User) -> None:
    story.to_investigation()
    services.add_file(upload("a.pdf", files.PDF), actor=vera, case=story.case)
    scanner.answer = "INSTREAM size limit exceeded. ERROR"
    assert examine_waiting() == 0
    scanner.answer = None
    services.add_file(upload("b.png", files.PNG), actor=vera, case=story.case)
    assert examine_waiting() >= 2
    assert set(EvidenceFile.objects.values_list("scan", flat=True)) == {Scan.CLEAN}


@pytest.mark.django_db
def test_a_scanner_set_up_later_looks_at_what_is_there_and_one_that_is_gone_for_good_holds_up_nothing(
    settings: Any, story: Story, vera: User
) -> None:
    row = services.add_file(upload("a.pdf", files.PDF), actor=vera, case=story.to_investigation().case)
    with clamd.scanner() as server:
        settings.CLAMAV_URL = server.url
        examine_waiting()
        row.refresh_from_db()
        assert row.scan == Scan.CLEAN
        waiting = services.add_file(upload("b.txt", files.TEXT), actor=vera, case=story.case)
    settings.CLAMAV_URL = ""
    examine_waiting()
    waiting.refresh_from_db()
    assert waiting.scan == Scan.UNSCANNED
