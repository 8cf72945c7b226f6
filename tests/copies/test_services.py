"""The life of a copy: asked for once, made by one worker, tried again, given to its owner, deleted."""

import datetime as dt
import os
import threading
import time
from typing import Any

import pytest
from cryptography.fernet import InvalidToken
from django.core import mail
from django.db import DatabaseError, connection, transaction

from casetrack.audit.models import Entry
from casetrack.copies import services, storage
from casetrack.copies.models import Copy, CopyStatus
from casetrack.copies.services import ask_copy, delete_expired, due_copies, give_copy, make_copy
from casetrack.copies.tasks import make
from casetrack.lib import clock
from casetrack.lib.clock import travel_to
from casetrack.lib.errors import Conflict, NotAllowed
from casetrack.lib.scope import scoped, system_scope
from casetrack.notifications.models import Delivery
from casetrack.notifications.services import plan_deliveries, send_deliveries
from casetrack.people.models import User

pytestmark = pytest.mark.django_db
NOW = clock.tokyo(2026, 3, 2, 10)


def asked(user: User) -> Copy:
    with travel_to(NOW):
        return ask_copy(language="ja", actor=user)


def made(user: User) -> Copy:
    copy = asked(user)
    with travel_to(NOW):
        assert make_copy(copy.pk)
    return Copy.objects.get(pk=copy.pk)


def actions() -> list[str]:
    return list(Entry.objects.filter(action__startswith="copies.").order_by("pk").values_list("action", flat=True))


def broken(*_: Any, **__: Any) -> Any:
    raise OSError("No space left on device")


def test_asking_twice_makes_one_copy(vera: User) -> None:
    first = asked(vera)
    assert asked(vera) == first
    assert actions() == ["copies.asked"]
    with travel_to(NOW):
        make_copy(first.pk)
        assert ask_copy(language="ja", actor=vera) != first


@pytest.mark.parametrize("who", ["ivan", "rita", "mina"])
def test_only_a_victim_asks(who: str, cast: Any) -> None:
    with pytest.raises(NotAllowed):
        ask_copy(language="ja", actor=cast.user[who])


def test_each_step_stands_once_in_the_log_and_names_nobody(vera: User, otto: User) -> None:
    copy = made(vera)
    with travel_to(NOW), pytest.raises(NotAllowed):
        give_copy(copy, actor=otto)
    with travel_to(NOW):
        assert len(b"".join(give_copy(copy, actor=vera))) == copy.size
    assert actions() == ["copies.asked", "copies.made", "copies.downloaded"]
    entries = Entry.objects.filter(action__startswith="copies.")
    assert {entry.subject for entry in entries} == {f"user:{vera.pk}"}
    assert vera.email not in str([entry.data for entry in entries])


def test_it_lies_sealed_and_opens_only_whole(vera: User) -> None:
    copy = made(vera)
    path = storage.path_of(copy)
    assert path.stat().st_mode & 0o777 == 0o600
    content = path.read_bytes()
    assert not content.startswith(b"PK")
    assert vera.email.encode() not in content
    path.write_bytes(content * 2)
    with pytest.raises(storage.Broken):
        list(storage.open_sealed(copy))
    path.write_bytes(b"")
    with pytest.raises(storage.Broken):
        list(storage.open_sealed(copy))
    path.write_bytes(content[:50] + b"A" + content[51:])
    with pytest.raises(InvalidToken):
        list(storage.open_sealed(copy))


def test_nothing_lies_about_but_the_copy_itself(vera: User, media: Any) -> None:
    copy = made(vera)
    assert [path.name for path in (media / "copies").iterdir()] == [f"{copy.key}.1"]


def test_after_a_day_it_is_gone_and_its_file_too(vera: User) -> None:
    copy = made(vera)
    path = storage.path_of(copy)
    assert copy.expires_at == NOW + dt.timedelta(hours=24)
    assert delete_expired(NOW + dt.timedelta(hours=23, minutes=59)) == 0
    assert path.exists()
    with travel_to(NOW + dt.timedelta(hours=24)), pytest.raises(Conflict):  # even before anything deletes it
        give_copy(copy, actor=vera)
    assert delete_expired(NOW + dt.timedelta(hours=24)) == 1
    assert not path.exists()
    assert Copy.objects.get().status == CopyStatus.EXPIRED
    assert delete_expired(NOW + dt.timedelta(hours=25)) == 0


def test_a_new_copy_takes_the_place_of_the_old_one(vera: User) -> None:
    old = made(vera)
    new = made(vera)
    with travel_to(NOW):
        with pytest.raises(Conflict):
            give_copy(old, actor=vera)
        delete_expired(NOW)
        assert b"".join(give_copy(new, actor=vera)).startswith(b"PK")
    assert not storage.path_of(old).exists()


def test_what_dead_tries_left_is_swept_away_but_nothing_new(vera: User, media: Any) -> None:
    copy = made(vera)
    left, fresh = media / "copies" / f"{copy.key}.7", media / "copies" / f"{copy.key}.8"
    for path in (left, fresh, storage.path_of(copy)):
        path.touch()
    for path in (left, storage.path_of(copy)):
        os.utime(path, (time.time() - 7200, time.time() - 7200))
    delete_expired(NOW)
    assert (left.exists(), fresh.exists(), storage.path_of(copy).exists()) == (False, True, True)


def test_a_failure_is_tried_again_twice_and_then_said(vera: User, monkeypatch: pytest.MonkeyPatch) -> None:
    copy, at = asked(vera), NOW
    with monkeypatch.context() as patched:
        patched.setattr(storage, "seal", broken)
        for attempt, pause in enumerate((1, 10, 0), 1):
            with travel_to(at):
                assert not make_copy(copy.pk)
                assert not make_copy(copy.pk)  # it is not due yet
            copy.refresh_from_db()
            assert copy.attempts == attempt
            assert not storage.path_of(copy).exists()
            at += dt.timedelta(minutes=pause)
    assert copy.status == CopyStatus.FAILED
    assert due_copies(at + dt.timedelta(days=1)) == []
    assert actions() == ["copies.asked", "copies.failed"]
    assert made(vera).status == CopyStatus.READY


def test_a_try_that_works_after_a_failure_makes_it_ready(vera: User, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = asked(vera)
    with travel_to(NOW), monkeypatch.context() as patched:
        patched.setattr(storage, "seal", broken)
        make_copy(copy.pk)
    later = NOW + dt.timedelta(minutes=1)
    assert due_copies(later) == [copy.pk]
    with travel_to(later):
        assert make_copy(copy.pk)
    copy.refresh_from_db()
    assert (copy.status, copy.done) == (CopyStatus.READY, copy.total)


def test_a_worker_that_was_taken_for_dead_changes_nothing_any_more(vera: User, monkeypatch: pytest.MonkeyPatch) -> None:
    copy, seal, later = asked(vera), storage.seal, NOW + services.LEASE

    def slow(mine: Copy, file: Any) -> tuple[int, str]:
        """While the first worker seals, its lease runs out and another one makes the copy."""
        monkeypatch.setattr(storage, "seal", seal)
        with travel_to(later):
            assert make_copy(copy.pk)
        return seal(mine, file)

    monkeypatch.setattr(storage, "seal", slow)
    with travel_to(NOW):
        assert not make_copy(copy.pk)
    copy.refresh_from_db()
    assert (copy.status, copy.attempts, copy.made_at) == (CopyStatus.READY, 2, later)
    assert actions() == ["copies.asked", "copies.made"]
    assert [path.name for path in storage.path_of(copy).parent.iterdir()] == [f"{copy.key}.2"]


def test_one_whose_workers_all_died_has_failed(vera: User) -> None:
    copy = asked(vera)
    Copy.objects.update(status=CopyStatus.MAKING, attempts=services.ATTEMPTS)
    assert due_copies(NOW) == [copy.pk]
    with travel_to(NOW):
        assert not make_copy(copy.pk)
    assert Copy.objects.get().status == CopyStatus.FAILED


def test_the_task_makes_it(vera: User) -> None:
    copy = ask_copy(language="en", actor=vera)
    make(copy.pk)
    assert Copy.objects.get().status == CopyStatus.READY


def test_the_person_is_told_without_a_link_and_without_content(vera: User) -> None:
    ask_copy(language="ja", actor=vera)
    plan_deliveries(clock.now())
    assert Delivery.objects.get(template="victim-safety").recipient == vera
    send_deliveries(clock.now())
    body = next(message.body for message in mail.outbox if message.to == [vera.email])
    assert "http" not in body
    assert "ZIP" not in body


def test_row_security_shows_a_copy_to_its_owner_alone_and_nobody_deletes_the_row(
    vera: User, otto: User, ivan: User
) -> None:
    copy = asked(vera)
    for audience, person, seen in (("victim", vera, 1), ("victim", otto, 0), ("firm", ivan, 0)):
        with scoped(audience, user_id=person.pk):
            assert Copy.objects.count() == seen
    with pytest.raises(DatabaseError), transaction.atomic():
        copy.delete()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_it_once(cast: Any) -> None:
    with system_scope():
        copy = ask_copy(language="ja", actor=cast.user["vera"])
    barrier, results = threading.Barrier(2), []

    def work() -> None:
        barrier.wait(10)
        try:
            results.append(make_copy(copy.pk))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert sorted(results) == [False, True]
    with system_scope():
        assert actions() == ["copies.asked", "copies.made"]
        assert Copy.objects.get().status == CopyStatus.READY
