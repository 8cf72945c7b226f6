"""Around the second asking who one is, and what a browser keeps of a private page."""

import uuid
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from casetrack.people.models import BankAccount, User
from tests.builders import Story
from tests.cases.test_bank import DETAILS

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
PASSWORD = "a long and good one"


@pytest.fixture
def stale(story: Story, client_of: ClientOf, vera: User) -> Client:
    """Vera's session, open for long: somebody else sits at it, who does not know the password."""
    story.reported()
    vera.set_password(PASSWORD)
    vera.save()
    return client_of(vera)


def kept(client: Client) -> str:
    return str(Session.objects.get(pk=client.session.session_key).get_decoded())


def test_a_change_that_was_planted_is_not_carried_out_when_the_owner_says_who_she_is(stale: Client) -> None:
    stale.post("/en/bank/change/", {**DETAILS, "idempotency_key": str(uuid.uuid4())})
    ask = stale.get("/en/bank/change/")["Location"]
    answer = stale.post(ask, {"password": PASSWORD})
    assert not BankAccount.objects.exists()
    page = stale.get(answer["Location"]).content.decode()
    assert "Nothing is saved yet." in page
    assert 'value="0123456"' in page, "what was typed is there, to be looked at and sent"
    assert 'value="0123456"' not in stale.get("/en/bank/change/").content.decode()


def test_a_password_that_was_planted_is_not_set(stale: Client, vera: User) -> None:
    stale.post("/en/accounts/password/change/", {"password1": "the thief's own password"})
    stale.post(stale.get("/en/accounts/password/change/")["Location"], {"password": PASSWORD})
    vera.refresh_from_db()
    assert vera.check_password(PASSWORD)


@pytest.mark.parametrize("page", ["bank/change/", "accounts/password/change/"])
def test_what_was_sent_too_late_lies_nowhere_in_the_clear(stale: Client, page: str) -> None:
    stale.post(f"/en/{page}", {**DETAILS, "password1": "my new and secret one"})
    for secret in ("0123456", "my new and secret one", "sessionid"):
        assert secret not in kept(stale)


@pytest.mark.parametrize(
    "path",
    ["/en/home/", "/en/", "/en/cases/{}/", "/api/v1/cases/", "/api/v1/cases/{}/", "/en/accounts/2fa/", "/en/no/"],
)
def test_no_private_page_stays_in_the_browser(story: Story, client_of: ClientOf, path: str) -> None:
    answer = client_of(story.reported().user("vera")).get(path.format(story.case.reference))
    assert "no-store" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]
