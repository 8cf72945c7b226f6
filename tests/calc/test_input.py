"""What the calculator refuses as malformed, and what it lets pass (assessment.md, "Input")."""

import json
from copy import deepcopy
from typing import Any

import pytest

from casetrack.calc.loss import Refusal, assess, assess_json

from .documents import POLICY, buy, cash, document, event, margin_open, opening, refusal_of, sell, split

GOOD = document([opening("7203", "100"), sell("unauthorized", "7203", "100", "2500")], {"7203": "2700"})


def changed(path: str, value: Any) -> dict[str, Any]:
    """GOOD with the value at the dotted path replaced; `...` removes it."""
    result: Any = deepcopy(GOOD)
    *parents, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    inner = result
    for step in parents:
        inner = inner[step]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return result  # type: ignore[no-any-return]


@pytest.mark.parametrize("junk", [None, [], "text", 5, True, {}, {"events": []}])
def test_it_refuses_an_input_without_its_three_parts(junk: Any) -> None:
    assert refusal_of(junk) == ("malformed", None)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("valuation", ...),
        ("valuation", None),
        ("valuation.date", ...),
        ("valuation.date", "2025-02-30"),
        ("valuation.date", "20250530"),
        ("valuation.date", "2025-W22-5"),
        ("valuation.date", 20250530),
        ("valuation.prices", None),
        ("valuation.prices", []),
        ("valuation.prices", {"7203": 2700}),
        ("valuation.prices", {"7203": "-1"}),
        ("valuation.prices", {"7203": None}),
        ("valuation.prices", {"\ud800": "1"}),
        ("valuation.fx", None),
        ("valuation.fx", {"USD": "0"}),
        ("valuation.fx", {"JPY": "1.5"}),
        ("events", ...),
        ("events", None),
        ("events", {}),
        ("events", [5]),
        ("events", [None]),
        ("events", [{}]),
        ("policy", ...),
        ("policy", None),
        ("policy.method", "both"),
        ("policy.method", None),
        ("policy.reduction", "1.1"),
        ("policy.reduction", "-0.1"),
        ("policy.reduction", None),
        ("policy.solatium", "0.5"),
        ("policy.solatium", "-1"),
        ("policy.solatium", 10000),
        ("policy.ratios", None),
        ("policy.ratios", {"planted": "1.01"}),
        ("policy.ratios", {"planted": None}),
        ("policy.ratios", {"solatium": "1"}),
        ("policy.ratios", {"feelings": "1"}),
        ("events.1.id", ...),
        ("events.1.id", 7),
        ("events.1.id", ""),
        ("events.1.id", None),
        ("events.1.id", "\ud800"),
    ],
)
def test_it_refuses_a_malformed_input_naming_no_event(path: str, value: Any) -> None:
    assert refusal_of(changed(path, value)) == ("malformed", None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("type", ...),
        ("type", "gift"),
        ("type", ["sell"]),
        ("type", None),
        ("attribution", ...),
        ("attribution", "missed"),
        ("attribution", None),
        ("at", ...),
        ("at", "2025-04-16T09:00:00"),
        ("at", "2025-04-16"),
        ("at", "2025-04-16 09:00:00+09:00"),
        ("at", "2025-04-31T09:00:00+09:00"),
        ("at", "2025-04-16T24:00:00+09:00"),
        ("at", "2025-04-16T09:00:00+09:60"),
        ("at", "２０25-04-16T09:00:00+09:00"),
        ("at", 1744761600),
        ("at", None),
        ("security", ...),
        ("security", ""),
        ("security", 7203),
        ("quantity", ...),
        ("quantity", "0"),
        ("quantity", "0.0"),
        ("quantity", "-1"),
        ("quantity", 100),
        ("quantity", None),
        ("price", ...),
        ("price", "-1"),
        ("price", "1e3"),
        ("price", "1,000"),
        ("price", "+1"),
        ("price", ".5"),
        ("price", "5."),
        ("price", " 5"),
        ("price", "5\n"),
        ("price", "５"),
        ("price", "NaN"),
        ("price", ""),
        ("price", 2500.5),
        ("price", True),
        ("price", "9" * 5000),
        ("fees", None),
        ("fees", 5),
        ("tax", "x"),
        ("unit", "0"),
        ("unit", None),
        ("currency", None),
        ("currency", "yen"),
        ("fx", "2"),
        ("fx", "0"),
        ("fx", None),
        ("settled_in", "USD"),
        ("settled_in", None),
    ],
)
def test_it_refuses_a_malformed_event_naming_it(field: str, value: Any) -> None:
    assert refusal_of(changed(f"events.1.{field}", value)) == ("malformed", "e2")


@pytest.mark.parametrize(
    ("kind", "attributions"),
    [
        ("opening_cash", ["genuine"]),
        ("opening_position", ["genuine"]),
        ("buy", ["genuine", "unauthorized", "mitigation"]),
        ("sell", ["genuine", "unauthorized", "mitigation", "liquidation"]),
        ("margin_open", ["genuine", "unauthorized"]),
        ("margin_close", ["genuine", "unauthorized", "mitigation", "liquidation"]),
        ("split", ["genuine"]),
        ("income", ["genuine", "unauthorized", "missed"]),
        ("charge", ["genuine", "unauthorized", "liquidation"]),
        ("cash_in", ["genuine", "unauthorized"]),
        ("cash_out", ["genuine", "unauthorized"]),
    ],
)
def test_it_allows_each_type_its_attributions_and_no_other(kind: str, attributions: list[str]) -> None:
    fields = {"security": "A", "quantity": "1", "price": "1", "side": "long", "open_price": "1", "ratio": "2"}
    late = {"at": "2025-06-16T09:00:00+09:00", "amount": "1"}
    for attribution in ("genuine", "unauthorized", "mitigation", "liquidation", "missed"):
        given = document([event(kind, attribution, **fields, **late)])
        if attribution in attributions:
            assert assess(given)["ignored"] == ["e1"]
        else:
            assert refusal_of(given) == ("malformed", "e1")


@pytest.mark.parametrize(
    "broken",
    [
        cash("x"),
        cash("-5", currency=None),
        event("cash_out", "genuine", amount="-1"),
        event("cash_in", "genuine"),
        event("charge", "genuine", amount="5", currency="USD"),
        event("charge", "genuine", amount="5", fx="1.1"),
        event("income", "missed", amount="5"),
        event("income", "missed", security="A", amount="-5"),
        split("A", "0"),
        split("A", "-2"),
        event("split", "genuine", security="A"),
        opening("A", "0"),
        opening("A", "1", unit="-1"),
        margin_open("genuine", "A", "both", "1", "1"),
        event("margin_open", "genuine", security="A", quantity="1", price="1"),
        event("margin_close", "genuine", security="A", side="long", quantity="1", price="1"),
        buy("genuine", "A", "1", "1", currency="USD"),
        buy("genuine", "A", "1", "1", currency="USD", settled_in="EUR", fx="150"),
        buy("genuine", "A", "1", "1", currency="USD", fx="-1", settled_in="USD"),
    ],
)
def test_it_refuses_a_broken_event_of_any_type(broken: dict[str, Any]) -> None:
    assert refusal_of(document([broken])) == ("malformed", "e1")


def test_it_refuses_two_events_with_one_id() -> None:
    assert refusal_of(changed("events.1.id", "e1")) == ("malformed", "e1")


def test_it_checks_the_shape_of_ignored_events_too() -> None:
    late = sell("genuine", "7203", "0", "1", at="2025-07-01T09:00:00+09:00")
    assert refusal_of(document([late])) == ("malformed", "e1")


def test_it_names_malformed_before_oversold_before_missing_price() -> None:
    oversold = sell("genuine", "B", "1", "1")
    events = [opening("A", "1"), oversold]
    assert refusal_of(document([*events, split("A", "0")])) == ("malformed", "e3")
    assert refusal_of(document(events)) == ("oversold", "e2")
    assert refusal_of(document(events[:1])) == ("missing_price", None)


def test_it_passes_over_unknown_fields() -> None:
    given = document([opening("7203", "1", note=None, price=5, open_price="x")], {"7203": "1"})
    given |= {"comment": None}
    given["valuation"]["source"] = 5
    given["policy"] = {**POLICY, "name": None}
    assert assess(given)["actual_value"] == "1"


def test_it_takes_the_defaults() -> None:
    result = assess({"valuation": {"date": "2025-05-30"}, "events": [], "policy": {}})
    assert result["loss"] == result["due"] == result["compensation"]["restoration"] == "0"
    assert set(result["payable"].values()) == {"0"}
    given = document([opening("A", "1"), sell("unauthorized", "A", "1", "1")], {"A": "5"}, policy={})
    assert assess(given)["loss"] == "4"


def test_it_refuses_a_security_with_two_units_or_currencies() -> None:
    late = {"at": "2025-07-01T09:00:00+09:00"}
    assert refusal_of(document([opening("A", "1", unit="1"), sell("genuine", "A", "1", "1", unit="10", **late)])) == (
        "malformed",
        "e2",
    )
    assert refusal_of(document([opening("A", "1", currency="JPY"), opening("A", "1", currency="USD")])) == (
        "malformed",
        "e2",
    )
    assert assess(document([opening("A", "1", unit="1.0"), opening("A", "1", unit="1")], {"A": "3"}))["loss"] == "0"


def test_it_takes_unit_and_currency_from_any_event_of_the_security() -> None:
    # 10,000 units at 200 USD per 10,000 and 150 yen: 30,000 yen. Only a later, ignored event states unit and currency.
    late = buy("genuine", "A", "1", "1", unit="10000", currency="USD", fx="150", at="2025-07-01T00:00:00+09:00")
    given = document([opening("A", "10000"), late], {"A": "200"}, {"USD": "150"})
    assert assess(given)["actual_value"] == "30000"
    # The currency so stated holds for a trade that states none: it needs its fx.
    assert refusal_of(document([buy("genuine", "A", "1", "1"), late])) == ("malformed", "e1")
    # Income states nothing: its currency is that of the payment.
    paid = event("income", "genuine", security="A", amount="5", currency="EUR", fx="160")
    assert assess(document([opening("A", "1"), paid], {"A": "1"}))["actual_value"] == "801"


def test_it_orders_events_by_instant_and_then_by_place() -> None:
    bought = buy("genuine", "A", "1", "10", at="2025-04-16T00:00:00Z")
    sold = sell("genuine", "A", "1", "12", at="2025-04-16T09:00:00+09:00")
    assert assess(document([bought, sold]))["actual_value"] == "2"
    assert refusal_of(document([sold, bought])) == ("oversold", "e1")
    half = [{**bought, "at": "2025-04-16T00:00:00.50Z"}, {**sold, "at": "2025-04-16T09:00:00,5+0900"}]
    assert assess(document(half))["actual_value"] == "2"
    assert refusal_of(document(half[::-1])) == ("oversold", "e1")
    later_in_the_same_microsecond = [
        {**sold, "at": "2025-04-16T00:00:00.00000012Z"},
        {**bought, "at": "2025-04-16T00:00:00.0000001Z"},
    ]
    assert assess(document(later_in_the_same_microsecond))["actual_value"] == "2"


def test_it_ignores_what_happens_after_the_valuation_date_in_tokyo() -> None:
    last = cash("1", at="2025-05-30T14:59:59.999999999Z")
    first_ignored = cash("10", at="2025-05-30T15:00:00Z")
    later = cash("100", at="2025-05-31T00:00:01+09:00")
    result = assess(document([later, first_ignored, last]))
    assert result["actual_value"] == "1"
    assert result["ignored"] == ["e2", "e1"]


def test_it_survives_the_ends_of_the_calendar() -> None:
    given = document([cash("1", at="0001-01-01T00:00:00+23:59"), cash("2", at="9999-12-31T23:59:59-23:59")])
    given["valuation"]["date"] = "9999-12-31"
    assert assess(given)["actual_value"] == "1"
    assert refusal_of(document([sell("genuine", "A", "1", "1", at="0001-01-01T00:00:00+23:59")])) == ("oversold", "e1")


def test_it_answers_json_with_json() -> None:
    assert assess_json(json.dumps(GOOD)) == assess(GOOD)
    for text in ("", "{", "[" * 100_000, "NaN", "null", '{"events":' + "1" * 5000 + "}"):
        error = assess_json(text)["error"]
        assert (error["code"], error["event"]) == ("malformed", None)
        assert list(error) == ["code", "message", "event"]


def test_its_messages_name_the_security_and_the_time_in_tokyo() -> None:
    with pytest.raises(Refusal) as refused:
        assess(document([opening("7203", "100"), sell("genuine", "7203", "150", "1", at="2025-04-16T00:05:00Z")]))
    assert refused.value.message == (
        "The customer sells 150 units of 7203 on 2025-04-16 at 09:05:00 (Asia/Tokyo), but owns only 100 then. "
        "The opening position may be incomplete."
    )
    with pytest.raises(Refusal, match="The valuation has no price for 7203 on 2025-05-30"):
        assess(document([opening("7203", "100")]))
    with pytest.raises(Refusal, match=r"Event e1, buy of 7203 on .* \(Asia/Tokyo\): price must not be negative\."):
        assess(document([buy("genuine", "7203", "1", "-1")]))
