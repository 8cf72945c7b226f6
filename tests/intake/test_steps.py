"""The table of steps: what is asked, kept, checked again, and shown."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from casetrack.intake.answers import Shape
from casetrack.intake.steps import STEPS, unfinished
from casetrack.lib.errors import InvalidInput
from casetrack.web.report.forms import TradeForm, TradesForm
from casetrack.web.report.pages import PAGES
from casetrack.web.report.rows import RowsForm
from tests.intake.reports import ANSWERS

NEEDED = [name for name in ANSWERS if not STEPS[name].is_optional]
STORED = {name: {"facts": STEPS[name].pack(answers)} for name, answers in ANSWERS.items()}


def test_every_step_has_a_page_and_every_page_a_step() -> None:
    assert list(PAGES) == list(STEPS)


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name in STEPS if name != "files"])
def test_the_page_asks_what_the_step_keeps(name: str) -> None:
    fields = PAGES[name].form().fields
    questions = {question.name: question for question in STEPS[name].questions}
    assert set(fields) == set(questions)
    required = {n: q.required and q.when is None for n, q in questions.items()}
    assert {n: f.required for n, f in fields.items()} == required


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if issubclass(page.form, RowsForm)])
def test_a_row_of_the_page_asks_what_a_row_of_the_step_keeps(name: str) -> None:
    form = PAGES[name].form
    assert issubclass(form, RowsForm)
    rows = {question.name: question.required for question in STEPS[name].rows}
    assert {n: field.required for n, field in form.row_form(prefix="row").fields.items()} == rows


def test_a_trade_asks_what_a_row_keeps() -> None:
    rows = {question.name: question.required for question in STEPS["trades"].rows}
    form = TradesForm()
    form.ask_account({"of one": "111", "of another": "222"})
    assert {name: field.required for name, field in form.rows[0].fields.items()} == rows
    assert {name: field.required for name, field in TradeForm(prefix="row").fields.items()} | {"account": False} == rows


def test_a_trade_kept_before_its_account_was_asked_is_of_no_account() -> None:
    kept = STORED["trades"]["facts"]
    rows = [{name: value for name, value in row.items() if name != "account"} for row in kept["rows"]]
    read = STEPS["trades"].read({"trades": {"facts": kept | {"rows": rows}}})
    assert [row["account"] for row in read["rows"]] == [""]


@pytest.mark.parametrize("name", list(ANSWERS))
def test_answers_come_back_as_they_went_in(name: str) -> None:
    read = STEPS[name].read(STORED)
    assert {question: read[question] for question in ANSWERS[name]} == ANSWERS[name]


def test_what_is_stored_are_strings() -> None:
    facts = STORED["trades"]["facts"]
    assert facts["rows"][0] == {
        "side": "buy", "security": "6182", "traded_on": "2025-04-16", "quantity": "200000", "amount": "50000000",
        "on_margin": "yes", "account": "",
    }  # fmt: skip


def test_the_account_number_is_not_stored_as_typed() -> None:
    assert "4567890" not in str(STORED)
    (number,) = [q for q in STEPS["account"].rows if q.name == "number"]
    assert number.shape is Shape.ENCRYPTED


def test_a_finished_report_lacks_nothing_and_files_are_optional() -> None:
    assert unfinished(STORED) == []


@pytest.mark.parametrize("name", NEEDED)
def test_each_step_hinders_the_submission_when_it_was_not_begun(name: str) -> None:
    answers = {step: stored for step, stored in STORED.items() if step != name}
    assert [step.identifier for step in unfinished(answers)] == [name]


def test_a_step_of_which_only_typing_is_kept_is_not_finished() -> None:
    assert [s.identifier for s in unfinished(STORED | {"noticed": {"typed": "x"}})] == ["noticed"]


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("you", "family_name", ""),
        ("you", "language", "fr"),
        ("noticed", "noticed_at", "2025-04-31T09:00:00+09:00"),
        ("noticed", "noticed_how", "gossip"),
        ("account", "rows", [{"firm": "MINATO", "number": "", "kinds": []}]),
        ("account", "rows", []),
        ("you", "family_name", "x" * 81),
    ],
)
def test_what_does_not_hold_is_found_again_at_the_end(name: str, field: str, value: Any) -> None:
    broken = STORED | {name: {"facts": STORED[name]["facts"] | {field: value}}}
    with pytest.raises(InvalidInput):
        STEPS[name].read(broken)
    assert [step.identifier for step in unfinished(broken)] == [name]


@pytest.mark.parametrize("amount", ["-1", "NaN", "Infinity", "1e", "fifty"])
def test_a_stored_amount_that_is_none_is_refused(amount: str) -> None:
    facts = STORED["trades"]["facts"]
    row = facts["rows"][0] | {"amount": amount}
    with pytest.raises(InvalidInput):
        STEPS["trades"].read({"trades": {"facts": facts | {"rows": [row]}}})


def test_known_trades_need_a_row_and_the_firms_list_needs_none() -> None:
    with pytest.raises(InvalidInput):
        STEPS["trades"].read({"trades": {"facts": {"known": "known", "rows": []}}})
    assert STEPS["trades"].read({"trades": {"facts": {"known": "firm_list", "rows": []}}})["rows"] == []


def test_an_instant_keeps_its_minute_and_a_day_its_date() -> None:
    assert STEPS["noticed"].read(STORED)["noticed_at"].astimezone(dt.UTC).minute == 5
    assert STEPS["trades"].read(STORED)["rows"][0]["amount"] == Decimal(50000000)


# Questions with a few answers of which the last is no way out, and why none is needed.
KNOWN_TO_EVERYBODY = {
    ("you", "language"): "one knows the language that one reads",
    ("address", "lives"): "one knows where one lives",
    ("representative", "kind"): "nobody is an answer",
    ("noticed", "noticed_how"): "in another way",
    ("told", "firm_answer"): "something else, or not asked",
    ("trades", "known"): "the firm has the list",
    ("bodies", "state"): "asked for advice: that much was done by whoever went there",
}


def test_where_a_person_may_not_know_the_question_may_stay_open_or_is_answered_with_i_do_not_know() -> None:
    hard = {
        (step.identifier, question.name)
        for step in STEPS.values()
        for question in (*step.questions, *step.rows)
        if question.required
        and question.shape is Shape.CHOICE
        and not {"unknown", "not_sure", "other", "none", "nobody"} & set(question.choices)
    }
    assert hard <= set(KNOWN_TO_EVERYBODY), hard - set(KNOWN_TO_EVERYBODY)


def test_what_must_be_entered_is_what_a_report_cannot_do_without() -> None:
    needed = {
        question.name
        for step in STEPS.values()
        if not step.is_optional
        for question in (*step.questions, *step.rows)
        if question.required and question.shape is not Shape.CHOICE
    }
    assert needed == {"family_name", "firm", "number", "noticed_at", "security"}
