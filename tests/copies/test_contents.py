"""What is in a copy, held against the database, and what must not be."""

import datetime as dt
import hashlib
import json
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from casetrack.cases.models import Case, Event
from casetrack.cases.services.bank import change_bank_account, raise_bank_alarm
from casetrack.copies.contents import parts_of
from casetrack.correspondence.services import write_note
from casetrack.documents.models import Document
from casetrack.documents.services import drain
from casetrack.evidence import storage
from casetrack.evidence.models import EvidenceFile, Scan
from casetrack.evidence.services import add_file, ask_for
from casetrack.intake.additions import add_fact
from casetrack.intake.services import start_draft
from casetrack.ledger.models import Execution
from casetrack.lib import clock
from casetrack.lib.clock import travel_to
from casetrack.lib.crypto import encrypt
from casetrack.lib.formats import yen
from casetrack.lib.scope import scoped
from casetrack.negotiation.good_faith_words import csv_text
from casetrack.negotiation.proposal import at_amount
from casetrack.negotiation.services import prepare_offer
from casetrack.notifications.models import Delivery
from casetrack.people.models import User
from tests.builders import ANSWERS_A, Story
from tests.cases.test_bank import DETAILS
from tests.copies.conftest import MakeZip
from tests.house.test_row_security import TABLES

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"picture" * 1000
SECRETS = ["Only among us", "ottos secret", "Ivan's reason", "prepared but not shown"]

# What a copy says, by the table that it comes from.
TOLD = {
    "people_victim", "people_bankaccount", "people_bankalarm", "people_bankclearance", "people_idempotentwrite",
    "cases_case", "cases_event", "cases_compromisedaccount", "cases_accessdecision", "cases_unauthorizedtrade",
    "cases_executionanswer", "ledger_account", "ledger_execution", "ledger_executionrevision",
    "evidence_request", "evidence_evidencefile", "evidence_upload", "correspondence_message",
    "assessment_assessment", "assessment_assessedaccount", "assessment_reduction",
    "assessment_valuationproposal", "assessment_valuationanswer",
    "negotiation_offer", "negotiation_settlement", "negotiation_countersignature", "negotiation_interimmeasure",
    "negotiation_restorationinstruction",
    "mediation_mediation", "mediation_hearing", "mediation_conciliationproposal",
    "negotiation_payment", "documents_document", "intake_draft", "intake_broughttrade", "intake_columnmapping",
    "intake_addition", "intake_unplacedtrade",
    "notifications_delivery", "notifications_mailchoice", "copies_copy",
}  # fmt: skip
# What is left out, and why.
UNTOLD = {
    "negotiation_legalbasis": "the firm's papers; that the basis was checked stands in the timeline",
    "negotiation_remitteraccount": "the firm's own account",
    "negotiation_transferbatch": "the firm's files for its bank, of many customers",
    "negotiation_transferline": "how the firm pays; payments and failures stand with the settlement",
    "correspondence_note": "the firm's own",
    "ledger_importbatch": "the firm's files, of many customers",
    "ledger_attribution": "the firm's reasons; the decision stands with the execution",
    "cases_bulkact": "for taking an act back; the answers and the timeline say what came of it",
    "cases_marginliquidation": "the firm's working; the decision stands with the execution",
    "cases_marginliquidation_positions": "the same",
    "assessment_compensationpolicy": "the firm's, about nobody",
    "assessment_simulation": "the firm's, about all its cases",
    "intake_claimcode": "a secret; that one was made and used stands in the timeline",
    "documents_bundleindex": "fingerprints of what was fetched and not kept; that a bundle was made stands in the log",
}


@pytest.fixture
def full(story: Story, otto: User) -> Story:
    """Vera's case with an offer, notes, files of both sides, bank details and a draft; Otto's beside it."""
    vera, ivan = story.user("vera"), story.user("ivan")
    story.to_ledger().answered(ANSWERS_A)
    with travel_to(story.at):
        write_note(story.case, "Only among us", actor=ivan)
        ask_for(story.case, "The mail", due_on=clock.tokyo_date(story.at), actor=ivan)
        add_file(SimpleUploadedFile("証拠 1.png", PNG), actor=vera, case=story.case)
        add_file(SimpleUploadedFile("memo.txt", b"what I remember"), actor=vera, case=story.case)
        add_file(SimpleUploadedFile("log.csv", b"time,address\n9:00,192.0.2.1\n"), actor=ivan, case=story.case)
    story.says("vera", "Please hurry.").decided().wait(25).assessed().offered()
    story.countered(story.run.due * 2, "Too little")
    with travel_to(story.at):
        add_fact(story.case, "The window was grey", actor=vera)
        prepare_offer(
            story.case, story.run, proposal=at_amount(story.run, story.run.due), reasons="prepared but not shown",
            valid_until=story.at + dt.timedelta(days=7), actor=ivan,
        )  # fmt: skip
        change_bank_account(DETAILS, actor=vera)
        raise_bank_alarm(actor=vera)
        draft = start_draft(actor=vera)
        draft.answers = {"accounts": {"facts": {"rows": [{"firm": "MINATO", "number": encrypt("777-888")}]}}}
        draft.save()
        add_file(SimpleUploadedFile("draft.txt", b"for the draft"), actor=vera, draft_key=draft.key)
    Delivery.objects.create(
        entry_id=1, recipient=vera, case=story.case, action="cases.acknowledged", template="victim-news",
        created_at=story.at, next_try_at=story.at,
    )  # fmt: skip
    Event.objects.create(
        case=story.case, at=story.at, action="cases.assigned", actor=ivan, actor_role="investigator",
        reason="Ivan's reason", is_public=False,
    )  # fmt: skip
    other = Story(story.cast, victim="otto", account="99-1234567").reported().says("otto", "ottos secret")
    with travel_to(other.at):
        add_file(SimpleUploadedFile("otto.txt", b"ottos secret"), actor=otto, case=other.case)
    drain(clock.now(), only=["cases.submitted"])
    return story


def read(archive: ZipFile, path: str) -> Any:
    return json.loads(archive.read(path))


def test_every_file_is_in_the_manifest_with_its_size_and_hash(full: Story, vera: User, made_zip: MakeZip) -> None:
    with ZipFile(made_zip(vera)) as archive:
        assert archive.testzip() is None
        manifest = read(archive, "manifest.json")
        listed = {row["path"]: row for row in manifest["files"]}
        assert set(archive.namelist()) == {*listed, "manifest.json"}
        assert len(archive.namelist()) == len(set(archive.namelist()))
        for path, row in listed.items():
            content = archive.read(path)
            assert (len(content), hashlib.sha256(content).hexdigest()) == (row["size"], row["sha256"])
        assert manifest["left_out"] == []
        assert "何が入っているか" not in archive.read("README-en.txt").decode()
        assert "manifest.json" in archive.read("README-ja.txt").decode()


def test_the_originals_and_the_documents_are_the_very_bytes(full: Story, vera: User, made_zip: MakeZip) -> None:
    folder = f"cases/{full.case.reference}"
    with ZipFile(made_zip(vera)) as archive:
        assert archive.read(f"{folder}/evidence/001-証拠 1.png") == PNG
        assert archive.getinfo(f"{folder}/evidence/001-証拠 1.png").compress_type == ZIP_STORED
        files = {row["path"]: row["sha256"] for row in read(archive, f"{folder}/evidence.json")}
        papers = {row["path"]: row["sha256"] for row in read(archive, f"{folder}/documents.json")}
        hashes = EvidenceFile.objects.filter(case=full.case).values_list("sha256", flat=True)
        assert sorted(files.values()) == sorted(hashes)
        assert list(papers.values()) == [Document.objects.get(case=full.case).sha256]
        for path, sha256 in {**files, **papers}.items():
            assert hashlib.sha256(archive.read(path)).hexdigest() == sha256
        assert archive.read("drafts/1/evidence/001-draft.txt") == b"for the draft"


def test_the_facts_are_those_of_the_database(full: Story, vera: User, made_zip: MakeZip) -> None:
    folder, case = f"cases/{full.case.reference}", full.case
    with ZipFile(made_zip(vera)) as archive:
        account, bank = read(archive, "account.json"), read(archive, "bank-accounts.json")
        assert (account["email"], account["profile"]["family_name"]) == (vera.email, vera.victim.family_name)
        assert [row["number"] for row in bank["accounts"]] == [DETAILS["number"]]
        assert len(bank["payments_stopped"]) == 1
        assert {"people.bank_account_changed", "copies.asked"} <= {row["action"] for row in read(archive, "log.json")}
        notice = next(row for row in read(archive, "notices.json") if row["action"] == "cases.acknowledged")
        assert (notice["case"], bool(notice["mail"]["body"])) == (case.reference, True)
        facts = read(archive, f"{folder}/case.json")
        assert facts["accounts"][0]["number"] == full.account
        assert len(facts["events"]) == case.events.filter(is_public=True).count()
        assert [row["what"] for row in facts["evidence_requests"]] == ["The mail"]
        assert [row["text"] for row in facts["said_later"]] == ["The window was grey"]
        executions = read(archive, f"{folder}/executions.json")
        assert len(executions) == Execution.objects.filter(account__firm=case.firm).count()
        assert {row["execution_id"]: row["your_answer"] for row in executions if row["your_answer"]} == ANSWERS_A
        assert {row["attribution"] for row in executions} >= {"unauthorized"}
        assert [row["body"] for row in read(archive, f"{folder}/messages.json")] == ["Please hurry."]
        offers = read(archive, f"{folder}/offers.json")
        assert [row["party"] for row in offers] == ["firm", "victim"]
        assert offers[0]["amount"] == str(full.offer.amount) or offers[1]["amount"] == str(full.offer.amount)
        assert [row["due"] for row in read(archive, f"{folder}/assessments.json")] == [str(full.run.due)]
        ledger = archive.read(f"{folder}/good-faith.csv").decode("utf-8-sig")
        assert ledger == csv_text(Case.objects.get(pk=case.pk))
        assert ledger.count(str(full.offer.amount)) > 0
        summary = archive.read(f"{folder}/summary.html").decode()
        assert "Please hurry." in summary


def test_a_draft_is_there_as_typed(full: Story, vera: User, made_zip: MakeZip) -> None:
    with ZipFile(made_zip(vera)) as archive:
        answers = read(archive, "drafts/1/draft.json")["answers"]
        assert answers["accounts"]["facts"]["rows"][0]["number"] == "777-888"


def test_nothing_of_ottos_and_nothing_that_the_firm_keeps_to_itself(
    full: Story, vera: User, ivan: User, otto: User, made_zip: MakeZip
) -> None:
    with ZipFile(made_zip(vera)) as archive:
        everything = "\n".join([*archive.namelist(), *(archive.read(n).decode("latin-1") for n in archive.namelist())])
    plain = [*SECRETS, "99-1234567", otto.email, ivan.email, full.user("alma").email, "gAAAA"]
    assert not [words for words in plain if words in everything]
    assert "otto.txt" not in everything


def test_otto_has_a_copy_too_and_it_holds_nothing_of_veras(full: Story, otto: User, made_zip: MakeZip) -> None:
    with ZipFile(made_zip(otto)) as archive:
        assert full.case.reference not in str(archive.namelist())
        everything = "".join(archive.read(name).decode("latin-1") for name in archive.namelist())
    assert "ottos secret" in everything
    assert "Please hurry." not in everything


def test_who_has_nothing_yet_gets_a_copy_of_that(cast: Any, made_zip: MakeZip) -> None:
    with ZipFile(made_zip(User.objects.create_user("new@example.com", None))) as archive:
        assert read(archive, "account.json")["profile"] is None
        assert not [name for name in archive.namelist() if name.startswith(("cases/", "drafts/"))]


def test_harmful_and_missing_files_are_named_not_given(full: Story, vera: User, made_zip: MakeZip) -> None:
    memo = EvidenceFile.objects.get(name="memo.txt")
    EvidenceFile.objects.filter(pk=memo.pk).update(scan=Scan.INFECTED)
    EvidenceFile.objects.filter(name="log.csv").update(scan=Scan.WAITING)
    storage.path_of(EvidenceFile.objects.get(name="draft.txt").sha256).unlink()
    with ZipFile(made_zip(vera)) as archive:
        left_out = {row["path"].rsplit("-", 1)[1]: row["because"] for row in read(archive, "manifest.json")["left_out"]}
        names = str(archive.namelist())
    assert left_out == {"memo.txt": "harmful", "log.csv": "not scanned yet", "draft.txt": "missing"}
    assert not [name for name in left_out if name in names]


def test_in_anothers_scope_there_is_nothing_to_copy(full: Story, vera: User, otto: User) -> None:
    """The second line: row-level security of whoever reads, not only the queries' own word."""
    with scoped("victim", user_id=otto.pk):
        parts, _left_out = parts_of(vera, clock.now())
        assert not [part.path for part in parts if part.path.startswith(("cases/", "drafts/"))]


def test_every_table_that_belongs_to_somebody_is_in_the_copy_or_left_out_for_a_reason() -> None:
    assert set(TABLES) == TOLD | set(UNTOLD)
    assert not TOLD & set(UNTOLD)


def test_a_name_of_a_file_leads_nowhere(story: Story, vera: User, made_zip: MakeZip) -> None:
    draft = start_draft(actor=vera)
    row = add_file(SimpleUploadedFile("a.txt", b"text"), actor=vera, draft_key=draft.key)
    EvidenceFile.objects.filter(pk=row.pk).update(name='../..\\x:"y.txt')
    with ZipFile(made_zip(vera)) as archive:
        assert "drafts/1/evidence/001-.._.._x__y.txt" in archive.namelist()


def test_the_summary_names_what_stands_agreed_and_not_what_was_taken_back(story: Story, made_zip: MakeZip) -> None:
    story.to_settlement()
    page = f"cases/{story.case.reference}/summary.html"
    with ZipFile(made_zip(story.user("vera"))) as archive:
        assert f"<dd>{yen(story.settlement.amount)}</dd>" in archive.read(page).decode()
    story.revoked()
    with ZipFile(made_zip(story.user("vera"))) as archive:
        assert f"<dd>{yen(story.settlement.amount)}</dd>" not in archive.read(page).decode()


def test_the_proposed_valuation_dates_are_told_with_their_answers(story: Story, made_zip: MakeZip) -> None:
    story.to_ledger().decided().wait(25)
    story.date_proposed("vera", clock.tokyo_date(story.at), "The day of our talk.", accepted_by="ivan")
    with ZipFile(made_zip(story.user("vera"))) as archive:
        told = read(archive, f"cases/{story.case.reference}/case.json")["valuation_dates"]
    assert [(row["party"], row["reason"], row["answer"]["is_accepted"]) for row in told] == [
        ("victim", "The day of our talk.", True)
    ]
