"""The loss by valuation date: the calculator's own figures, day by day."""

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casetrack.assessment.curve import MOST_DAYS, business_days, curve_of, points_of, sampled
from casetrack.calc.loss import assess
from casetrack.demo.prices import daily_bars
from casetrack.demo.story import DECISIONS_B, EXAMPLE_B
from casetrack.lib.clock import travel_to
from casetrack.market.services import PriceHistory, import_prices, price_on
from casetrack.people.models import User
from tests.builders import Story
from tests.calc.accounts import accounts
from tests.calc.documents import document, opening, sell

HEADER = b"Date,Code,O,H,L,C,Vo,AdjFactor\n"
OWN = dt.date(2025, 5, 30)
few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
PRICE = st.decimals(min_value=1, max_value=9, places=2).map(str)


def dated(inputs: Mapping[str, Any]) -> dt.date:
    return dt.date.fromisoformat(inputs["valuation"]["date"])


@few
@given(accounts())
def test_at_the_runs_own_day_the_curve_has_the_runs_figures(inputs: dict[str, Any]) -> None:
    own, result = dated(inputs), assess(inputs)
    (point,) = points_of([inputs], [own], own, lambda _day: {})
    assert (point.loss, point.due) == (Decimal(result["loss"]), Decimal(result["due"]))
    assert point.is_own


@few
@given(accounts(), st.data())
def test_after_the_last_event_the_loss_moves_in_a_straight_line_with_the_prices(
    inputs: dict[str, Any], data: st.DataObject
) -> None:
    own = dated(inputs)
    later = [own + dt.timedelta(n) for n in (1, 2, 3, 4)]
    one, two = (dict.fromkeys(inputs["valuation"]["prices"], data.draw(PRICE)) for _ in "12")
    middle = {code: str((Decimal(one[code]) + Decimal(two[code])) / 2) for code in one}
    prices = dict(zip(later, (one, middle, two, one), strict=True))
    found = points_of([inputs], later, own, lambda day: prices[day])
    first, between, second, again = (Fraction(point.loss) for point in found)
    # Figures have ten decimals at most.
    assert abs(between - (first + second) / 2) <= Fraction(1, 10**10)
    assert first == again


@few
@given(st.integers(0, 900), st.integers(3, MOST_DAYS), st.data())
def test_a_sample_is_small_and_keeps_the_ends_and_the_runs_day(count: int, most: int, data: st.DataObject) -> None:
    days = [OWN + dt.timedelta(n) for n in range(count + 1)]
    keep = data.draw(st.sampled_from(days))
    found = sampled(days, most, keep)
    assert found == sorted(set(found) & set(days))
    assert {days[0], days[-1], keep} <= set(found)
    assert len(found) == len(days) if len(days) <= most else len(found) <= most
    if len(days) > most and most > 4:
        gaps = [(b - a).days for a, b in pairwise(found)]
        assert max(gaps) <= -(-count // (most - 2))


def test_it_looks_at_business_days_and_at_the_ends_whatever_they_are() -> None:
    saturday, sunday, golden = dt.date(2025, 4, 26), dt.date(2025, 5, 4), dt.date(2025, 4, 29)
    found = business_days(saturday, sunday, golden)
    assert found == [
        saturday,
        *(dt.date(2025, 4, day) for day in (28, 29, 30)),
        *(dt.date(2025, 5, d) for d in (1, 2)),
        sunday,
    ]


def test_a_day_that_lacks_a_price_is_left_out_and_the_others_stay() -> None:
    inputs = document([opening("7203", "10"), sell("unauthorized", "7203", "10", "2500")], {"7203": "2700"})
    own = dated(inputs)
    days = [own - dt.timedelta(1), own, own + dt.timedelta(1)]
    found = points_of([inputs], days, own, lambda day: {"7203": "2600"} if day < own else {})
    assert [(point.on, point.loss) for point in found] == [(days[0], Decimal(1000)), (own, Decimal(2000))]


def of(story: Story, **entered: Any) -> Story:
    """A case like example B, priced by market data but for what was `entered`."""
    actor = User.objects.system()
    import_prices("bars.csv", daily_bars(), actor=actor)
    told = Story(
        story.cast, victim="otto", account="7-1", ledger=EXAMPLE_B, decisions=dict(DECISIONS_B), prices={}
    )  # fmt: skip
    return told.to_ledger().decided().wait(25).assessed(**entered)


@pytest.mark.django_db
def test_market_prices_move_the_loss_and_the_run_lies_on_the_curve(story: Story) -> None:
    run = of(story).run
    curve = curve_of(run)
    assert curve is not None
    assert (curve.points[0].on, curve.points[-1].on) == (dt.date(2025, 4, 16), OWN)
    assert [point.loss for point in curve.points if point.is_own] == [run.loss]
    assert [point.due for point in curve.points if point.is_own] == [run.due]
    # 16 April: 7203 at 2,500 and 7992 at 128, nothing but the two fees of that day is lost.
    assert curve.points[0].loss == 1100
    assert (curve.missing, curve.held, curve.is_sampled, curve.reaches) == (0, [], False, OWN)
    for point in curve.points:
        priced = price_on(["7203", "7992"], point.on)
        again = {**run.accounts.get().inputs}
        again["valuation"] = {
            "date": point.on.isoformat(), "fx": {}, "prices": {code: str(row[0]) for code, row in priced.items()}
        }  # fmt: skip
        assert assess(again)["loss"] == str(point.loss)


@pytest.mark.django_db
def test_an_entered_price_is_held_on_every_day_and_said(story: Story) -> None:
    run = of(story, prices={"7203": Decimal(3000)}).run
    curve = curve_of(run)
    assert curve is not None
    assert curve.held == ["7203"]
    assert [point.loss for point in curve.points if point.is_own] == [run.loss]
    assert curve.points[0].loss == 1100 + (3000 - 2500) * 1000


@pytest.mark.django_db
def test_it_goes_on_after_the_runs_day_as_far_as_market_data_reach(story: Story) -> None:
    told = of(story)
    told.assessed(dt.date(2025, 4, 30), reason="The day of the talk.")
    curve = curve_of(told.run)
    assert curve is not None
    assert curve.points[-1].on == OWN
    with travel_to(dt.datetime(2025, 5, 12, 12, tzinfo=dt.UTC)):
        sooner = curve_of(told.run)
    assert sooner is not None
    assert sooner.points[-1].on == dt.date(2025, 5, 12)


@pytest.mark.django_db
def test_days_before_any_market_data_are_counted(story: Story) -> None:
    bars = HEADER + b"2025-05-26,72030,1,1,1,2650,9,1\n2025-05-26,79920,1,1,1,106,9,1\n"
    import_prices("late.csv", bars, actor=User.objects.system())
    told = Story(story.cast, victim="otto", account="7-1", ledger=EXAMPLE_B, decisions=dict(DECISIONS_B), prices={})
    curve = curve_of(told.to_ledger().decided().wait(25).assessed().run)
    assert curve is not None
    assert [point.on for point in curve.points] == [dt.date(2025, 5, day) for day in (26, 27, 28, 29, 30)]
    assert curve.missing == curve.days - 5 > 0


@pytest.mark.django_db
def test_a_held_price_follows_a_split(story: Story) -> None:
    ledger = EXAMPLE_B + "{account},x1,2025-05-01T00:00:00+09:00,split,,7203,2,,,,,,,,,,,\n"
    actor = User.objects.system()
    import_prices("bars.csv", daily_bars(), actor=actor)
    told = Story(
        story.cast, victim="otto", account="7-1", ledger=ledger, decisions={**DECISIONS_B, "x1": "genuine"}, prices={}
    )  # fmt: skip
    run = told.to_ledger().decided().wait(25).assessed(prices={"7203": Decimal(1250)}).run
    curve = curve_of(run)
    assert curve is not None
    # 1,250 after the split is 2,500 before it: what was sold is worth the same on every day.
    assert run.accounts.get().result["components"]["own_holdings"] == "0"
    assert curve.points[0].loss == 1100


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow_with_the_days(
    story: Story, django_assert_num_queries: Callable[[int], Any]
) -> None:
    told = of(story)
    with django_assert_num_queries(2):
        curve_of(told.run)
    told.assessed(dt.date(2025, 4, 17), reason="The day after.")
    with (
        CaptureQueriesContext(
            connection,
        ) as queries,
        travel_to(dt.datetime(2025, 4, 18, tzinfo=dt.UTC)),
    ):
        curve_of(told.run)
    assert len(queries) == 2


@pytest.mark.django_db
def test_the_history_says_of_each_day_what_the_price_of_the_day_says(cast: object) -> None:
    halves = HEADER + b"2025-05-01,99990,1,1,1,1000,9,1\n2025-05-02,99990,,,,,0,0.5\n2025-05-12,99990,1,1,1,498,9,1\n"
    import_prices("halves.csv", halves, actor=User.objects.system())
    import_prices("bars.csv", daily_bars(), actor=User.objects.system())
    codes, first, last = ["9999", "7203", "6182", "none"], dt.date(2025, 4, 25), dt.date(2025, 6, 15)
    history = PriceHistory(codes, first, last)
    for n in range((last - first).days + 1):
        day = first + dt.timedelta(n)
        assert history.on(day) == price_on(codes, day)
    assert history.on(dt.date(2025, 5, 2))["9999"][0] == 500


@pytest.mark.django_db
def test_a_run_without_an_unauthorized_event_has_no_curve(story: Story) -> None:
    story.to_ledger()
    rows = story.executions()
    story.decisions = dict.fromkeys(rows, "genuine")
    story.decided().wait(25).assessed()
    assert curve_of(story.run) is None


@pytest.mark.django_db
def test_a_long_account_is_looked_at_on_fewer_days_evenly_and_it_says_so(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = of(story)
    told.assessed(dt.date(2025, 5, 9), reason="A day in between.")
    monkeypatch.setattr("casetrack.assessment.curve.WORK", 5 * 9)
    curve = curve_of(told.run)
    assert curve is not None
    assert (curve.is_sampled, curve.days, len(curve.points)) == (True, 9, 9)
    assert (curve.points[0].on, curve.points[-1].on) == (dt.date(2025, 4, 16), OWN)
    assert [point.loss for point in curve.points if point.is_own] == [told.run.loss]
