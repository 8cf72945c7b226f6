"""What stands above the regulator's table: five key figures and two charts."""

from collections.abc import Mapping, Sequence

from django.utils.dates import MONTHS_3
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from casetrack.reports.summary import Line, Summary
from casetrack.web.charts import for_any_window, grouped_bars
from casetrack.web.formats import is_japanese, period, quantity, short_number, yen


def figures_of(total: Line) -> list[dict[str, str]]:
    """The total row at a glance: counts, and rounded amounts with the exact ones beneath."""
    return [
        {"label": _("Firms"), "value": quantity(total.firms)},
        {"label": _("Accesses"), "value": quantity(total.accesses)},
        {"label": _("Trades"), "value": quantity(total.trades)},
        {"label": _("Sell amount"), "value": short_yen(total.sell_amount), "note": yen(total.sell_amount)},
        {"label": _("Buy amount"), "value": short_yen(total.buy_amount), "note": yen(total.buy_amount)},
    ]


def short_yen(amount: int) -> str:
    return f"{short_number(amount)}円" if is_japanese() else f"¥{short_number(amount)}"


def charts_of(summary: Summary) -> list[dict[str, str | SafeString]]:
    """Accesses and trades, and both amounts, by period."""
    lines = summary.lines[:-1]
    return [
        _bars(lines, _("Confirmed accesses and trades"), {"accesses": _("Accesses"), "trades": _("Trades")}),
        _bars(lines, _("Gross amounts in yen"), {"sell_amount": _("Sell amount"), "buy_amount": _("Buy amount")}),
    ]


def _bars(lines: Sequence[Line], title: str, columns: Mapping[str, str]) -> dict[str, str | SafeString]:
    series = [(name, [getattr(line, column) for line in lines]) for column, name in columns.items()]
    names = labels([line.period for line in lines])
    return {
        "title": title,
        "chart": for_any_window(grouped_bars, names, series, title, _("The same numbers stand in the table below.")),
    }


def labels(periods: Sequence[str]) -> list[str]:
    """The periods as an axis writes them: without the year where all are of one."""
    if len({name[:4] for name in periods}) > 1:
        return [period(name) for name in periods]
    return [_within_year(name) for name in periods]


def _within_year(name: str) -> str:
    """4月前半, or Apr (1–15)."""
    if is_japanese():
        return period(name).partition("年")[2]
    return f"{MONTHS_3[int(name[5:7])]}".title() + period(name).partition(name[:4])[2]
