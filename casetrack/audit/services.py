"""Writing the audit log and checking it."""

import datetime as dt
from typing import Any, Protocol

from django.db import connection

from casetrack.audit.models import Entry
from casetrack.lib import clock

PLATFORM = "platform"


class ActorLike(Protocol):
    """Whoever acts: a user's key and role."""

    @property
    def pk(self) -> Any: ...

    role: str


def record(
    *,
    chain: str,
    action: str,
    actor: ActorLike,
    subject: str = "",
    data: dict[str, Any] | None = None,
    firm_code: str = "",
    occurred_at: dt.datetime | None = None,
) -> Entry:
    """Append one entry in the present transaction.

    `chain` is a case's reference or "platform"; `action` is dotted past tense ("cases.acknowledged"); `data` is JSON
    with no personal value in it (lib.crypto.keyed_hash). Place, time of recording and hash come from the database.
    """
    return Entry.objects.create(
        chain=chain,
        action=action,
        actor_role=actor.role,
        actor_id=actor.pk,
        subject=subject,
        data=data or {},
        firm_code=firm_code,
        occurred_at=occurred_at or clock.now(),
    )


BROKEN = """
with walked as (
  select e.id, e.chain, e.seq, e.hash, e.prev, casetrack_entry_hash(e) as right_hash,
    lag(e.hash, 1, '\\x00'::bytea) over w as right_prev, row_number() over w as right_seq
  from audit_entry e window w as (partition by e.chain order by e.seq))
select chain, seq, id from walked
where hash <> right_hash or prev <> right_prev or seq <> right_seq order by id limit 1
"""


def first_broken_entry() -> tuple[str, int, int] | None:
    """(chain, seq, id) of the first entry whose hash, link or place is wrong; None when every chain holds."""
    with connection.cursor() as cursor:
        cursor.execute(BROKEN)
        row: tuple[str, int, int] | None = cursor.fetchone()
    return row
