"""How values are written for readers: lib.formats, under the name that the pages use."""

from casetrack.lib.formats import (
    MINUS,
    NONE,
    as_decimal,
    bracketed,
    colon,
    day_of,
    era,
    is_japanese,
    jp_date,
    jp_datetime,
    period,
    quantity,
    separated,
    short_number,
    yen,
)

__all__ = [
    "MINUS",
    "NONE",
    "as_decimal",
    "bracketed",
    "colon",
    "day_of",
    "era",
    "is_japanese",
    "jp_date",
    "jp_datetime",
    "period",
    "quantity",
    "separated",
    "short_number",
    "yen",
]
