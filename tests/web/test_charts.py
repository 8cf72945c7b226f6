"""Charts, whatever numbers come."""

import datetime as dt
import itertools
import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from casetrack.web.charts import (
    NARROW,
    WIDE,
    Dated,
    Number,
    Scale,
    breadth,
    for_any_window,
    grouped_bars,
    lines_by_date,
    nice,
)

SVG = "{http://www.w3.org/2000/svg}"


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 - our own output


def heights(svg: str) -> list[float]:
    return [float(r.get("height", "0")) for r in parsed(svg).iter("rect") if r.find("title") is not None]


def test_bars_are_as_high_as_their_numbers() -> None:
    one, two = heights(grouped_bars(["Jan", "Feb"], [("Sold", [1000, 2000])], "Sales", "By month"))
    assert two == pytest.approx(2 * one, rel=0.01)


@pytest.mark.parametrize(
    "values",
    [
        [],
        [0],
        [0, 0, 0],
        [7],
        [Decimal("1e15"), Decimal("3e15")],
        [-5, 10, -20],
        [-1, -2],
        [None, 4, None],
        [Decimal("0.0001")],
    ],
)
def test_the_bars_take_any_numbers_and_any_window(values: list[Number | None]) -> None:
    labels = [f"{n}月" for n in range(len(values))]
    both = parsed(f"<g>{for_any_window(grouped_bars, labels, [('A', values)], 'T', 'D')}</g>")
    for drawn, widest in zip(both.iter("svg"), (WIDE, NARROW), strict=True):
        box = [float(n) for n in drawn.get("viewBox", "").split()]
        assert box[2] == widest
        for element in drawn.iter():
            for name in ("x", "y", "cx", "cy", "x1", "x2", "y1", "y2"):
                if element.get(name) is not None:
                    assert 0 <= float(element.get(name, "")) <= box[2 if "x" in name else 3], (element.tag, name)
        assert all(height >= 0 for height in heights(ElementTree.tostring(drawn, encoding="unicode")))


def test_on_a_telephone_no_date_below_the_bars_leaves_the_chart() -> None:
    labels = [f"2026年11月{day}日" for day in range(10, 16)]
    svg = parsed(grouped_bars(labels, [("A", [1] * 6)], "T", "D", width=NARROW))
    below = [text for text in svg.iter("text") if "年" in (text.text or "")]
    places = [float(text.get("x", "")) for text in below]
    assert len(places) > 1
    assert all(breadth(label) / 2 <= x <= NARROW - breadth(label) / 2 for x, label in zip(places, labels, strict=False))
    assert all(after - before > breadth(labels[0]) for before, after in itertools.pairwise(places))


def test_negative_bars_hang_from_the_zero_line() -> None:
    svg = parsed(grouped_bars(["a", "b"], [("A", [10, -10])], "T", "D"))
    up, down = (r for r in svg.iter("rect") if r.find("title") is not None)
    zero = next(line for line in svg.iter("line") if line.get("class") == "ct-chart-zero")
    assert float(up.get("y", "")) + float(up.get("height", "")) == pytest.approx(float(zero.get("y1", "")), abs=0.2)
    assert down.get("y") == zero.get("y1")


def test_two_charts_on_a_page_share_no_id() -> None:
    first, second = (grouped_bars(["a"], [("A", [1])], "T", "D") for _ in range(2))
    assert not set(re.findall(r'id="([^"]+)"', first)) & set(re.findall(r'id="([^"]+)"', second))


def test_a_chart_has_a_title_and_a_description() -> None:
    svg = parsed(grouped_bars(["a"], [("A", [1])], "Trades <b>", "By & by"))
    assert svg.get("role") == "img"
    names = {element.get("id"): element.text for element in svg if element.tag in ("title", "desc")}
    assert [names[key] for key in svg.get("aria-labelledby", "").split()] == ["Trades <b>", "By & by"]


def test_the_legend_stands_above_the_plot() -> None:
    svg = parsed(grouped_bars(["a"], [("Sold", [1]), ("Bought", [2])], "T", "D"))
    legend = [text for text in svg.iter("text") if text.get("class") == "ct-chart-legend"]
    assert [text.text for text in legend] == ["Sold", "Bought"]
    top = min(float(line.get("y1", "")) for line in svg.iter("line"))
    assert all(float(text.get("y", "")) < top for text in legend)


def test_a_legend_that_is_too_long_goes_on_below_and_the_plot_begins_under_it() -> None:
    names = ["Done within the target", "Offers with all reasons", "Offers accepted"]
    svg = parsed(grouped_bars(["a"], [(name, [1]) for name in names], "T", "D", width=NARROW))
    legend = [text for text in svg.iter("text") if text.get("class") == "ct-chart-legend"]
    assert [text.text for text in legend] == names
    assert all(float(text.get("x", "")) + breadth(text.text) <= NARROW for text in legend)
    assert min(float(line.get("y1", "")) for line in svg.iter("line")) > max(float(t.get("y", "")) for t in legend)


def test_the_axis_counts_in_words_of_the_language() -> None:
    with override("ja"):
        assert "1,500億" in grouped_bars(["4月"], [("売却", [Decimal(148100000000)])], "T", "D")
    with override("en"):
        assert "150B" in grouped_bars(["April"], [("Sold", [Decimal(148100000000)])], "T", "D")


def test_there_is_nothing_that_the_content_policy_refuses() -> None:
    svg = grouped_bars(["a"], [("A", [1])], "T", "D")
    assert "style" not in svg
    assert "script" not in svg


@pytest.mark.parametrize(("rough", "step"), [("1", "1"), ("1.1", "2"), ("240", "250"), ("0.03", "0.05"), ("9", "10")])
def test_steps_are_round(rough: str, step: str) -> None:
    assert nice(Decimal(rough)) == Decimal(step)


def test_zero_is_always_on_the_axis() -> None:
    assert Decimal(0) in Scale.over([Decimal(5), Decimal(9)], 0).ticks()
    assert Decimal(0) in Scale.over([Decimal(-5), Decimal(-9)], 0).ticks()


FIRST = dt.date(2025, 4, 16)
YEN = st.decimals(min_value=-(10**15), max_value=10**15, places=2)


@given(st.lists(st.integers(0, 700), min_size=1, max_size=60, unique=True), st.data())
def test_lines_stand_as_far_apart_as_their_days_and_inside_the_frame(gaps: list[int], data: st.DataObject) -> None:
    days = [FIRST + dt.timedelta(gap) for gap in sorted(gaps)]
    series = [(name, data.draw(st.lists(YEN, min_size=len(days), max_size=len(days)))) for name in ("one", "two")]
    svg = parsed(lines_by_date(Dated(days, series, days[-1], "here"), "Title", "Desc"))
    dots = [(float(c.get("cx", 0)), float(c.get("cy", 0))) for c in svg.iter("circle")]
    assert len(dots) == 2 * len(days)
    assert all(0 <= x <= 760 and 0 <= y <= 340 for x, y in dots)
    places = [x for x, _y in dots[: len(days)]]
    span = (days[-1] - days[0]).days
    for place, day in zip(places, days, strict=True):
        share = (day - days[0]).days / span if span else 0.5
        assert place == pytest.approx(72 + 676 * (0.02 + 0.96 * share), abs=0.1)
    assert places[-1] == float(next(line for line in svg.iter() if line.get("class") == "ct-chart-mark").get("x1", 0))


def test_what_a_chart_by_date_says_is_escaped() -> None:
    svg = lines_by_date(Dated([FIRST], [("<b>", [1])], FIRST, "<i>"), "<u>", "&")
    assert "<b>" not in svg
    assert "<i>" not in svg
    assert "&lt;u&gt;" in svg
