"""Reading daily bars of J-Quants, and what a price of a day is."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casetrack.audit.models import Entry
from casetrack.market.models import DailyBar, Security
from casetrack.market.services import PricesReport, import_prices, price_on, security_code
from casetrack.people.models import User

pytestmark = pytest.mark.django_db

V1 = (
    "Date,Code,Open,High,Low,Close,UpperLimit,LowerLimit,Volume,TurnoverValue,AdjustmentFactor,AdjustmentOpen,"
    "AdjustmentHigh,AdjustmentLow,AdjustmentClose,AdjustmentVolume\n"
)
V2 = "Date,Code,O,H,L,C,UL,LL,Vo,Va,AdjFactor,AdjO,AdjH,AdjL,AdjC,AdjVo\n"
BAR = "2025-04-16,61820,250,255,118,120,0,0,5800000,1000000000,1,250,255,118,120,5800000\n"


def give(text: str | bytes, name: str = "bars.csv") -> PricesReport:
    return import_prices(name, text.encode() if isinstance(text, str) else text, actor=User.objects.system())


@pytest.mark.parametrize("header", [V1, V2, "\ufeff" + V1])
def test_both_versions_are_known_by_their_header(header: str) -> None:
    report = give(header + BAR)
    assert (report.accepted, report.rejections) == (1, [])
    bar = DailyBar.objects.get()
    assert bar.security.code == "6182"
    assert (bar.on, bar.close, bar.volume) == (dt.date(2025, 4, 16), Decimal(120), Decimal(5800000))


@pytest.mark.parametrize(
    ("given", "code"), [("61820", "6182"), ("130A0", "130A"), ("25935", "25935"), ("6182", "6182"), (" 72030 ", "7203")]
)
def test_a_code_of_five_loses_its_last_zero(given: str, code: str) -> None:
    assert security_code(given) == code


def test_a_day_without_trades_has_no_prices() -> None:
    give(V2 + "2025-04-16,61820,,,null,NaN,0,0,0,,,,,,,\n")
    bar = DailyBar.objects.get()
    assert (bar.open, bar.low, bar.close, bar.volume, bar.adjustment_factor) == (None, None, None, 0, 1)


def test_the_same_file_again_changes_nothing_and_a_corrected_bar_replaces_the_old() -> None:
    give(V1 + BAR)
    before = list(DailyBar.objects.values())
    give(V1 + BAR)
    assert list(DailyBar.objects.values()) == before
    give(V1 + BAR.replace(",120,", ",121,", 1))
    assert DailyBar.objects.get().close == 121
    assert Security.objects.count() == 1


@pytest.mark.parametrize(
    "bad",
    [
        "2025-13-16,61820,1,1,1,1,0,0,1,1,1,,,,,\n",
        "2025-04-16,,1,1,1,1,0,0,1,1,1,,,,,\n",
        "2025-04-16,61820,1,1,1,x,0,0,1,1,1,,,,,\n",
        "2025-04-16,61820,1,1,1,-1,0,0,1,1,1,,,,,\n",
        "2025-04-16,61820,1,1,1,1e30,0,0,1,1,1,,,,,\n",
        "2025-04-16,61820,1,1,1,1,0,0,1,1,0,,,,,\n",
        "2025-04-16,61820,1,1,1,1,0,0,1,1,1,,,,,,7,8\n",
        f"2025-04-16,{'6' * 50},1,1,1,1,0,0,1,1,1,,,,,\n",
    ],
)
def test_a_bad_row_is_named_by_its_line_and_the_others_are_taken(bad: str) -> None:
    report = give(V1 + BAR + bad + BAR.replace("04-16", "04-17"))
    assert report.accepted == DailyBar.objects.count() == 2
    assert [line for line, _reason in report.rejections] == [3]


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe", b"Date,Time,Code,O,H,L,C,Vo,Va\n2025-04-16,09:00,61820,1,1,1,1,1,1\n"]
)
def test_what_has_no_daily_bars_is_one_rejection(data: bytes) -> None:
    report = give(data)
    assert (report.accepted, [line for line, _reason in report.rejections]) == (0, [1])
    assert not DailyBar.objects.exists()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=120), st.booleans())
def test_junk_never_raises(db: None, data: bytes, below_a_header: bool) -> None:
    give(V1.encode() + data if below_a_header else data)


def test_an_import_is_in_the_audit_log() -> None:
    give(V1 + BAR)
    assert Entry.objects.get(action="market.prices_imported").data["bars"] == 1


def test_the_command_names_bad_lines_and_ends_with_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(V1 + BAR)
    bad.write_text(V1 + "x\n")
    call_command("import_prices", str(good))
    with pytest.raises(SystemExit) as end:
        call_command("import_prices", str(good), str(bad))
    assert end.value.code == 2
    said = capsys.readouterr().out
    assert "good.csv: 1 accepted, 0 rejected" in said
    assert "bad.csv: line 2: A date, code or number cannot be read." in said


def test_the_price_of_a_day_is_its_close_or_that_of_the_last_day_with_trades() -> None:
    give(V1 + BAR + BAR.replace("04-16", "04-17").replace(",118,120,", ",,,"), "april.csv")
    wednesday, thursday, sunday = (dt.date(2025, 4, day) for day in (16, 17, 20))
    expected = {"6182": (Decimal(120), wednesday, "J-Quants: april.csv")}
    assert price_on(["6182", "7203"], wednesday) == price_on(["6182"], thursday) == price_on(["6182"], sunday)
    assert price_on(["6182"], sunday) == expected
    assert price_on(["6182"], wednesday - dt.timedelta(days=1)) == {}


def test_a_price_of_more_than_ten_days_before_is_none() -> None:
    give(V1 + BAR)
    assert price_on(["6182"], dt.date(2025, 4, 26))
    assert price_on(["6182"], dt.date(2025, 4, 27)) == {}


def test_a_close_is_raw_and_only_a_split_on_the_way_to_the_day_is_applied() -> None:
    """One becomes two on the 18th, a day without trades; and again on the 22nd."""
    give(
        V2
        + "2025-04-17,72030,,,,2000,,,1,1,1,,,,,\n"
        + "2025-04-18,72030,,,,,,,0,,0.5,,,,,\n"
        + "2025-04-21,72030,,,,1010,,,1,1,1,,,,,\n"
        + "2025-04-22,72030,,,,500,,,1,1,0.5,,,,,\n"
    )
    closes = {day: price_on(["7203"], dt.date(2025, 4, day))["7203"][0] for day in (17, 18, 20, 21, 22)}
    assert closes == {17: 2000, 18: 1000, 20: 1000, 21: 1010, 22: 500}
