"""Reading one field of the input: present, of the right kind, in range. A Fault says in words what is wrong."""

import re
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any

from casetrack.calc.loss.exact import ONE, ZERO
from casetrack.calc.loss.instants import Instant, parse_date, parse_instant

YEN = "JPY"
LONGEST_NUMBER = 4_300
"""Characters; as many digits as Python reads as one integer. A longer one would only slow the computation down."""

_LONGEST_REMEMBERED = 100
_DECIMAL = re.compile(r"(-?[0-9]+)(?:\.([0-9]+))?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_ABSENT = object()


class Fault(Exception):
    """What is wrong with a field, as the end of a sentence; the caller knows which event it belongs to."""


def decimal(text: Any, name: str) -> Fraction:
    """A decimal string `-?[0-9]+(\\.[0-9]+)?` as an exact number; JSON numbers, null and all else are a Fault."""
    if text.__class__ is not str:
        raise Fault(f'{name} must be a decimal number written as a string, such as "1234.5"')
    try:
        return _remembered(text) if len(text) <= _LONGEST_REMEMBERED else _exact(text)
    except ValueError:
        message = f'{name} is not a decimal number such as "1234.5" of at most {LONGEST_NUMBER} characters'
        raise Fault(message) from None


def _exact(text: str) -> Fraction:
    """The number, ONE and ZERO themselves where it is one of them, so that `is` finds them."""
    match = _DECIMAL.fullmatch(text) if len(text) <= LONGEST_NUMBER else None
    if match is None:
        raise ValueError(text)
    whole, decimals = match.groups()
    value = Fraction(int(whole + (decimals or "")), 10 ** len(decimals or ""))
    return ONE if value == ONE else value or ZERO


_remembered = lru_cache(maxsize=16_384)(_exact)


class Fields:
    """The fields of one JSON object, read by name. Unknown fields are never looked at; null is always a Fault."""

    __slots__ = ("_lead", "_raw")

    def __init__(self, raw: Any, name: str, lead: str = "") -> None:
        """`name` is what the object is called if it is none, `lead` the words before the name of each field."""
        if not isinstance(raw, dict | Mapping):
            raise Fault(f"{name} must be an object")
        self._raw: Mapping[str, Any] = raw
        self._lead = lead

    def has(self, name: str) -> bool:
        """Whether the field is there at all, with whatever value."""
        return name in self._raw

    def required(self, name: str) -> Any:
        """The raw value; a Fault if the field is missing."""
        value = self._raw.get(name, _ABSENT)
        if value is _ABSENT:
            raise Fault(f"{self._lead}{name} is missing")
        return value

    def text(self, name: str) -> str:
        """A string that is not empty and can be written as UTF-8."""
        return _writable(self.required(name), self._lead + name)

    def choice(self, name: str, choices: tuple[str, ...], default: str | None = None) -> str:
        """One of `choices`; `default` stands in where the field may be missing."""
        if default is not None and name not in self._raw:
            return default
        value = self.required(name)
        if value.__class__ is not str or value not in choices:
            raise Fault(f"{self._lead}{name} must be one of {', '.join(choices)}")
        return str(value)

    def number(self, name: str, default: Fraction | None = None) -> Fraction:
        """Any decimal number."""
        value = self._raw.get(name, _ABSENT)
        if value is _ABSENT:
            if default is None:
                raise Fault(f"{self._lead}{name} is missing")
            return default
        return decimal(value, self._lead + name)

    def costs(self, *names: str) -> Fraction:
        """Optional decimal numbers of any sign, added up."""
        given = [number for name in names if (number := self.number(name, ZERO)) is not ZERO]
        return sum(given[1:], given[0]) if given else ZERO

    def positive(self, name: str, default: Fraction | None = None) -> Fraction:
        """A decimal number above zero."""
        value = self.number(name, default)
        if value.numerator <= 0:
            raise Fault(f"{self._lead}{name} must be above zero")
        return value

    def not_negative(self, name: str, default: Fraction | None = None) -> Fraction:
        """A decimal number of zero or more."""
        value = self.number(name, default)
        if value.numerator < 0:
            raise Fault(f"{self._lead}{name} must not be negative")
        return value

    def share(self, name: str, default: Fraction | None = None) -> Fraction:
        """A decimal number from 0 to 1."""
        value = self.number(name, default)
        if not ZERO <= value <= ONE:
            raise Fault(f"{self._lead}{name} must be from 0 to 1")
        return value

    def currency(self, name: str, default: str = YEN) -> str:
        """A currency code of three capital letters."""
        value = self._raw.get(name, default)
        if value.__class__ is not str or _CURRENCY.fullmatch(value) is None:
            raise Fault(f"{self._lead}{name} must be a currency code of three capital letters, such as USD")
        return str(value)

    def at(self, name: str) -> Instant:
        """An ISO 8601 date and time with an offset."""
        try:
            return parse_instant(self.text(name))
        except ValueError:
            raise Fault(
                f"{self._lead}{name} must be a date and time with an offset, such as 2025-04-16T09:05:00+09:00"
            ) from None

    def day(self, name: str) -> date:
        """A date YYYY-MM-DD."""
        try:
            return parse_date(self.text(name))
        except ValueError:
            raise Fault(f"{self._lead}{name} must be a date such as 2025-05-30") from None

    def inner(self, name: str) -> "Fields":
        """An object inside this one."""
        return Fields(self.required(name), name)

    def table(self, name: str, lead: str) -> "Fields":
        """An object inside this one whose keys are data (prices, rates, ratios); an empty one if it is missing."""
        return Fields(self._raw.get(name, {}), name, lead)

    def names(self) -> tuple[str, ...]:
        """The keys of a table; a Fault if one cannot be written as UTF-8."""
        for name in self._raw:
            _writable(name, "a name in the table")
        return tuple(self._raw)


def _writable(text: Any, name: str) -> str:
    if text.__class__ is not str or not text:
        raise Fault(f"{name} must be a string that is not empty")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Fault(f"{name} holds half a character") from None
    return str(text)
