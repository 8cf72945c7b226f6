"""What the regulator's table counts, where, and as of when."""

import datetime as dt
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casetrack.cases.incidents import import_incidents
from casetrack.cases.models import CompromisedAccount
from casetrack.cases.services import confirm_access, refute_access
from casetrack.cases.workflow import Status
from casetrack.firms.models import Firm
from casetrack.ledger.models import Execution
from casetrack.ledger.services import decide, import_ledger
from casetrack.lib import clock
from casetrack.lib.clock import tokyo, travel_to
from casetrack.lib.errors import InvalidInput, NotAllowed
from casetrack.people.models import User
from casetrack.reports.services import compile_summary
from casetrack.reports.summary import Line, Summary, next_month, periods
from tests.builders import Cast
from tests.cases.test_import_incidents import file as incident_file
from tests.ledger.files import file, row

pytestmark = pytest.mark.django_db
START = dt.datetime(2025, 9, 1, tzinfo=dt.UTC)


class Nation:
    """Firms that send files, a minute apart, in September 2025."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.at = START
        self.ids = count(1)

    def firm(self, code: str) -> Firm:
        return self.cast.firm[code]

    def later(self) -> dt.datetime:
        self.at += dt.timedelta(minutes=1)
        return self.at

    def found(self, account: str, first: str = "", detected: str = "", firm: str = "MINATO") -> None:
        cells = {"account": account, "first_access_at": first, "detected_at": detected, "customer_name": account}
        with travel_to(self.later()):
            report = import_incidents(self.firm(firm), incident_file(cells), actor=User.objects.system())
        assert report.rejections == []

    def traded(self, account: str, at: str, firm: str = "MINATO", **cells: str) -> str:
        """One unauthorized purchase of 100 at 10, but for `cells`; its id."""
        name = cells.pop("execution_id", f"e{next(self.ids)}")
        given = {"quantity": "100", "price": "10", "attribution": "unauthorized", **cells}
        data = file(row(account=account, executed_at=at, execution_id=name, **given))
        with travel_to(self.later()):
            assert import_ledger(self.firm(firm), "x.csv", data, actor=User.objects.system()).rejections == []
        return name

    def table(self, first: int = 1, last: int = 4, by: str = "month", as_of: dt.datetime | None = None) -> Summary:
        with travel_to(self.later()):
            return compile_summary(
                dt.date(2025, first, 1), dt.date(2025, last, 1), by=by, as_of=as_of, actor=User.objects.system()
            )

    def line(self, period: str, **options: object) -> Line:
        return next(line for line in self.table(**options).lines if line.period == period)  # type: ignore[arg-type]

    @property
    def total(self) -> Line:
        return self.table().total


@pytest.fixture
def nation(cast: Cast) -> Nation:
    return Nation(cast)


MARCH, APRIL = "2025-03-20T10:00:00+09:00", "2025-04-16T09:03:00+09:00"


def test_an_empty_period_is_zeros(nation: Nation) -> None:
    assert nation.table(2, 3).lines == [Line("2025-02"), Line("2025-03"), Line("total")]
    halves = ["2025-02-H1", "2025-02-H2", "2025-03-H1", "2025-03-H2", "total"]
    assert nation.table(2, 3, by="half-month").lines == [Line(name) for name in halves]


def test_one_case_counts_once_in_each_column(nation: Nation) -> None:
    nation.found("1", APRIL)
    nation.traded("1", APRIL)
    assert nation.line("2025-04") == Line("2025-04", 1, 1, 1, 0, 1000)
    assert nation.total == Line("total", 1, 1, 1, 0, 1000)


def test_an_access_without_a_trade_counts_as_an_access_alone(nation: Nation) -> None:
    nation.found("1", MARCH)
    assert nation.line("2025-03") == Line("2025-03", 0, 1, 0, 0, 0)


def test_a_trade_stands_in_the_month_of_the_first_one_whenever_the_access_was(nation: Nation) -> None:
    nation.found("1", MARCH)
    nation.traded("1", APRIL)
    assert nation.line("2025-03") == Line("2025-03", 0, 1, 0, 0, 0)
    assert nation.line("2025-04") == Line("2025-04", 1, 0, 1, 0, 1000)


def test_later_trades_add_to_their_months_amount_and_to_no_count(nation: Nation) -> None:
    nation.found("1", MARCH)
    nation.traded("1", MARCH)
    nation.traded("1", APRIL, type="sell")
    nation.traded("1", APRIL)
    assert nation.line("2025-04") == Line("2025-04", 1, 0, 0, 1000, 1000)
    assert nation.total == Line("total", 1, 1, 1, 1000, 2000)


def test_an_unknown_first_access_is_the_earlier_of_first_trade_and_detection(nation: Nation) -> None:
    nation.found("1", detected=APRIL)
    nation.traded("1", MARCH)
    nation.found("2", detected=MARCH)
    nation.traded("2", APRIL)
    nation.found("3", detected="2025-02-01T00:00:00+09:00")
    accesses = {line.period: line.accesses for line in nation.table().lines}
    assert accesses == {"2025-01": 0, "2025-02": 1, "2025-03": 2, "2025-04": 0, "total": 3}


def test_instants_are_read_in_tokyo(nation: Nation) -> None:
    nation.found("1", "2025-03-31T15:00:00Z")
    nation.traded("1", "2025-03-31T14:59:59Z")
    nation.found("2", "2025-04-30T23:59:59.999999+09:00")
    nation.found("3", "2025-05-01T00:00:00+09:00")
    assert nation.line("2025-03") == Line("2025-03", 1, 0, 1, 0, 1000)
    assert nation.line("2025-04").accesses == 2


def test_a_half_month_ends_with_the_fifteenth(nation: Nation) -> None:
    for number, at in enumerate(("2025-04-15T23:59:59+09:00", "2025-04-16T00:00:00+09:00", "2025-04-15T15:00:00Z")):
        nation.found(str(number), at)
    accesses = {line.period: line.accesses for line in nation.table(4, 4, by="half-month").lines}
    assert accesses == {"2025-04-H1": 1, "2025-04-H2": 2, "total": 3}


@pytest.mark.parametrize(
    ("cells", "side"),
    [
        ({"type": "buy"}, "buy"),
        ({"type": "sell"}, "sell"),
        ({"type": "margin_open", "side": "long"}, "buy"),
        ({"type": "margin_open", "side": "short"}, "sell"),
        ({"type": "margin_close", "side": "long", "open_price": "9"}, "sell"),
        ({"type": "margin_close", "side": "short", "open_price": "9"}, "buy"),
    ],
)
def test_openings_long_and_closings_short_are_buys(nation: Nation, cells: dict[str, str], side: str) -> None:
    nation.found("1", APRIL)
    nation.traded("1", APRIL, **cells)
    expected = (0, 1000) if side == "buy" else (1000, 0)
    assert (nation.total.sell_amount, nation.total.buy_amount) == expected


@pytest.mark.parametrize(
    ("cells", "amount"),
    [
        ({"price": "0.005", "quantity": "100"}, 1),  # 0.5 rounds up
        ({"price": "0.00499", "quantity": "100"}, 0),
        ({"price": "26010", "quantity": "12345", "unit": "10000"}, 32109),  # 32,109.345
        ({"price": "1.5", "quantity": "3", "currency": "USD", "fx": "149.5"}, 673),  # 672.75
        ({"price": "1.5", "quantity": "3", "currency": "USD", "fx": "149.5", "settled_in": "USD"}, 673),
        ({"price": "1", "quantity": "1", "unit": "3"}, 0),
        ({"price": "999999999999", "quantity": "1000"}, 999999999999000),
    ],
)
def test_a_gross_value_is_rounded_half_up_to_whole_yen(nation: Nation, cells: dict[str, str], amount: int) -> None:
    nation.found("1", APRIL)
    nation.traded("1", APRIL, **cells)
    assert nation.total.buy_amount == amount


def test_each_execution_is_rounded_before_they_are_added(nation: Nation) -> None:
    nation.found("1", APRIL)
    for _ in range(3):
        nation.traded("1", APRIL, price="0.5", quantity="1")
    assert nation.total.buy_amount == 3


def test_costs_are_no_part_of_the_gross_value(nation: Nation) -> None:
    nation.found("1", APRIL)
    nation.traded("1", APRIL, fees="600", tax="60")
    assert nation.total.buy_amount == 1000


def test_a_unit_that_another_row_of_the_security_states_holds_for_all(nation: Nation) -> None:
    nation.found("1", APRIL)
    nation.traded("1", APRIL, security="FUND", quantity="20000", price="15000")
    fund = {"type": "opening_position", "security": "FUND", "price": "", "unit": "10000", "attribution": ""}
    before = nation.at
    nation.traded("1", "2025-01-01T00:00:00+09:00", **fund)
    assert nation.total.buy_amount == 30000
    assert nation.table(as_of=before).total.buy_amount == 300_000_000


@pytest.mark.parametrize("attribution", ["genuine", "mitigation", "liquidation", ""])
def test_only_the_hijackers_executions_are_in_the_amounts(nation: Nation, attribution: str) -> None:
    nation.found("1", APRIL)
    nation.traded("1", APRIL, type="sell", attribution=attribution)
    assert nation.total == Line("total", 0, 1, 0, 0, 0)


@pytest.mark.parametrize(
    "cells",
    [{"type": "cash_out", "amount": "500"}, {"type": "charge", "amount": "5"}, {"type": "income", "amount": "5"}],
)
def test_money_taken_out_is_no_trade(nation: Nation, cells: dict[str, str]) -> None:
    nation.found("1", APRIL)
    nation.traded("1", APRIL, **cells)
    assert nation.total == Line("total", 0, 1, 0, 0, 0)


def test_an_account_that_no_firm_confirmed_is_not_counted(nation: Nation, ivan: User) -> None:
    nation.traded("1", APRIL)
    assert nation.total == Line("total")
    nation.found("1", APRIL)
    assert nation.total.trades == 1
    case = CompromisedAccount.objects.get().case
    case.status = Status.INVESTIGATING
    case.save()
    refute_access(CompromisedAccount.objects.get(), actor=ivan, reason="Own device.")
    with travel_to(clock.now() + dt.timedelta(minutes=1)):
        table = compile_summary(dt.date(2025, 1, 1), dt.date(2025, 4, 1), actor=User.objects.system())
    assert table.total == Line("total")


@pytest.mark.parametrize("status", Status.values)
def test_the_status_of_the_case_does_not_matter(nation: Nation, status: str) -> None:
    nation.found("1", APRIL)
    nation.traded("1", APRIL)
    CompromisedAccount.objects.get().case.__class__.objects.update(status=status)
    assert nation.total == Line("total", 1, 1, 1, 0, 1000)


def test_firms_are_distinct_by_month_and_over_the_whole_period(nation: Nation) -> None:
    for firm in ("MINATO", "AOZORA"):
        for account in ("1", "2"):
            nation.found(account, MARCH, firm=firm)
            nation.traded(account, MARCH, firm=firm)
    nation.traded("1", APRIL, firm="AOZORA")
    firms = {line.period: line.firms for line in nation.table().lines}
    assert firms == {"2025-01": 0, "2025-02": 0, "2025-03": 2, "2025-04": 1, "total": 2}


def test_the_same_number_at_two_firms_is_two_accounts(nation: Nation) -> None:
    nation.found("1", APRIL)
    nation.found("1", APRIL, firm="AOZORA")
    nation.traded("1", APRIL, firm="AOZORA")
    assert nation.total == Line("total", 1, 2, 1, 0, 1000)


def test_of_two_hijacks_of_an_account_each_has_its_own_trades(nation: Nation) -> None:
    nation.found("1", "2025-01-10T10:00:00+09:00")
    CompromisedAccount.objects.get().case.__class__.objects.update(status=Status.CLOSED)
    nation.found("1", MARCH)
    nation.traded("1", "2025-02-01T10:00:00+09:00")
    nation.traded("1", "2025-03-20T10:00:00+09:00")
    nation.traded("1", APRIL)
    trades = {line.period: (line.accesses, line.trades) for line in nation.table().lines}
    assert trades == {"2025-01": (1, 0), "2025-02": (0, 1), "2025-03": (1, 1), "2025-04": (0, 0), "total": (2, 2)}


def test_as_of_takes_the_facts_and_decisions_recorded_up_to_then(nation: Nation, ivan: User) -> None:
    start = nation.at
    nation.found("1", MARCH)
    after_access = nation.at
    name = nation.traded("1", MARCH, attribution="")
    after_trade = nation.at
    with travel_to(nation.later()):
        decide(list(Execution.objects.all()), "unauthorized", actor=ivan, reason="", at=clock.now())
    after_decision = nation.at
    nation.traded("1", MARCH, execution_id=name, attribution="", price="20")
    after_change = nation.at
    with travel_to(nation.later()):
        decide(list(Execution.objects.all()), "mitigation", actor=ivan, reason="", at=clock.now())
    after_second = nation.at
    with travel_to(nation.later()):
        confirm_access(CompromisedAccount.objects.get(), first_access_at=tokyo(2025, 2, 1), actor=User.objects.system())
    seen = [
        [(line.accesses, line.trades, line.buy_amount) for line in nation.table(2, 3, as_of=as_of).lines[:2]]
        for as_of in (start, after_access, after_trade, after_decision, after_change, after_second, None)
    ]
    empty = (0, 0, 0)
    assert seen == [
        [empty, empty],
        [empty, (1, 0, 0)],
        [empty, (1, 0, 0)],
        [empty, (1, 1, 1000)],
        [empty, (1, 1, 2000)],
        [empty, (1, 0, 0)],
        [(1, 0, 0), empty],
    ]


def test_an_instant_to_come_is_now(nation: Nation) -> None:
    assert nation.table(as_of=tokyo(2199, 1, 1)).as_of == nation.at


def test_only_a_regulator_or_the_system_compiles(nation: Nation, alma: User, vera: User, rita: User) -> None:
    months = (dt.date(2025, 1, 1), dt.date(2025, 4, 1))
    assert compile_summary(*months, actor=rita)
    for who in (alma, vera):
        with pytest.raises(NotAllowed):
            compile_summary(*months, actor=who)


@pytest.mark.parametrize(
    ("first", "last", "by"),
    [
        (dt.date(2025, 4, 1), dt.date(2025, 3, 1), "month"),
        (dt.date(2025, 1, 1), dt.date(2035, 1, 1), "month"),
        (dt.date(2025, 1, 1), dt.date(2025, 4, 1), "week"),
        (dt.date(9999, 12, 1), dt.date(9999, 12, 1), "month"),
        (dt.date(1, 1, 1), dt.date(1, 1, 1), "month"),
    ],
)
def test_a_period_that_makes_no_sense_is_refused(rita: User, first: dt.date, last: dt.date, by: str) -> None:
    with pytest.raises(InvalidInput):
        compile_summary(first, last, by=by, actor=rita)


def test_periods_go_over_the_turn_of_the_year() -> None:
    assert periods(dt.date(2025, 11, 1), dt.date(2026, 2, 1), "month") == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert next_month(dt.date(2025, 12, 31)) == dt.date(2026, 1, 1)


TRADES = st.lists(
    st.tuples(
        st.sampled_from(["confirmed", "unconfirmed"]),
        st.integers(0, 119),
        st.decimals(0, 50, places=3),
        st.integers(1, 2000),
        st.sampled_from(["buy", "sell"]),
        st.sampled_from(["genuine", "unauthorized"]),
    ),
    max_size=8,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TRADES)
def test_the_total_is_the_sum_of_its_rows_and_agrees_with_a_plain_sum(nation: Nation, trades: list[tuple]) -> None:  # type: ignore[type-arg]
    before, example = nation.total, next(nation.ids)
    nation.found(f"confirmed {example}", "2025-01-01T00:00:00+09:00")
    lines = [
        row(
            account=f"{account} {example}", execution_id=f"h{n}", type=kind, price=str(price), quantity=str(quantity),
            executed_at=(tokyo(2025, 1, 1) + dt.timedelta(days=day)).isoformat(), attribution=attribution,
        )
        for n, (account, day, price, quantity, kind, attribution) in enumerate(trades)
    ]  # fmt: skip
    with travel_to(nation.later()):
        import_ledger(nation.firm("MINATO"), "x.csv", file(*lines), actor=User.objects.system())
    table = nation.table()
    for name in ("accesses", "trades", "sell_amount", "buy_amount"):
        assert sum(getattr(line, name) for line in table.lines[:-1]) == getattr(table.total, name)
    for kind in ("buy", "sell"):
        own = [t for t in trades if t[0] == "confirmed" and t[4:] == (kind, "unauthorized")]
        plain = sum(int(price * quantity + Decimal("0.5")) for _account, _day, price, quantity, *_rest in own)
        assert getattr(table.total, f"{kind}_amount") - getattr(before, f"{kind}_amount") == plain
