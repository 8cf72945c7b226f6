"""Readable public references: CT-2025-000123-5. The last digit is a Luhn check digit over year and number."""

import re
import unicodedata

PATTERN = re.compile(r"CT-(\d{4})-(\d{6,})-(\d)")
# What keyboards and word processors make of a hyphen, as far as NFKC leaves it.
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ー", "-"))
ROUTE = r"CT-\d{4}-\d{6,}-\d"


def luhn(digits: str) -> int:
    """The check digit that makes `digits` plus it a multiple of ten under Luhn's sum."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10


def make(year: int, number: int) -> str:
    body = f"{year:04d}{number:06d}"
    return f"CT-{year:04d}-{number:06d}-{luhn(body)}"


def normalize(text: str) -> str:
    """What somebody typed or copied, as a reference is written: full-width and lower case understood, no spaces."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper().translate(DASHES)


def is_valid(reference: str) -> bool:
    """Whether the reference is well formed and its check digit right (a mistyped one is not looked up at all)."""
    match = PATTERN.fullmatch(reference)
    return bool(match) and luhn(match[1] + match[2]) == int(match[3])  # type: ignore[index]
