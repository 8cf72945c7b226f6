"""The receipt: what was handed in, as a PDF that anybody can have confirmed."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from casetrack.cases.models import Case
from casetrack.documents.models import Document
from casetrack.documents.services import drain
from casetrack.evidence.services import add_file
from casetrack.intake.services import submit_draft
from casetrack.lib import clock
from casetrack.lib.clock import tokyo, travel_to
from casetrack.people.models import User
from tests.documents.pdfs import read, text_of
from tests.intake.reports import filled_draft

HOSTILE = '#panic("x") $x^2$ *b* <b>髙﨑𠮷</b> \\ `raw` @ref'


def handed_in(user: User, **changed: dict[str, object]) -> Case:
    draft = filled_draft(user, **changed)
    add_file(SimpleUploadedFile("約定.txt", b"what I remember"), actor=user, draft_key=draft.key)
    with travel_to(tokyo(2025, 4, 16, 18, 30)):
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
    assert "4567890" not in text
    assert "••••" in text
