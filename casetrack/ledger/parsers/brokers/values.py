"""The cells of brokers' files as dates, numbers and our own words."""

import re
import unicodedata
from datetime import date
from decimal import Decimal

from casetrack.ledger.parsers.brokers.brought import RowError
from casetrack.ledger.parsers.brokers.table import header_key

DATE = re.compile(r"([0-9]{4}|[0-9]{2})[/年.-]([0-9]{1,2})[/月.-]([0-9]{1,2})日?")
NUMBER = re.compile(r"([+-]?)([0-9]{1,3}(?:,[0-9]{3}){1,7}|[0-9]{1,24})(\.[0-9]{1,10})?[株口]?")
NONE = re.compile(r"-*")
FIRST_YEAR, LAST_YEAR = 1900, 2200
FUND_UNITS = Decimal(10_000)
LARGEST, LARGEST_AMOUNT = Decimal(10**15), Decimal(10**18)
"""No trade has a larger number, nor comes to more; an order number that was taken for one has and does."""
LONGEST = 200

# Read from the top: the first that is found in the broker's words holds. They serve every broker.
KINDS: tuple[tuple[str, str, str], ...] = (
    ("現引", "buy", "delivery"),
    ("現渡", "sell", "delivery"),
    ("返済.*買", "buy", "margin_close"),
    ("返済.*売", "sell", "margin_close"),
    ("新規.*買", "buy", "margin_open"),
    ("新規.*売", "sell", "margin_open"),
    ("入庫", "in", "transfer"),
    ("出庫", "out", "transfer"),
    ("還付金", "in", "tax"),
    ("源泉徴収|譲渡益税", "out", "tax"),
    ("再投資", "buy", "fund"),
    ("配当|分配|利金|償還|貸株料", "income", "other"),
    ("入金", "in", "other"),
    ("出金", "out", "other"),
    ("投信.*(買|募集|積立)", "buy", "fund"),
    ("投信.*(売|解約|換金)", "sell", "fund"),
    ("買|募集|積立|buy|Buy|BUY", "buy", "cash"),
    ("売|解約|換金|sell|Sell|SELL", "sell", "cash"),
)


class Cells:
    """One row, asked by column name. Raises RowError, naming the column as the file does."""

    def __init__(self, line: int, names: tuple[str, ...], cells: tuple[str, ...]) -> None:
        self.line = line
        pairs = list(zip(names, cells, strict=True))
        self._cells = {header_key(name): (name, cell) for name, cell in reversed(pairs)}

    def text(self, name: str) -> str:
        """The cell, without marks for nothing ("-", "--", "---"); "" for a column that the file does not have."""
        found = self._cells.get(header_key(name), (name, ""))[1]
        return "" if NONE.fullmatch(unicodedata.normalize("NFKC", found)) else found[:LONGEST]

    def day(self, name: str) -> date:
        found = self.day_or_none(name)
        if found is None:
            raise RowError(self._named(name), "missing")
        return found

    def day_or_none(self, name: str) -> date | None:
        text = self.text(name)
        if not text:
            return None
        found = as_date(text)
        if found is None:
            raise RowError(self._named(name), "date")
        return found

    def number(self, name: str) -> Decimal | None:
        text = self.text(name)
        if not text:
            return None
        found = as_number(text)
        if found is None:
            raise RowError(self._named(name), "number")
        if abs(found) >= LARGEST:
            raise RowError(self._named(name), "too_large")
        return found

    def positive(self, name: str) -> Decimal:
        """A number that a trade cannot be without."""
        found = self.number(name)
        if found is None:
            raise RowError(self._named(name), "missing")
        if found <= 0:
            raise RowError(self._named(name), "not_positive")
        return found

    def total(self, *names: str) -> Decimal | None:
        """The sum of the columns that state something; None if none does."""
        found = [number for number in map(self.number, names) if number is not None]
        return sum(found, Decimal(0)) if found else None

    def kind(self, *names: str) -> tuple[str, str, str]:
        """Side, deal and the broker's words, joined from these columns."""
        words = " ".join(text for text in map(self.text, names) if text)
        if not words:
            raise RowError(self._named(names[-1]), "kind")
        return (*kind_of(words), words)

    def _named(self, name: str) -> str:
        return self._cells.get(header_key(name), (name, ""))[0]


def kind_of(words: str) -> tuple[str, str]:
    """Side and deal that a broker's words mean; ("other", "other") for words we do not know."""
    return next(((side, deal) for found, side, deal in KINDS if re.search(found, words)), ("other", "other"))


def as_date(text: str) -> date | None:
    match = DATE.fullmatch(unicodedata.normalize("NFKC", text))
    if not match:
        return None
    year, month, day = map(int, match.groups())
    year = 2000 + year if len(match[1]) == 2 else year
    try:
        return date(year, month, day) if FIRST_YEAR <= year <= LAST_YEAR else None
    except ValueError:
        return None


def as_number(text: str) -> Decimal | None:
    match = NUMBER.fullmatch(re.sub(r"^[▲△]", "-", unicodedata.normalize("NFKC", text[:LONGEST])))
    return Decimal(match[1] + match[2].replace(",", "") + (match[3] or "")) if match else None


def code_of(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().upper()


def account_kind(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).upper()
    if "NISA" in folded or "つみたて" in folded or "成長" in folded:
        return "nisa"
    return "specified" if "特定" in folded else "general" if "一般" in folded else ""


def contract_value(quantity: Decimal | None, price: Decimal | None) -> Decimal | None:
    return None if quantity is None or price is None else quantity * price
