"""Bringing a broker's list into a draft: the rows, the file as evidence, and which column is what."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils.translation import gettext_noop as _

from casetrack.audit.services import PLATFORM, record
from casetrack.evidence.services import AlreadyHere, add_file
from casetrack.intake.locks import lock_open
from casetrack.intake.models import BroughtTrade, ColumnMapping, Draft
from casetrack.intake.services import save_step
from casetrack.intake.sittings import sitting_of
from casetrack.intake.steps import ACCOUNT, BROUGHT, TRADES, Answers
from casetrack.ledger.parsers import brokers
from casetrack.lib import clock
from casetrack.lib.crypto import account_index
from casetrack.lib.errors import InvalidInput
from casetrack.lib.money import plain
from casetrack.people.models import User

if TYPE_CHECKING:
    from casetrack.ledger.parsers.brokers import BrokerFile

MOST_BROUGHT = 20_000
# What tells one trade from another; not the line, which differs from file to file.
TELLING = (
    "traded_on", "settled_on", "security_code", "security_name", "market", "account_kind", "side", "deal", "quantity",
    "price", "amount", "currency", "words",
)  # fmt: skip
LENGTHS = {
    "security_code": 40, "security_name": 200, "market": 80, "account_kind": 80, "side": 20, "deal": 40, "currency": 3,
    "words": 80,
}  # fmt: skip


def read_file(content: bytes, *, actor: User) -> "BrokerFile":
    """The file as its format says, or as the actor once said of such columns.

    Raises UnknownFormat (ask which column is what), UnreadableFile.
    """
    try:
        return brokers.read(content)
    except brokers.UnknownFormat:
        mapping = remembered(brokers.columns(content), actor)
        if mapping is None:
            raise
        return brokers.read_mapped(content, mapping)


def remembered(columns: brokers.Columns, actor: User) -> dict[str, int] | None:
    """What the actor said last of a file with these columns."""
    known = ColumnMapping.objects.filter(user=actor, fingerprint=brokers.fingerprint(columns)).first()
    return dict(known.columns) if known else None


@transaction.atomic
def map_columns(content: bytes, mapping: Mapping[str, int], *, actor: User) -> "BrokerFile":
    """Read a file by `mapping` (column by field) and remember it for files with the same columns.

    Column names and cells are not kept, only a hash of the names. Raises InvalidInput (`field` names what lacks).
    """
    found = brokers.read_mapped(content, mapping)
    ColumnMapping.objects.update_or_create(
        user=actor,
        fingerprint=brokers.fingerprint(brokers.columns(content)),
        defaults={"columns": dict(mapping), "saved_at": clock.now()},
    )
    return found


def deeds(found: "BrokerFile") -> list[brokers.BroughtTrade]:
    """The rows that somebody must have done: no dividends, no taxes."""
    return [trade for trade in found.trades if trade.side != "income" and trade.deal != "tax"]


@transaction.atomic
def bring_trades(draft: Draft, name: str, content: bytes, *, actor: User, account: str = "") -> int:
    """Keep the rows that are new, and the file itself as evidence; the count of new rows. The same file again adds
    nothing. Rows that cannot be read are left out. `account`: the index of the account whose list it is
    (`accounts_of`), to be given where the draft names several at its firm.

    Raises NotAllowed, Conflict (handed in), InvalidInput (no row, too many rows, a file that is not taken),
    UnknownFormat, UnreadableFile.
    """
    lock_open(draft, actor)
    accounts = accounts_of(draft)
    if len(accounts) > 1 and account not in accounts:
        raise InvalidInput(_("Choose whose list it is: you named several accounts."), field="account")
    found = read_file(content, actor=actor)
    trades = deeds(found)
    if not trades:
        raise InvalidInput(_("There is no trade in this file that can be read."), field="file")
    kept = BroughtTrade.objects.filter(draft=draft)
    same = kept.filter(account__in=["", account]) if account else kept  # of a list from before the accounts were named
    known = set(same.values_list("identity", flat=True))
    rows = [row for row in rows_of(draft, trades, account) if row.identity not in known]
    if kept.count() + len(rows) > MOST_BROUGHT:
        raise InvalidInput(_("At most %(most)s trades can be brought."), field="file", most=MOST_BROUGHT)
    BroughtTrade.objects.bulk_create(rows, batch_size=2000)
    try:
        with transaction.atomic():
            add_file(SimpleUploadedFile(name, content), actor=actor, draft_key=draft.key)
    except AlreadyHere:
        pass
    save_step(draft, TRADES, {"known": BROUGHT}, actor=actor, typed={"known": [BROUGHT]})
    record(
        chain=PLATFORM, action="intake.trades_brought", actor=actor, subject=f"draft:{draft.key}",
        data={"format": found.format, "rows": len(rows), "sha256": hashlib.sha256(content).hexdigest()},
    )  # fmt: skip
    return len(rows)


@transaction.atomic
def drop_trades(draft: Draft, *, actor: User) -> int:
    """Take the brought rows out again; the count of them. The file stays among the files, where it can be taken out.

    Raises NotAllowed, Conflict (handed in).
    """
    lock_open(draft, actor)
    count = BroughtTrade.objects.filter(draft=draft).delete()[0]
    if count:
        save_step(draft, TRADES, None, actor=actor, typed={"known": [BROUGHT]})
        record(
            chain=PLATFORM,
            action="intake.trades_dropped",
            actor=actor,
            subject=f"draft:{draft.key}",
            data={"rows": count},
        )
    return count


def accounts_of(draft: Draft) -> dict[str, str]:
    """The accounts that the draft names at its firm: the last digits of each by its index, in order."""
    return accounts_in(sitting_of(draft).answers(draft))


def accounts_in(answers: Answers) -> dict[str, str]:
    """The same of a draft's answers; none before the page of the accounts is finished."""
    kept = answers.get(ACCOUNT.identifier, {})
    if not kept.get("facts"):
        return {}
    rows = ACCOUNT.read({ACCOUNT.identifier: kept})["rows"]
    return {account_index(row["firm"], row["number"]): row["number"][-3:] for row in rows}


def rows_of(draft: Draft | None, trades: Iterable[brokers.BroughtTrade], account: str = "") -> list[BroughtTrade]:
    """Rows as they would be kept (without a draft: only to look at). Two that say the same in one file are two
    trades: each has a number of its own."""
    seen: Counter[str] = Counter()
    rows = []
    for trade in trades:
        facts: dict[str, Any] = {name: getattr(trade, name) for name in TELLING}
        facts |= {name: str(facts[name] or "")[:length] for name, length in LENGTHS.items()}
        said = "\0".join(_written(value) for value in facts.values())
        seen[said] += 1
        identity = hashlib.sha256(f"{said}\0{seen[said]}".encode()).hexdigest()
        rows.append(BroughtTrade(draft=draft, identity=identity, line=trade.line, account=account, **facts))
    return rows


def _written(value: Any) -> str:
    return plain(value) if hasattr(value, "as_tuple") else str(value or "")
