"""What holds for every account."""

from collections import Counter, defaultdict
from copy import deepcopy
from fractions import Fraction
from typing import Any, get_args

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casetrack.calc.loss import COMPONENTS, Code, Refusal, assess, assess_json

from .accounts import CURRENCIES, UNITS, accounts
from .naive import own_and_planted, worlds

few = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def added_up(result: dict[str, Any], by: str) -> dict[str, Fraction]:
    sums: dict[str, Fraction] = defaultdict(Fraction)
    for line in result["lines"]:
        sums[line[by]] += Fraction(line["loss"])
    return dict(sums)


@few
@given(accounts())
def test_the_lines_add_up_to_the_difference_of_two_naive_worlds(document: dict[str, Any]) -> None:
    result = assess(document)
    counterfactual, actual = worlds(document, UNITS, CURRENCIES)
    assert Fraction(result["counterfactual_value"]) == counterfactual
    assert Fraction(result["actual_value"]) == actual
    assert sum(added_up(result, "event").values()) == counterfactual - actual
    assert Fraction(result["loss"]) == Fraction(result["restoration"]["value"]) == counterfactual - actual


@few
@given(accounts())
def test_each_component_is_what_single_units_say(document: dict[str, Any]) -> None:
    # Genuine margin positions closed by others share two of the components: leave accounts with them to the tables.
    result = assess(document)
    if result["restoration"]["reopen"]:
        return
    expected = own_and_planted(document, UNITS, CURRENCIES)
    for component in ("planted", "own_holdings", "liquidation"):
        assert Fraction(result["components"][component]) == expected[component]


@few
@given(accounts())
def test_the_lines_stand_in_order_and_none_is_zero(document: dict[str, Any]) -> None:
    result = assess(document)
    place = {event["id"]: number for number, event in enumerate(document["events"])}
    keys = [(place[line["event"]], COMPONENTS.index(line["component"])) for line in result["lines"]]
    assert keys == sorted(set(keys))
    assert all(Fraction(line["loss"]) for line in result["lines"])
    shown = {name: Fraction(loss) for name, loss in result["components"].items() if loss != "0"}
    assert shown == {name: loss for name, loss in added_up(result, "component").items() if loss}


@few
@given(accounts(genuine_only=True))
def test_no_hijack_no_loss(document: dict[str, Any]) -> None:
    result = assess(document)
    assert (result["loss"], result["lines"], result["restoration"]["value"]) == ("0", [], "0")
    assert result["compensation"] == {"cash": "10000", "restoration": "10000"}


@few
@given(accounts())
def test_the_order_of_events_of_different_securities_does_not_matter(document: dict[str, Any]) -> None:
    apart = deepcopy(document)
    apart["events"].sort(key=lambda event: event.get("security", ""))
    for event, original in zip(apart["events"], document["events"], strict=True):
        event["at"] = original["at"]
    one, other = assess(document), assess(apart)
    counted = Counter(tuple(line.items()) for line in one.pop("lines"))
    assert counted == Counter(tuple(line.items()) for line in other.pop("lines"))
    assert one == other


@few
@given(accounts())
def test_the_place_in_the_file_does_not_matter_where_times_differ(document: dict[str, Any]) -> None:
    turned = {**document, "events": document["events"][::-1]}
    assert assess(turned) == assess(document)


@few
@given(accounts(), st.data())
def test_an_execution_in_two_parts_changes_nothing_but_the_lines(document: dict[str, Any], data: st.DataObject) -> None:
    events = document["events"]
    large = [n for n, event in enumerate(events) if int(event.get("quantity", 0)) > 1]
    place = data.draw(st.sampled_from(large))
    whole = events[place]
    first = data.draw(st.integers(1, int(whole["quantity"]) - 1))
    rest = {name: value for name, value in whole.items() if name not in ("fees", "tax", "interest")}
    parts = [
        {**whole, "quantity": str(first)},
        {**rest, "quantity": str(int(whole["quantity"]) - first), "id": "rest"},
    ]
    one, other = assess(document), assess({**document, "events": [*events[:place], *parts, *events[place + 1 :]]})
    for line in other["lines"]:
        line["event"] = whole["id"] if line["event"] == "rest" else line["event"]
    for by in ("event", "component"):
        assert {k: v for k, v in added_up(one, by).items() if v} == {k: v for k, v in added_up(other, by).items() if v}
    del one["lines"], other["lines"]
    assert one == other


@few
@given(accounts(), st.integers(2, 7))
def test_splits_after_everything_change_no_money(document: dict[str, Any], ratio: int) -> None:
    # One becomes ratio / 10, in three steps; the valuation price goes from price x ratio to price x 10.
    price = Fraction(document["valuation"]["prices"]["A"])
    split = deepcopy(document)
    at = {"at": "2025-05-01T00:00:00+09:00", "attribution": "genuine"}
    for name, step in (("half", "0.5"), ("more", str(ratio)), ("fifth", "0.2")):
        split["events"].append({"id": name, "type": "split", "security": "A", "ratio": step, **at})
    document["valuation"]["prices"]["A"] = str(float(price * ratio))
    split["valuation"]["prices"]["A"] = str(price * 10)
    one, other = assess(document), assess(split)
    assert one["lines"] == other["lines"]
    for name in ("deliver", "take_over", "reopen"):
        del one["restoration"][name], other["restoration"][name]
    assert one == other


junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["0", "-1", "1.5", "genuine", "unauthorized", "buy", "sell", "USD", "JPY", "long", "2025-05-30"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["valuation", "events", "policy", "date", "id", "type", "at"]) | st.text(max_size=3),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


def code_of(given: Any) -> str | None:
    """The code of the refusal, None if the input passes; any other exception fails the test."""
    try:
        assess(given)
    except Refusal as refusal:
        return refusal.code
    return None


@few
@given(junk)
def test_it_refuses_junk_as_malformed(value: Any) -> None:
    assert code_of(value) == "malformed"


@few
@given(st.text())
def test_it_refuses_any_text_that_is_no_input(text: str) -> None:
    assert assess_json(text)["error"]["code"] == "malformed"


@few
@given(accounts(), st.data())
def test_it_never_crashes_on_an_account_with_one_wrong_value(document: dict[str, Any], data: st.DataObject) -> None:
    where: Any = data.draw(st.sampled_from([*document["events"], document["valuation"], document["policy"], document]))
    field = data.draw(st.sampled_from(sorted(where)))
    where[field] = data.draw(junk)
    assert code_of(document) in {None, *get_args(Code)} - {"check_failed"}
