"""Money and quantities as people in Japan type them."""

from decimal import Decimal

import pytest
from django import forms
from django.utils.translation import override

from casetrack.web.forms.fields import DecimalTextField, YenField
from casetrack.web.forms.numbers import parse_number


def messages_of(field: forms.Field, typed: str) -> list[str]:
    with override("en"):
        with pytest.raises(forms.ValidationError) as refused:
            field.clean(typed)
        return [str(message) for message in refused.value.messages]


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1250000", "1250000"),
        ("１，２５０，０００", "1250000"),
        ("¥1,250,000", "1250000"),
        ("￥1,250,000", "1250000"),
        ("1,250,000円", "1250000"),
        (" 1 250 000 円 ", "1250000"),
        ("125万", "1250000"),
        ("125万円", "1250000"),
        ("1億2500万円", "125000000"),
        ("1.5億", "150000000"),
        ("３万５千", None),
        ("1,5", None),
        ("12,34", None),
        ("1.250.000", None),
        ("百万円", None),
        ("1e6", None),
        ("NaN", None),
        ("Infinity", None),
        ("円", None),
        ("-", None),
        ("", None),
    ],
)
def test_it_reads_a_number_in_any_width_and_guesses_at_nothing(typed: str, amount: str | None) -> None:
    if amount is None:
        with pytest.raises(ValueError, match=r".*"):
            parse_number(typed)
    else:
        assert parse_number(typed) == Decimal(amount)


@pytest.mark.parametrize("typed", ["-500", "−500", "－５００", "▲500", "△500円", "ー500"])
def test_it_reads_a_minus_as_accountants_write_it(typed: str) -> None:
    assert YenField(label="Profit", allow_negative=True).clean(typed) == Decimal(-500)


def test_yen_are_whole_and_exact() -> None:
    assert YenField(label="Amount").clean("999999999999999") == Decimal("999999999999999")
    assert messages_of(YenField(label="Amount"), "0.5") == ["Enter amount as a whole number"]


def test_it_refuses_more_digits_than_it_can_keep() -> None:
    assert messages_of(YenField(label="Amount"), "1" * 16) == ["The number is too large: check amount"]
    assert messages_of(YenField(label="Amount"), "9999999999億") == ["The number is too large: check amount"]


def test_it_names_the_field_in_every_error() -> None:
    field = YenField(label="How much did you lose?", name="the amount of your loss")
    assert messages_of(field, "") == ["Enter the amount of your loss"]
    assert messages_of(field, "a lot") == ["Enter the amount of your loss in numbers, for example 1,250,000"]
    assert messages_of(field, "-1") == ["Enter the amount of your loss without a minus sign"]


def test_it_keeps_to_its_limits() -> None:
    field = DecimalTextField(label="Share", min_value=1, max_value=1000)
    assert messages_of(field, "0.5") == ["Enter share of at least 1"]
    assert messages_of(field, "1,000.5") == ["Enter share of at most 1,000"]
    assert messages_of(field, "1.1234567") == ["Enter share with at most 6 decimals"]
    assert field.clean("１２．５") == Decimal("12.5")


def test_what_is_not_required_may_be_empty() -> None:
    assert YenField(label="Amount", required=False).clean(" ") is None


def test_a_stored_amount_is_shown_with_separators() -> None:
    assert YenField().prepare_value(Decimal("1250000.00")) == "1,250,000"
    assert DecimalTextField().prepare_value(Decimal("-1234.50")) == "-1,234.5"
    assert DecimalTextField().prepare_value(Decimal("-0.5")) == "-0.5"
    assert YenField().prepare_value("as typed") == "as typed"


def test_it_knows_whether_something_changed() -> None:
    assert not YenField().has_changed(Decimal("1250000.00"), "１，２５０，０００円")
    assert YenField().has_changed(Decimal(1), "2")
    assert YenField().has_changed(Decimal(1), "x")
