"""Files that commands read and write."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def guarded(cell: Any) -> str:
    """A cell that no spreadsheet takes for a formula; numbers stay as they are."""
    text = str(cell)
    if not text.startswith(FORMULA):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text


def write_csv(path: Path, rows: Iterable[Sequence[Any]]) -> None:
    """UTF-8 with BOM, CRLF: what Excel in Japan opens right."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([guarded(cell) for cell in row] for row in rows)
