"""Pages on which something repeats: rows are added and taken out by buttons, without JavaScript."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.translation import gettext

from casetrack.intake.step import MOST_ROWS
from casetrack.web.report.base import Pressed, StepForm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django_stubs_ext import StrOrPromise


class RowForm(StepForm):
    """One row. An empty one is passed over, without errors, unless it must be there."""

    may_be_empty = True

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound and self.may_be_empty and self.is_empty:
            self.pass_over()

    def pass_over(self) -> None:
        """Neither the errors nor the answers of this row count; what was typed stays to be seen."""
        self._errors, self.cleaned_data = ErrorDict(), {}

    @property
    def is_empty(self) -> bool:
        return not any(value.strip() for values in self.typed().values() for value in values)


class RowsForm(StepForm):
    """Rows of one kind. `rows_total` says how many the page has; the first must be there if `needs_row`.

    The texts: `row_title` with %(place)s, `add_text`, and `remove_text` with %(place)s.
    """

    row_form: ClassVar[type[RowForm]]
    needs_row: ClassVar[bool] = False
    most_rows: ClassVar[int] = MOST_ROWS
    row_title: ClassVar["StrOrPromise"]
    add_text: ClassVar["StrOrPromise"]
    remove_text: ClassVar["StrOrPromise"]

    def __init__(self, data: QueryDict | None = None, *, typed: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, typed=typed, **kwargs)
        source = data if data is not None else typed
        total = min(max(whole(source.get("rows_total", "")), 1), self.most_rows) if source is not None else 1
        self.rows = [self.row_form(data, typed=typed, prefix=f"row-{place}") for place in range(total)]
        if data is not None and self.needs_row:
            self.rows[0].may_be_empty = any(not row.is_empty for row in self.rows)

    def typed(self) -> dict[str, list[str]]:
        own = super().typed() | {"rows_total": [str(len(self.rows))]}
        return own | {key: values for row in self.rows for key, values in row.typed().items()}

    def pressed(self) -> Pressed | None:
        if "add" in self.data:
            total = min(len(self.rows) + 1, self.most_rows)
            return Pressed(self.typed() | {"rows_total": [str(total)]}, "last-row")
        place = self.data.get("remove", "")
        return Pressed(self._without(int(place)), "rows") if place.isascii() and place.isdecimal() else None

    def _without(self, place: int) -> dict[str, list[str]]:
        kept = [row for index, row in enumerate(self.rows) if index != place]
        typed = super().typed() | {"rows_total": [str(max(len(kept), 1))]}
        for index, row in enumerate(kept):
            for key, values in row.typed().items():
                typed[f"row-{index}-" + key.removeprefix(f"{row.prefix}-")] = values
        return typed

    def filled(self) -> list[RowForm]:
        """The rows that are not passed over, in order."""
        filled = [row for row in self.rows if not row.is_empty]
        return filled or (self.rows[:1] if self.needs_row else [])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["rows"] = [row.values() for row in self.filled() if row.is_valid()]
        return cleaned

    def is_valid(self) -> bool:
        return super().is_valid() and not any(row.errors for row in self.filled())

    def problems(self) -> "Iterator[tuple[str, str]]":
        yield from super().problems()
        checked = self.filled() if self.is_bound else []
        for place, row in enumerate(self.rows, start=1):
            title = str(self.row_title) % {"place": place}
            for target, sentence in row.problems() if row in checked else ():
                yield target, gettext("%(row)s: %(sentence)s") % {"row": title, "sentence": sentence}


def whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 0
