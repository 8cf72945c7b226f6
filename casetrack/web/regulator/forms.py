"""The period of a summary."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casetrack.lib import clock
from casetrack.web.forms.fields import ChoiceField, DateField3, SelectField
from casetrack.web.periods import FIRST_MONTH, months


class PeriodForm(forms.Form):
    """First and last month, by month or half-month, and optionally the day whose end the figures are as of."""

    first = SelectField(label=_("First month"), choices=())
    last = SelectField(label=_("Last month"), choices=())
    by = ChoiceField(
        label=_("Period of each row"), choices=[("month", _("Month")), ("half-month", _("Half month"))], initial="month"
    )
    as_of = DateField3(
        label=_("As-of date"),
        required=False,
        not_future=True,
        help_text=_("Leave empty for now. An earlier day gives the table as it stood at the end of that day."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = months()
        for name in ("first", "last"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean_first(self) -> dt.date:
        return dt.date.fromisoformat(f"{self.cleaned_data['first']}-01")

    def clean_last(self) -> dt.date:
        return dt.date.fromisoformat(f"{self.cleaned_data['last']}-01")

    def clean_as_of(self) -> dt.datetime | None:
        """The last instant of the day, or None for now."""
        day: dt.date | None = self.cleaned_data["as_of"]
        if day is None:
            return None
        return min(dt.datetime.combine(day, dt.time.max, tzinfo=clock.TOKYO), clock.now())


def default_period() -> dict[str, str]:
    """The year of the wave, or this year so far."""
    today = clock.tokyo_date(clock.now())
    last = min(today.replace(day=1), dt.date(2025, 12, 1))
    return {"first": f"{FIRST_MONTH:%Y-%m}", "last": f"{last:%Y-%m}", "by": "month"}
