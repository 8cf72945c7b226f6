"""Ivan records on what legal basis the firm pays, alma checks it, and the payment page opens."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casetrack.cases.services import add_incident
from casetrack.negotiation.models import LegalBasis
from tests.builders import Story

pytestmark = pytest.mark.django_db
TYPED = {
    "kind": "no_loss_compensation", "reference": "法務 41", "decided_on_year": "2025", "decided_on_month": "4",
    "decided_on_day": "20",
}  # fmt: skip


@pytest.fixture
def agreed(story: Story) -> Story:
    return story.to_settlement()


def at(story: Story, tail: str = "") -> str:
    return f"/en/firm/cases/{story.case.reference}/offers/1/legal-basis/{tail}"


def test_ivan_records_it_and_alma_checks_it(agreed: Story, client_of: Any) -> None:
    ivan, alma = client_of(agreed.user("ivan")), client_of(agreed.user("alma"))
    assert ivan.post(at(agreed), TYPED)["Location"] == at(agreed)
    assert "Another person must check what you recorded." in ivan.get(at(agreed)).content.decode()
    assert "I have seen the paper" in alma.get(at(agreed)).content.decode()
    alma.post(at(agreed, "check/"))
    assert LegalBasis.objects.get().status == "checked"
    assert "Record the payment" in alma.get(at(agreed)).content.decode()


def test_bad_input_keeps_what_was_typed_and_names_the_field(agreed: Story, client_of: Any) -> None:
    answer = client_of(agreed.user("ivan")).post(at(agreed), TYPED | {"kind": "confirmed_jsda"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "The JSDA committee confirms up to 10,000,000 yen." in page
    assert 'value="法務 41"' in page
    assert not LegalBasis.objects.exists()


def test_alma_returns_it_with_a_reason_that_ivan_reads(agreed: Story, client_of: Any) -> None:
    ivan, alma = client_of(agreed.user("ivan")), client_of(agreed.user("alma"))
    ivan.post(at(agreed), TYPED)
    assert alma.post(at(agreed, "return/"), {"reason": ""}).status_code == 400
    alma.post(at(agreed, "return/"), {"reason": "No paper among the files"})
    page = ivan.get(at(agreed)).content.decode()
    assert "No paper among the files" in page
    assert "On what legal basis does the firm pay?" in page


def test_the_payment_page_says_what_is_missing(agreed: Story, client_of: Any) -> None:
    page = f"/en/firm/cases/{agreed.case.reference}/offers/1/payment/"
    alma, day = client_of(agreed.user("alma")), agreed.at.date()
    assert "Without a legal basis nothing may be paid." in alma.get(page).content.decode()
    sent = {"paid_on_year": day.year, "paid_on_month": day.month, "paid_on_day": day.day, "note": "Account checked."}
    assert alma.post(page, sent).status_code == 409


def test_the_facts_of_an_accident_report_are_downloaded_by_the_firm_alone(agreed: Story, client_of: Any) -> None:
    page = f"/en/firm/cases/{agreed.case.reference}/offers/1/accident-report.csv"
    text = client_of(agreed.user("alma")).get(page).content.decode("utf-8-sig")
    assert f"Reference number,{agreed.case.reference}" in text
    assert agreed.settlement.terms_sha256 in text
    for who in ("vera", "bruno", "rita"):
        assert client_of(agreed.user(who)).get(page).status_code == 404


def test_the_accident_report_counts_each_account_and_asks_once(agreed: Story, client_of: Any) -> None:
    ivan = client_of(agreed.user("ivan"))
    page = at(agreed).replace("legal-basis/", "accident-report.csv")
    ivan.get(page)

    def counted() -> tuple[str, int]:
        with CaptureQueriesContext(connection) as queries:
            text = ivan.get(page).content.decode("utf-8-sig")
        return text, len(queries)

    one, few = counted()
    add_incident(agreed.case, {"number": "0123-7654321", "kinds": [], "vector": "unknown"})
    two, more = counted()
    assert few == more
    known = f"Unauthorized executions,{list(agreed.decisions.values()).count('unauthorized')}"
    assert known in one
    assert known in two
    assert "Unauthorized executions,0" in two
