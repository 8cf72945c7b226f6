"""The receipt: what was handed in, as a PDF that both sides can have again and again."""

import json
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from casetrack.cases.models import Case
from casetrack.documents import storage
from casetrack.documents.models import Document, DocumentKind
from casetrack.documents.proofs import canonical, is_genuine
from casetrack.documents.services import drain, made_again
from casetrack.evidence.services import add_file
from casetrack.intake.services import submit_draft
from casetrack.lib import clock
from casetrack.lib.clock import tokyo, travel_to
from casetrack.lib.crypto import is_signed, public_key
from casetrack.people.models import User
from tests.builders import Story
from tests.documents.pdfs import fonts_of, read, text_of
from tests.intake.reports import filled_draft

HOSTILE = '#panic("x") $x^2$ *b* <b>髙﨑𠮷</b> \\ `raw` @ref'


def handed_in(user: User, **changed: dict[str, object]) -> Case:
    draft = filled_draft(user, **changed)
    with travel_to(tokyo(2025, 4, 16, 18, 30)):
        add_file(SimpleUploadedFile("約定.txt", b"what I remember"), actor=user, draft_key=draft.key)
        return submit_draft(draft, actor=user, key=None)


@pytest.fixture
def case(vera: User) -> Case:
    return handed_in(vera)


@pytest.fixture
def receipt(case: Case) -> Document:
    assert drain(clock.now()) == 1
    return case.documents.get()


def test_it_says_when_to_whom_and_what(receipt: Document) -> None:
    text = text_of(read(receipt))
    file = receipt.case.evidence.get()
    for said in (receipt.case.reference, "2025年4月16日 18時30分", receipt.case.firm.name, "髙橋 恵", "50,000,000円"):
        assert said in text
    assert file.name in text
    assert file.sha256 in "".join(text.split())
    assert receipt.case.incidents.get().masked in text
    assert "4567890" not in text


def test_it_is_in_the_reporters_language(otto: User) -> None:
    case = handed_in(otto, you={"language": "en"})
    drain(clock.now())
    pdf = read(case.documents.get())
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Receipt of a report"
    assert pdf.trailer["/Root"]["/Lang"] == "en-US"  # type: ignore[index]
    assert "16 April 2025, 18:30 JST" in text_of(pdf)


def test_everything_to_read_it_is_inside(receipt: Document) -> None:
    pdf = read(receipt)
    assert pdf.trailer["/Root"]["/Lang"] == "ja-JP"  # type: ignore[index]
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]  # type: ignore[index]
    fonts = list(fonts_of(pdf))
    assert fonts
    assert all(embedded and "NotoSansJP" in name for name, embedded in fonts)


def test_what_people_type_is_printed_and_never_run(otto: User) -> None:
    case = handed_in(otto, you={"family_name": HOSTILE})
    drain(clock.now())
    assert HOSTILE in text_of(read(case.documents.get()))


def test_it_carries_its_facts_and_a_signature_that_holds_without_us(receipt: Document) -> None:
    inside = read(receipt).attachments
    proof = json.loads(inside["proof.json"][0])
    facts = inside["facts.json"][0]
    assert facts == canonical(receipt.facts)
    assert json.loads(proof["statement"])["fingerprint"] == receipt.fingerprint
    assert is_signed(proof["statement"].encode(), proof["signature"], public_key())


def test_the_signature_does_not_hold_for_one_letter_more(receipt: Document) -> None:
    assert is_genuine(receipt.facts, receipt.signature, public_key())
    assert not is_genuine(receipt.facts | {"title": receipt.facts["title"] + "。"}, receipt.signature, public_key())
    flipped = ("A" if receipt.signature[0] != "A" else "B") + receipt.signature[1:]
    assert not is_genuine(receipt.facts, flipped, public_key())


def test_made_again_it_is_the_same_to_the_byte(receipt: Document) -> None:
    with travel_to(tokyo(2027, 1, 1)):
        assert made_again(receipt) == storage.path_of(receipt.sha256).read_bytes()


def test_it_is_made_once(receipt: Document) -> None:
    assert drain(clock.now()) == 0
    assert receipt.case.documents.filter(kind=DocumentKind.RECEIPT).count() == 1


def test_what_could_not_be_made_is_tried_again_later(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    with monkeypatch.context() as patched:
        patched.setattr("casetrack.documents.typesetting.SOURCES", "/nowhere")
        assert drain(now) == 0
        assert drain(now) == 0
    assert drain(now) == 0
    assert drain(now + clock.dt.timedelta(minutes=2)) == 1
    assert case.documents.count() == 1


def test_both_sides_download_it_and_nobody_else(
    receipt: Document, story: Story, client_of: Callable[[User], Client]
) -> None:
    address = reverse("document", args=[receipt.key])
    for name in ("vera", "fiona", "ivan"):
        response = client_of(story.user(name)).get(address)
        assert response["Content-Type"] == "application/pdf"
        assert b"".join(response.streaming_content) == storage.path_of(receipt.sha256).read_bytes()  # type: ignore[arg-type]
    for name in ("otto", "bruno", "rita", "mina"):
        assert client_of(story.user(name)).get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_the_page_of_the_report_waits_for_it_and_then_has_it(case: Case, client_of: Callable[[User], Client]) -> None:
    assert case.victim_user
    vera = client_of(case.victim_user)
    page = reverse("victim:submitted", args=[case.reference])
    assert b"/documents/" not in vera.get(page).content
    drain(clock.now())
    address = reverse("document", args=[case.documents.get().key]).encode()
    assert address in vera.get(page).content
    assert address in vera.get(reverse("victim:case", args=[case.reference])).content
