"""The bundle: the file of a case for its three parties, with what all three may read and nothing else."""

import contextlib
import datetime as dt
import gc
import hashlib
import io
import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from casetrack.audit.models import Entry
from casetrack.bodies.services import add_body, add_mediator
from casetrack.cases.services.bank import change_bank_account
from casetrack.copies import services, storage
from casetrack.copies.models import Copy
from casetrack.copies.services import ask_bundle, give_bundle, make_copy, may_ask_bundle
from casetrack.correspondence.services import write_note
from casetrack.demo.mediation import ASKS, applied, hearing_set, proposed, taken_on
from casetrack.documents.models import BundleIndex
from casetrack.documents.services import drain
from casetrack.evidence.models import EvidenceFile, Scan
from casetrack.evidence.services import add_file
from casetrack.lib import clock
from casetrack.lib.clock import travel_to
from casetrack.lib.errors import Conflict, NotAllowed
from casetrack.lib.scope import scoped, system_scope
from casetrack.mediation.services import apply_for_mediation, withdraw_mediation
from casetrack.negotiation.proposal import at_amount
from casetrack.negotiation.services import prepare_offer
from tests.builders import ANSWERS_A, Story
from tests.cases.test_bank import DETAILS
from tests.documents import pdfs

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"picture" * 1000
HIDDEN = [
    "Only among us", "prepared but not shown", "X5O-harmful", "Ivan 井上", "Alma 有馬", "Fiona 藤井",
    "0123-4567890", "01234567890", "1234567", "見覚えのない端末からのログイン",
]  # fmt: skip


@pytest.fixture
def mediated(story: Story) -> Story:
    """Vera's case before mina's body: notes, files of every state, a counter-offer, a prepared offer, bank details, a
    hearing and a proposal."""
    vera, ivan = story.user("vera"), story.user("ivan")
    story.to_ledger().answered(ANSWERS_A)
    with travel_to(story.at):
        write_note(story.case, "Only among us", actor=ivan)
        add_file(SimpleUploadedFile("証拠 1.png", PNG), actor=vera, case=story.case)
        add_file(SimpleUploadedFile("bad.txt", b"X5O-harmful"), actor=vera, case=story.case)
        add_file(SimpleUploadedFile("new.txt", b"not looked at"), actor=vera, case=story.case)
        EvidenceFile.objects.filter(name="bad.txt").update(scan=Scan.INFECTED)
        EvidenceFile.objects.filter(name="new.txt").update(scan=Scan.WAITING)
    story.says("vera", "Please hurry.").says("ivan", "We are looking.").decided().wait(25).assessed().offered()
    story.countered(story.run.due * 2, "Too little")
    with travel_to(story.at):
        prepare_offer(
            story.case, story.run, proposal=at_amount(story.run, story.run.due), reasons="prepared but not shown",
            valid_until=story.at + dt.timedelta(days=7), actor=ivan,
        )  # fmt: skip
        change_bank_account(DETAILS, actor=vera)
    mediation = taken_on(story, file_number="F-17")
    hearing_set(story, mediation)
    proposed(story, mediation, 2_000_000)
    drain(clock.now())
    return story


def made(story: Story, who: str, tmp_path: Path) -> Path:
    """Asked for by somebody, made as the worker does it, and fetched."""
    actor = story.user(who)
    copy = ask_bundle(story.case, language=actor.language, actor=actor)
    assert make_copy(copy.pk)
    copy = Copy.objects.select_related("case__firm").get(pk=copy.pk)
    path = tmp_path / f"{copy.key}.zip"
    path.write_bytes(b"".join(give_bundle(copy, actor=actor)))
    return path


def text_of(content: bytes) -> str:
    return pdfs.text_of(PdfReader(io.BytesIO(content)))


def read(archive: ZipFile, path: str) -> Any:
    return json.loads(archive.read(path))


def test_every_hash_of_the_manifest_is_right_and_every_file_in_it(mediated: Story, tmp_path: Path) -> None:
    with ZipFile(made(mediated, "mina", tmp_path)) as archive:
        assert archive.testzip() is None
        manifest = read(archive, "manifest.json")
        listed = {row["path"]: row for row in manifest["files"]}
        assert set(archive.namelist()) == {*listed, "manifest.json"}
        for path, row in listed.items():
            content = archive.read(path)
            assert (len(content), hashlib.sha256(content).hexdigest()) == (row["size"], row["sha256"])
        assert {(row["path"], row["because"]) for row in manifest["left_out"]} == {
            ("evidence/002-bad.txt", "harmful"), ("evidence/003-new.txt", "not scanned yet"),
        }  # fmt: skip


def test_the_index_names_every_other_file_with_its_hash(mediated: Story, tmp_path: Path) -> None:
    with ZipFile(made(mediated, "mina", tmp_path)) as archive:
        index = "".join(text_of(archive.read("index.pdf")).split())
        for row in read(archive, "manifest.json")["files"]:
            if row["path"] != "index.pdf":
                assert row["sha256"] in index, row["path"]
        assert "F" in index


def test_the_index_is_confirmed_to_anybody_by_file_and_by_fingerprint(mediated: Story, tmp_path: Path) -> None:
    with ZipFile(made(mediated, "mina", tmp_path)) as archive:
        content = archive.read("index.pdf")
    issued = BundleIndex.objects.get()
    assert issued.fingerprint in "".join(text_of(content).split())
    for told in (
        {"file": SimpleUploadedFile("index.pdf", content)},
        {"reference": mediated.case.reference, "fingerprint": issued.fingerprint},
    ):
        answer = Client().post(reverse("check"), told)
        page = answer.content.decode()
        assert answer.status_code == 200
        assert issued.fingerprint in "".join(page.split())
        for secret in (mediated.case.reference, mediated.case.victim.family_name, mediated.case.firm.name, "FINMAC"):
            assert secret not in page, secret


def test_an_index_that_was_changed_or_belongs_elsewhere_is_not_confirmed(mediated: Story, tmp_path: Path) -> None:
    with ZipFile(made(mediated, "mina", tmp_path)) as archive:
        content = archive.read("index.pdf")
    issued = BundleIndex.objects.get()
    other = Story(mediated.cast, account="0123-0000009", victim="otto").reported()
    for told in (
        {"file": SimpleUploadedFile("index.pdf", content + b" ")},
        {"reference": other.case.reference, "fingerprint": issued.fingerprint},
        {"reference": mediated.case.reference, "fingerprint": "0" * 64},
    ):
        assert Client().post(reverse("check"), told).status_code == 404
    with system_scope():
        BundleIndex.objects.create(
            case=mediated.case, dated=issued.dated, fingerprint="1" * 64, signature=issued.signature, sha256="1" * 64
        )
    told = {"reference": mediated.case.reference, "fingerprint": "1" * 64}
    assert Client().post(reverse("check"), told).status_code == 404, "a row without a signature of its own says nothing"


def test_a_bundle_that_is_given_up_lets_go_of_its_file_first(mediated: Story) -> None:
    """Else the ZIP complains when it is collected, that its file is closed."""
    copy = ask_bundle(mediated.case, language="ja", actor=mediated.user("mina"))
    found = services._claim(copy.pk, clock.now())
    assert found is not None
    withdraw_mediation(mediated.case.mediations.get(), actor=mediated.user("vera"))
    complaints: list[Any] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "unraisablehook", complaints.append)
        with contextlib.suppress(services.Moved):
            services._make(found)
        gc.collect()
    assert not complaints


def test_what_all_three_read_is_in_it(mediated: Story, tmp_path: Path) -> None:
    with ZipFile(made(mediated, "vera", tmp_path)) as archive:
        names = archive.namelist()
        assert archive.read("evidence/001-証拠 1.png") == PNG
        assert any(name.startswith("documents/") and name.endswith("-statement.pdf") for name in names)
        assert any(name.endswith("-offer.pdf") for name in names)
        assert [row["body"] for row in read(archive, "messages.json")] == ["Please hurry.", "We are looking."]
        assert [row["party"] for row in read(archive, "offers.json")] == ["firm", "victim"]
        facts = read(archive, "case.json")
        assert facts["mediations"][0]["proposals"][0]["amount"] == "2000000"
        assert facts["mediations"][0]["asks"] == ASKS
        assert facts["accounts"][0]["account"] == "••••890"
        assert len(read(archive, "statements-of-loss.json")) == 1
        assert "cases." not in archive.read("timeline.csv").decode("utf-8-sig")
        assert archive.read("good-faith.csv").decode("utf-8-sig").count("\n") > 5


@pytest.mark.parametrize("who", ["vera", "ivan", "mina"])
def test_nothing_that_is_hidden_from_the_victim_or_the_body_is_in_it(mediated: Story, tmp_path: Path, who: str) -> None:
    with ZipFile(made(mediated, who, tmp_path)) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            words = text_of(content) if name.endswith(".pdf") else content.decode("utf-8", "ignore")
            for secret in HIDDEN:
                assert secret not in words, f"{secret} in {name}"
    whole = Entry.objects.filter(chain=mediated.case.reference, action__startswith="copies.bundle")
    assert "@" not in str(list(whole.values("data", "subject")))


def test_the_three_parties_share_one_and_each_download_is_logged(mediated: Story, tmp_path: Path) -> None:
    first = ask_bundle(mediated.case, language="ja", actor=mediated.user("mina"))
    assert ask_bundle(mediated.case, language="en", actor=mediated.user("vera")) == first
    assert make_copy(first.pk)
    copy = Copy.objects.select_related("case__firm").get(pk=first.pk)
    for name in ("mina", "vera", "fiona", "ivan", "alma"):
        assert b"".join(give_bundle(copy, actor=mediated.user(name)))
    log = Entry.objects.filter(chain=mediated.case.reference, action="copies.bundle_downloaded")
    assert log.count() == 5
    assert {entry.data["sha256"] for entry in log} == {copy.sha256}


@pytest.mark.parametrize("who", ["otto", "bruno", "rita"])
def test_nobody_else_asks_or_gets_it(mediated: Story, who: str) -> None:
    actor = mediated.user(who)
    with pytest.raises(NotAllowed):
        ask_bundle(mediated.case, language="ja", actor=actor)
    copy = ask_bundle(mediated.case, language="ja", actor=mediated.user("vera"))
    assert make_copy(copy.pk)
    with pytest.raises(NotAllowed):
        give_bundle(Copy.objects.get(pk=copy.pk), actor=actor)
    assert not Copy.objects.bundles_visible_to(actor).exists()
    assert not Copy.objects.visible_to(mediated.user("vera")).exists()  # it is no copy of everything about her


def test_the_database_shows_it_to_the_parties_alone(mediated: Story) -> None:
    ask_bundle(mediated.case, language="ja", actor=mediated.user("vera"))
    elsewhere = add_body("ELSEWHERE", name_ja="…", name_en="…", actor=mediated.user("mina"))
    scopes = {
        "vera": {"user_id": mediated.user("vera").pk}, "ivan": {"firm_id": mediated.case.firm_id},
        "mina": {"body_id": mediated.cast.body.pk}, "otto": {"user_id": mediated.user("otto").pk},
        "bruno": {"firm_id": mediated.cast.firm["AOZORA"].pk}, "nora": {"body_id": elsewhere.pk},
    }  # fmt: skip
    audiences = {"vera": "victim", "ivan": "firm", "mina": "mediator", "otto": "victim", "bruno": "firm"}
    seen = {}
    for name, ids in scopes.items():
        with scoped(audiences.get(name, "mediator"), **ids):
            seen[name] = Copy.objects.count()
    assert seen == {"vera": 1, "ivan": 1, "mina": 1, "otto": 0, "bruno": 0, "nora": 0}


def test_a_body_from_which_the_case_was_taken_gets_it_no_more(mediated: Story) -> None:
    copy = ask_bundle(mediated.case, language="ja", actor=mediated.user("mina"))
    assert make_copy(copy.pk)
    with travel_to(mediated.at):
        withdraw_mediation(mediated.case.mediations.get(), actor=mediated.user("vera"))
    copy = Copy.objects.select_related("case__firm").get(pk=copy.pk)
    with pytest.raises(NotAllowed):
        give_bundle(copy, actor=mediated.user("mina"))
    assert b"".join(give_bundle(copy, actor=mediated.user("vera")))


def test_a_case_that_is_with_no_outside_body_has_none(story: Story) -> None:
    story.to_offer()
    assert not may_ask_bundle(story.user("vera"), story.case)
    with pytest.raises(NotAllowed):
        ask_bundle(story.case, language="ja", actor=story.user("vera"))
    applied(story)
    assert all(may_ask_bundle(story.user(name), story.case) for name in ("vera", "fiona", "mina"))


def test_it_lies_sealed_and_goes_after_a_day(mediated: Story) -> None:
    copy = ask_bundle(mediated.case, language="ja", actor=mediated.user("vera"))
    assert make_copy(copy.pk)
    copy = Copy.objects.select_related("case__firm").get(pk=copy.pk)
    sealed = storage.path_of(copy).read_bytes()
    assert b"PK\x03\x04" not in sealed
    assert b"Please hurry" not in sealed
    with travel_to(clock.now() + dt.timedelta(hours=25)):
        assert services.delete_expired(clock.now()) == 1
        with pytest.raises(Conflict):
            give_bundle(copy, actor=mediated.user("vera"))
    assert not storage.path_of(copy).exists()


def test_it_is_read_in_the_bodys_scope(mediated: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the database hides from the body could not get in, whatever the code asked for."""
    audiences = set()

    def spy(*_: Any, **__: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("select current_setting('app.audience', true)")
            audiences.add(cursor.fetchone()[0])
        return iter([])

    monkeypatch.setattr("casetrack.copies.casefile.messages", spy)
    copy = ask_bundle(mediated.case, language="ja", actor=mediated.user("mina"))
    with transaction.atomic(), system_scope():
        make_copy(copy.pk)
    assert audiences == {"mediator"}
    with travel_to(mediated.at):
        withdraw_mediation(mediated.case.mediations.get(), actor=mediated.user("vera"))
    copy = ask_bundle(mediated.case, language="ja", actor=mediated.user("vera"))
    with transaction.atomic(), system_scope():
        make_copy(copy.pk)
    assert audiences == {"mediator", "victim"}


def test_another_body_gets_neither_the_bundle_of_the_first_nor_what_was_before_it(
    mediated: Story, tmp_path: Path
) -> None:
    before = ask_bundle(mediated.case, language="en", actor=mediated.user("mina"))
    assert make_copy(before.pk)
    mina, vera = mediated.user("mina"), mediated.user("vera")
    body = add_body("ELSEWHERE", name_ja="弁護士会", name_en="Bar association", actor=mina)
    nora = add_mediator("nora@elsewhere.example", body.code, actor=mina).user
    first = mediated.case.mediations.get()
    withdraw_mediation(first, actor=vera, reason="No trust left.")
    apply_for_mediation(
        mediated.case, body, claimed=Decimal(1), asks="Anew.", reason="…", has_consented=True, actor=vera
    )
    before = Copy.objects.select_related("case__firm", "case__body").get(pk=before.pk)
    assert not Copy.objects.bundles_visible_to(nora).exists()
    with scoped("mediator", body_id=body.pk, user_id=nora.pk):
        assert not Copy.objects.exists()
    with pytest.raises(NotAllowed):
        give_bundle(before, actor=nora)
    copy = ask_bundle(mediated.case, language="en", actor=nora)
    assert make_copy(copy.pk)
    path = tmp_path / "theirs.zip"
    path.write_bytes(b"".join(give_bundle(Copy.objects.select_related("case__firm").get(pk=copy.pk), actor=nora)))
    with ZipFile(path) as archive:
        assert [row["asks"] for row in read(archive, "case.json")["mediations"]] == ["Anew."]
        for name in ("case.json", "timeline.csv", "good-faith.csv", "summary.html"):
            words = archive.read(name).decode()
            assert not [told for told in (ASKS, "No trust left.", "F-17") if told in words], name


def test_a_case_that_goes_elsewhere_while_its_bundle_is_made_leaves_no_half_of_one(mediated: Story) -> None:
    copy = ask_bundle(mediated.case, language="ja", actor=mediated.user("mina"))
    found = services._claim(copy.pk, clock.now())
    assert found is not None
    withdraw_mediation(mediated.case.mediations.get(), actor=mediated.user("vera"))
    with pytest.raises(services.Moved):
        services._make(found)
