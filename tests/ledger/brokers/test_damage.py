"""Damage that files suffer between the broker and us, and what any list of trades must survive."""

import random
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.ledger.parsers import brokers

NAMES = ("約定日", "受渡日", "銘柄コード", "銘柄名", "市場名称", "取引区分", "売買区分", "数量［株］", "単価［円］")
GOOD = ("2025/4/1", "2025/4/3", "8410", "ミナト", "東証", "現物", "買付", "1,000", "254.5")
SAMPLES = [path.read_bytes() for path in sorted((Path(__file__).parents[2] / "data" / "brokers").glob("*.csv"))]
DIRT = [
    b"", b'"', b",", b"\r", b"\n", b"\0", b"\xff", b"\x81", b"\xef\xbb\xbf", b"=", b"-", b"9" * 30, b"NaN",
    b"Infinity", b"1e99", b"2025/2/30", "１".encode("cp932"), "円".encode(),
]  # fmt: skip
trades = st.lists(
    st.tuples(
        st.dates(date(1990, 1, 1), date(2100, 1, 1)),
        st.from_regex(r"[0-9]{4}", fullmatch=True),
        st.sampled_from([("買付", "buy"), ("売付", "sell")]),
        st.integers(1, 10**9),
        st.decimals(Decimal("0.1"), 10**7, places=1),
    ),
    max_size=20,
)


def written(*rows: tuple[str, ...], end: str = "\r\n") -> str:
    return "".join(",".join(f'"{cell}"' for cell in row) + end for row in (NAMES, *rows))


def changed(**cells: str) -> tuple[str, ...]:
    return tuple(cells.get(name[:2], cell) for name, cell in zip(NAMES, GOOD, strict=True))


@given(trades, st.sampled_from(["cp932", "utf-8", "utf-8-sig", "utf-16"]), st.randoms(use_true_random=False))
def test_what_is_written_is_read_in_any_encoding_and_order(
    wanted: list[tuple[date, str, tuple[str, str], int, Decimal]], encoding: str, chance: random.Random
) -> None:
    order = chance.sample(range(len(NAMES)), len(NAMES))
    rows = [NAMES] + [
        (f"{day.year}/{day.month}/{day.day}", "-", code, "ミナト", "東証", "現物", words, f"{count:,}", f"{price:,}")
        for day, code, (words, _side), count, price in wanted
    ]
    text = "".join(",".join(f'"{row[at]}"' for at in order) + "\r\n" for row in rows)
    read = brokers.read(text.encode(encoding))
    assert read.problems == ()
    assert [(t.traded_on, t.security_code, t.side, t.quantity, t.price) for t in read.trades] == [
        (day, code, side, count, price) for day, code, (_words, side), count, price in wanted
    ]


@pytest.mark.parametrize(
    ("row", "column", "cause"),
    [
        (changed(約定="2025/2/30"), "約定日", "date"),
        (changed(約定="-"), "約定日", "missing"),
        (changed(数量="9" * 100_000), "数量［株］", "number"),
        (changed(数量="20250416093000123456"), "数量［株］", "too_large"),
        (changed(単価="1" + "0" * 15), "単価［円］", "too_large"),
        (changed(数量="9" * 10, 単価="9" * 10), "", "too_large"),
        (changed(数量="=1+1"), "数量［株］", "number"),
        (changed(数量="1e5"), "数量［株］", "number"),
        (changed(数量="0"), "数量［株］", "not_positive"),
        (changed(単価="NaN"), "単価［円］", "number"),
        (changed(取引="-", 売買="-"), "売買区分", "kind"),
        (changed(銘柄="ミナ\0ト"), "", "characters"),
        (GOOD[1:], "", "cells"),
        ((*GOOD, "more"), "", "cells"),
    ],
)
def test_a_damaged_row_costs_only_itself(row: tuple[str, ...], column: str, cause: str) -> None:
    read = brokers.read(written(GOOD, row, GOOD).encode())
    assert [(p.line, p.column, p.cause, p.text) for p in read.problems] == [(3, column, cause, brokers.CAUSES[cause])]
    assert [trade.line for trade in read.trades] == [2, 4]


@given(st.data())
def test_every_brokers_file_damaged_anywhere_is_read_or_refused(data: st.DataObject) -> None:
    """Bytes lost, put in and replaced: what is read can be kept and is in the file's order, all else has its cause."""
    content = data.draw(st.sampled_from(SAMPLES))
    content = content.decode("cp932").encode(data.draw(st.sampled_from(["cp932", "utf-8", "utf-8-sig", "utf-16"])))
    for _damage in range(data.draw(st.integers(1, 5))):
        at, lost = data.draw(st.integers(0, len(content))), data.draw(st.sampled_from([0, 1, 2, 40]))
        content = content[:at] + data.draw(st.sampled_from(DIRT)) + content[at + lost :]
    try:
        read, columns = brokers.read(content), brokers.columns(content)
        mapped = brokers.read_mapped(content, columns.suggested)
    except (brokers.UnknownFormat, brokers.UnreadableFile):
        return
    for found in (read, mapped):
        assert [trade.line for trade in found.trades] == sorted(trade.line for trade in found.trades)
        assert {problem.cause for problem in found.problems} <= set(brokers.CAUSES)
        numbers = [n for trade in found.trades for n in (trade.quantity, trade.price, trade.amount) if n is not None]
        assert all(abs(number) < 10**18 for number in numbers)


def test_a_lost_quotation_mark_costs_one_row() -> None:
    lines = written(GOOD, GOOD, GOOD).split("\r\n")
    lines[2] = lines[2][:-1]
    read = brokers.read("\r\n".join(lines).encode())
    assert ([p.line for p in read.problems], [t.line for t in read.trades]) == ([3], [2, 4])


def test_blank_lines_titles_empty_columns_and_any_line_ends() -> None:
    text = "取引履歴\r\n\r\n" + written((*GOOD, "", ""), end=",,\n") + "\r" + written(GOOD)
    read = brokers.read(text.encode("cp932"))
    assert (read.problems, [trade.line for trade in read.trades]) == ((), [4, 7])


def test_only_a_header_is_an_empty_history_and_nothing_is_refused() -> None:
    assert brokers.read(written().encode("cp932")).trades == ()
    for content in (b"", b"\r\n,,\r\n", b"\0" * 500, b"\xff" * 500, b"x" * (10 * 1024 * 1024 + 1), b"a\n" * 20_002):
        assert brokers.detect(content) is None
        with pytest.raises(brokers.UnreadableFile):
            brokers.read(content)
