"""From bytes to lines of cells, each with its real line number; headers compared whatever their brackets and widths."""

import csv
import re
import unicodedata
from dataclasses import dataclass

from casetrack.ledger.parsers.brokers.brought import UnreadableFile
from casetrack.ledger.parsers.rows import gettext_noop as _

LARGEST = 10 * 1024 * 1024
MOST_ROWS = 20_000
DELIMITERS = (",", "\t", ";")
TOO_LARGE = _("The file is larger than 10 MB.")
TOO_MANY = _("The file has more than 20,000 rows.")
EMPTY = _("The file is empty.")
NOT_TEXT = _("The file is not text. Please choose the CSV file that your broker lets you download.")
BRACKETS = str.maketrans({"〔": "[", "〕": "]", "(": "[", ")": "]", "【": "[", "】": "]"})
LOST = "\ufffd"
NO_TEXT = re.compile("[\0\x80\uf8f0-\uf8f3]")
"""NUL, and what Python makes of the bytes that cp932 does not use."""


@dataclass(frozen=True)
class Line:
    """A line that is not blank. `cells` is None when its quotation marks do not match."""

    number: int
    cells: tuple[str, ...] | None
    damaged: bool


def lines(content: bytes) -> list[Line]:
    """The file's lines. Raises UnreadableFile. Each line is read for itself, so that a lost quotation mark costs one
    row and not the rest of the file; no broker puts a line break into a cell."""
    if len(content) > LARGEST:
        raise UnreadableFile(TOO_LARGE)
    raw = re.split(r"\r\n|\n|\r", _decoded(content))
    kept = [(number, text) for number, text in enumerate(raw, 1) if text.strip(' \t,;\u3000"')]
    if not kept:
        raise UnreadableFile(EMPTY)
    if len(kept) > MOST_ROWS:
        raise UnreadableFile(TOO_MANY)
    delimiter = max(DELIMITERS, key=lambda mark: sum(text.count(mark) for _n, text in kept[:50]))
    return [Line(number, _cells(text, delimiter), LOST in text) for number, text in kept]


def header_key(name: str) -> str:
    """A column name as it is compared: NFKC, no blanks, one kind of bracket, one name for the dollar."""
    folded = re.sub(r"\s", "", unicodedata.normalize("NFKC", name)).translate(BRACKETS)
    return re.sub(r"\[US(ドル|\$)\]", "[USD]", folded)


def _decoded(content: bytes) -> str:
    """BOM → strict UTF-8 → cp932. Of a damaged file, what can be saved of it: lost characters become U+FFFD."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", "replace")
    else:
        text = _strict(content) or min(
            (content.decode(encoding, "replace") for encoding in ("cp932", "utf-8-sig")),
            key=lambda tried: tried.count(LOST),
        )
    text = NO_TEXT.sub(LOST, text)
    if text.count(LOST) * 10 > len(text):
        raise UnreadableFile(NOT_TEXT)
    return text


def _strict(content: bytes) -> str | None:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _cells(text: str, delimiter: str) -> tuple[str, ...] | None:
    try:
        (cells,) = csv.reader([text], delimiter=delimiter, strict=True, skipinitialspace=True)
    except (csv.Error, ValueError):
        return None
    return tuple(_tidy(cell) for cell in cells)


def _tidy(cell: str) -> str:
    """Without blanks around it; ="8410", which keeps Excel from counting, is 8410."""
    cell = cell.strip()
    return cell[2:-1].strip() if cell.startswith('="') and cell.endswith('"') and len(cell) > 2 else cell
