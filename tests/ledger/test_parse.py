"""casetrack's own ledger format, without a database."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.calc.loss.inputs import ATTRIBUTIONS
from casetrack.ledger.models import ALLOWED
from casetrack.ledger.parsers import Parsed, detect, parse
from casetrack.ledger.parsers import casetrack as ours
from casetrack.ledger.parsers.rows import normalized_account
from casetrack.lib.crypto import normalize_account_number
from tests.ledger.files import file, row


def reasons(parsed: Parsed) -> list[tuple[int, str, str]]:
    return [(r.line, r.column, r.reason) for r in parsed.rejections]


def test_a_row_is_read_as_it_stands() -> None:
    parsed = parse(file(row(fees="600", unit="1", attribution="unauthorized")))
    assert parsed.rejections == []
    (bought,) = parsed.rows
    assert (bought.line, bought.account, bought.execution_id) == (2, "0123-4567890", "b1")
    assert bought.executed_at == datetime(2025, 4, 16, 0, 3, tzinfo=UTC)
    assert (bought.quantity, bought.price, bought.fees) == (Decimal(20000), Decimal(128), Decimal(600))
    assert bought.amount is None
    assert bought.attribution == "unauthorized"


def test_columns_may_stand_in_any_order_after_a_byte_order_mark_and_with_windows_line_ends() -> None:
    plain = file(row())
    turned = file(row(), columns=tuple(reversed(ours.COLUMNS)))
    windows = b"\xef\xbb\xbf" + plain.replace(b"\n", b"\r\n")
    assert parse(plain).rows == parse(turned).rows == parse(windows).rows


def test_an_unknown_column_is_passed_over_and_named() -> None:
    parsed = parse(file(row(branch="Ginza"), columns=(*ours.COLUMNS, "branch")))
    assert len(parsed.rows) == 1
    assert parsed.ignored == ("branch",)


def test_a_file_may_leave_out_the_columns_that_it_does_not_need() -> None:
    columns = ("account", "executed_at", "type", "security", "quantity", "price")
    assert len(parse(file(row(), columns=columns)).rows) == 1


def test_the_format_is_known_by_its_names() -> None:
    found = detect(["type", "x", "account", "executed_at"])
    assert found is not None
    assert found.name == ours.FORMAT
    assert detect(["約定日", "銘柄コード"]) is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", ours.NO_HEADER),
        ("約定日,銘柄\n".encode("cp932"), ours.NOT_UTF8),
        (b"\xff\xfe\x00", ours.NOT_UTF8),
        (b"account,type\n1,buy\n", ours.NO_HEADER),
        (b"account,executed_at,type,price,price\n", ours.TWICE),
    ],
)
def test_what_is_no_ledger_is_one_rejection_at_the_first_line(data: bytes, reason: str) -> None:
    parsed = parse(data)
    assert parsed.rows == []
    assert [(r.line, r.reason) for r in parsed.rejections] == [(1, reason)]


BAD = [
    ({"account": ""}, "account", ours.EMPTY),
    ({"account": "---"}, "account", ours.EMPTY),
    ({"account": "1" * 41}, "account", ours.TOO_LONG),
    ({"execution_id": "x" * 81}, "execution_id", ours.TOO_LONG),
    ({"type": "purchase"}, "type", ours.BAD_TYPE),
    ({"type": ""}, "type", ours.BAD_TYPE),
    ({"executed_at": "2025-04-16T09:03:00"}, "executed_at", ours.BAD_TIME),
    ({"executed_at": "2025-04-16"}, "executed_at", ours.BAD_TIME),
    ({"executed_at": "2025-02-30T09:03:00+09:00"}, "executed_at", ours.BAD_TIME),
    ({"executed_at": "0001-01-01T00:00:00+09:00"}, "executed_at", ours.BAD_TIME),
    ({"executed_at": ""}, "executed_at", ours.BAD_TIME),
    ({"security": ""}, "security", ours.EMPTY),
    ({"quantity": ""}, "quantity", ours.EMPTY),
    ({"price": ""}, "price", ours.EMPTY),
    ({"quantity": "0"}, "quantity", ours.NOT_POSITIVE),
    ({"quantity": "-1"}, "quantity", ours.NOT_POSITIVE),
    ({"unit": "0"}, "unit", ours.NOT_POSITIVE),
    ({"price": "-0.5"}, "price", ours.NEGATIVE),
    ({"price": "1e3"}, "price", ours.BAD_NUMBER),
    ({"price": "1,000"}, "", ours.CELLS),
    ({"price": "NaN"}, "price", ours.BAD_NUMBER),
    ({"price": "１２８"}, "price", ours.BAD_NUMBER),
    ({"price": "0.12345678901"}, "price", ours.BAD_NUMBER),
    ({"price": "1" * 25}, "price", ours.BAD_NUMBER),
    ({"side": "both"}, "side", ours.BAD_SIDE),
    ({"type": "margin_open"}, "side", ours.EMPTY),
    ({"type": "margin_close", "side": "long"}, "open_price", ours.EMPTY),
    ({"type": "cash_in"}, "amount", ours.EMPTY),
    ({"type": "cash_in", "amount": "-1"}, "amount", ours.NEGATIVE),
    ({"type": "income", "security": "", "amount": "1"}, "security", ours.EMPTY),
    ({"currency": "usd", "fx": "150"}, "currency", ours.BAD_CURRENCY),
    ({"settled_in": "yen"}, "settled_in", ours.BAD_CURRENCY),
    ({"currency": "USD"}, "fx", ours.NEEDS_FX),
    ({"currency": "USD", "settled_in": "USD"}, "fx", ours.NEEDS_FX),
    ({"currency": "USD", "fx": "0"}, "fx", ours.NOT_POSITIVE),
    ({"currency": "USD", "fx": "150", "settled_in": "EUR"}, "settled_in", ours.OTHER_CURRENCY),
    ({"fx": "150"}, "fx", ours.YEN_FX),
    ({"settled_in": "USD"}, "settled_in", ours.OTHER_CURRENCY),
    ({"attribution": "liquidation"}, "attribution", ours.BAD_ATTRIBUTION),
    ({"attribution": "stolen"}, "attribution", ours.BAD_ATTRIBUTION),
    ({"type": "split", "quantity": "2", "attribution": "unauthorized"}, "attribution", ours.BAD_ATTRIBUTION),
]


@pytest.mark.parametrize(("cells", "column", "reason"), BAD, ids=[f"{c}" for c, _column, _reason in BAD])
def test_a_bad_cell_is_rejected_with_its_line_column_and_reason(
    cells: dict[str, str], column: str, reason: str
) -> None:
    parsed = parse(file(row(execution_id="good"), row(**cells)))
    assert reasons(parsed) == [(3, column, reason)]
    assert [r.execution_id for r in parsed.rows] == ["good"]
    assert str(parsed.rejections[0])
    assert parsed.rejections[0].cells


@pytest.mark.parametrize(
    "cells",
    [
        {"type": "opening_cash", "amount": "-5", "security": "", "quantity": "", "price": ""},
        {"type": "opening_cash", "amount": "5", "currency": "USD"},
        {"type": "opening_position", "price": "", "currency": "USD"},
        {"type": "split", "quantity": "0.5", "price": ""},
        {"currency": "USD", "fx": "150.25", "settled_in": "USD"},
        {"currency": "JPY", "fx": "1"},
        {"fees": "-10", "tax": "-0.5"},
        {"price": "0"},
        {"quantity": "0.0000000001", "price": "9" * 24},
        {"executed_at": "2025-04-16T00:03:00Z"},
        {"type": "margin_close", "side": "short", "open_price": "120", "interest": "12"},
    ],
)
def test_a_good_row_is_taken(cells: dict[str, str]) -> None:
    assert parse(file(row(**cells))).rejections == []


def test_a_row_without_a_currency_has_the_one_that_the_security_has_elsewhere() -> None:
    stated = row(execution_id="o", type="opening_position", security="AAPL", price="", currency="USD")
    silent = row(security="AAPL")
    assert reasons(parse(file(stated, silent))) == [(3, "fx", ours.NEEDS_FX)]
    assert parse(file(stated, row(security="AAPL", fx="150", settled_in="USD"))).rejections == []
    assert parse(file(stated, row(account="2", security="AAPL"))).rejections == []


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    data = file(row(security='"two\nlines"'), row(execution_id="b2", price="?"))
    assert [r.line for r in parse(data).rejections] == [4]


def test_blank_lines_are_no_rows() -> None:
    data = file(row()) + b"\n,,,,,,,,,,,,,,,,,\n"
    assert (len(parse(data).rows), parse(data).rejections) == (1, [])


def test_an_unclosed_quote_and_a_giant_cell_are_rejected() -> None:
    assert len(parse(file(row(execution_id='"open'))).rejections) == 1
    parsed = parse(file(row(), row(security="x" * 200_000), row(execution_id="b3")))
    assert [r.execution_id for r in parsed.rows] == ["b1", "b3"]
    assert reasons(parsed) == [(3, "", ours.NOT_CSV)]


def test_a_type_that_allows_one_attribution_gets_it() -> None:
    parsed = parse(file(row(execution_id="o", type="opening_position", price=""), row()))
    assert [r.attribution for r in parsed.rows] == ["genuine", ""]


def test_rows_without_ids_get_them_from_what_they_say_and_how_often() -> None:
    once, twice = row(execution_id=""), row(execution_id="", price="128.000")
    ids = [r.execution_id for r in parse(file(once, twice)).rows]
    assert len(set(ids)) == 2
    assert [r.execution_id for r in parse(file(twice, once)).rows] == ids
    assert [r.execution_id for r in parse(file(once)).rows] == ids[:1]
    later = row(execution_id="", executed_at="2025-04-17T09:03:00+09:00")
    assert parse(file(later, once)).rows[1].execution_id == ids[0]


def test_the_same_instant_in_another_zone_and_the_same_number_in_full_width_make_the_same_id() -> None:
    one = parse(file(row(execution_id=""))).rows[0]
    other = parse(
        file(row(execution_id="", executed_at="2025-04-16T00:03:00Z", account="０１２３４５６７８９０"))
    ).rows[0]
    assert one.execution_id == other.execution_id
    assert one.account_key == other.account_key


def test_a_decision_in_the_file_is_no_part_of_the_id() -> None:
    decided = parse(file(row(execution_id="", attribution="unauthorized"))).rows[0]
    assert decided.execution_id == parse(file(row(execution_id=""))).rows[0].execution_id


def test_an_id_that_stands_twice_is_counted_when_equal_and_rejected_when_not() -> None:
    parsed = parse(file(row(), row(), row(price="129"), row(account="0123 4567 890")))
    assert len(parsed.rows) == 1
    assert parsed.repeated == 2
    assert reasons(parsed) == [(4, "execution_id", ours.SAME_ID)]
    twice = parse(file(row(attribution="genuine"), row(attribution="unauthorized")))
    assert reasons(twice) == [(3, "execution_id", ours.SAME_ID)]


def test_the_same_id_may_stand_in_two_accounts() -> None:
    assert len(parse(file(row(), row(account="2"))).rows) == 2


def test_parser_ledger_and_calculator_allow_the_same() -> None:
    plain = {str(kind): tuple(str(value) for value in values) for kind, values in ALLOWED.items()}
    assert ours.ATTRIBUTIONS == plain == dict(ATTRIBUTIONS)


@given(st.text(max_size=30))
def test_an_account_number_is_read_as_it_is_looked_up(number: str) -> None:
    assert normalized_account(number) == normalize_account_number(number)


@given(st.binary(max_size=400))
def test_junk_never_raises(data: bytes) -> None:
    parse(data)


@given(st.lists(st.lists(st.text(max_size=12), min_size=len(ours.COLUMNS), max_size=len(ours.COLUMNS)), max_size=4))
def test_junk_below_a_good_header_never_raises(table: list[list[str]]) -> None:
    text = "\n".join([",".join(ours.COLUMNS), *(",".join(cells) for cells in table)])
    for rejection in parse(text.encode("utf-8", "surrogatepass")).rejections:
        assert rejection.line >= 1
        assert str(rejection) is not None


CELLS = {
    "execution_id": st.sampled_from(["", "a", "b"]),
    "executed_at": st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
        datetime.isoformat
    ),
    "type": st.sampled_from(list(ours.REQUIRED)),
    "side": st.sampled_from(["", "long", "short"]),
    "quantity": st.decimals(0, 1000, places=2).map(str),
    "currency": st.sampled_from(["", "JPY", "USD"]),
    "fx": st.sampled_from(["", "1", "150.5"]),
    "amount": st.sampled_from(["", "10", "-10"]),
    "open_price": st.sampled_from(["", "10"]),
}


@given(st.lists(st.fixed_dictionaries(CELLS), max_size=8))
def test_every_row_is_taken_repeated_or_rejected_and_ids_are_unique(cells: list[dict[str, str]]) -> None:
    parsed = parse(file(*(row(**given) for given in cells)))
    assert len(parsed.rows) + parsed.repeated + len(parsed.rejections) == len(cells)
    assert len({r.execution_id for r in parsed.rows}) == len(parsed.rows)
    assert parse(file(*(row(**given) for given in cells))) == parsed
