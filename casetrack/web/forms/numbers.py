"""Fields for money and quantities: what a Japanese keyboard produces is understood, and nothing is guessed."""

import re
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casetrack.lib.money import plain
from casetrack.web.forms.texts import HYPHENS
from casetrack.web.forms.wording import Named

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PLAIN = r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+"
NUMBER = re.compile(rf"(?P<minus>[-▲△]?)(?:(?P<oku>{PLAIN})億)?(?:(?P<man>{PLAIN})万)?(?P<rest>{PLAIN})?")
GROUP = re.compile(r",(?=[0-9]{3}(?![0-9]))")
MARKS = re.compile(r"[\s¥\\]|[円株口]$")


def parse_number(text: str) -> Decimal:
    """The number in `text`: full-width digits, thousands commas, ¥ and 円, 万 and 億, a minus or ▲ before it.

    Raises ValueError for anything else; a comma that is no thousands separator ("1,5") is not guessed at.
    """
    typed = MARKS.sub("", unicodedata.normalize("NFKC", HYPHENS.sub("-", text)).strip())
    found = NUMBER.fullmatch(GROUP.sub("", typed))
    if not found or not (found["oku"] or found["man"] or found["rest"]):
        raise ValueError(text)
    total = sum(
        (Decimal(found[part] or 0) * scale for part, scale in (("oku", 10**8), ("man", 10**4), ("rest", 1))),
        Decimal(0),
    )
    return -total if found["minus"] and total else total


def grouped(value: object) -> object:
    """A stored number as it is shown for editing: thousands separators, no trailing zeros."""
    if isinstance(value, Decimal):
        whole, _dot, fraction = plain(value).partition(".")
        return f"{int(whole):,}" + (f".{fraction}" if fraction else "") if whole != "-0" else plain(value)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else value


class DecimalTextField(Named):
    """A quantity or a price. `prefix` and `suffix` stand beside the box."""

    widget = forms.TextInput
    invalid_text = _("Enter %(name)s in numbers, for example %(example)s")
    example = "1,250.5"
    prefix: "StrOrPromise" = ""

    def __init__(
        self,
        *,
        max_digits: int = 24,
        decimal_places: int = 6,
        allow_negative: bool = False,
        min_value: Decimal | int | None = None,
        max_value: Decimal | int | None = None,
        width: int = 10,
        suffix: "StrOrPromise" = "",
        **kwargs: Any,
    ) -> None:
        self.max_digits, self.decimal_places = max_digits, decimal_places
        self.allow_negative, self.min_value, self.max_value = allow_negative, min_value, max_value
        self.suffix = suffix
        super().__init__(**kwargs)
        mode = "text" if allow_negative else "decimal" if decimal_places else "numeric"
        self.widget.attrs.update(
            {"inputmode": mode, "autocomplete": "off", "spellcheck": "false", "class": f"govuk-input--width-{width}"}
        )

    def prepare_value(self, value: Any) -> Any:
        return grouped(value)

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values or not str(value).strip():
            return None
        if isinstance(value, Decimal | int):
            return Decimal(value)
        try:
            return parse_number(str(value))
        except ValueError:
            raise self.error(self.invalid_text, example=self.example) from None

    def validate(self, value: Decimal | None) -> None:
        super().validate(value)
        if value is None:
            return
        if value < 0 and not self.allow_negative:
            raise self.error(_("Enter %(name)s without a minus sign"), "negative")
        self.validate_digits(value)
        if self.min_value is not None and value < self.min_value:
            raise self.error(_("Enter %(name)s of at least %(limit)s"), "min_value", limit=grouped(self.min_value))
        if self.max_value is not None and value > self.max_value:
            raise self.error(_("Enter %(name)s of at most %(limit)s"), "max_value", limit=grouped(self.max_value))

    def validate_digits(self, value: Decimal) -> None:
        whole, _dot, fraction = plain(abs(value)).partition(".")
        if len(fraction) > self.decimal_places:
            if not self.decimal_places:
                raise self.error(_("Enter %(name)s as a whole number"), "decimal_places")
            raise self.error(
                _("Enter %(name)s with at most %(places)s decimals"), "decimal_places", places=self.decimal_places
            )
        if len(whole) > self.max_digits - self.decimal_places:
            raise self.error(_("The number is too large: check %(name)s"), "max_digits")

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except forms.ValidationError:
            return True


class YenField(DecimalTextField):
    """Whole yen, as an exact Decimal."""

    prefix = "¥"
    example = "1,250,000"

    def __init__(self, *, max_digits: int = 15, **kwargs: Any) -> None:
        super().__init__(max_digits=max_digits, decimal_places=0, **kwargs)
