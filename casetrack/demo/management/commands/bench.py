"""`make bench`: how fast the calculator is, as ratios against named references measured in the same run."""

import csv
import datetime as dt
import io
import json
from collections.abc import Callable
from decimal import Decimal
from time import process_time
from typing import Any

from django.core.management.base import BaseCommand

from casetrack.assessment.curve import MOST_DAYS, points_of
from casetrack.assessment.services.policies import DEFAULT_POLICY
from casetrack.calc.loss import assess
from casetrack.demo.story import DECISIONS_B, EXAMPLE_B, PRICES_B

SECONDS = 2.0
EVENTS = 10_000
LONGEST_CURVE = 0.5
POLICY = {"method": "cash", "ratios": DEFAULT_POLICY["ratios"], "reduction": "0", "solatium": "10000"}
COLUMNS = {"execution_id": "id", "executed_at": "at"}


def typical() -> dict[str, Any]:
    """The calculator's input for the demo's typical case: own shares sold to buy a planted issue."""
    events = []
    for row in csv.DictReader(io.StringIO(EXAMPLE_B.format(account="1"))):
        event = {COLUMNS.get(name, name): text for name, text in row.items() if text and name != "account"}
        opening = event["type"].startswith("opening")
        event["attribution"] = "genuine" if opening else DECISIONS_B[event["id"]]
        events.append(event)
    prices = {code: str(price) for code, price in PRICES_B.items()}
    return {"valuation": {"date": "2025-05-30", "prices": prices, "fx": {}}, "events": events, "policy": POLICY}


def long(count: int) -> dict[str, Any]:
    """One account with `count` events: rounds of unauthorized purchases and the sales that mitigate them."""
    events: list[dict[str, str]] = []
    while len(events) < count:
        n = len(events)
        security, price = f"S{n % 20}", f"{100 + n % 89}.{n % 10}"
        common = {"security": security, "price": price, "fees": "12.5", "at": "2025-04-16T09:00:00+09:00"}
        events.append({"id": f"b{n}", "type": "buy", "attribution": "unauthorized", "quantity": "300", **common})
        events.append({"id": f"s{n}", "type": "sell", "attribution": "mitigation", "quantity": "200", **common})
    prices = {f"S{n}": "95.5" for n in range(20)}
    valuation = {"date": "2025-05-30", "prices": prices, "fx": {}}
    return {"valuation": valuation, "events": events[:count], "policy": POLICY}


def per_second(work: Callable[[], object]) -> float:
    """How often `work` is done in a second of one core, over about SECONDS."""
    done, started = 0, process_time()
    while process_time() - started < SECONDS:
        work()
        done += 1
    return done / (process_time() - started)


def read_numbers(document: dict[str, Any]) -> int:
    """The least that any calculator must do: read the text, and its numbers as exact decimals."""
    read = json.loads(json.dumps(document))
    return sum(1 for event in read["events"] for name in ("quantity", "price", "fees") if Decimal(event.get(name, "0")))


def curve(document: dict[str, Any], days: int = MOST_DAYS) -> int:
    """The statement's curve over `days` days, each with prices of its own, without the query: the points drawn."""
    own = dt.date.fromisoformat(document["valuation"]["date"])
    prices = {
        own - dt.timedelta(n): {
            code: str(Decimal(price) + n) for code, price in document["valuation"]["prices"].items()
        }
        for n in range(days)
    }
    return len(points_of([document], prices, own, lambda day: prices[day]))


class Command(BaseCommand):
    help = "Measures the calculator against named references in the same run; CPU time of one core."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        case, account = typical(), long(EVENTS)
        assessed, floor = per_second(lambda: assess(case)), per_second(lambda: read_numbers(case))
        self.stdout.write(
            f"typical case (example B, {len(case['events'])} events): {assessed:,.0f} assessments per second and core;"
            f" {floor / assessed:.1f} times the time of reading its JSON into decimals"
        )
        seconds, least = 1 / per_second(lambda: assess(account)), 1 / per_second(lambda: read_numbers(account))
        self.stdout.write(
            f"one account of {EVENTS:,} events: {seconds:.2f} s ({'within' if seconds < 1 else 'OVER'} the promised"
            f" second); {seconds / least:.1f} times the time of reading its JSON into decimals"
        )
        drawn = 1 / per_second(lambda: curve(case))
        kept = "within" if drawn < LONGEST_CURVE else "OVER"
        self.stdout.write(
            f"curve of the typical case over {MOST_DAYS} valuation dates: {drawn:.3f} s ({kept} half a second);"
            f" {drawn * assessed / MOST_DAYS:.2f} times the time of as many single assessments"
        )
