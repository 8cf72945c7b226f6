"""Money is exact: Decimal, rounded once, by a named rule."""

from decimal import ROUND_HALF_UP, Decimal

YEN = Decimal(1)
ZERO = Decimal(0)


def round_yen(amount: Decimal) -> Decimal:
    """Whole yen, ties away from zero."""
    return amount.quantize(YEN, rounding=ROUND_HALF_UP)


def plain(value: Decimal) -> str:
    """A decimal string without exponent or trailing zeros: "26000000", "0.5"."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text
