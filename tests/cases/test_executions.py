"""What each execution was: the firm's decision, the victim's answer, the liquidations that follow."""

import pytest

from casetrack.cases.models import ExecutionAnswer, MarginLiquidation
from casetrack.cases.services import answer_executions, decide_executions
from casetrack.ledger.models import Attribution
from casetrack.lib.errors import InvalidInput, NotAllowed
from casetrack.people.models import User
from tests.builders import ANSWERS_A, Cast, Story

pytestmark = pytest.mark.django_db


def test_ivan_decides_and_the_decision_is_kept_with_its_history(story: Story, ivan: User) -> None:
    story.to_ledger()
    bought = story.executions()["u1"]
    decide_executions(story.case, {bought.pk: "unauthorized"}, actor=ivan)
    decide_executions(story.case, {bought.pk: "genuine"}, actor=ivan, reason="A mistake.")
    assert story.executions()["u1"].attribution == "genuine"
    values = Attribution.objects.filter(execution=bought).order_by("id").values_list("value", flat=True)
    assert list(values)[-2:] == ["unauthorized", "genuine"]


def test_the_same_decision_again_changes_nothing(story: Story, ivan: User) -> None:
    story.to_ledger()
    decision = {story.executions()["u1"].pk: "unauthorized"}
    assert decide_executions(story.case, decision, actor=ivan) == 1
    assert decide_executions(story.case, decision, actor=ivan) == 0


def test_a_purchase_on_margin_cannot_be_a_liquidation(story: Story, ivan: User) -> None:
    story.to_ledger()
    with pytest.raises(InvalidInput):
        decide_executions(story.case, {story.executions()["u1"].pk: "liquidation"}, actor=ivan)


def test_vera_answers_and_only_vera(story: Story, otto: User, ivan: User) -> None:
    story.to_ledger().answered(ANSWERS_A)
    assert ExecutionAnswer.objects.filter(case=story.case).count() == 3
    for who in (otto, ivan):
        with pytest.raises(NotAllowed):
            answer_executions(story.case, {story.executions()["u1"].pk: "yes"}, actor=who)


def test_an_execution_of_another_case_is_refused(story: Story, cast: Cast, ivan: User) -> None:
    story.to_ledger()
    other = Story(cast, victim="otto", account="77").to_ledger()
    with pytest.raises(InvalidInput):
        decide_executions(story.case, {other.executions()["u1"].pk: "unauthorized"}, actor=ivan)


def test_a_forced_sale_is_linked_to_the_margin_positions_that_caused_it(story: Story, ivan: User) -> None:
    story.to_ledger().decided()
    liquidation = MarginLiquidation.objects.get(case=story.case, is_active=True)
    assert liquidation.execution.execution_id == "l1"
    assert [p.execution_id for p in liquidation.positions.all()] == ["u1"]
    decide_executions(story.case, {story.executions()["l1"].pk: "genuine"}, actor=ivan)
    assert not MarginLiquidation.objects.filter(case=story.case, is_active=True).exists()
