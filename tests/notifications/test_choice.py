"""What is not urgent comes as vera chose; what has a deadline of hers comes at once, whatever the hour."""

import datetime as dt
import smtplib

import pytest
from django.core import mail

from casetrack.audit.services import PLATFORM, record
from casetrack.cases.events import write_event
from casetrack.lib import clock
from casetrack.notifications import services
from casetrack.notifications.models import Delivery, HowTold
from casetrack.notifications.notices import choose_mails, is_unreachable, notices_of, unread_count
from casetrack.people.models import User, Victim
from tests.builders import Story
from tests.notifications.test_drain import Broken


def mails_at(now: dt.datetime) -> int:
    """How many mails vera gets when the drain runs at `now`."""
    mail.outbox.clear()
    services.drain(now)
    return sum(message.to == ["vera@example.com"] for message in mail.outbox)


def at_hour(hour: int) -> dt.datetime:
    return clock.now().astimezone(clock.TOKYO).replace(hour=hour)


def test_two_pieces_of_news_make_one_mail_in_the_evening(today: Story, vera: User) -> None:
    today.reported()
    assert mails_at(clock.now()) == 1
    choose_mails(HowTold.DAILY, actor=vera)
    today.does("fiona", "acknowledge").says("fiona", "…")
    assert mails_at(at_hour(12)) == 0
    assert mails_at(at_hour(18)) == 1
    assert mails_at(at_hour(18) + dt.timedelta(days=1)) == 0
    assert set(Delivery.objects.filter(recipient=vera).values_list("status", flat=True)) == {"sent"}


def test_who_wants_no_mails_still_has_the_notices(today: Story, vera: User) -> None:
    today.reported()
    mails_at(clock.now())
    choose_mails(HowTold.NEVER, actor=vera)
    today.does("fiona", "acknowledge")
    assert mails_at(at_hour(18) + dt.timedelta(days=1)) == 0
    assert unread_count(vera) == 2
    assert notices_of(vera)[0].action == "cases.acknowledged"


def test_the_night_is_quiet_and_the_morning_brings_the_mail(today: Story) -> None:
    today.reported()
    mails_at(clock.now())
    today.does("fiona", "acknowledge")
    assert mails_at(at_hour(22)) == 0
    assert mails_at(at_hour(6) + dt.timedelta(days=1)) == 0
    assert mails_at(at_hour(7) + dt.timedelta(days=1)) == 1


def test_the_receipt_of_her_report_comes_at_night_too(today: Story, vera: User) -> None:
    choose_mails(HowTold.NEVER, actor=vera)
    today.reported()
    assert mails_at(at_hour(23)) == 1


def test_that_her_bank_account_changed_she_hears_at_night_whatever_she_chose(vera: User) -> None:
    choose_mails(HowTold.NEVER, actor=vera)
    record(chain=PLATFORM, action="people.bank_account_changed", actor=vera, subject=f"user:{vera.pk}")
    assert mails_at(at_hour(23)) == 1


def test_a_mail_that_was_given_up_is_shown_until_one_arrives(
    today: Story, vera: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Broken(smtplib.SMTPRecipientsRefused({"vera@example.com": (550, b"unknown")}))
    monkeypatch.setattr(services, "get_connection", lambda: server)
    today.reported()
    now = clock.now()
    services.drain(now)
    assert not is_unreachable(today.case)
    for pause in services.BACKOFF:
        now += pause
        services.drain(now)
    assert is_unreachable(today.case)
    monkeypatch.undo()
    today.does("fiona", "acknowledge")
    mails_at(at_hour(12) + dt.timedelta(days=1))
    assert not is_unreachable(today.case)


@pytest.mark.parametrize("about", ["the invitation", "the bank account"])
def test_an_invitation_and_a_warning_that_did_not_arrive_are_shown_too(
    today: Story, vera: User, monkeypatch: pytest.MonkeyPatch, about: str
) -> None:
    today.reported()
    services.drain(clock.now())
    if about == "the invitation":
        today.case.victim_user = None
        today.case.save(update_fields=["victim_user"])
        Victim.objects.filter(pk=today.case.victim_id).update(email="wrong@example.org")
        write_event(today.case, "cases.victim_invited", actor=User.objects.system())
    else:
        record(chain=PLATFORM, action="people.bank_account_changed", actor=vera, subject=f"user:{vera.pk}")
    assert not is_unreachable(today.case)
    server = Broken(smtplib.SMTPRecipientsRefused({"wrong@example.org": (550, b"unknown")}))
    monkeypatch.setattr(services, "get_connection", lambda: server)
    now = clock.now()
    services.drain(now)
    for pause in services.BACKOFF:
        now += pause
        services.drain(now)
    assert is_unreachable(today.case)
