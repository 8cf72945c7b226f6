"""`manage.py assess`: one line of JSON per file, exit 2 if one is refused, no database."""

import json
from pathlib import Path

import pytest

pytest.importorskip("django")
from django.core.management import call_command

from casetrack.calc.loss import assess

from .documents import document, opening

GOOD = document([opening("ファンド", "5", id="保有")], {"ファンド": "2"})


def test_it_prints_one_line_per_file_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    one.write_text(json.dumps(GOOD, ensure_ascii=False, indent=1), encoding="utf-8")
    other.write_text(json.dumps(document([])), encoding="utf-8-sig")
    call_command("assess", one, other)
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line) for line in lines] == [assess(GOOD), assess(document([]))]
    assert " " not in lines[0]


def test_it_goes_on_after_a_refusal_and_exits_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, broken, latin = tmp_path / "good.json", tmp_path / "broken.json", tmp_path / "latin.json"
    good.write_text(json.dumps(GOOD), encoding="utf-8")
    broken.write_text("{", encoding="utf-8")
    latin.write_bytes(b"\xff\xfe")
    with pytest.raises(SystemExit) as ended:
        call_command("assess", broken, tmp_path / "missing.json", tmp_path, latin, good)
    assert ended.value.code == 2
    results = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [result.get("error", {}).get("code") for result in results] == [*["malformed"] * 4, None]


def test_it_writes_japanese_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "oversold.json"
    events = [{**opening("ファンド", "0"), "id": "保有"}]
    file.write_text(json.dumps(document(events)), encoding="utf-8")
    with pytest.raises(SystemExit):
        call_command("assess", file)
    (line,) = capsys.readouterr().out.splitlines()
    assert "ファンド" in line
    assert "保有" in line
