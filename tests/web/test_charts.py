"""Charts, whatever numbers come."""

import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.utils.translation import override

from casetrack.web.charts import Number, Scale, grouped_bars, line_chart, nice

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
def test_both_charts_take_any_numbers(values: list[Number | None]) -> None:
    labels = [f"{n}月" for n in range(len(values))]
    for svg in (grouped_bars(labels, [("A", values)], "T", "D"), line_chart(labels, values, "T", "D")):
        drawn = parsed(svg)
        box = [float(n) for n in drawn.get("viewBox", "").split()]
        for element in drawn.iter():
            for name in ("x", "y", "cx", "cy", "x1", "x2", "y1", "y2"):
                if element.get(name) is not None:
                    assert 0 <= float(element.get(name, "")) <= max(box[2:]), (element.tag, name)
        assert all(height >= 0 for height in heights(svg))


def test_negative_bars_hang_from_the_zero_line() -> None:
    svg = parsed(grouped_bars(["a", "b"], [("A", [10, -10])], "T", "D"))
    up, down = (r for r in svg.iter("rect") if r.find("title") is not None)
    zero = next(line for line in svg.iter("line") if line.get("class") == "ct-chart-zero")
    assert float(up.get("y", "")) + float(up.get("height", "")) == pytest.approx(float(zero.get("y1", "")), abs=0.2)
    assert down.get("y") == zero.get("y1")


def test_a_gap_breaks_the_line() -> None:
    svg = line_chart(["a", "b", "c", "d"], [1, None, 3, 4], "T", "D")
    assert len(re.findall("M", parsed(svg).find("path").get("d", ""))) == 2  # type: ignore[union-attr]


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


def test_the_axis_counts_in_words_of_the_language() -> None:
    with override("ja"):
        assert "1,500億" in grouped_bars(["4月"], [("売却", [Decimal(148100000000)])], "T", "D")
    with override("en"):
        assert "150B" in grouped_bars(["April"], [("Sold", [Decimal(148100000000)])], "T", "D")


def test_there_is_nothing_that_the_content_policy_refuses() -> None:
    svg = grouped_bars(["a"], [("A", [1])], "T", "D") + line_chart(["a"], [1], "T", "D")
    assert "style" not in svg
    assert "script" not in svg


@pytest.mark.parametrize(("rough", "step"), [("1", "1"), ("1.1", "2"), ("240", "250"), ("0.03", "0.05"), ("9", "10")])
def test_steps_are_round(rough: str, step: str) -> None:
    assert nice(Decimal(rough)) == Decimal(step)


def test_zero_is_always_on_the_axis() -> None:
    assert Decimal(0) in Scale.over([Decimal(5), Decimal(9)], 0).ticks()
    assert Decimal(0) in Scale.over([Decimal(-5), Decimal(-9)], 0).ticks()
