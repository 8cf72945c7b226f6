"""Files of nine firms whose summary is the table that the Financial Services Agency published on 8 May 2025.

`python -m tests.data.fsa.make FOLDER` writes FOLDER/<firm>-incidents.csv and FOLDER/<firm>-ledger.csv. All invented
but the sums; always the same files. Among the rows is what must not be counted, or be counted elsewhere than it seems:
accesses without a trade at firms without trades, first accesses that nobody knows, trades in the month after the
access, later trades of the same account, dollars, funds quoted per 10,000 units, margin positions, instants that lie
in another month in UTC, forced liquidations, the customers' own mitigation, genuine trades, an account that no firm
has confirmed, and all of May.

The published table gives no number of firms for April alone. With 2, 2 and 5 in the months before and 9 in all it lies
between 4 (if March's five hold the two of January and the two of February) and 9; the edition of 18 April counted 6 up
to the 16th, which leaves 6 to 9. Here all nine have an unauthorized trade in April.
"""

import csv
import datetime as dt
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import cycle
from pathlib import Path

from casetrack.cases.incidents import COLUMNS as INCIDENT
from casetrack.ledger.parsers.casetrack import COLUMNS as LEDGER

OKU = 100_000_000
TOKYO = dt.timezone(dt.timedelta(hours=9))
FIRMS = [f"KABU{number}" for number in range(1, 10)]


@dataclass(frozen=True)
class Month:
    """A column of the published table; `traded_at` are the firms that we give it (the last one's number is ours)."""

    number: int
    accesses: int
    trades: int
    sell: int
    buy: int
    traded_at: list[str]

    @property
    def name(self) -> str:
        return f"2025-{self.number:02}"


MONTHS = [
    Month(1, 65, 39, OKU * 8 // 10, OKU * 7 // 10, FIRMS[0:2]),
    Month(2, 43, 33, OKU, OKU * 6 // 10, FIRMS[1:3]),
    Month(3, 1420, 687, 129 * OKU, 128 * OKU, FIRMS[0:5]),
    Month(4, 4852, 2746, 1481 * OKU, 1308 * OKU, FIRMS),
]
# What `compile_summary --from 2025-01 --to 2025-04` must say, to the yen.
TABLE = [(m.name, len(m.traded_at), m.accesses, m.trades, m.sell, m.buy) for m in MONTHS]
TABLE += [("total", 9, 6380, 3505, sum(m.sell for m in MONTHS), sum(m.buy for m in MONTHS))]
# Accounts of a month whose access was in the month before, and accounts that trade again in the month after.
LATE, AGAIN = 3, 2


@dataclass
class Account:
    firm: str
    number: str
    access: Month
    trade: Month | None = None
    rows: list[dict[str, str]] = field(default_factory=list)

    def add(self, at: dt.datetime, kind: str, attribution: str, **cells: str) -> None:
        name = f"{len(self.rows) + 1}"
        row = {"account": self.number, "execution_id": name, "executed_at": at.isoformat(), "type": kind}
        self.rows.append({**row, "security": "7992", **cells, "attribution": attribution})


def instant(month: Month, n: int) -> dt.datetime:
    """The n-th instant of a month in Tokyo, at first its very first and last minutes, which other zones call another
    day."""
    first = dt.datetime(2025, month.number, 1, tzinfo=TOKYO)
    last = dt.datetime(2025, month.number + 1, 1, tzinfo=TOKYO)
    if n < 4:
        return (first, last - dt.timedelta(seconds=1), first.astimezone(dt.UTC), first + dt.timedelta(hours=1))[n]
    return first + (last - first) * (n % 97 + 1) / 100


def parts(total: int, count: int) -> list[int]:
    """`count` whole numbers, none like its neighbor, that add up to `total`."""
    even = total // count
    found = [even - (even // 3) * (1 if n % 2 else -1) for n in range(count)]
    found[-1] += total - sum(found)
    return found


def value(amount: int, n: int) -> dict[str, str]:
    """Price, quantity, unit and fx whose product, rounded to whole yen, is `amount`."""
    if n % 7 == 3:
        price = (Decimal(amount) / Decimal("149.37") / 10).quantize(Decimal("0.0000000001"))
        return {"security": "XYZ", "price": str(price), "quantity": "10", "currency": "USD", "fx": "149.37"}
    if n % 7 == 5:
        return {"security": "FUND", "price": str(amount), "quantity": "10000", "unit": "10000"}
    return {"price": str(Decimal(amount) / 100), "quantity": "100"}


SELLS = ({"kind": "sell"}, {"kind": "margin_open", "side": "short"}, {"kind": "margin_close", "side": "long"})
BUYS = ({"kind": "buy"}, {"kind": "margin_open", "side": "long"}, {"kind": "margin_close", "side": "short"})


def trade(account: Account, at: dt.datetime, amount: int, n: int, kinds: tuple[dict[str, str], ...]) -> None:
    """Unauthorized executions of `amount` in all: every third time in two parts."""
    for part in (amount // 3, amount - amount // 3) if n % 3 == 0 and amount > 10 else (amount,):
        cells = {**kinds[n % len(kinds)], **value(part, n)}
        if cells["kind"] == "margin_close":
            cells["open_price"] = cells["price"]
        account.add(at, cells.pop("kind"), "unauthorized", **cells)
        at += dt.timedelta(microseconds=1)


def accounts() -> list[Account]:
    """One for each access, in the order of the months, those that traded first."""
    made: list[Account] = []
    waiting: list[Account] = []
    for month in MONTHS:
        late = [account for account in waiting if account.firm in month.traded_at][:LATE]
        for account in late:
            account.trade = month
        firms = cycle(month.traded_at)
        own = [new(next(firms), month, n, month) for n in range(month.trades - len(late))]
        others = cycle(month.traded_at + FIRMS)
        waiting = [new(next(others), month, len(own) + n, None) for n in range(month.accesses - len(own))]
        made += own + waiting
    return made


def new(firm: str, access: Month, n: int, month: Month | None) -> Account:
    return Account(firm, f"{access.number:02}-{n:06}", access, month)


def trades(made: list[Account]) -> None:
    """Share each month's amounts out among its accounts, and some of the month before that trade again."""
    for month in MONTHS:
        traders = [account for account in made if account.trade is month]
        before = [a for a in made if a.trade and a.trade.number == month.number - 1 and a.firm in month.traded_at]
        traders += before[:AGAIN]
        sells, buys = parts(month.sell, len(traders)), parts(month.buy, len(traders))
        for n, account in enumerate(traders):
            trade(account, instant(month, n), sells[n], n, SELLS)
            trade(account, instant(month, n) + dt.timedelta(microseconds=10), buys[n], n, BUYS)


def noise(made: list[Account]) -> None:
    """What stands in the same ledgers and is in no figure."""
    for n, account in enumerate(a for a in made if a.trade):
        if n % 10 == 0:
            at = instant(MONTHS[3], n + 4)
            account.add(at, "sell", "liquidation", price="500", quantity="1000")
            account.add(at, "sell", "mitigation", price="90", quantity="7")
            account.add(at, "buy", "genuine", price="80", quantity="7")
            account.add(dt.datetime(2025, 5, 1, tzinfo=TOKYO), "buy", "unauthorized", price="1", quantity="9")
            account.add(dt.datetime(2024, 12, 31, 23, 59, tzinfo=TOKYO), "opening_position", "", quantity="1000")


def incident(account: Account, n: int) -> dict[str, str]:
    """The account's line of the incidents' file. Of every fifth nobody knows the first access: then it is the earlier
    of the first trade and the detection."""
    traded_at_once = account.trade is account.access
    is_known = n % 5 or not (traded_at_once or account.trade is None)
    at = dt.datetime.fromisoformat(account.rows[0]["executed_at"]) if traded_at_once else instant(account.access, n)
    detected = dt.datetime(2025, 5, 6, 9, tzinfo=TOKYO) if account.trade else at
    return {
        "account": account.number,
        "customer_name": f"顧客 {account.number}",
        "language": "ja",
        "first_access_at": at.isoformat() if is_known else "",
        "detected_at": detected.isoformat() if n % 3 or not is_known else "",
        "vector": ("phishing", "infostealer", "unknown")[n % 3],
    }


def files() -> Iterator[tuple[str, tuple[str, ...], list[dict[str, str]]]]:
    """File name, columns, rows."""
    made = accounts()
    trades(made)
    noise(made)
    incidents: dict[str, list[dict[str, str]]] = defaultdict(list)
    ledgers: dict[str, list[dict[str, str]]] = defaultdict(list)
    for n, account in enumerate(made):
        incidents[account.firm].append(incident(account, n))
        ledgers[account.firm] += account.rows
    may = Account(FIRMS[0], "05-000000", MONTHS[3])
    incidents[FIRMS[0]].append({**incident(may, 1), "first_access_at": "2025-05-01T00:00:00+09:00", "detected_at": ""})
    unconfirmed = Account(FIRMS[0], "00-000000", MONTHS[0])
    trade(unconfirmed, instant(MONTHS[0], 9), 1_000_000, 1, SELLS)
    ledgers[FIRMS[0]] += unconfirmed.rows
    for firm in FIRMS:
        yield f"{firm}-incidents.csv", INCIDENT, incidents[firm]
        yield f"{firm}-ledger.csv", LEDGER, ledgers[firm]


def write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, columns, rows in files():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
