""" "Was this you?" about the rows of a broker's list: one by one, many at once, and the last of these taken back."""

import datetime as dt
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils.translation import gettext_noop as _

from casetrack.cases.models import Answer, ClaimedSide
from casetrack.cases.services import TradeClaim
from casetrack.intake.locks import lock_open
from casetrack.intake.models import BroughtTrade, Draft
from casetrack.intake.querysets import BroughtTradeQuerySet
from casetrack.intake.steps import BROUGHT
from casetrack.lib import clock
from casetrack.lib.errors import InvalidInput
from casetrack.people.models import User

# Claimed at submission. A row that nobody answered is in the file and is not claimed.
CLAIMED = (Answer.NO.value, Answer.NOT_SURE.value)


def _checked(answer: str) -> str:
    if answer not in Answer.values:
        raise InvalidInput(_("Choose yes, no or not sure."))
    return answer


@transaction.atomic
def mark_trades(draft: Draft, answers: Mapping[int, str], *, actor: User) -> int:
    """Answers by row; the count of those that changed. Raises NotAllowed, Conflict (handed in), InvalidInput."""
    lock_open(draft, actor)
    now, changed = clock.now(), 0
    for answer in Answer.values:
        rows = [pk for pk, given in answers.items() if _checked(given) == answer]
        if rows:
            found = draft.brought_trades.filter(pk__in=rows).exclude(answer=answer)
            changed += found.update(answer=answer, answered_at=now, act=None, before="")
    return changed


@transaction.atomic
def mark_many(
    draft: Draft, answer: str, *, actor: User, day: dt.date | None = None, security: str = "", only_open: bool = False
) -> int:
    """One answer for all rows of a day, of a security, or both; the count of those that changed.

    `only_open` leaves rows as they are that were answered already.

    Raises NotAllowed, Conflict (handed in), InvalidInput (no such answer, or neither day nor security).
    """
    lock_open(draft, actor)
    if day is None and not security:
        raise InvalidInput(_("Choose a day or a security."))
    rows = _narrowed(draft, day, security).exclude(answer=_checked(answer))
    if only_open:
        rows = rows.filter(answer="")
    return rows.update(before=F("answer"), answer=answer, answered_at=clock.now(), act=uuid.uuid4())


def _narrowed(draft: Draft, day: dt.date | None, security: str) -> BroughtTradeQuerySet:
    rows = BroughtTrade.objects.filter(draft=draft)
    if day is not None:
        rows = rows.filter(traded_on=day)
    return rows.of_security(security) if security else rows


def last_act(draft: Draft) -> uuid.UUID | None:
    """The last act that marked many rows, as far as no row was answered anew since."""
    rows = BroughtTrade.objects.filter(draft=draft, act__isnull=False)
    return rows.order_by("-answered_at").values_list("act", flat=True).first()


@transaction.atomic
def undo_marks(draft: Draft, *, actor: User) -> int:
    """Take the last act back that marked many rows: each says again what it said before. The count of rows.

    Rows answered one by one since keep that answer. Raises NotAllowed, Conflict (handed in).
    """
    lock_open(draft, actor)
    act = last_act(draft)
    if act is None:
        return 0
    return draft.brought_trades.filter(act=act).update(answer=F("before"), act=None, before="")


def awaits_list(draft: Draft, answers: Mapping[str, Any] | None) -> bool:
    """Whether the step's answers say that a list will be brought, and none was yet: then the step is not finished."""
    is_chosen = answers is not None and answers["known"] == BROUGHT
    return is_chosen and not BroughtTrade.objects.filter(draft=draft).exists()


def counts(draft: Draft) -> dict[str, int]:
    """How many rows there are (`total`), and how many of each answer (`open`: none yet)."""
    of = {"open": ""} | {value: value for value in Answer.values}
    return BroughtTrade.objects.filter(draft=draft).aggregate(
        total=Count("pk"), **{name: Count("pk", filter=Q(answer=answer)) for name, answer in of.items()}
    )


def claims_of(draft: Draft) -> list[tuple[str, TradeClaim]]:
    """What the rows claim that were not the victim's, or may not have been, each with its account (`BroughtTrade`).

    Raises InvalidInput if there is no row, or none was answered: then the part of the report is not finished."""
    rows = BroughtTrade.objects.filter(draft=draft)
    if not rows.exclude(answer="").exists():
        raise InvalidInput(_("Say of the trades of your list which were not yours."), field="trades")
    return [(row.account, claim_of(row)) for row in rows.filter(answer__in=CLAIMED).in_order()]


def claim_of(row: BroughtTrade) -> TradeClaim:
    """What a row claims that was not the victim's."""
    in_yen = row.amount is not None and row.currency in ("", "JPY")
    return {
        "side": row.side if row.side in ClaimedSide.values else ClaimedSide.UNKNOWN,
        "security": (row.security or row.words)[:200],
        "traded_on": row.traded_on,
        "quantity": abs(row.quantity) if row.quantity is not None else None,
        "amount": abs(row.amount).quantize(Decimal(1)) if row.amount is not None and in_yen else None,
        "on_margin": row.is_on_margin,
    }
