"""Exact numbers: every quantity, price and amount is a Fraction; rounding happens here and only on the way out."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

ZERO = Fraction(0)
ONE = Fraction(1)
DECIMALS = 10
_SCALE = 10**DECIMALS


class Sum:
    """A running total of exact numbers, kept apart by denominator: far fewer divisions than adding fractions."""

    __slots__ = ("_numerators",)

    def __init__(self) -> None:
        self._numerators: dict[int, int] = {}

    def add(self, number: Fraction) -> None:
        """Add one number."""
        numerator, denominator = number.as_integer_ratio()
        self._numerators[denominator] = self._numerators.get(denominator, 0) + numerator

    def total(self) -> Fraction:
        """The exact total so far."""
        return sum((Fraction(numerator, denominator) for denominator, numerator in self._numerators.items()), ZERO)


def total(numbers: Iterable[Fraction]) -> Fraction:
    """The exact total of `numbers`."""
    running = Sum()
    for number in numbers:
        running.add(number)
    return running.total()


def round_half_up(value: Fraction) -> int:
    """The nearest whole number; a tie goes away from zero (2.5 to 3, -2.5 to -3)."""
    return _round(value.numerator, value.denominator)


def in_ten_decimals(value: Fraction) -> int:
    """`value` in steps of 10**-10, half up: what is compared and printed (assessment.md, "at most 10 decimals")."""
    return _round(value.numerator * _SCALE, value.denominator)


def _round(numerator: int, denominator: int) -> int:
    if denominator == 1:
        return numerator
    magnitude = (2 * abs(numerator) + denominator) // (2 * denominator)
    return magnitude if numerator >= 0 else -magnitude


def decimal_text(value: Fraction) -> str:
    """A decimal string without exponent or trailing zeros, at most 10 decimals, half up; never "-0"."""
    if value.denominator == 1:
        return _digits(value.numerator)
    steps = in_ten_decimals(value)
    whole, rest = divmod(abs(steps), _SCALE)
    sign = "-" if steps < 0 else ""
    decimals = f"{rest:0{DECIMALS}d}".rstrip("0")
    return f"{sign}{_digits(whole)}{'.' if decimals else ''}{decimals}"


def _digits(number: int) -> str:
    # str(int) refuses more than 4,300 digits; a Decimal made from an int is exact and has no such limit.
    return format(Decimal(number), "f")
