"""A span of months, as the pages of figures ask for it."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from casetrack.lib import clock
from casetrack.reports.summary import next_month
from casetrack.web.forms.fields import SelectField

FIRST_MONTH = dt.date(2025, 1, 1)


def months() -> list[tuple[str, str]]:
    """January 2025 to the present month in Tokyo, newest last."""
    found, month, today = [], FIRST_MONTH, clock.tokyo_date(clock.now())
    while month <= today:
        found.append((f"{month:%Y-%m}", formats.date_format(month, "YEAR_MONTH_FORMAT")))
        month = next_month(month)
    return found


class MonthsForm(forms.Form):
    """First and last month, both included; unbound data stands for the time since January 2025."""

    first = SelectField(label=_("First month"), choices=())
    last = SelectField(label=_("Last month"), choices=())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first", "last"):
            self.fields[name].choices = months()  # type: ignore[attr-defined]

    def clean_first(self) -> dt.date:
        return dt.date.fromisoformat(f"{self.cleaned_data['first']}-01")

    def clean_last(self) -> dt.date:
        last = dt.date.fromisoformat(f"{self.cleaned_data['last']}-01")
        if "first" in self.cleaned_data and last < self.cleaned_data["first"]:
            raise forms.ValidationError(_("The last month lies before the first."))
        return last

    @property
    def span(self) -> tuple[dt.date, dt.date]:
        """The first day, and the first day after the last."""
        return self.cleaned_data["first"], next_month(self.cleaned_data["last"])


def since_the_beginning() -> dict[str, str]:
    return {"first": f"{FIRST_MONTH:%Y-%m}", "last": f"{clock.tokyo_date(clock.now()):%Y-%m}"}
