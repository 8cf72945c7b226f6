"""After the submission: what vera remembers and what she corrects stands, dated, beside what she said first."""

import uuid
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from casetrack.audit.models import Entry
from casetrack.cases.models import Case
from casetrack.intake.additions import CORRECTABLE, IN_WORDS
from casetrack.intake.models import Addition
from casetrack.intake.services import submit_draft
from casetrack.people.models import User
from casetrack.web.report.additions import said
from tests.builders import Story
from tests.intake.reports import TOPICS, filled_draft

pytestmark = pytest.mark.django_db
TALK = {
    "rows_total": "1", "row-0-talked_at_year": "2025", "row-0-talked_at_month": "4", "row-0-talked_at_day": "16",
    "row-0-channel": "telephone", "row-0-said": "折り返すと言われた",
}  # fmt: skip


@pytest.fixture
def case(vera: User) -> Case:
    return submit_draft(filled_draft(vera, **TOPICS), actor=vera, key=None)


@pytest.fixture
def browser(client_of: Any, vera: User) -> Client:
    return client_of(vera)


def at(name: str, case: Case, *more: str) -> str:
    return "/en" + reverse(f"victim:{name}", args=[case.reference, *more]).removeprefix("/ja").removeprefix("/en")


def key() -> dict[str, str]:
    return {"idempotency_key": str(uuid.uuid4())}


def prefilled(response: Any) -> dict[str, str]:
    """The form as a browser would send it back unchanged."""
    form = response.context["form"]
    sent: dict[str, Any] = {}
    for field in [*form, *(field for row in getattr(form, "rows", []) for field in row)]:
        value = field.value()
        widget = field.field.widget
        parts = widget.get_context(field.html_name, value, {}).get("parts")
        if parts:
            sent |= {part["name"]: part["value"] for part in parts}
        elif value is not None:
            sent[field.html_name] = value
    if hasattr(form, "rows"):
        sent["rows_total"] = str(len(form.rows))
    return sent


def test_what_she_remembers_reaches_the_firm_once(browser: Client, client_of: Any, case: Case, fiona: User) -> None:
    sent = key() | {"text": "4月10日に偽のメールが届いていました。"}
    for _ in range(2):
        assert browser.post(at("said", case), sent).status_code == 302
    row = Addition.objects.get()
    assert (row.topic, row.facts, row.text) == ("", None, "4月10日に偽のメールが届いていました。")
    assert row.text in browser.get(at("said", case)).content.decode()
    assert row.text in client_of(fiona).get(f"/en/firm/cases/{case.reference}/").content.decode()
    assert case.events.filter(action="intake.fact_added", is_public=True).count() == 1
    entry = Entry.objects.get(chain=case.reference, action="intake.fact_added")
    assert row.text not in str(entry.data)


def test_an_empty_addition_is_refused(browser: Client, case: Case) -> None:
    response = browser.post(at("said", case), key() | {"text": " "})
    assert response.context["problems"][0][0] == "id_text"
    assert not Addition.objects.exists()


def test_a_corrected_answer_stands_beside_the_first_with_its_day_and_reason(
    browser: Client, client_of: Any, case: Case, ivan: User
) -> None:
    first = case.report["steps"]["noticed"]
    page = at("said-correct", case, "noticed")
    sent = prefilled(browser.get(page)) | key() | {"noticed_how": "statement", "reason": "通知を見つけました。"}
    for _ in range(2):
        assert browser.post(page, sent)["Location"] == at("said", case)
    row = Addition.objects.get()
    assert row.facts == first | {"noticed_how": "statement"}
    case.refresh_from_db()
    assert case.report["steps"]["noticed"] == first
    assert case.incidents.get().noticed_how == first["noticed_how"]
    for html in (
        browser.get(at("said", case)).content.decode(),
        client_of(ivan).get(f"/en/firm/cases/{case.reference}/").content.decode(),
    ):
        assert "First said:" in html
        assert "<s>A notification on my phone or by e-mail</s>" in html
        assert "A statement or trade report" in html
        assert "通知を見つけました。" in html
    assert case.events.get(action="intake.answer_corrected").reason == "通知を見つけました。"
    assert "A statement or trade report" not in browser.get(at("submitted", case)).content.decode()


def test_the_form_comes_back_with_the_latest_answers_and_keeps_every_one(browser: Client, case: Case) -> None:
    page = at("said-correct", case, "noticed")
    for how in ("statement", "log_in"):
        browser.post(page, prefilled(browser.get(page)) | key() | {"noticed_how": how})
    assert browser.get(page).context["form"].initial["noticed_how"] == "log_in"
    topic = next(topic for topic in said(case).changed if topic.identifier == "noticed")
    line = next(line for line in topic.lines if line.earlier)
    assert len(line.earlier) == 2


@pytest.mark.parametrize("topic", sorted(set(CORRECTABLE) - IN_WORDS))
def test_every_topic_has_its_form_and_sent_back_unchanged_it_says_so(browser: Client, case: Case, topic: str) -> None:
    page = at("said-correct", case, topic)
    response = browser.get(page)
    response = browser.post(page, prefilled(response) | key())
    assert [words for _target, words in response.context["problems"]] == [
        "Nothing was changed. Change what is wrong, then send it."
    ]
    assert not Addition.objects.exists()


@pytest.mark.parametrize("topic", sorted(IN_WORDS))
def test_accounts_and_trades_are_corrected_in_words(browser: Client, case: Case, topic: str) -> None:
    page = at("said-correct", case, topic)
    assert browser.get(page).status_code == 200
    assert browser.post(page, key() | {"text": "2件目の売却もありました。"}).status_code == 302
    assert "2件目の売却もありました。" in browser.get(at("said", case)).content.decode()
    assert Addition.objects.get().topic == topic


def test_rows_are_added_and_corrected_without_javascript(browser: Client, case: Case) -> None:
    assert case.report["steps"]["talks"]["rows"]
    page = at("said-correct", case, "talks")
    more = browser.post(page, TALK | key() | {"add": "1", "reason": "思い出した"})
    assert len(more.context["form"].rows) == 2
    assert more.context["why"].initial["reason"] == "思い出した"
    assert not Addition.objects.exists()
    assert browser.post(page, TALK | key()).status_code == 302
    (row,) = Addition.objects.get().facts["rows"]
    assert row["said"] == "折り返すと言われた"
    assert browser.get(page).context["form"].rows[0].initial["said"] == "折り返すと言われた"


def test_what_is_wrong_keeps_what_was_typed_and_names_the_field(browser: Client, case: Case) -> None:
    page = at("said-correct", case, "noticed")
    sent = prefilled(browser.get(page)) | key() | {"noticed_at_day": "31", "noticed_at_month": "4", "reason": "why"}
    response = browser.post(page, sent)
    assert response.context["problems"][0][0] == "id_noticed_at_day"
    assert 'value="31"' in response.content.decode()
    assert "why" in response.content.decode()


def test_a_closed_case_takes_nothing_more_and_says_what_to_do(browser: Client, story: Story) -> None:
    story.reported().does("vera", "withdraw")
    assert "telephone the firm" in browser.get(at("said", story.case)).content.decode()
    response = browser.post(at("said", story.case), key() | {"text": "まだあります"})
    assert "telephone the firm" in response.context["problems"][0][1]
    assert not Addition.objects.exists()


def test_a_settled_case_takes_nothing_more_and_says_what_to_do(browser: Client, story: Story) -> None:
    story.to_settlement()
    assert "write to the firm in a message" in browser.get(at("said", story.case)).content.decode()
    response = browser.post(at("said", story.case), key() | {"text": "まだあります"})
    assert "write to the firm in a message" in response.context["problems"][0][1]
    assert not Addition.objects.exists()


def test_nobody_else_finds_the_pages(client_of: Any, cast: Any, case: Case) -> None:
    for who in ("otto", "fiona", "bruno", "rita", "mina"):
        stranger = client_of(cast.user[who])
        for address in (at("said", case), at("said-correct", case, "noticed")):
            assert stranger.get(address).status_code == 404, who
            assert stranger.post(address, key() | {"text": "x"}).status_code == 404, who


def test_a_topic_that_is_none_and_a_case_without_a_report_have_no_form(
    browser: Client, case: Case, story: Story
) -> None:
    assert browser.get(at("said-correct", case, "nonsense")).status_code == 404
    assert browser.get(at("said-correct", case, "files")).status_code == 404
    story.account = "0999-1"
    story.reported()
    assert browser.get(at("said-correct", story.case, "noticed")).status_code == 404
    assert browser.post(at("said", story.case), key() | {"text": "報告書がなくても"}).status_code == 302


def test_the_database_changes_and_deletes_no_addition(browser: Client, case: Case) -> None:
    browser.post(at("said", case), key() | {"text": "…"})
    with pytest.raises(DatabaseError), transaction.atomic():
        Addition.objects.update(text="other")
    with pytest.raises(DatabaseError), transaction.atomic():
        Addition.objects.all().delete()
