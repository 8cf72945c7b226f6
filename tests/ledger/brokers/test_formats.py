"""Every broker's sample, as it is, saved again, and damaged."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.ledger.parsers import brokers
from casetrack.ledger.parsers.brokers import BroughtTrade

DATA = Path(__file__).parents[2] / "data" / "brokers"
SAMPLES = {path.stem: path.read_bytes() for path in sorted(DATA.glob("*.csv"))}
each = pytest.mark.parametrize("name", SAMPLES)


def facts(trade: BroughtTrade) -> tuple[object, ...]:
    return trade.line, trade.security_code, trade.side, trade.deal, trade.amount, trade.result


def test_there_is_a_sample_of_every_format() -> None:
    assert set(SAMPLES) == set(brokers.FORMATS)


@each
def test_a_sample_is_read_without_a_problem(name: str) -> None:
    read = brokers.read(SAMPLES[name])
    assert (read.format, brokers.detect(SAMPLES[name]), read.problems) == (name, name, ())
    assert read.trades
    assert all(control.stated == control.found for control in read.controls)


@each
def test_the_encoding_does_not_matter(name: str) -> None:
    text = SAMPLES[name].decode("cp932")
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert brokers.read(text.encode(encoding)) == brokers.read(SAMPLES[name])


@each
def test_a_file_cut_anywhere_is_read_or_refused(name: str) -> None:
    for end in range(0, len(SAMPLES[name]), 7):
        try:
            brokers.read(SAMPLES[name][:end])
        except (brokers.UnknownFormat, brokers.UnreadableFile):
            continue


@each
def test_a_row_with_one_cell_less_is_a_problem_with_its_line(name: str) -> None:
    rows = SAMPLES[name].decode("cp932").rstrip("\r\n").split("\r\n")
    rows[-1] = rows[-1].partition(",")[2]
    (problem,) = brokers.read("\r\n".join(rows).encode("cp932")).problems
    assert (problem.line, problem.cause) == (len(rows), "cells")


@each
def test_a_renamed_header_is_unknown(name: str) -> None:
    text = SAMPLES[name].decode("cp932").replace("約定日,", "いつ,").replace("決済日,", "いつ,")
    with pytest.raises(brokers.UnknownFormat):
        brokers.read(text.replace('約定日"', 'いつ"').encode())


@given(st.binary(max_size=400))
def test_junk_raises_only_what_is_declared(content: bytes) -> None:
    for reader in (brokers.read, brokers.columns):
        try:
            reader(content)
        except (brokers.UnknownFormat, brokers.UnreadableFile):
            continue


def test_sbi_executions() -> None:
    read = brokers.read(SAMPLES["sbi_executions"])
    assert [facts(trade) for trade in read.trades] == [
        (8, "6846", "buy", "cash", Decimal(135_500), None),
        (9, "8595", "sell", "cash", Decimal(223_940), None),
        (10, "", "buy", "fund", Decimal("70002.4624"), None),
        (11, "6993", "buy", "margin_open", Decimal(1_230_000), None),
        (12, "6993", "sell", "margin_close", Decimal(1_290_000), Decimal(59_812)),
    ]
    assert [trade.account_kind for trade in read.trades] == ["general", "general", "nisa", "specified", "specified"]


def test_sbi_states_totals_and_a_missing_row_shows() -> None:
    text = SAMPLES["sbi_margin"].decode("cp932")
    read = brokers.read(text.replace("+59812\r\n決済日", "+46393\r\n決済日").encode())
    assert [(c.name, c.stated, c.found) for c in read.controls] == [
        ("明細数", Decimal(1), Decimal(1)),
        ("決済損益合計", Decimal(46_393), Decimal(59_812)),
    ]


def test_sbi_tax_and_foreign_shares() -> None:
    read = brokers.read(SAMPLES["sbi_tax"])
    assert ([facts(t) for t in read.trades], read.skipped) == (
        [(2, "6993", "sell", "margin_close", Decimal(283_756), Decimal(-3124))],
        1,
    )
    dollars, yen = brokers.read(SAMPLES["sbi_foreign"]).trades
    assert (dollars.security_code, dollars.market, dollars.settled_on) == ("PEP", "NASDAQ", date(2026, 6, 17))
    assert (yen.currency, yen.amount) == ("USD", Decimal("811.50"))


def test_monex_nikko_okasan() -> None:
    read = brokers.read(SAMPLES["monex"])
    assert ([facts(t) for t in read.trades], read.skipped) == (
        [
            (3, "471A", "buy", "cash", Decimal(150_000), None),
            (4, "5471", "sell", "margin_close", Decimal(130_000), Decimal(4900)),
        ],
        1,
    )
    (fund,) = brokers.read(SAMPLES["nikko"]).trades
    assert (fund.deal, fund.currency, fund.amount) == ("fund", "USD", Decimal("373.19"))
    (share,) = brokers.read(SAMPLES["okasan"]).trades
    assert facts(share) == (3, "6846", "buy", "cash", Decimal(135_500), None)
