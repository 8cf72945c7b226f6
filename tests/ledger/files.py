"""Ledger files for tests: rows by column name."""

from casetrack.ledger.parsers.casetrack import COLUMNS

BUY = {
    "account": "0123-4567890",
    "execution_id": "b1",
    "executed_at": "2025-04-16T09:03:00+09:00",
    "type": "buy",
    "security": "7992",
    "quantity": "20000",
    "price": "128",
}


def row(**cells: str) -> dict[str, str]:
    """A purchase of 20,000 shares of 7992 at 128, but for what is given."""
    return {**BUY, **cells}


def file(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> bytes:
    lines = [",".join(columns), *(",".join(cells.get(name, "") for name in columns) for cells in rows)]
    return ("\n".join(lines) + "\n").encode()
