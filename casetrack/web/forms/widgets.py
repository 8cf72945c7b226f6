"""Widgets of our own. Each draws one of the templates in templates/forms/widgets/."""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from casetrack.lib.clock import TOKYO

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.utils.datastructures import MultiValueDict

    Upload = UploadedFile[Any]


class DateParts(NamedTuple):
    """A date as typed: text, whatever it is."""

    year: str = ""
    month: str = ""
    day: str = ""
    time: str = ""

    @classmethod
    def of(cls, value: object) -> "DateParts":
        """From a date, an aware instant, ISO text, a mapping, or parts already typed."""
        if isinstance(value, cls):
            return value
        if isinstance(value, str) and value:
            return cls.of_iso(value)
        if isinstance(value, dt.datetime):
            local = value.astimezone(TOKYO) if value.tzinfo else value
            return cls(str(local.year), str(local.month), str(local.day), f"{local:%H:%M}")
        if isinstance(value, dt.date):
            return cls(str(value.year), str(value.month), str(value.day))
        if isinstance(value, Mapping):
            return cls(*(str(value.get(part) or "") for part in cls._fields))
        return cls()

    @classmethod
    def of_iso(cls, text: str) -> "DateParts":
        try:
            return cls.of(dt.date.fromisoformat(text) if len(text) <= 10 else dt.datetime.fromisoformat(text))
        except ValueError:
            return cls(text)

    @property
    def is_empty(self) -> bool:
        return not any(part.strip() for part in self)


class DateInputs(forms.Widget):
    """Three text inputs, named `<name>_year`, `_month` and `_day`: 年月日 in Japanese, day first in English.

    A value under the plain name, in ISO form, is read as well.
    """

    template_name = "forms/widgets/date.html"
    use_fieldset = True
    parts: tuple[str, ...] = ("year", "month", "day")
    labels = {"year": _("Year"), "month": _("Month"), "day": _("Day"), "time": _("Time (24 hours)")}
    widths = {"year": 4, "month": 2, "day": 2, "time": 5}

    def order(self) -> list[str]:
        date = ["year", "month", "day"] if get_language() == "ja" else ["day", "month", "year"]
        return date + [part for part in self.parts if part == "time"]

    def first_id(self, auto_id: str) -> str:
        return f"{auto_id}_{self.order()[0]}"

    def id_for_label(self, id_: str | None) -> str:
        return ""

    def value_from_datadict(
        self, data: Mapping[str, Any], files: "MultiValueDict[str, Upload]", name: str
    ) -> DateParts:
        if data.get(name):
            return DateParts.of(data[name])
        return DateParts(**{part: str(data.get(f"{name}_{part}") or "") for part in self.parts})

    def value_omitted_from_data(self, data: Mapping[str, Any], files: "MultiValueDict[str, Upload]", name: str) -> bool:
        return name not in data and all(f"{name}_{part}" not in data for part in self.parts)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        typed = DateParts.of(value)
        context["parts"] = [
            {
                "id": f"{context['widget']['attrs'].get('id', name)}_{part}",
                "name": f"{name}_{part}",
                "label": self.labels[part],
                "width": self.widths[part],
                "value": getattr(typed, part),
                "part": part,
            }
            for part in self.order()
        ]
        return context


class DateTimeInputs(DateInputs):
    parts = ("year", "month", "day", "time")


class Hinted:
    """Choices may carry a hint each: `hints` maps a value to its sentence."""

    hints: Mapping[str, object] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)  # type: ignore[misc]
        option["hint"] = self.hints.get(str(value), "")
        return option


class Radios(Hinted, forms.RadioSelect):
    template_name = "forms/widgets/choices.html"


class Checkboxes(Hinted, forms.CheckboxSelectMultiple):
    template_name = "forms/widgets/choices.html"


class MultipleFileInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(
        self, data: Mapping[str, Any], files: "MultiValueDict[str, Upload]", name: str
    ) -> "list[Upload]":
        found = files.getlist(name) if hasattr(files, "getlist") else files.get(name)
        return list(found) if isinstance(found, list | tuple) else [found] if found else []
