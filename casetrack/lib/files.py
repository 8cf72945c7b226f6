"""Files that commands read and write."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO

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


def csv_text(rows: Iterable[Iterable[Any]]) -> str:
    """Rows as CSV, every cell guarded. As UTF-8 with BOM it is what Excel in Japan opens right."""
    out = io.StringIO(newline="")
    _write(out, rows)
    return out.getvalue()


def write_csv(path: Path, rows: Iterable[Iterable[Any]]) -> None:
    """The same as a file, row by row."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        _write(file, rows)


def _write(out: TextIO, rows: Iterable[Iterable[Any]]) -> None:
    csv.writer(out).writerows([guarded(cell) for cell in row] for row in rows)
