"""The published table of 8 May 2025, to the yen, through the real commands (tests/data/fsa/make.py)."""

import csv
from pathlib import Path

import pytest
from django.core.management import call_command

from casetrack.cases.models import CompromisedAccount
from casetrack.firms.models import Firm
from casetrack.ledger.models import Execution
from casetrack.lib.scope import system_scope
from tests.data.fsa import make

HEADER = ["month", "firms", "accesses", "trades", "sell_amount", "buy_amount"]


def compiled(folder: Path, *options: str) -> list[list[str]]:
    out = folder / "summary.csv"
    period = ("--from", "2025-01", "--to", "2025-04")
    call_command("compile_summary", *period, "--format", "csv", "--out", str(out), *options)
    with out.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.reader(lines))


@pytest.fixture
def folder(transactional_db: None, tmp_path: Path) -> Path:
    """The nine firms, and their files."""
    with system_scope():
        Firm.objects.bulk_create(Firm(code=code, name_ja=code, name_en=code) for code in make.FIRMS)
    make.write(tmp_path)
    return tmp_path


def import_all(folder: Path) -> None:
    """Every firm's two files, each second firm's ledger before its incidents."""
    for number, firm in enumerate(make.FIRMS):
        names = [("import_incidents", "incidents"), ("import_ledger", "ledger")]
        for command, kind in names if number % 2 else reversed(names):
            call_command(command, str(folder / f"{firm}-{kind}.csv"), "--firm", firm, verbosity=0)


def test_nine_firms_files_give_the_published_table(folder: Path) -> None:
    import_all(folder)
    with system_scope():
        assert CompromisedAccount.objects.count() == 6381
        before = Execution.objects.count()
    table = compiled(folder)
    assert table[0] == HEADER
    assert [tuple(row) for row in table[1:]] == [tuple(str(cell) for cell in row) for row in make.TABLE]
    import_all(folder)
    with system_scope():
        assert (CompromisedAccount.objects.count(), Execution.objects.count()) == (6381, before)
    assert compiled(folder)[1:] == table[1:]
    halves = compiled(folder, "--by", "half-month")
    assert len(halves) == 1 + 8 + 1
    assert halves[-1] == table[-1]
    for column in (2, 3, 4, 5):
        assert sum(int(row[column]) for row in halves[1:-1]) == int(table[-1][column])


def test_the_table_made_is_the_table_published() -> None:
    """Firms 2, 2, 5 and 9 in all (April's are ours); the amounts add up to 1,612 and 1,437 billion-tenths (oku)."""
    columns = list(zip(*make.TABLE, strict=True))
    assert columns[1] == (2, 2, 5, 9, 9)
    assert columns[2] == (65, 43, 1420, 4852, 6380)
    assert columns[3] == (39, 33, 687, 2746, 3505)
    assert [amount / make.OKU for amount in columns[4]] == [0.8, 1, 129, 1481, 1611.8]
    assert [amount / make.OKU for amount in columns[5]] == [0.7, 0.6, 128, 1308, 1437.3]
    together = {firm for month in make.MONTHS for firm in month.traded_at}
    assert len(together) == 9
