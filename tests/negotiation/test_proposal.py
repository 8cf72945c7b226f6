"""What one side proposes: parts that add up, reasons for what differs, and how two proposals differ."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.assessment.statement import COMPONENTS
from casetrack.lib.errors import InvalidInput
from casetrack.negotiation.models import Offer
from casetrack.negotiation.proposal import Proposal, differences, in_kind_lines, moves_of, parse_in_kind

YEN = st.integers(0, 10**12).map(Decimal)
PARTS = st.dictionaries(st.sampled_from(sorted(COMPONENTS)), YEN, max_size=len(COMPONENTS))


def stored(proposal: Proposal) -> Offer:
    return cast(Offer, SimpleNamespace(**proposal.columns()))


@given(PARTS, PARTS)
def test_a_part_that_differs_without_its_reason_is_refused_and_named(
    expected: dict[str, Decimal], parts: dict[str, Decimal]
) -> None:
    differing = [name for name in {**expected, **parts} if parts.get(name, 0) != expected.get(name, 0)]
    Proposal(parts, dict.fromkeys(differing, "because")).check(expected)
    for name in differing:
        with pytest.raises(InvalidInput) as refused:
            Proposal(parts, {other: "because" for other in differing if other != name}).check(expected)
        assert refused.value.field == f"why_{name}"


@given(PARTS, PARTS)
def test_the_gaps_of_the_parts_add_up_to_the_gap_of_the_amounts(
    firm: dict[str, Decimal], victim: dict[str, Decimal]
) -> None:
    theirs, hers = stored(Proposal(firm)), stored(Proposal(victim))
    rows = differences({}, theirs, hers)
    if firm and victim:
        assert sum(row.gap or 0 for row in rows) == hers.amount - theirs.amount
    else:
        assert all(row.gap is None for row in rows)


@given(st.dictionaries(st.sampled_from(["7203", "6182", "8035", "AAPL"]), st.integers(-(10**9), 10**9).map(Decimal)))
def test_shares_in_kind_read_back_as_they_were_typed(in_kind: dict[str, Decimal]) -> None:
    assert parse_in_kind(in_kind_lines(in_kind)) == in_kind


@pytest.mark.parametrize(
    "typed", ["6182 -200,000", "６１８２　－２００，０００", "6182 ▲200000", " 6182\t−200000 \n\n"]
)
def test_shares_in_kind_as_a_japanese_keyboard_types_them(typed: str) -> None:
    assert parse_in_kind(typed) == {"6182": Decimal(-200_000)}


@pytest.mark.parametrize("typed", ["6182", "-5", "6182 many", "6182 1.2.3", "6182 --5", "6182 1e5", f"6182 {'9' * 21}"])
def test_a_line_that_says_nothing_clear_is_named(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_in_kind(f"7203 100\n{typed}")
    assert (refused.value.field, refused.value.params["line"]) == ("in_kind", 2)


@pytest.mark.parametrize(("parts", "more", "field"), [
    ({"gift": Decimal(1)}, {}, "gift"),
    ({"margin": Decimal("0.5")}, {}, "margin"),
    ({"margin": Decimal(-1)}, {}, "margin"),
    ({"adjustment": Decimal(-1)}, {"component_reasons": {"adjustment": "x"}}, "adjustment"),
    ({}, {"in_kind": {"7203": Decimal(0)}}, "in_kind"),
    ({}, {"in_kind": {"7203": Decimal("NaN")}}, "in_kind"),
    ({}, {"in_kind": {" ": Decimal(1)}}, "in_kind"),
    ({}, {"waived": Decimal(-1)}, "waived"),
    ({"margin": Decimal(1)}, {"component_reasons": {"margin": "x"}, "total": Decimal(5)}, "amount"),
    ({}, {"total": Decimal("1.5")}, "amount"),
])  # fmt: skip
def test_what_cannot_be_proposed_is_refused_by_field(
    parts: dict[str, Decimal], more: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        Proposal(parts, **more).check({})
    assert refused.value.field == field


def test_shares_move_one_way_or_the_other() -> None:
    to_firm, to_customer = moves_of({"7203": "100", "6182": "-200000"})
    assert (to_firm.security, to_firm.units, to_firm.is_to_customer) == ("6182", Decimal(200_000), False)
    assert (to_customer.security, to_customer.units, to_customer.is_to_customer) == ("7203", Decimal(100), True)
    assert moves_of(None) == moves_of({}) == []
