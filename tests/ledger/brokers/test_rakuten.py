"""Rakuten's histories, as Rakuten writes them and as Excel saves them again."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from casetrack.ledger.parsers import brokers

DATA = Path(__file__).parents[2] / "data" / "brokers"


def test_japanese_shares_are_read_as_they_stand() -> None:
    read = brokers.read((DATA / "rakuten_jp.csv").read_bytes())
    assert (read.format, read.problems, read.skipped) == ("rakuten_jp", (), 0)
    assert [(t.line, t.security_code, t.side, t.deal, t.quantity, t.amount) for t in read.trades] == [
        (2, "8410", "buy", "cash", Decimal(800), Decimal(203_200)),
        (3, "9432", "sell", "cash", Decimal(2800), Decimal(431_480)),
        (4, "7198", "in", "transfer", Decimal(100), Decimal(98_700)),
        (5, "6976", "sell", "margin_open", Decimal(100), Decimal(1_260_000)),
        (6, "6976", "buy", "margin_close", Decimal(100), Decimal(1_269_000)),
    ]
    assert (read.trades[0].traded_on, read.trades[0].account_kind) == (date(2025, 5, 16), "specified")


def test_us_shares_are_in_dollars_and_funds_per_ten_thousand_units() -> None:
    (share,) = brokers.read((DATA / "rakuten_us.csv").read_bytes()).trades
    assert (share.security_code, share.currency, share.amount) == ("IYR", "USD", Decimal("83.85"))
    (fund,) = brokers.read((DATA / "rakuten_funds.csv").read_bytes()).trades
    assert (fund.side, fund.deal, fund.amount and round(fund.amount)) == ("buy", "fund", 1_000_000)


def test_a_bad_row_is_a_problem_with_its_line_and_the_others_stand() -> None:
    text = (DATA / "rakuten_jp.csv").read_bytes().decode("cp932").replace('"2,800"', '"=2+2"')
    read = brokers.read(text.replace("［", "[").replace("］", "]").encode("utf-8-sig"))
    assert [(p.line, p.column, p.cause) for p in read.problems] == [(3, "数量[株]", "number")]
    assert len(read.trades) == 4


def test_an_unknown_header_is_refused_and_can_be_mapped() -> None:
    content = "取引日,銘柄,売買,数量,単価\n2025/4/1,ミナト,買,100,250\n".encode()
    with pytest.raises(brokers.UnknownFormat):
        brokers.read(content)
    found = brokers.columns(content)
    assert found.suggested == {"traded_on": 0, "security_name": 1, "side": 2, "quantity": 3, "price": 4}
    (trade,) = brokers.read_mapped(content, found.suggested).trades
    assert (trade.side, trade.amount) == ("buy", Decimal(25_000))
