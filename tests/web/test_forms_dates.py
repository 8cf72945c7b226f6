"""Days and instants typed in parts."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django import forms
from django.utils.translation import override

from casetrack.lib.clock import TOKYO
from casetrack.web.forms.fields import DateField3, DateTimeField
from casetrack.web.forms.widgets import DateParts

NOTICED = {"label": "When did you notice?", "name": "the date you noticed"}


class Noticing(forms.Form):
    on = DateField3(**NOTICED)
    at = DateTimeField(label="First access", name="the first access", required=False)


def typed(year: str, month: str, day: str, time: str = "") -> dict[str, str]:
    return {"on_year": year, "on_month": month, "on_day": day, "at_year": "", "at_time": time}


def error_of(field: DateField3, value: Any) -> str:
    with override("en"):
        with pytest.raises(forms.ValidationError) as refused:
            field.clean(value)
        return str(refused.value.messages[0])


@pytest.mark.parametrize(
    "parts",
    [
        ("2025", "4", "16"),
        ("２０２５", "０４", "１６"),
        ("2025年", "4月", "16日"),
        (" 2025 ", "04", " 16"),
        ("令和7", "4", "16"),
        ("R7", "4", "16"),
        ("令和７年", "4", "16"),
    ],
)
def test_it_reads_a_day_in_any_width_and_in_the_present_era(parts: tuple[str, str, str]) -> None:
    assert DateField3(**NOTICED).clean(DateParts(*parts)) == dt.date(2025, 4, 16)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (("", "", ""), "Enter the date you noticed"),
        (("2025", "", "16"), "Enter the date you noticed in full: year, month and day"),
        (("2025", "4", "31"), "There is no 31 April 2025 in the calendar: check the date you noticed"),
        (("2025", "2", "29"), "There is no 29 February 2025 in the calendar: check the date you noticed"),
        (("2025", "13", "1"), "There is no 1 13 2025 in the calendar: check the date you noticed"),
        (("0000", "1", "1"), "There is no 1 January 0 in the calendar: check the date you noticed"),
        (("25", "4", "16"), "Enter the year with four digits in the date you noticed, for example 2025"),
        (("2025", "April", "16"), "Enter the date you noticed in numbers, for example 16 April 2025"),
        (("2025", "-4", "16"), "Enter the date you noticed in numbers, for example 16 April 2025"),
    ],
)
def test_it_says_what_is_wrong_with_a_day(parts: tuple[str, str, str], words: str) -> None:
    assert error_of(DateField3(**NOTICED), DateParts(*parts)) == words


def test_today_in_tokyo_is_not_the_future_although_utc_is_still_yesterday() -> None:
    field = DateField3(not_future=True, **NOTICED)
    with time_machine.travel(dt.datetime(2025, 4, 15, 16, 0, tzinfo=dt.UTC), tick=False):
        assert field.clean(DateParts("2025", "4", "16")) == dt.date(2025, 4, 16)
        assert error_of(field, DateParts("2025", "4", "17")) == (
            "Enter the date you noticed again: it cannot be in the future"
        )


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [
        ("9:03", 9, 3),
        ("０９：０３", 9, 3),
        ("0903", 9, 3),
        ("9時3分", 9, 3),
        ("9時", 9, 0),
        ("午後3:05", 15, 5),
        ("午前12:10", 0, 10),
        ("3:05 pm", 15, 5),
        ("23:59", 23, 59),
    ],
)
def test_it_reads_a_time_as_people_write_it(text: str, hour: int, minute: int) -> None:
    instant = DateTimeField(label="First access").clean(DateParts("2025", "4", "16", text))
    assert instant == dt.datetime(2025, 4, 16, hour, minute, tzinfo=TOKYO)


@pytest.mark.parametrize("text", ["25:00", "9:60", "午後13:00", "soon", "9", "24:00"])
def test_it_refuses_a_time_that_does_not_exist(text: str) -> None:
    words = error_of(DateTimeField(label="First access"), DateParts("2025", "4", "16", text))
    assert words == "Enter the time in first access as hours and minutes, for example 09:03"


def test_a_time_may_be_unknown_where_the_field_allows_it() -> None:
    day = DateParts("2025", "4", "16")
    assert error_of(DateTimeField(label="First access"), day) == "Enter the time in first access, for example 09:03"
    instant = DateTimeField(label="First access", time_required=False).clean(day)
    assert instant == dt.datetime(2025, 4, 16, tzinfo=TOKYO)


def test_a_form_reads_the_parts_and_also_iso_text() -> None:
    assert Noticing(typed("2025", "4", "16")).full_clean() is None
    form = Noticing({"on": "2025-04-16", "at": "2025-04-16T00:03:00+00:00"})
    assert form.is_valid()
    assert form.cleaned_data["on"] == dt.date(2025, 4, 16)
    assert form.cleaned_data["at"] == dt.datetime(2025, 4, 16, 9, 3, tzinfo=TOKYO)


def test_it_keeps_what_was_typed() -> None:
    form = Noticing(typed("２０２５", "4", "<31>"))
    assert not form.is_valid()
    html = str(form["on"])
    assert 'value="２０２５"' in html
    assert "&lt;31&gt;" in html
    assert "<31>" not in html


def test_the_year_comes_first_in_japanese_and_the_day_in_english() -> None:
    form = Noticing()
    with override("ja"):
        assert str(form["on"]).index("on_year") < str(form["on"]).index("on_day")
        assert form["on"].first_id == "id_on_year"
    with override("en"):
        assert str(form["on"]).index("on_day") < str(form["on"]).index("on_year")
        assert form["on"].first_id == "id_on_day"


def test_a_stored_instant_is_shown_in_tokyo_time() -> None:
    stored = dt.datetime(2025, 4, 15, 15, 30, tzinfo=dt.UTC)
    assert DateParts.of(stored) == DateParts("2025", "4", "16", "00:30")
    assert DateParts.of("2025-04-16") == DateParts("2025", "4", "16")
    assert DateParts.of(None).is_empty


def test_it_knows_whether_something_changed() -> None:
    field = DateField3(**NOTICED)
    assert not field.has_changed(dt.date(2025, 4, 16), DateParts("2025", "4", "16"))
    assert field.has_changed(dt.date(2025, 4, 16), DateParts("2025", "4", "17"))
