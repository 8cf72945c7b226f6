"""Fields for days and instants, typed in parts; what was typed stays on the page."""

import datetime as dt
import re
import unicodedata
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.dates import MONTHS
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from casetrack.lib.clock import TOKYO, now, tokyo_date
from casetrack.web.forms.widgets import DateInputs, DateParts, DateTimeInputs
from casetrack.web.forms.wording import Named

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

REIWA = re.compile(r"(?:令和|[Rr])([0-9]{1,2}|元)")
CLOCK = re.compile(r"(午前|午後|am|pm)?([0-9]{1,2})(?::|時)([0-9]{1,2})?(?:分|:([0-9]{2}))?(am|pm)?", re.IGNORECASE)
FOUR_DIGITS = re.compile(r"([0-9]{2})([0-9]{2})")


def plain_text(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def parse_clock(text: str) -> dt.time:
    """ "9:03", "０９：０３", "0903", "9時3分", "午後3:05"; ValueError otherwise."""
    typed = plain_text(text)
    if short := FOUR_DIGITS.fullmatch(typed):
        return dt.time(int(short[1]), int(short[2]))
    found = CLOCK.fullmatch(typed)
    if not found:
        raise ValueError(text)
    half = (found[1] or found[5] or "").lower()
    hour = int(found[2])
    if half and hour > 12:
        raise ValueError(text)
    if half:
        hour = hour % 12 + (12 if half in ("午後", "pm") else 0)
    return dt.time(hour, int(found[3] or 0), int(found[4] or 0))


def as_typed(year: int, month: int, day: int) -> str:
    """A day that may not exist, as the reader would write it."""
    if get_language() == "ja":
        return f"{year}年{month}月{day}日"
    return f"{day} {MONTHS.get(month, month)} {year}"


class DateField3(Named):
    """A day, typed as 年・月・日. `not_future` refuses days after today in Tokyo."""

    widget: Any = DateInputs
    invalid_text: "StrOrPromise" = _("Enter %(name)s in numbers, for example %(example)s")

    def __init__(self, *, not_future: bool = False, **kwargs: Any) -> None:
        self.not_future = not_future
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        parts = DateParts.of(value)
        if parts.is_empty:
            if self.required:
                raise forms.ValidationError(self.error_messages["required"], code="required")
            return None
        day = self.day_of(parts)
        if self.not_future and day > tokyo_date(now()):
            raise self.error(_("Enter %(name)s again: it cannot be in the future"), "future")
        self.run_validators(day)
        return day

    def day_of(self, parts: DateParts) -> dt.date:
        year, month, day = (plain_text(part).rstrip("年月日") for part in parts[:3])
        if not (year and month and day):
            raise self.error(_("Enter %(name)s in full: year, month and day"), "incomplete")
        if era := REIWA.fullmatch(year):
            year = str(2018 + (1 if era[1] == "元" else int(era[1])))
        if not (year.isdecimal() and month.isdecimal() and day.isdecimal()):
            raise self.error(self.invalid_text, example=as_typed(2025, 4, 16))
        if len(year) != 4:
            raise self.error(_("Enter the year with four digits in %(name)s, for example 2025"), "year")
        try:
            return dt.date(int(year), int(month), int(day))
        except ValueError:
            typed = as_typed(int(year), int(month), int(day))
            raise self.error(
                _("There is no %(typed)s in the calendar: check %(name)s"), "no_date", typed=typed
            ) from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return DateParts.of(initial) != DateParts.of(data)


class DateTimeField(DateField3):
    """An instant in Asia/Tokyo. With `time_required=False` an empty time means 00:00."""

    widget = DateTimeInputs

    def __init__(self, *, time_required: bool = True, **kwargs: Any) -> None:
        self.time_required = time_required
        super().__init__(**kwargs)

    def clean(self, value: Any) -> dt.datetime | None:
        parts = DateParts.of(value)
        day = super().clean(parts)
        if day is None:
            return None
        if not parts.time.strip() and self.time_required:
            raise self.error(_("Enter the time in %(name)s, for example 09:03"), "time_required")
        try:
            clock = parse_clock(parts.time) if parts.time.strip() else dt.time()
        except ValueError:
            raise self.error(_("Enter the time in %(name)s as hours and minutes, for example 09:03"), "time") from None
        instant = dt.datetime.combine(day, clock, TOKYO)
        if self.not_future and instant > now():
            raise self.error(_("Enter %(name)s again: it cannot be in the future"), "future")
        return instant
