"""The log cannot be changed, and whoever can do everything cannot change it unnoticed."""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from casetrack.audit.heads import publish_heads
from casetrack.audit.models import ChainHead, Entry
from casetrack.audit.services import first_broken_entry, record
from casetrack.lib.scope import system_scope
from casetrack.people.models import User
from tests.database import superuser

CHANGES = {
    "chain": "'CT-2025-000009-9'",
    "seq": "seq + 10",
    "occurred_at": "occurred_at + interval '1 microsecond'",
    "recorded_at": "recorded_at - interval '1 day'",
    "actor_role": "'victim'",
    "actor_id": "coalesce(actor_id, 0) + 1",
    "firm_code": "'AOZORA'",
    "action": "'cases.declined'",
    "subject": "subject || ' '",
    "data": """jsonb_set(data, '{n}', '"3"')""",
    "prev": "set_byte(prev, 0, (get_byte(prev, 0) + 1) % 256)",
    "hash": "set_byte(hash, 31, (get_byte(hash, 31) + 1) % 256)",
}

REFUSED = ["update audit_entry set action = 'x'", "delete from audit_entry", "truncate audit_entry"]


@pytest.fixture
def chains(transactional_db: None) -> None:
    """Two chains of five entries, committed."""
    with system_scope():
        system = User.objects.system()
        for number in range(5):
            for chain in ("CT-2025-000001-3", "platform"):
                record(chain=chain, action="cases.assigned", actor=system, data={"n": number}, firm_code="MINATO")


def as_superuser(sql: str, *, unnoticed: bool = True) -> None:
    with superuser() as session:
        if unnoticed:
            session.execute("set session_replication_role = replica")
        session.execute(sql)


def verify(capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    try:
        call_command("verify_audit")
    except SystemExit as end:
        return int(end.code or 0), capsys.readouterr().out
    return 0, capsys.readouterr().out


def test_chains_as_they_were_written_hold(chains: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(capsys) == (0, "ok: 10 entries\n")


@pytest.mark.parametrize("sql", REFUSED)
def test_the_application_can_neither_change_nor_delete(sql: str, chains: None) -> None:
    with system_scope(), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert Entry.objects.count() == 10


@pytest.mark.parametrize("sql", REFUSED)
def test_the_trigger_refuses_even_a_superuser(sql: str, chains: None) -> None:
    with pytest.raises(Exception, match="append-only"):
        as_superuser(sql, unnoticed=False)


@pytest.mark.parametrize("column", CHANGES)
def test_a_superusers_change_of_any_column_is_found(
    column: str, chains: None, capsys: pytest.CaptureFixture[str]
) -> None:
    as_superuser(f"update audit_entry set {column} = {CHANGES[column]} where chain = 'platform' and seq = 3")
    status, said = verify(capsys)
    assert status == 1
    assert said.startswith("broken: ")


def test_every_column_was_tried() -> None:
    assert set(CHANGES) == {field.column for field in Entry._meta.local_fields} - {"id"}


def test_an_entry_taken_out_of_the_middle_is_found(chains: None) -> None:
    as_superuser("delete from audit_entry where chain = 'platform' and seq = 2")
    broken = first_broken_entry()
    assert broken is not None
    assert broken[:2] == ("platform", 3)


def test_two_entries_that_changed_places_are_found(chains: None) -> None:
    as_superuser(
        "update audit_entry set seq = 7 - seq + 100 where chain = 'platform' and seq in (3, 4);"
        "update audit_entry set seq = seq - 100 where seq > 100"
    )
    assert first_broken_entry() is not None


def test_a_tail_that_was_cut_is_found_by_the_published_heads(
    chains: None, settings: Any, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.VAR_DIR = tmp_path
    with system_scope():
        path = publish_heads()
        assert ChainHead.objects.get().chains == 2
    assert verify(capsys)[0] == 0
    as_superuser("delete from audit_entry where chain = 'CT-2025-000001-3' and seq = 5")
    assert first_broken_entry() is None
    assert verify(capsys) == (1, f"broken: CT-2025-000001-3 5: published on {path.stem}, no longer there\n")


def test_a_published_file_that_was_changed_is_found(
    chains: None, settings: Any, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.VAR_DIR = tmp_path
    with system_scope():
        path = publish_heads()
    path.write_text(path.read_text(encoding="utf-8").replace("[5, ", "[4, "), encoding="utf-8")
    assert verify(capsys) == (1, f"broken: {path.name}: the signature is not ours\n")


def test_entries_of_two_sessions_at_once_stand_in_one_chain(chains: None) -> None:
    sql = (
        "insert into audit_entry (chain, seq, occurred_at, actor_role, firm_code, action, subject, data, prev, hash)"
        " select 'platform', 0, now(), 'system', '', 'x', '', '{}', '', '' from generate_series(1, 20)"
    )
    with superuser() as one, superuser() as two:
        one.execute("set lock_timeout = '5s'")
        for _ in range(3):
            one.execute(sql)
            two.execute(sql)
    assert first_broken_entry() is None
