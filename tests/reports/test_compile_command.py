"""`compile_summary` from the command line, and its files."""

import hashlib
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.builders import Story

pytestmark = pytest.mark.django_db

PERIOD = ("--from", "2025-03", "--to", "2025-04")
CSV = (
    b"\xef\xbb\xbfmonth,firms,accesses,trades,sell_amount,buy_amount\r\n"
    b"2025-03,0,0,0,0,0\r\n"
    b"2025-04,1,1,1,0,50000000\r\n"
    b"total,1,1,1,0,50000000\r\n"
)


@pytest.fixture
def out(story: Story, tmp_path: Path) -> Path:
    """Vera's case decided: 200,000 shares opened on margin at 250; the closing is hers, the forced sale the firm's."""
    story.to_ledger().decided()
    return tmp_path / "summary.out"


def run(out: Path, *options: str) -> None:
    call_command("compile_summary", "--out", str(out), *options)


def test_the_csv_is_exactly_as_the_interface_says(out: Path) -> None:
    run(out, *PERIOD, "--format", "csv")
    assert out.read_bytes() == CSV


def test_the_notes_lie_beside_the_csv_in_both_languages(out: Path) -> None:
    run(out, *PERIOD, "--format", "csv", "--as-of", "2025-05-08T00:00:00+09:00")
    notes = out.with_name("summary.out.notes.txt").read_text(encoding="utf-8-sig")
    for words in (
        "暫定値",
        "As of: 2025-05-08T00:00:00+09:00",
        "損失額とは一致しません",
        "not the customers' loss",
        "provisional",
    ):
        assert words in notes


def test_the_json_holds_rows_and_notes(out: Path) -> None:
    run(out, *PERIOD, "--format", "json")
    document = json.loads(out.read_text(encoding="utf-8"))
    assert (document["from"], document["to"], document["by"]) == ("2025-03", "2025-04", "month")
    assert document["rows"][1] == {
        "month": "2025-04", "firms": 1, "accesses": 1, "trades": 1, "sell_amount": 0, "buy_amount": 50000000,
    }  # fmt: skip
    assert document["rows"][-1]["month"] == "total"
    assert document["provisional"] is True
    assert any("暫定値" in note for note in document["notes"])
    assert document["sha256_of_csv"] == hashlib.sha256(CSV).hexdigest()


def test_half_months_and_an_earlier_instant(out: Path) -> None:
    run(out, "--from", "2025-04", "--to", "2025-04", "--by", "half-month", "--format", "csv")
    lines = out.read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines] == ["month", "2025-04-H1", "2025-04-H2", "total"]
    run(out, *PERIOD, "--format", "csv", "--as-of", "2025-04-17T00:00:00+09:00")
    assert out.read_text(encoding="utf-8-sig").splitlines()[-1] == "total,0,0,0,0,0"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((*PERIOD, "--format", "xlsx"), "xlsx is not available yet"),
        ((*PERIOD, "--format", "pdf"), "pdf is not available yet"),
        ((*PERIOD, "--format", "docx"), "“docx” is no format"),
        ((*PERIOD, "--format", "csv", "--by", "week"), "“week” is no period"),
        ((*PERIOD, "--format", "csv", "--as-of", "2025-05-08"), "“2025-05-08” is not a time with offset"),
        ((*PERIOD, "--format", "csv", "--as-of", "yesterday"), "“yesterday” is not a time with offset"),
        (("--from", "2025-13", "--to", "2025-04", "--format", "csv"), "“2025-13” is not a month"),
        (("--from", "2025-1", "--to", "2025-04", "--format", "csv"), "“2025-1” is not a month"),
        (("--from", "2025-05", "--to", "2025-04", "--format", "csv"), "The last month lies before the first."),
        (("--from", "9999-12", "--to", "9999-12", "--format", "csv"), "Choose months of the years"),
    ],
)
def test_a_bad_argument_is_one_clear_line_and_status_two(
    db: None, tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    with pytest.raises(CommandError, match=said) as refused:
        run(tmp_path / "x", *options)
    assert refused.value.returncode == 2
    assert "\n" not in str(refused.value)
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_written_is_one_clear_line(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file or directory"):
        run(tmp_path / "nowhere" / "x.csv", *PERIOD, "--format", "csv")
