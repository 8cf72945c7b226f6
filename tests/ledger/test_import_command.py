"""`import_ledger` from the command line."""

import csv
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from casetrack.ledger.models import Execution
from tests.builders import Cast
from tests.ledger.files import file, row

pytestmark = pytest.mark.django_db


def run(*arguments: object) -> int:
    try:
        call_command("import_ledger", *map(str, arguments), "--firm", "MINATO")
    except SystemExit as end:
        return int(end.code or 0)
    return 0


@pytest.fixture
def path(cast: Cast, tmp_path: Path) -> Path:
    return tmp_path / "april.csv"


def test_it_prints_what_became_of_the_rows(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.write_bytes(file(row(), row(execution_id="b2")))
    assert run(path) == 0
    assert run(path) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].endswith("april.csv: 2 accepted, 0 duplicate, 0 superseded, 0 rejected, 0 conflicts")
    assert said[1].endswith("april.csv: 0 accepted, 2 duplicate, 0 superseded, 0 rejected, 0 conflicts")


def test_rejected_rows_lie_beside_the_file_with_line_reason_and_cells(path: Path) -> None:
    path.write_bytes(file(row(), row(execution_id="b2", price="?", security="=1+1")))
    assert run(path) == 2
    target = path.with_name("april.csv.rejected.csv")
    with target.open(encoding="utf-8-sig", newline="") as lines:
        (bad,) = csv.DictReader(lines)
    assert (bad["line"], bad["account"], bad["execution_id"], bad["price"]) == ("3", "0123-4567890", "b2", "?")
    assert bad["reason"].startswith("price: “?” is not a number")
    assert bad["security"] == "'=1+1"
    path.write_bytes(file(row()))
    assert run(path) == 0
    assert not target.exists()


def test_one_bad_file_of_two_does_not_keep_the_other_out(path: Path) -> None:
    path.write_bytes(b"nonsense\n")
    other = path.with_name("may.csv")
    other.write_bytes(file(row()))
    assert run(path, other) == 2
    assert Execution.objects.count() == 1


def test_all_or_nothing_stores_nothing_of_a_file_with_a_bad_row(path: Path) -> None:
    path.write_bytes(file(row(), row(execution_id="b2", price="?")))
    assert run(path, "--all-or-nothing") == 2
    assert not Execution.objects.exists()


def test_it_names_the_columns_that_it_passed_over(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.write_bytes(file(row(branch="1"), columns=(*row(), "branch", "memo")))
    run(path)
    assert "columns passed over: branch, memo" in capsys.readouterr().out


def test_an_unknown_firm_and_a_missing_file_are_one_clear_line(path: Path) -> None:
    with pytest.raises(CommandError, match="There is no firm with the code NOBODY"):
        call_command("import_ledger", str(path), "--firm", "NOBODY")
    with pytest.raises(CommandError, match="No such file"):
        run(path)
