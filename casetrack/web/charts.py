"""Charts drawn on the server as SVG. Each stands beside a table with the same numbers."""

import datetime as dt
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from unicodedata import east_asian_width

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from casetrack.web.formats import as_decimal, jp_date, quantity, short_number

Number = Decimal | int
Series = tuple[str, Sequence[Number | None]]
# Of the two that are drawn, the style sheet shows the one that the window has room for: letters keep their size.
WIDE, NARROW = 760, 400
HEIGHT = 340
LEFT, RIGHT, BOTTOM = 72, 12, 34
LEGEND, GAP = 26, 14
COLORS = "abcd"
STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


@dataclass(frozen=True)
class Scale:
    """The vertical axis: round numbers from `low` to `high`, zero always among them."""

    low: Decimal
    high: Decimal
    step: Decimal
    top: int

    @classmethod
    def over(cls, values: Iterable[Decimal], top: int) -> "Scale":
        known = [Decimal(0), *values]
        span = max(known) - min(known)
        step = nice(span / 4) if span else Decimal(1)
        low = (min(known) / step).to_integral_value("ROUND_FLOOR") * step
        high = (max(known) / step).to_integral_value("ROUND_CEILING") * step
        return cls(low, high if high > low else low + 4 * step, step, top)

    def y(self, value: Decimal) -> float:
        share = (self.high - value) / (self.high - self.low)
        return round(float(self.top + (HEIGHT - BOTTOM - self.top) * share), 1)

    def ticks(self) -> list[Decimal]:
        count = int((self.high - self.low) / self.step)
        return [self.low + self.step * i for i in range(count + 1)]


def nice(rough: Decimal) -> Decimal:
    """The smallest of 1, 2, 2.5, 5, 10 times a power of ten that is not below `rough`."""
    power = Decimal(1).scaleb(rough.adjusted())
    return next(step * power for step in STEPS if step * power >= rough)


def grid(scale: Scale, width: int) -> SafeString:
    return format_html_join(
        "",
        '<line class="{}" x1="{}" x2="{}" y1="{}" y2="{}"/>'
        '<text class="ct-chart-axis" x="{}" y="{}" text-anchor="end">{}</text>',
        (
            (
                "ct-chart-grid" if tick else "ct-chart-zero",
                LEFT,
                width - RIGHT,
                scale.y(tick),
                scale.y(tick),
                LEFT - 8,
                scale.y(tick) + 4,
                short_number(tick),
            )
            for tick in scale.ticks()
        ),
    )


def breadth(text: object) -> int:
    """About how far a text reaches at the largest size that the style sheet gives it."""
    return sum(15 if east_asian_width(letter) in "WF" else 9 for letter in str(text))


def along(labels: Sequence[str], group: float, width: int) -> SafeString:
    """The labels of the horizontal axis, each in the middle of its `group` as far as it stays inside; with many, only
    every n-th is written."""
    longest = max((breadth(label) for label in labels), default=0)
    every = max(1, -int(-(longest + GAP) // group))
    return format_html_join(
        "",
        '<text class="ct-chart-axis" x="{}" y="{}" text-anchor="middle">{}</text>',
        (
            (round(min(LEFT + group * (i + 0.5), width - longest / 2), 1), HEIGHT - 10, label)
            for i, label in enumerate(labels)
            if i % every == 0
        ),
    )


def legend(names: Sequence[str], width: int) -> tuple[SafeString, int]:
    """The names with their colors, in as many lines as they take, and where the plot below them begins."""
    parts, x, line = [], LEFT, 0
    for color, name in zip(COLORS, names, strict=False):
        reach = 18 + breadth(name)
        if x > LEFT and x + reach > width:
            x, line = LEFT, line + 1
        parts.append((color, x, 4 + 20 * line, x + 18, 15 + 20 * line, name))
        x += reach + GAP
    drawn = format_html_join(
        "",
        '<rect class="ct-chart-{}" x="{}" y="{}" width="12" height="12"/>'
        '<text class="ct-chart-legend" x="{}" y="{}">{}</text>',
        parts,
    )
    return drawn, LEGEND + GAP + 20 * line


def framed(title: str, desc: str, width: int, *parts: SafeString) -> SafeString:
    key = secrets.token_hex(4)
    return format_html(
        '<svg viewBox="0 0 {} {}" role="img" aria-labelledby="t{} d{}"><title id="t{}">{}</title>'
        '<desc id="d{}">{}</desc>{}</svg>',
        width,
        HEIGHT,
        key,
        key,
        key,
        title,
        key,
        desc,
        format_html_join("", "{}", ((part,) for part in parts)),
    )


def for_any_window(chart: Callable[..., SafeString], *given: object) -> SafeString:
    """A chart, drawn for a wide window and for a telephone."""
    return format_html(
        '<div class="ct-chart__wide">{}</div><div class="ct-chart__narrow">{}</div>',
        chart(*given, width=WIDE),
        chart(*given, width=NARROW),
    )


def known(values: Sequence[Number | None]) -> list[Decimal | None]:
    return [as_decimal(value) for value in values]


def grouped_bars(
    labels: Sequence[str], series: Sequence[Series], title: str, desc: str, *, width: int = WIDE
) -> SafeString:
    """Up to four series side by side for each label. A value that is None leaves its place empty."""
    rows = [(name, known(values)) for name, values in series[: len(COLORS)]]
    names, top = legend([name for name, _values in rows], width) if len(rows) > 1 else (SafeString(""), GAP)
    scale = Scale.over((v for _name, values in rows for v in values if v is not None), top)
    group = (width - LEFT - RIGHT) / max(len(labels), 1)
    bar = min(group * 0.8 / max(len(rows), 1), 56)
    inset = (group - bar * len(rows)) / 2
    zero = scale.y(Decimal(0))
    bars = format_html_join(
        "",
        '<rect class="ct-chart-{}" x="{}" y="{}" width="{}" height="{}"><title>{} {}: {}</title></rect>',
        (
            (
                COLORS[n],
                round(LEFT + group * i + inset + bar * n, 1),
                min(scale.y(value), zero),
                round(max(bar - 1, 1), 1),
                round(abs(scale.y(value) - zero), 1),
                labels[i],
                name,
                quantity(value),
            )
            for n, (name, values) in enumerate(rows)
            for i, value in enumerate(values[: len(labels)])
            if value is not None
        ),
    )
    return framed(title, desc, width, names, grid(scale, width), bars, along(labels, group, width))


@dataclass(frozen=True)
class Dated:
    """Values by day, for `lines_by_date`: `days` in order, each series with one value a day; `marked` is one of them,
    drawn as a line down the chart that `note` names."""

    days: Sequence[dt.date]
    series: Sequence[Series]
    marked: dt.date
    note: str

    def x(self, day: dt.date, width: int) -> float:
        """A day's place: as far along as it lies between the first and the last."""
        span = (self.days[-1] - self.days[0]).days
        share = (day - self.days[0]).days / span if span else 0.5
        return round(LEFT + (width - LEFT - RIGHT) * (0.02 + 0.96 * share), 1)


def lines_by_date(given: Dated, title: str, desc: str, *, width: int = WIDE) -> SafeString:
    """Up to four lines over the days, as far apart as the calendar has them, and the marked day."""
    rows = [(name, known(values)) for name, values in given.series[: len(COLORS)]]
    names, top = legend([name for name, _values in rows], width)
    scale = Scale.over((v for _name, values in rows for v in values if v is not None), top)
    drawn = ((_line(given, n, values, scale, width),) for n, (_name, values) in enumerate(rows))
    lines = format_html_join("", "{}", drawn)
    x = given.x(given.marked, width)
    mark = format_html(
        '<line class="ct-chart-mark" x1="{}" x2="{}" y1="{}" y2="{}"><title>{}</title></line>',
        x, x, top, HEIGHT - BOTTOM, given.note,
    )  # fmt: skip
    return framed(title, desc, width, names, grid(scale, width), mark, lines, _dates(given, width))


def _line(given: Dated, place: int, values: Sequence[Decimal | None], scale: Scale, width: int) -> SafeString:
    """One line and its dots; where a value is None, nothing is drawn through it."""
    dots = [
        (given.x(day, width), scale.y(value), value, day)
        for day, value in zip(given.days, values, strict=True)
        if value is not None
    ]
    path = "L".join(f"{x} {y}" for x, y, _value, _day in dots)
    marks = format_html_join(
        "",
        '<circle class="ct-chart-dot ct-chart-dot--{}" cx="{}" cy="{}" r="{}"><title>{}: {}</title></circle>',
        (
            (COLORS[place], x, y, 5 if day == given.marked else 2, jp_date(day), quantity(value))
            for x, y, value, day in dots
        ),
    )
    drawn = (
        format_html('<path class="ct-chart-line ct-chart-line--{}" d="M{}"/>', COLORS[place], path)
        if dots
        else SafeString("")
    )
    return format_html("{}{}", drawn, marks)


def _dates(given: Dated, width: int) -> SafeString:
    """Some of the days below the axis: as many as fit, the first and the last among them."""
    most = max(2, (width - LEFT - RIGHT) // (breadth(jp_date(given.days[0])) + GAP))
    first, span = given.days[0], (given.days[-1] - given.days[0]).days
    steps = min(most - 1, span)
    shown = [first + dt.timedelta(span * n // steps) for n in range(steps + 1)] if steps else [first]
    anchors = ["start", *("middle" for _ in shown[2:]), "end"] if len(shown) > 1 else ["middle"]
    return format_html_join(
        "",
        '<text class="ct-chart-axis" x="{}" y="{}" text-anchor="{}">{}</text>',
        ((given.x(day, width), HEIGHT - 10, anchor, jp_date(day)) for day, anchor in zip(shown, anchors, strict=True)),
    )
