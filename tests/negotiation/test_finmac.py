"""The fee of a mediation, by the amount claimed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.negotiation.finmac import FEES, bracket_of


@pytest.mark.parametrize(("claimed", "fee"), [
    (0, 1_900), (1_000_000, 1_900), (1_000_001, 5_700), (8_000_000, 10_500), (14_009_500, 16_200),
    (50_000_000, 42_900), (50_000_001, 47_600), (10**12, 47_600),
])  # fmt: skip
def test_the_fee_is_that_of_the_table_of_the_ministry(claimed: int, fee: int) -> None:
    assert bracket_of(Decimal(claimed)).fee == fee


@given(st.integers(0, 10**11), st.integers(0, 10**11))
def test_who_claims_more_never_pays_less(one: int, other: int) -> None:
    assert bracket_of(Decimal(min(one, other))).fee <= bracket_of(Decimal(max(one, other))).fee
    assert [row.fee for row in FEES] == sorted(row.fee for row in FEES)
