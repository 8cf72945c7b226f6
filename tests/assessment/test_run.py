"""Assessment runs over a case's ledger."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from casetrack.assessment.models import AssessedAccount
from casetrack.assessment.services import blocking_executions, is_current, recompute, run_assessment
from casetrack.assessment.services.runs import CalculatorRefusal
from casetrack.cases.services import decide_executions, perform
from casetrack.lib.errors import InvalidInput, NotAllowed
from casetrack.people.models import User
from tests.builders import Story

pytestmark = pytest.mark.django_db


def test_example_a_comes_out_to_the_yen(story: Story) -> None:
    story.to_assessment()
    run = story.run
    assert (run.loss, run.due) == (Decimal(27994500), Decimal(14009500))
    result = run.accounts.get().result
    assert result["components"]["margin"] == "26000000"
    assert result["restoration"]["deliver"] == {"SP500F": "10000000"}
    assert story.case.status == "assessed"


def test_undecided_executions_since_the_first_access_block_and_are_named(story: Story, ivan: User) -> None:
    story.to_ledger()
    assert [e.execution_id for e in blocking_executions(story.case)] == ["u1", "c1", "l1"]
    with pytest.raises(InvalidInput, match="u1, c1, l1"):
        story.assessed()


def test_no_confirmed_access_no_assessment(story: Story) -> None:
    story.to_investigation()
    with pytest.raises(InvalidInput):
        story.assessed()


def test_fiona_and_vera_cannot_assess(story: Story, fiona: User, vera: User) -> None:
    story.to_ledger().decided()
    for who in (fiona, vera):
        with pytest.raises(NotAllowed):
            run_assessment(story.case, valuation_on=dt.date(2025, 5, 30), actor=who)


def test_a_stored_run_is_recomputed_to_the_same_digits(story: Story) -> None:
    story.to_assessment()
    assert recompute(story.run) == []


def test_a_stored_run_cannot_be_changed(story: Story) -> None:
    story.to_assessment()
    with pytest.raises(DatabaseError), transaction.atomic():
        AssessedAccount.objects.filter(assessment=story.run).update(inputs_sha256="0" * 64)


def test_a_decision_after_the_run_makes_it_stale(story: Story, ivan: User) -> None:
    story.to_assessment()
    assert is_current(story.run)
    decide_executions(story.case, {story.executions()["c1"].pk: "genuine"}, actor=ivan)
    assert not is_current(story.run)


def test_a_missing_price_is_said_in_words(story: Story, ivan: User) -> None:
    story.to_ledger().decided()
    with pytest.raises(CalculatorRefusal, match="SP500F"):
        run_assessment(story.case, valuation_on=dt.date(2025, 5, 30), actor=ivan)


def test_ivan_returns_to_the_investigation_and_assesses_again(story: Story, ivan: User) -> None:
    story.to_assessment()
    perform(story.case, "revise", actor=ivan, reason="A new file from the exchange.")
    story.assessed()
    assert story.run.number == 2
