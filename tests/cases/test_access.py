"""Confirming and refuting an access, and the account behind it."""

import datetime as dt

import pytest

from casetrack.audit.models import Entry
from casetrack.cases.models import Access, AccessDecision
from casetrack.cases.services import confirm_access, read_account_number, refute_access
from casetrack.ledger.models import Account
from casetrack.lib import clock
from casetrack.lib.errors import InvalidInput, NotAllowed, Unlinkable
from casetrack.people.models import User
from tests.builders import Cast, Story

pytestmark = pytest.mark.django_db


def test_ivan_confirms_the_access_and_links_the_account(story: Story) -> None:
    story.to_investigation().access_confirmed()
    incident = story.incident
    assert incident.access == Access.CONFIRMED
    assert incident.account is not None
    assert incident.account.number == story.account


def test_a_report_alone_links_no_account(story: Story) -> None:
    story.reported()
    assert story.incident.account is None
    assert not Account.objects.exists()


def test_ivan_refutes_with_a_reason_and_may_confirm_again(story: Story, ivan: User) -> None:
    story.to_investigation().access_confirmed()
    with pytest.raises(InvalidInput):
        refute_access(story.incident, actor=ivan, reason="")
    refute_access(story.incident, actor=ivan, reason="Her own tablet.")
    assert story.incident.access == Access.REFUTED
    confirm_access(story.incident, first_access_at=story.first_access_at, actor=ivan)
    decisions = AccessDecision.objects.filter(incident=story.incident).order_by("id")
    assert [d.access for d in decisions] == ["confirmed", "refuted", "confirmed"]


def test_an_access_cannot_lie_in_the_future(story: Story, ivan: User) -> None:
    story.to_investigation()
    with pytest.raises(InvalidInput):
        confirm_access(story.incident, first_access_at=clock.now() + dt.timedelta(hours=1), actor=ivan)


def test_fiona_and_vera_cannot_confirm(story: Story, fiona: User, vera: User) -> None:
    story.to_investigation()
    for who in (fiona, vera):
        with pytest.raises(NotAllowed):
            confirm_access(story.incident, first_access_at=story.first_access_at, actor=who)


def test_ottos_claim_to_veras_account_number_is_refused(story: Story, cast: Cast) -> None:
    story.to_investigation().access_confirmed()
    thief = Story(cast, victim="otto", account=story.account).to_investigation()
    with pytest.raises(Unlinkable):
        thief.access_confirmed()


def test_the_account_number_is_encrypted_and_its_reading_logged(story: Story, ivan: User, fiona: User) -> None:
    story.reported()
    incident = story.incident
    assert story.account not in incident.number_encrypted
    with pytest.raises(NotAllowed):
        read_account_number(incident, actor=fiona)
    assert read_account_number(incident, actor=ivan) == story.account
    entry = Entry.objects.get(action="cases.account_number_read")
    assert entry.actor_id == ivan.pk
    assert story.account not in str(entry.data)


def test_the_same_number_in_full_width_has_the_same_index() -> None:
    from casetrack.lib.crypto import account_index

    assert account_index("MINATO", "０１２３-４５６７８９０") == account_index("MINATO", "01234567890")
    assert account_index("MINATO", "01234567890") != account_index("AOZORA", "01234567890")
