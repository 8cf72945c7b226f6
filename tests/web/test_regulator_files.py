"""What a regulator takes away: numbered editions, with their notes."""

import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from casetrack.audit.models import Entry
from casetrack.people.models import User
from casetrack.reports.models import SummaryEdition
from tests.builders import Story

pytestmark = pytest.mark.django_db
APRIL = {"first": "2025-03", "last": "2025-04", "by": "month"}


def address(name: str) -> str:
    with override("en"):
        return reverse(f"regulator:{name}")


@pytest.fixture
def browser(story: Story, client_of: Callable[[User], Client], rita: User) -> Client:
    """Rita's, with vera's case decided: 200,000 shares at 250 opened on margin on 16 April 2025."""
    story.to_ledger().decided()
    return client_of(rita)


def test_the_csv_is_the_file_that_the_command_writes(browser: Client) -> None:
    table = browser.get(address("summary-csv"), APRIL)
    assert table.headers["Content-Disposition"].endswith('"casetrack-summary-2025-03-2025-04.csv"')
    assert table.content.endswith(b"\r\n2025-04,1,1,1,0,50000000\r\ntotal,1,1,1,0,50000000\r\n")


def test_csv_and_json_of_the_same_figures_are_one_edition(browser: Client) -> None:
    browser.get(address("summary-csv"), APRIL)
    document = json.loads(browser.get(address("summary-json"), APRIL).content)
    assert (document["edition"], document["rows"][-1]["buy_amount"]) == (1, 50000000)
    assert document["sha256_of_csv"] == SummaryEdition.objects.get().sha256


def test_an_earlier_day_gives_the_figures_as_they_stood_then(browser: Client) -> None:
    then = {**APRIL, "as_of_year": "2025", "as_of_month": "4", "as_of_day": "17"}
    assert browser.get(address("summary-csv"), then).content.endswith(b"\r\ntotal,0,0,0,0,0\r\n")


def test_a_period_that_makes_no_sense_gives_no_file_and_no_edition(browser: Client) -> None:
    for name in ("summary-csv", "summary-json"):
        assert browser.get(address(name), {**APRIL, "last": "2025-02"}).status_code == 400
    assert not SummaryEdition.objects.exists()


def test_the_audit_log_says_who_took_which_edition(browser: Client, rita: User) -> None:
    browser.get(address("summary-csv"), APRIL)
    (entry,) = Entry.objects.filter(action__startswith="reports.")
    assert (entry.action, entry.actor_id, entry.actor_role) == ("reports.summary_downloaded", rita.pk, "regulator")
    assert (entry.data["from"], entry.data["format"], entry.data["edition"]) == ("2025-03", "csv", 1)
