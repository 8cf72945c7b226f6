"""What mediation at FINMAC costs the customer: the application fee by the amount that is claimed.

Source: the certification of FINMAC's rules as the Ministry of Justice publishes it,
https://www.moj.go.jp/KANBOU/ADR/jigyousya/ninsyou0056.html (looked at for this project in 2026; amounts before tax).
Consultation and complaint cost nothing, and sittings cost the customer nothing.
"""

from dataclasses import dataclass
from decimal import Decimal

MILLION = 1_000_000


@dataclass(frozen=True)
class Bracket:
    """The fee in whole yen before tax for a claim of up to `up_to` whole yen; None: for any larger one."""

    up_to: Decimal | None
    fee: Decimal


FEES = tuple(
    Bracket(None if up_to is None else Decimal(up_to), Decimal(fee))
    for up_to, fee in (
        (1 * MILLION, 1_900),
        (3 * MILLION, 5_700),
        (5 * MILLION, 7_600),
        (8 * MILLION, 10_500),
        (10 * MILLION, 12_400),
        (15 * MILLION, 16_200),
        (20 * MILLION, 20_000),
        (25 * MILLION, 23_800),
        (30 * MILLION, 27_600),
        (35 * MILLION, 31_400),
        (40 * MILLION, 35_200),
        (45 * MILLION, 39_000),
        (50 * MILLION, 42_900),
        (None, 47_600),
    )
)


def bracket_of(claimed: Decimal) -> Bracket:
    """The bracket of a claim in whole yen."""
    return next(row for row in FEES if row.up_to is None or claimed <= row.up_to)
