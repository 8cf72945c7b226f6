"""On what legal basis a firm may pay: as data, with the day from which each limit holds and where it stands.

A securities firm must not make good its customers' losses (Financial Instruments and Exchange Act, Article 39),
unless an accident was confirmed beforehand, or confirmation is not needed, or what is paid is no compensation of a
loss at all.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Basis(TextChoices):
    CONFIRMED_JSDA = "confirmed_jsda", _("Accident confirmed by the JSDA committee")
    CONFIRMED_BUREAU = "confirmed_bureau", _("Accident confirmed by the Local Finance Bureau")
    JUDGMENT = "judgment", _("Final judgment: no confirmation needed")
    COURT_SETTLEMENT = "court_settlement", _("Settlement in court: no confirmation needed")
    DESIGNATED_ADR = "designated_adr", _("Settlement before a designated body such as FINMAC: no confirmation needed")
    NO_LOSS_COMPENSATION = "no_loss_compensation", _("No compensation of a loss: the trades were not the customer's")


@dataclass(frozen=True)
class Limit:
    """From `since` on the JSDA committee confirms accidents up to `amount` yen, the Local Finance Bureau above."""

    since: dt.date
    amount: Decimal
    source: "StrOrPromise"


_ORDER = _("Cabinet Office Order on Financial Instruments Business, etc. (2007, No. 52), Article 119")
LIMITS = (
    Limit(
        dt.date(2007, 9, 30),
        Decimal(10_000_000),
        _("JSDA rules on the confirmation of accidents, Articles 4, 8 and 12"),
    ),
)
_ACT = _("Financial Instruments and Exchange Act, Article 39")
# Where each stands.
SOURCES: Mapping[str, "StrOrPromise"] = dict.fromkeys(Basis.values, _ORDER) | {Basis.NO_LOSS_COMPENSATION: _ACT}


def limit_on(day: dt.date) -> Decimal:
    """Whole yen up to which the JSDA committee confirms on `day`."""
    return max((limit for limit in LIMITS if limit.since <= day), key=lambda limit: limit.since).amount
