"""Vera's notices: in her menu, on their page, read at a press of a button; otto's are not hers."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from casetrack.audit.models import Entry
from casetrack.cases.services.bank import change_bank_account
from casetrack.notifications.models import Delivery, DeliveryStatus
from casetrack.notifications.notices import SAFETY, how_told
from casetrack.notifications.services import plan_deliveries
from casetrack.people.models import User
from casetrack.web.victim.notices import OF_PERSON
from tests.builders import Story
from tests.cases.test_bank import DETAILS

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(story: Story, vera: User) -> Delivery:
    """Vera was told that the firm has her report, and the mail could not be delivered."""
    story.reported()
    now = timezone.now()
    return Delivery.objects.create(
        entry_id=1, recipient=vera, case=story.case, action="cases.acknowledged", template="victim-news",
        status=DeliveryStatus.FAILED, created_at=now, next_try_at=now,
    )  # fmt: skip


def text(response: Any) -> str:
    return str(response.content.decode())


def test_vera_reads_her_notices_and_marks_them_as_read(client_of: Any, vera: User, told: Delivery) -> None:
    browser: Client = client_of(vera)
    page = text(browser.get("/en/notices/"))
    assert "The firm confirmed that it has your report" in page
    assert "The e-mail about this could not be delivered." in page
    assert "1 new" in text(browser.get("/en/cases/"))
    browser.post("/en/notices/read/")
    told.refresh_from_db()
    assert told.read_at
    assert "1 new" not in text(browser.get("/en/cases/"))


@pytest.mark.parametrize("action", [*SAFETY])
def test_what_concerns_her_log_in_is_a_notice_too(client_of: Any, vera: User, otto: User, action: str) -> None:
    now = timezone.now()
    Delivery.objects.create(
        entry_id=2, recipient=vera, action=action, template="victim-safety", created_at=now, next_try_at=now
    )
    page = text(client_of(vera).get("/en/notices/"))
    assert str(OF_PERSON[action][0]) in page
    assert "No notices yet." in text(client_of(otto).get("/en/notices/"))


def test_her_changed_bank_details_are_told_in_the_application(client_of: Any, story: Story, vera: User) -> None:
    story.reported()
    change_bank_account(DETAILS, actor=vera)
    plan_deliveries(timezone.now())
    assert "Your bank details were entered or changed" in text(client_of(vera).get("/en/notices/"))


def test_otto_sees_and_marks_nothing_of_veras(client_of: Any, cast: Any, told: Delivery) -> None:
    otto: Client = client_of(cast.user["otto"])
    assert "No notices yet." in text(otto.get("/en/notices/"))
    otto.post("/en/notices/read/")
    told.refresh_from_db()
    assert told.read_at is None


def test_staff_have_no_such_page(client_of: Any, cast: Any) -> None:
    assert client_of(cast.user["fiona"]).get("/en/notices/").status_code == 404


def test_both_sides_see_that_the_mail_did_not_arrive(client_of: Any, cast: Any, told: Delivery) -> None:
    assert told.case
    reference = told.case.reference
    assert "could not be delivered" in text(client_of(cast.user["vera"]).get(f"/en/cases/{reference}/"))
    assert "could not be delivered: telephone" in text(
        client_of(cast.user["fiona"]).get(f"/en/firm/cases/{reference}/")
    )


def test_vera_chooses_one_mail_a_day_and_the_log_knows(client_of: Any, vera: User) -> None:
    browser: Client = client_of(vera)
    sent = {"idempotency_key": str(uuid.uuid4()), "how": "daily"}
    for _ in range(2):
        assert browser.post("/en/notices/", sent).status_code == 302
    assert how_told(vera) == "daily"
    assert Entry.objects.filter(action="notifications.mails_chosen").count() == 1


def test_a_choice_that_does_not_exist_is_refused(client_of: Any, vera: User) -> None:
    response = client_of(vera).post("/en/notices/", {"idempotency_key": str(uuid.uuid4()), "how": "hourly"})
    assert response.context["problems"]
    assert how_told(vera) == "at_once"
