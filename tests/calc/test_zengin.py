"""A bank's transfer file: what is written is what is read, and what does not fit is refused by its field."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.calc.zengin import (
    KNOWN,
    MOST_YEN,
    Remitter,
    Transfer,
    ZenginError,
    half_width,
    holder_name,
    read_file,
    write_file,
)

FIRM = Remitter("12345", "ミナトショウケン(カ", "0562", "ミナト", "001", "ホンテン", "2", "7654321")
VERA = Transfer("0562", "001", "1", "0123456", "タカハシ メグミ", 24_000_000, "2025000001", "17")
DAY = dt.date(2025, 6, 10)


def digits(width: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=width, max_size=width)


names = st.text(sorted(KNOWN), max_size=30).map(lambda text: " ".join(text.split()))
transfers = st.builds(
    Transfer, bank_code=digits(4), branch_code=digits(3), account_kind=st.sampled_from("1249"),
    account_number=digits(7), holder=names, amount=st.integers(1, MOST_YEN), customer_1=digits(10),
    customer_2=digits(10), bank_name=names.map(lambda text: text[:15].strip()),
    branch_name=names.map(lambda text: text[:15].strip()),
)  # fmt: skip


@given(st.lists(transfers, min_size=1, max_size=30), st.dates(), st.booleans())
def test_what_is_written_is_read_back_and_every_record_has_120_bytes(
    rows: list[Transfer], day: dt.date, breaks: bool
) -> None:
    data = write_file(FIRM, day, rows, breaks=breaks)
    step = 122 if breaks else 120
    assert len(data) == step * (len(rows) + 3)
    assert all(data[place + 120 : place + step] == b"\r\n"[: step - 120] for place in range(0, len(data), step))
    trailer = data[step * (len(rows) + 1) :].decode("shift_jis")
    assert int(trailer[1:7]) == len(rows)
    assert int(trailer[7:19]) == sum(row.amount for row in rows)
    found = read_file(data)
    assert list(found.transfers) == rows
    assert found.day == (day.month, day.day)


def test_the_fields_stand_where_the_banks_sheets_have_them() -> None:
    head, row, trailer, end, _rest = write_file(FIRM, DAY, [VERA]).decode("shift_jis").split("\r\n")
    assert head == (
        "1210" + "0000012345" + "ﾐﾅﾄｼﾖｳｹﾝ(ｶ".ljust(40) + "0610" + "0562" + "ﾐﾅﾄ".ljust(15) + "001" + "ﾎﾝﾃﾝ".ljust(15)
        + "2" + "7654321" + " " * 17
    )  # fmt: skip
    assert row == (
        "2" + "0562" + " " * 15 + "001" + " " * 15 + "0000" + "1" + "0123456" + "ﾀｶﾊｼ ﾒｸﾞﾐ".ljust(30) + "0024000000"
        + "0" + "2025000001" + "0000000017" + "7" + " " + " " * 7
    )  # fmt: skip
    assert trailer == "8" + "000001" + "000024000000" + " " * 101
    assert end == "9" + " " * 119


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("たかはし めぐみ", "ﾀｶﾊｼ ﾒｸﾞﾐ"), ("ショウコ", "ｼﾖｳｺ"), ("サトー", "ｻﾄ-"), ("カヲル", "ｶｵﾙ"), ("ヴァン", "ｳﾞｱﾝ"),
        ("ウ゛ァン", "ｳﾞｱﾝ"), ("Ｂｅｒｇｅｒ　Otto", "BERGER OTTO"), ("ｻﾄｰ", "ｻﾄ-"), ("ヰヱ", "ｲｴ"),
    ],
)  # fmt: skip
def test_a_name_is_written_as_banks_write_it(typed: str, written: str) -> None:
    assert half_width(typed) == written


def test_a_long_holder_is_cut_as_banks_ask_and_fits() -> None:
    assert len(holder_name("バビブベボ" * 5)) == 30
    write_file(FIRM, DAY, [replace(VERA, holder=holder_name("バビブベボ" * 5))])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"holder": "髙橋 恵"}, "holder"), ({"holder": "Müller"}, "holder"), ({"holder": "ア" * 31}, "holder"),
        ({"holder": "タカハシ;"}, "holder"), ({"account_number": "12345678"}, "account_number"),
        ({"account_number": "12-4567"}, "account_number"), ({"amount": 0}, "amount"),
        ({"amount": MOST_YEN + 1}, "amount"), ({"customer_1": "CT-2025"}, "customer_1"),
        ({"bank_code": "٠١٢٣"}, "bank_code"),
    ],
)  # fmt: skip
def test_what_the_format_does_not_know_is_refused_by_field_and_record(change: dict[str, object], field: str) -> None:
    with pytest.raises(ZenginError) as refused:
        write_file(FIRM, DAY, [VERA, replace(VERA, **change)])  # type: ignore[arg-type]
    assert (refused.value.field, refused.value.line) == (field, 3)


def test_an_error_about_a_number_does_not_repeat_it() -> None:
    with pytest.raises(ZenginError) as refused:
        write_file(FIRM, DAY, [replace(VERA, account_number="99-1234567")])
    assert "1234567" not in str(refused.value)


def test_a_file_without_transfers_is_not_written() -> None:
    with pytest.raises(ZenginError):
        write_file(FIRM, DAY, [])


GOOD = write_file(FIRM, DAY, [VERA, VERA])


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", 0), (b"hello", 1), (GOOD[:-1], 5), (GOOD.replace(b"\r\n", b"\n"), 1), (GOOD[122:], 1), (GOOD[:-122], 4),
        (GOOD + GOOD, 6), (b"1110" + GOOD[4:], 1), (GOOD.replace(b"000002000048", b"000003000048"), 4),
        (GOOD.replace(b"000048000000", b"000048000001"), 4), (GOOD.replace(b"0610", b"0631", 1), 1),
        (GOOD[:122] + b"3" + GOOD[123:], 2), (GOOD[:122] + b"\x82" + GOOD[123:], 2),
        (GOOD[:122] + b"2A" + GOOD[124:], 2),
    ],
)  # fmt: skip
def test_what_is_no_such_file_is_refused_with_its_record(data: bytes, line: int) -> None:
    with pytest.raises(ZenginError) as refused:
        read_file(data)
    assert refused.value.line == line


@given(st.binary(max_size=500))
def test_nothing_that_is_read_breaks_the_reader(data: bytes) -> None:
    try:
        read_file(data)
    except ZenginError:
        return
