"""Vera answers "Was this you?" for the rows of her broker's list."""

import datetime as dt

import pytest

from casetrack.intake.marks import counts, mark_many, mark_trades, undo_marks
from casetrack.intake.models import BroughtTrade, Draft
from casetrack.intake.services import delete_draft, start_draft
from casetrack.lib.errors import InvalidInput, NotAllowed
from casetrack.people.models import User

pytestmark = pytest.mark.django_db
TUESDAY, WEDNESDAY = dt.date(2025, 4, 15), dt.date(2025, 4, 16)


@pytest.fixture
def draft(vera: User) -> Draft:
    draft = start_draft(actor=vera)
    rows = [(TUESDAY, "7203"), (WEDNESDAY, "7203"), (WEDNESDAY, "6182"), (WEDNESDAY, "")]
    BroughtTrade.objects.bulk_create(
        BroughtTrade(
            draft=draft, identity=str(line), line=line, traded_on=day, security_code=code,
            security_name="" if code else "全世界株式",
        )
        for line, (day, code) in enumerate(rows, start=2)
    )  # fmt: skip
    return draft


def said(draft: Draft) -> list[str]:
    return list(draft.brought_trades.order_by("line").values_list("answer", flat=True))


def row(draft: Draft, line: int) -> int:
    return draft.brought_trades.get(line=line).pk


def test_she_answers_rows_one_by_one_and_may_change_her_mind(draft: Draft, vera: User) -> None:
    assert mark_trades(draft, {row(draft, 2): "yes", row(draft, 3): "no"}, actor=vera) == 2
    assert mark_trades(draft, {row(draft, 2): "yes", row(draft, 3): "not_sure"}, actor=vera) == 1
    assert said(draft) == ["yes", "not_sure", "", ""]
    assert counts(draft) == {"total": 4, "open": 2, "yes": 1, "no": 0, "not_sure": 1}


def test_a_whole_day_and_a_whole_security_are_one_act(draft: Draft, vera: User) -> None:
    assert mark_many(draft, "no", actor=vera, day=WEDNESDAY) == 3
    assert mark_many(draft, "yes", actor=vera, security="7203") == 2
    assert said(draft) == ["yes", "yes", "no", "no"]


def test_a_fund_without_a_code_is_known_by_its_name(draft: Draft, vera: User) -> None:
    assert mark_many(draft, "no", actor=vera, security="全世界株式") == 1
    assert said(draft) == ["", "", "", "no"]


def test_the_last_act_is_taken_back_and_every_row_says_what_it_said(draft: Draft, vera: User) -> None:
    mark_trades(draft, {row(draft, 3): "yes"}, actor=vera)
    mark_many(draft, "no", actor=vera, day=WEDNESDAY)
    assert undo_marks(draft, actor=vera) == 3
    assert said(draft) == ["", "yes", "", ""]
    assert undo_marks(draft, actor=vera) == 0


def test_taking_back_leaves_what_was_answered_by_itself_since(draft: Draft, vera: User) -> None:
    mark_many(draft, "no", actor=vera, day=WEDNESDAY)
    mark_trades(draft, {row(draft, 3): "yes"}, actor=vera)
    undo_marks(draft, actor=vera)
    assert said(draft) == ["", "yes", "", ""]


def test_otto_answers_nothing_in_veras_draft(draft: Draft, otto: User) -> None:
    with pytest.raises(NotAllowed):
        mark_many(draft, "no", actor=otto, day=WEDNESDAY)
    with pytest.raises(NotAllowed):
        undo_marks(draft, actor=otto)
    assert set(said(draft)) == {""}


def test_an_answer_that_is_none_and_an_act_on_everything_are_refused(draft: Draft, vera: User) -> None:
    with pytest.raises(InvalidInput):
        mark_trades(draft, {row(draft, 2): "maybe"}, actor=vera)
    with pytest.raises(InvalidInput):
        mark_many(draft, "no", actor=vera)


def test_rows_go_with_the_draft(draft: Draft, vera: User) -> None:
    delete_draft(draft, actor=vera)
    assert not BroughtTrade.objects.exists()
