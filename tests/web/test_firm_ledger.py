"""Importing a ledger: look first, then store all, the good rows, or nothing."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from casetrack.ledger.models import Execution
from casetrack.people.models import User
from tests.builders import EXAMPLE_A, Cast, Story

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
GOOD = EXAMPLE_A.format(account="0123-4567890")
BAD = GOOD.replace(",250,,,,,,,,,,\n", ",250x,,,,,,,,,,\n")


@pytest.fixture
def confirmed(story: Story) -> Story:
    """Vera's case with a confirmed access and an empty ledger."""
    return story.to_investigation().access_confirmed()


@pytest.fixture
def ivans(client_of: ClientOf, ivan: User) -> Client:
    return client_of(ivan)


def at(story: Story, tail: str = "") -> str:
    return f"/en/firm/cases/{story.case.reference}/accounts/1/ledger/{tail}"


def upload(client: Client, story: Story, text: str) -> Any:
    return client.post(at(story), {"file": SimpleUploadedFile("ledger.csv", text.encode(), "text/csv")})


def stored(story: Story) -> set[str]:
    return set(Execution.objects.filter(account=story.incident.account).values_list("execution_id", flat=True))


def test_the_file_is_shown_before_anything_is_stored(ivans: Client, confirmed: Story) -> None:
    preview = upload(ivans, confirmed, GOOD).headers["Location"]
    response = ivans.get(preview)
    assert response.context["report"].accepted == 4
    assert stored(confirmed) == set()
    ivans.post(preview, {"mode": "all"})
    assert stored(confirmed) == {"o1", "u1", "c1", "l1"}


def test_the_same_file_again_changes_nothing(ivans: Client, confirmed: Story) -> None:
    ivans.post(upload(ivans, confirmed, GOOD).headers["Location"], {"mode": "all"})
    report = ivans.get(upload(ivans, confirmed, GOOD).headers["Location"]).context["report"]
    assert (report.accepted, report.duplicate, report.superseded) == (0, 4, 0)


def test_a_row_that_cannot_be_read_is_named_with_its_line(ivans: Client, confirmed: Story) -> None:
    preview = upload(ivans, confirmed, BAD).headers["Location"]
    html = ivans.get(preview).content.decode()
    assert "250x" in html
    rejected = ivans.get(preview + "rejected.csv")
    assert rejected.headers["Content-Type"].startswith("text/csv")
    assert "250x" in rejected.content.decode("utf-8-sig")
    assert "u1" in rejected.content.decode("utf-8-sig")


@pytest.mark.parametrize(("mode", "found"), [("good", {"o1", "c1", "l1"}), ("all", set())])
def test_the_good_rows_stand_or_nothing_stands_as_the_clerk_chooses(
    ivans: Client, confirmed: Story, mode: str, found: set[str]
) -> None:
    ivans.post(upload(ivans, confirmed, BAD).headers["Location"], {"mode": mode})
    assert stored(confirmed) == found


def test_rows_of_another_account_are_never_taken(ivans: Client, confirmed: Story) -> None:
    preview = upload(ivans, confirmed, EXAMPLE_A.format(account="999-0000001")).headers["Location"]
    assert ivans.get(preview).context["report"].accepted == 0
    ivans.post(preview, {"mode": "good"})
    assert stored(confirmed) == set()


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", "a,b\n1,2\n".encode("utf-16")])
def test_what_is_no_ledger_is_refused_by_name(ivans: Client, confirmed: Story, content: bytes) -> None:
    response = ivans.post(at(confirmed), {"file": SimpleUploadedFile("odd.csv", content, "text/csv")}, follow=True)
    html = response.content.decode()
    assert "odd.csv" in html or "There is a problem" in html
    assert stored(confirmed) == set()


def test_no_file_at_all_is_an_error_of_the_form(ivans: Client, confirmed: Story) -> None:
    response = ivans.post(at(confirmed), {})
    assert response.status_code == 400
    assert "There is a problem" in response.content.decode()


def test_the_waiting_file_is_bound_to_the_person_and_the_case(
    ivans: Client, client_of: ClientOf, cast: Cast, confirmed: Story
) -> None:
    preview = upload(ivans, confirmed, GOOD).headers["Location"]
    other = Story(cast, victim="otto", account="0999-0000001").to_investigation().access_confirmed()
    elsewhere = preview.replace(confirmed.case.reference, other.case.reference)
    for name in ("alma", "fiona", "bruno"):
        client = client_of(cast.user[name])
        assert client.get(preview).status_code == 404
        assert client.post(preview, {"mode": "all"}).status_code == 404
        assert client.get(preview + "rejected.csv").status_code == 404
    assert ivans.get(elsewhere).headers["Location"] == at(other)
    assert ivans.post(elsewhere, {"mode": "all"}).headers["Location"] == at(other)
    assert ivans.get(elsewhere + "rejected.csv").status_code == 404
    assert stored(confirmed) == set() == stored(other)


def test_a_file_that_waits_no_longer_is_asked_for_again(ivans: Client, confirmed: Story) -> None:
    preview = upload(ivans, confirmed, GOOD).headers["Location"]
    cache.clear()
    for url in (preview, at(confirmed, f"{uuid.uuid4()}/")):
        for response in (ivans.get(url, follow=True), ivans.post(url, {"mode": "all"}, follow=True)):
            assert response.redirect_chain == [(at(confirmed), 302)]
            assert "Choose it again." in response.content.decode()
    assert stored(confirmed) == set()


def test_only_an_investigator_imports_and_only_after_the_access_is_confirmed(
    client_of: ClientOf, cast: Cast, story: Story
) -> None:
    story.to_investigation()
    assert client_of(cast.user["ivan"]).get(at(story)).status_code == 404
    story.access_confirmed()
    for name, status in (("ivan", 200), ("fiona", 404), ("alma", 404), ("bruno", 404)):
        assert client_of(cast.user[name]).get(at(story)).status_code == status, name
