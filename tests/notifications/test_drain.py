import datetime as dt
import smtplib
from typing import Any

import pytest
from django.core import mail

from casetrack.audit.models import Entry
from casetrack.cases.events import write_event
from casetrack.cases.services import assign_case
from casetrack.correspondence.services import send_message
from casetrack.firms.services import add_member
from casetrack.intake.additions import add_fact
from casetrack.lib import clock
from casetrack.notifications import services
from casetrack.notifications.models import Delivery, DeliveryStatus, HandledEntry
from casetrack.people.models import User
from tests.builders import Story


def mails() -> dict[str, list[str]]:
    """Subjects by address since the last call."""
    told: dict[str, list[str]] = {}
    for message in mail.outbox:
        for address in message.to:
            told.setdefault(address, []).append(message.subject)
    mail.outbox.clear()
    return told


def drained() -> dict[str, list[str]]:
    services.drain(clock.now())
    return mails()


def test_a_report_tells_the_intake_and_gives_vera_a_receipt(today: Story) -> None:
    today.reported()
    told = drained()
    assert set(told) == {"fiona@minato.example", "vera@example.com"}


def test_everybody_reads_in_their_own_language(today: Story, vera: User) -> None:
    User.objects.filter(pk=vera.pk).update(language="en")
    User.objects.filter(email="fiona@minato.example").update(language="en")
    today.reported()
    assert drained() == {
        "vera@example.com": ["Your report was received (casetrack)"],
        "fiona@minato.example": ["A new report has come in (casetrack)"],
    }


def test_a_mail_holds_nothing_of_the_case(today: Story) -> None:
    today.reported()
    services.drain(clock.now())
    for message in mail.outbox:
        text = message.subject + str(message.body)
        assert today.case.reference not in text
        assert "みなと" not in text
        assert "http" not in text
        assert not message.attachments


def test_what_was_told_is_not_told_again(today: Story) -> None:
    today.reported()
    assert drained()
    assert drained() == {}
    assert HandledEntry.objects.count() == Entry.objects.count()


def test_the_firms_acts_reach_vera(today: Story) -> None:
    today.reported()
    drained()
    today.does("fiona", "acknowledge")
    assert set(drained()) == {"vera@example.com"}


def test_veras_acts_reach_the_one_who_works_on_it_or_else_the_intake(today: Story, ivan: User, fiona: User) -> None:
    today.reported()
    drained()
    today.says("vera", "電話がつながりません。")
    assert set(drained()) == {"fiona@minato.example"}
    assign_case(today.case, ivan, actor=fiona)
    today.says("vera", "もう一度お願いします。")
    assert set(drained()) == {"ivan@minato.example"}
    today.says("ivan", "明日お電話します。")
    assert set(drained()) == {"vera@example.com"}


def test_what_vera_adds_to_her_report_reaches_the_one_who_works_on_it(today: Story, vera: User) -> None:
    today.reported()
    drained()
    add_fact(today.case, "偽のメールが届いていました。", actor=vera)
    assert set(drained()) == {"fiona@minato.example"}


def test_a_person_who_left_the_firm_is_told_nothing(today: Story, ivan: User, fiona: User) -> None:
    today.reported()
    assign_case(today.case, ivan, actor=fiona)
    drained()
    ivan.membership.is_active = False
    ivan.membership.save(update_fields=["is_active"])
    send_message(today.case, "どうなりましたか。", actor=today.user("vera"))
    assert set(drained()) == {"fiona@minato.example"}


def test_nobody_at_another_firm_hears_of_it(today: Story) -> None:
    today.to_investigation().says("vera", "…")
    assert not any("aozora" in address for address in drained())


def test_history_is_no_news(story: Story) -> None:
    story.to_offer()
    assert drained() == {}
    assert HandledEntry.objects.count() == Entry.objects.count()


def test_a_victim_without_a_log_in_is_invited_at_the_address_of_the_firm(today: Story) -> None:
    today.reported()
    drained()
    today.case.victim_user = None
    today.case.save(update_fields=["victim_user"])
    today.case.victim.email = "someone@example.org"
    today.case.victim.save(update_fields=["email"])
    write_event(today.case, "cases.victim_invited", actor=User.objects.system())
    assert set(drained()) == {"someone@example.org"}
    assert Delivery.objects.filter(victim=today.case.victim, recipient=None, status="sent").count() == 1


def test_a_new_member_of_a_firm_is_told_how_to_begin(today: Story) -> None:
    add_member("new@minato.example", "MINATO", "intake", actor=User.objects.system(), language="en")
    services.drain(clock.now())
    (message,) = mail.outbox
    assert message.to == ["new@minato.example"]
    assert "Forgot your password?" in str(message.body)


class Broken:
    """A mail server that refuses."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.asked = 0

    def send_messages(self, _messages: Any) -> int:
        self.asked += 1
        raise self.error

    def close(self) -> None: ...


def test_a_refused_mail_is_tried_again_after_a_pause_and_given_up_after_five(
    today: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Broken(smtplib.SMTPRecipientsRefused({"vera@example.com": (550, b"vera@example.com unknown")}))
    monkeypatch.setattr(services, "get_connection", lambda: server)
    today.reported()
    now = clock.now()
    services.drain(now)
    assert server.asked == 2
    waiting = Delivery.objects.get(recipient__email="vera@example.com")
    assert (waiting.status, waiting.attempts) == (DeliveryStatus.WAITING, 1)
    assert waiting.error == "SMTPRecipientsRefused"
    services.drain(now + dt.timedelta(seconds=30))
    assert server.asked == 2
    for pause in services.BACKOFF:
        now += pause
        services.drain(now)
    assert server.asked == 10
    assert set(Delivery.objects.values_list("status", "attempts")) == {("failed", 5)}
    services.drain(now + dt.timedelta(days=2))
    assert server.asked == 10


def test_a_server_that_is_not_there_is_asked_once_and_the_rest_waits(
    today: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Broken(ConnectionRefusedError("10.0.0.1 refused"))
    monkeypatch.setattr(services, "get_connection", lambda: server)
    today.reported()
    services.drain(clock.now())
    assert server.asked == 1
    assert sorted(Delivery.objects.values_list("attempts", flat=True)) == [0, 1]
    monkeypatch.undo()
    services.drain(clock.now() + dt.timedelta(minutes=2))
    assert len(mails()) == 2


def test_one_entry_that_cannot_be_told_does_not_hold_up_the_others(today: Story) -> None:
    Entry.objects.create(
        chain="CT-2025-999999-9", action="cases.submitted", actor_role="victim", occurred_at=clock.now()
    )
    today.reported()
    assert set(drained()) == {"fiona@minato.example", "vera@example.com"}
