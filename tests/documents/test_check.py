"""The public page: it confirms a document to whoever holds it, and tells nobody anything of the case."""

import base64
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from casetrack.documents import storage
from casetrack.documents.models import Document
from casetrack.documents.services import drain
from casetrack.lib import clock
from tests.builders import Story
from tests.documents.pdfs import read
from tests.documents.test_receipt import handed_in

pytestmark = pytest.mark.usefixtures("_fresh")


@pytest.fixture
def _fresh() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def receipt(story: Story) -> Document:
    case = handed_in(story.user("vera"))
    drain(clock.now())
    return case.documents.get()


def asked(**fields: object) -> tuple[int, str]:
    response = Client().post(reverse("check"), fields)
    return response.status_code, response.content.decode()


def content(receipt: Document) -> bytes:
    return storage.path_of(receipt.sha256).read_bytes()


def test_the_qr_code_leads_to_a_page_that_tells_time_and_fingerprint_and_no_more(receipt: Document) -> None:
    response = Client().get(reverse("check-token", args=[receipt.token]))
    page = response.content.decode()
    assert response.status_code == 200
    assert " ".join(receipt.fingerprint[i : i + 8] for i in range(0, 64, 8)) in page, "as on paper"
    assert "2025年4月16日 18時30分" in page
    case = receipt.case
    for secret in (case.reference, case.victim.family_name, case.firm.name, str(case.public_status)):
        assert secret not in page


def test_a_token_of_nobody_is_answered_calmly(receipt: Document) -> None:
    response = Client().get(reverse("check-token", args=["x" * 22]))
    assert response.status_code == 404
    assert response.templates[0].name == "check.html"


def test_reference_and_fingerprint_are_confirmed_as_they_stand_on_paper(receipt: Document) -> None:
    typed = " ".join(receipt.fingerprint[i : i + 8] for i in range(0, 64, 8)).upper()
    assert asked(reference=receipt.case.reference, fingerprint=typed)[0] == 200
    wide = str.maketrans({chr(n): chr(n + 0xFEE0) for n in range(0x21, 0x7F)})
    assert asked(reference=receipt.case.reference.translate(wide), fingerprint=typed.translate(wide))[0] == 200
    assert asked(reference="CT-2025-999999-9", fingerprint=typed)[0] == 404
    wrong = receipt.fingerprint[:-1] + ("0" if receipt.fingerprint[-1] != "0" else "1")
    assert asked(reference=receipt.case.reference, fingerprint=wrong)[0] == 404


def test_the_file_is_confirmed_and_with_one_byte_flipped_it_is_not(receipt: Document) -> None:
    right = content(receipt)
    flipped = right[:1000] + bytes([right[1000] ^ 1]) + right[1001:]
    status, page = asked(file=SimpleUploadedFile("a.pdf", right))
    assert (status, "変更されていません" in page) == (200, True)
    assert asked(file=SimpleUploadedFile("a.pdf", flipped))[0] == 404


def test_nothing_entered_is_told_and_half_entered_stays(receipt: Document) -> None:
    status, page = asked(reference="CT-2025", fingerprint="")
    assert status == 200
    assert "govuk-error-summary" in page
    assert 'value="CT-2025"' in page


def test_somebody_who_tries_and_tries_has_to_wait(receipt: Document, settings: Any) -> None:
    settings.DOOR_LIMITS = {**settings.DOOR_LIMITS, "check": ((30, 3600, "address"),)}
    answers = [Client().get(reverse("check-token", args=[f"{n:022}"])).status_code for n in range(31)]
    assert answers == [404] * 30 + [429]
    assert Client().get(reverse("check")).status_code == 200


def test_openssl_confirms_it_with_the_public_key_alone(receipt: Document, tmp_path: Path) -> None:
    proof = json.loads(read(receipt).attachments["proof.json"][0])
    (tmp_path / "key.pem").write_bytes(Client().get(reverse("check-key")).content)
    (tmp_path / "statement").write_bytes(proof["statement"].encode())
    (tmp_path / "signature").write_bytes(base64.b64decode(proof["signature"]))
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem"]
    command += ["-rawin", "-in", "statement", "-sigfile", "signature"]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told
    (tmp_path / "statement").write_bytes(proof["statement"].replace("2025", "2024").encode())
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode != 0
