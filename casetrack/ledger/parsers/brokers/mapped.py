"""Files of brokers that we do not know: the customer says which column is what."""

import hashlib
from collections.abc import Mapping, Sequence

from casetrack.ledger.parsers.brokers.brought import FIELDS, BrokerFile, BroughtTrade, Columns, UnknownFormat
from casetrack.ledger.parsers.brokers.profile import Profile, named
from casetrack.ledger.parsers.brokers.table import Line, header_key, lines
from casetrack.ledger.parsers.brokers.values import Cells, as_number, code_of, contract_value
from casetrack.ledger.parsers.rows import gettext_noop as _

NO_HEADER = _("No line with the names of the columns was found.")
BAD_MAPPING = _("Please say which columns hold the date and the name or code of the security.")
SAMPLES = 3
WORDS: dict[str, tuple[str, ...]] = {
    "traded_on": ("約定日", "取引日", "date"),
    "security_code": ("銘柄コード", "コード", "ティッカー", "code", "symbol"),
    "security_name": ("銘柄名", "銘柄", "ファンド名", "name"),
    "side": ("売買区分", "売買", "取引区分", "取引種類", "取引", "side"),
    "quantity": ("約定数量", "数量", "株数", "quantity"),
    "price": ("約定単価", "単価", "約定値段", "price"),
    "amount": ("約定代金", "約定金額", "受渡金額", "金額", "amount"),
}


def header_of(found: Sequence[Line]) -> int:
    """The first line that names at least two fields with no number in it, otherwise the first of the widest ones."""
    for index, line in enumerate(found):
        if line.cells and len(_suggested(line.cells)) >= 3 and not any(as_number(c) for c in line.cells if c):
            return index
    widths = [len(line.cells or ()) for line in found]
    if max(widths) < 2:
        raise UnknownFormat(NO_HEADER)
    return widths.index(max(widths))


def columns(content: bytes) -> Columns:
    """The header, the first three rows and what each column seems to be. Raises UnreadableFile, UnknownFormat."""
    found = lines(content)
    index = header_of(found)
    names = named(found[index])
    rows = [line.cells for line in found[index + 1 :] if line.cells][:SAMPLES]
    samples = tuple((*row, *[""] * (len(names) - len(row)))[: len(names)] for row in rows)
    return Columns(found[index].number, names, samples, _suggested(names))


def fingerprint(columns: Columns) -> str:
    """A hash of the header's names, the same for every file of the broker: under it a mapping is remembered."""
    return hashlib.sha256("\0".join(map(header_key, columns.names)).encode()).hexdigest()[:32]


def read_mapped(content: bytes, mapping: Mapping[str, int]) -> BrokerFile:
    """Read with the columns that a person named (field → index from 0). Raises UnknownFormat for a mapping without
    date or security or out of range, UnreadableFile for no text."""
    found = lines(content)
    index = header_of(found)
    names = named(found[index])
    usable = all(field in FIELDS and 0 <= at < len(names) for field, at in mapping.items())
    if not usable or "traded_on" not in mapping or not {"security_code", "security_name"} & set(mapping):
        raise UnknownFormat(BAD_MAPPING)
    labels = tuple(f"{at}" for at in range(len(names)))
    plain = [Line(line.number, labels if at == index else line.cells, line.damaged) for at, line in enumerate(found)]
    read = Profile("mapped", "", labels, lambda row: _trade(row, mapping)).read(plain, index)
    called = {label: names[int(label)] for label in labels}
    problems = tuple(
        type(problem)(problem.line, called.get(problem.column, ""), problem.cause, problem.text)
        for problem in read.problems
    )
    return BrokerFile(read.format, read.name, read.trades, problems, (), read.skipped)


def _trade(row: Cells, mapping: Mapping[str, int]) -> BroughtTrade:
    def column(field: str) -> str:
        return str(mapping[field]) if field in mapping else f"no {field}"

    side, deal, words = row.kind(column("side")) if "side" in mapping else ("other", "other", "")
    quantity, price = row.number(column("quantity")), row.number(column("price"))
    return BroughtTrade(
        line=row.line,
        traded_on=row.day(column("traded_on")),
        settled_on=None,
        security_code=code_of(row.text(column("security_code"))),
        security_name=row.text(column("security_name")),
        market="",
        account_kind="",
        side=side,
        deal=deal,
        quantity=quantity,
        price=price,
        amount=row.number(column("amount")) if "amount" in mapping else contract_value(quantity, price),
        currency="JPY",
        fees=None,
        result=None,
        words=words,
    )


def _suggested(names: Sequence[str]) -> dict[str, int]:
    keys = [header_key(name).lower() for name in names]
    found: dict[str, int] = {}
    for field, words in WORDS.items():
        free = [(at, key) for at, key in enumerate(keys) if at not in found.values()]
        hits = (at for word in words for at, key in free if key.startswith(word))
        at = next(hits, None)
        if at is not None:
            found[field] = at
    return found
