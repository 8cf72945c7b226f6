"""Transfer files in the format of the Japanese Bankers Association (Zengin, 総合振込): written, and read back.

Records of 120 bytes in JIS X 0201: one header (1), data (2), one trailer (8) with count and total, one end (9), each
followed by CR LF or by nothing. Numbers stand right with zeros before them, texts left with spaces behind.

Sources: the layout as banks hand it on (Gunma Bank's 全銀協制定ファイルフォーマット 総合振込; SMBC's Web21 agrees);
line ends, Miyazaki Bank's help on such files; characters, jinjer's list of what the name of an account may hold.
No common layout of a transfer's results was found: the place of the code (byte 112) and its values are those of direct
debits (口座振替). A bank may differ there and in what is optional: its own sheet decides.
"""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import jaconv

RECORD = 120
MOST_RECORDS, MOST_YEN = 999_999, 9_999_999_999
TRANSFERS, JIS = "21", "0"
BY_WIRE = "7"
HOLDER_WIDTH = 30

NUMBER, TEXT = "number", "text"
Layout = tuple[tuple[str, str, int], ...]
HEADER: Layout = (
    ("record", NUMBER, 1), ("file_kind", NUMBER, 2), ("code_kind", NUMBER, 1), ("client_code", NUMBER, 10),
    ("client_name", TEXT, 40), ("day", NUMBER, 4), ("bank_code", NUMBER, 4), ("bank_name", TEXT, 15),
    ("branch_code", NUMBER, 3), ("branch_name", TEXT, 15), ("account_kind", NUMBER, 1), ("account_number", NUMBER, 7),
    ("unused", TEXT, 17),
)  # fmt: skip
DATA: Layout = (
    ("record", NUMBER, 1), ("bank_code", NUMBER, 4), ("bank_name", TEXT, 15), ("branch_code", NUMBER, 3),
    ("branch_name", TEXT, 15), ("clearing_house", NUMBER, 4), ("account_kind", NUMBER, 1),
    ("account_number", NUMBER, 7), ("holder", TEXT, HOLDER_WIDTH), ("amount", NUMBER, 10), ("new_code", NUMBER, 1),
    ("customer_1", NUMBER, 10), ("customer_2", NUMBER, 10), ("sent_as", NUMBER, 1), ("notice", TEXT, 1),
    ("unused", TEXT, 7),
)  # fmt: skip
TRAILER: Layout = (("record", NUMBER, 1), ("count", NUMBER, 6), ("total", NUMBER, 12), ("unused", TEXT, 101))
END: Layout = (("record", NUMBER, 1), ("unused", TEXT, 119))
LAYOUTS = {"1": HEADER, "2": DATA, "8": TRAILER, "9": END}

# What a bank's name of an account may hold: large kana without wo, their marks, digits, capitals, a few signs.
KNOWN = frozenset("ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝﾞﾟ0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ ()-./｢｣")
LARGE = str.maketrans("ｧｨｩｪｫｬｭｮｯｦヮヵヶヰヱーｰ‐‑–—−", "ｱｲｳｴｵﾔﾕﾖﾂｵﾜｶｹｲｴ-------")


def gettext_noop(message: str) -> str:
    """Marks a message for the catalogue; whoever shows it translates it."""
    return message


_ = gettext_noop
FIELDS = {
    "client_code": _("Client code"), "client_name": _("Client name"), "bank_code": _("Bank code"),
    "bank_name": _("Bank name"), "branch_code": _("Branch code"), "branch_name": _("Branch name"),
    "account_kind": _("Kind of account"), "account_number": _("Account number"), "holder": _("Account holder"),
    "amount": _("Amount"), "customer_1": _("Customer code 1"), "customer_2": _("Customer code 2"),
    "day": _("Day of the transfer"), "count": _("Number of transfers"), "total": _("Total"),
    "sent_as": _("Result code"), "unused": _("Unused part"),
}  # fmt: skip


class ZenginError(Exception):
    """What cannot stand in such a file, or a file that is none.

    `field` is a name of the layouts ("" where the record as a whole is wrong), `line` counts records from 1 (0: not of
    one record), `message` with `params` is the sentence. No whole value stands in it: account numbers stay out of logs.
    """

    def __init__(self, message: str, *, field: str = "", line: int = 0, **params: Any) -> None:
        super().__init__(message % params if params else message)
        self.message, self.field, self.line, self.params = message, field, line, params

    @property
    def label(self) -> str:
        """The field's name as a message of the catalogue; "" for the record as a whole."""
        return FIELDS.get(self.field, "")


@dataclass(frozen=True)
class Remitter:
    """Who pays, and from which account. Codes and number in plain digits, names in any kana."""

    client_code: str
    client_name: str
    bank_code: str
    bank_name: str
    branch_code: str
    branch_name: str
    account_kind: str
    account_number: str


@dataclass(frozen=True)
class Transfer:
    """One transfer in whole yen. `customer_1` and `customer_2` come back with its result; names of bank and branch may
    be empty, since their codes say where the money goes. `sent_as` is 7 for a wire, in a results file the result."""

    bank_code: str
    branch_code: str
    account_kind: str
    account_number: str
    holder: str
    amount: int
    customer_1: str
    customer_2: str = ""
    bank_name: str = ""
    branch_name: str = ""
    sent_as: str = BY_WIRE


@dataclass(frozen=True)
class TransferFile:
    """A file as it was read. `day` is (month, day): the format has no year."""

    remitter: Remitter
    day: tuple[int, int]
    transfers: tuple[Transfer, ...]


def half_width(text: str) -> str:
    """A name as banks write it: half-width kana, small ones and wo as large ones, a hyphen for a long vowel, capitals.

    What the format does not know is left as it is, for the writer to refuse.
    """
    marked = re.sub(" ?[\u3099゛]", "ﾞ", re.sub(" ?[\u309a゜]", "ﾟ", text.strip()))
    kana = jaconv.hira2kata(marked.translate(LARGE))
    narrow: str = jaconv.z2h(kana, kana=True, ascii=True, digit=True)
    return re.sub(r"[\s\u3000]+", " ", narrow.translate(LARGE).upper())


def holder_name(text: str) -> str:
    """An account holder's name as it goes into a transfer: the first 30 bytes of it, as banks ask for longer ones."""
    return half_width(text)[:HOLDER_WIDTH].rstrip()


def write_file(remitter: Remitter, day: dt.date, transfers: Sequence[Transfer], *, breaks: bool = True) -> bytes:
    """The file for the remitter's bank; `breaks` puts CR LF after every record.

    Raises ZenginError, which names record and field: nothing is cut short or replaced.
    """
    if not transfers:
        raise ZenginError(_("A transfer file holds at least one transfer."))
    if len(transfers) > MOST_RECORDS:
        raise ZenginError(_("A transfer file holds at most %(most)s transfers."), most=MOST_RECORDS)
    head = {"record": "1", "file_kind": TRANSFERS, "code_kind": JIS, "day": f"{day:%m%d}", **vars(remitter)}
    records = [_record(HEADER, head, 1)]
    for line, transfer in enumerate(transfers, start=2):
        if not 1 <= transfer.amount <= MOST_YEN:
            raise ZenginError(
                _("A transfer is of 1 to %(most)s yen."), field="amount", line=line, most=f"{MOST_YEN:,}"
            )  # fmt: skip
        records.append(_record(DATA, {"record": "2", **vars(transfer), "amount": str(transfer.amount)}, line))
    last = len(records) + 1
    total = str(sum(transfer.amount for transfer in transfers))
    records.append(_record(TRAILER, {"record": "8", "count": str(len(transfers)), "total": total}, last))
    records.append(_record(END, {"record": "9"}, last + 1))
    end = b"\r\n" if breaks else b""
    return b"".join(record + end for record in records)


def _record(layout: Layout, values: dict[str, str], line: int) -> bytes:
    cells = [_cell(name, kind, width, values.get(name, ""), line) for name, kind, width in layout]
    return "".join(cells).encode("shift_jis")


def _cell(name: str, kind: str, width: int, value: str, line: int) -> str:
    if kind == NUMBER:
        if value and not re.fullmatch("[0-9]+", value):
            raise ZenginError(_("Only digits may stand here."), field=name, line=line)
        text = value.zfill(width)
    else:
        text = half_width(value)
        unknown = sorted(set(text) - KNOWN)
        if unknown:
            raise ZenginError(
                _("The bank's format does not know these characters: %(characters)s"), field=name, line=line,
                characters=" ".join(unknown),
            )  # fmt: skip
        text = text.ljust(width)
    if len(text) > width:
        raise ZenginError(_("At most %(width)s characters fit here."), field=name, line=line, width=width)
    return text


def read_file(data: bytes) -> TransferFile:
    """Read a transfer file, or a bank's results in the same layout. Raises ZenginError with the record's number.

    Count and total of the trailer must be those of the data.
    """
    rows = list(_rows(data))
    kinds = "".join(row["record"] for row in rows)
    if not re.fullmatch("12+89", kinds):
        line = next((i for i, row in enumerate(rows, 1) if not re.match(r"^(1(2+(8(9)?)?)?)$", kinds[:i])), len(rows))
        raise ZenginError(_("A file is a header, transfers, a trailer and an end, in this order."), line=line)
    head, *middle, trailer, _end = rows
    if head["file_kind"] != TRANSFERS or head["code_kind"] != JIS:
        raise ZenginError(_("This is no file of transfers (21) in JIS."), line=1)
    day = (int(head["day"][:2]), int(head["day"][2:]))
    try:
        dt.date(2000, *day)
    except ValueError:
        raise ZenginError(_("This is no day of the year."), field="day", line=1) from None
    transfers = tuple(
        Transfer(**{**{name: row[name] for name in _KEPT}, "amount": int(row["amount"])})  # type: ignore[arg-type]
        for row in middle
    )
    if int(trailer["count"]) != len(transfers):
        raise ZenginError(_("The trailer names another number of transfers."), field="count", line=len(rows) - 1)
    if int(trailer["total"]) != sum(transfer.amount for transfer in transfers):
        raise ZenginError(_("The trailer names another total."), field="total", line=len(rows) - 1)
    return TransferFile(Remitter(**{name: head[name] for name in Remitter.__dataclass_fields__}), day, transfers)


_KEPT = tuple(name for name in Transfer.__dataclass_fields__ if name != "amount")


def looks_like_zengin(data: bytes) -> bool:
    """Whether the file begins as one of transfers; what else it holds is not looked at."""
    return data.startswith(f"1{TRANSFERS}{JIS}".encode())


def _rows(data: bytes) -> Iterator[dict[str, str]]:
    """Each record by the names of its fields; texts without their spaces, numbers as they stand."""
    for line, record in enumerate(_records(data), start=1):
        try:
            text = record.decode("shift_jis")
        except UnicodeDecodeError:
            text = ""
        if len(text) != RECORD:
            raise ZenginError(_("This record is not of half-width characters alone."), line=line)
        layout = LAYOUTS.get(text[0])
        if layout is None:
            raise ZenginError(_("A record begins with 1, 2, 8 or 9."), line=line)
        row, place = {}, 0
        for name, kind, width in layout:
            cell, place = text[place : place + width], place + width
            if kind == NUMBER and not re.fullmatch("[0-9]+| +", cell):
                raise ZenginError(_("Only digits may stand here."), field=name, line=line)
            row[name] = cell.rstrip() if kind == TEXT else cell.replace(" ", "0")
        yield row


def _records(data: bytes) -> list[bytes]:
    """The file cut into records of 120 bytes."""
    data = data.rstrip(b"\x1a")
    if b"\n" in data or b"\r" in data:
        records = data.split(b"\r\n")
        if not records[-1]:
            records.pop()
    else:
        records = [data[start : start + RECORD] for start in range(0, len(data), RECORD)]
    for line, record in enumerate(records, start=1):
        if len(record) != RECORD:
            raise ZenginError(
                _("This record has %(found)s bytes in place of 120."), line=line, found=len(record)
            )  # fmt: skip
    return records
