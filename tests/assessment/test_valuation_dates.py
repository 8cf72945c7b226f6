"""The valuation date: the policy's rule, what both sides agree on, and a reason for any other."""

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction

from casetrack.assessment.models import Assessment, CompensationPolicy, ValuationAnswer, ValuationBasis, ValuationRule
from casetrack.assessment.services import (
    answer_date,
    draft_policy,
    fixed_date,
    is_current,
    policy_for,
    propose_date,
    publish_policy,
    rule_date,
)
from casetrack.assessment.services.policies import DEFAULT_POLICY, content_hash
from casetrack.evidence.services import add_file
from casetrack.lib import clock
from casetrack.lib.clock import travel_to
from casetrack.lib.errors import Conflict, IllegalTransition, InvalidInput, NotAllowed
from tests.builders import Story

pytestmark = pytest.mark.django_db
DAY, OTHER = dt.date(2025, 5, 30), dt.date(2025, 5, 15)


def ruled(story: Story, rule: ValuationRule, days: int = 0) -> CompensationPolicy:
    """The firm's next policy, with a rule for the date."""
    fields = {**DEFAULT_POLICY, "valuation_rule": rule, "valuation_days": days}
    return publish_policy(story.case.firm, actor=story.user("alma"), **fields)


def proposed(story: Story, who: str, on: dt.date = DAY, reason: str = "I would have kept the shares.") -> Any:
    with travel_to(story.at):
        return propose_date(story.case, on, reason=reason, actor=story.user(who))


def answered(story: Story, proposal: Any, who: str, *, accepts: bool, reason: str = "") -> ValuationAnswer:
    with travel_to(story.at):
        return answer_date(proposal, accepts=accepts, reason=reason, actor=story.user(who))


@pytest.mark.parametrize(
    ("rule", "days", "day"),
    [
        (ValuationRule.NONE, 0, None),
        (ValuationRule.FIRST_TRADE, 0, dt.date(2025, 4, 16)),
        (ValuationRule.REPORT, 0, dt.date(2025, 4, 16)),
        # 29 April, 3 to 6 May are no business days.
        (ValuationRule.FIRST_TRADE, 10, dt.date(2025, 5, 1)),
        (ValuationRule.REPORT, 12, dt.date(2025, 5, 7)),
    ],
)
def test_a_rule_gives_its_day_in_tokyo(story: Story, rule: ValuationRule, days: int, day: dt.date | None) -> None:
    story.to_ledger().decided()
    assert rule_date(story.case, ruled(story, rule, days)) == day


def test_the_first_trade_is_not_known_before_somebody_has_decided(story: Story) -> None:
    story.to_ledger()
    policy = ruled(story, ValuationRule.FIRST_TRADE)
    assert rule_date(story.case, policy) is None
    assert rule_date(story.decided().case, policy) == dt.date(2025, 4, 16)


def test_a_run_at_the_rules_day_rests_on_the_policy(story: Story) -> None:
    story.to_ledger().decided().wait(25)
    ruled(story, ValuationRule.FIRST_TRADE)
    run = story.assessed(dt.date(2025, 4, 16), reason="not needed").run
    assert (run.valuation_basis, run.valuation_reason) == (ValuationBasis.POLICY, "")


def test_a_run_at_another_day_than_the_rules_needs_a_reason(story: Story) -> None:
    story.to_ledger().decided().wait(25)
    ruled(story, ValuationRule.FIRST_TRADE)
    with pytest.raises(InvalidInput) as refused:
        story.assessed(DAY)
    assert refused.value.field == "valuation_reason"
    assert not Assessment.objects.exists()
    run = story.assessed(DAY, reason=" Both funds had no price on the rule's day. ").run
    assert run.valuation_basis == ValuationBasis.FIRM
    assert run.valuation_reason == "Both funds had no price on the rule's day."


def test_without_a_rule_and_an_agreement_the_firm_chooses(story: Story) -> None:
    story.to_assessment()
    assert (story.run.valuation_basis, story.run.valuation_proposal) == (ValuationBasis.FIRM, None)


@pytest.mark.parametrize(("one", "other"), [("vera", "ivan"), ("vera", "alma"), ("ivan", "vera"), ("alma", "vera")])
def test_either_side_proposes_and_the_other_accepts(story: Story, one: str, other: str) -> None:
    story.to_ledger().decided().wait(25)
    proposal = proposed(story, one)
    assert fixed_date(story.case, policy_for(story.case)) is None
    answered(story, proposal, other, accepts=True)
    run = story.assessed(DAY).run
    assert (run.valuation_basis, run.valuation_proposal) == (ValuationBasis.AGREED, proposal)
    actions = list(story.case.events.filter(action__startswith="assessment.valuation", is_public=True).order_by("id"))
    assert [event.action for event in actions] == ["assessment.valuation_proposed", "assessment.valuation_accepted"]
    assert actions[0].reason == "2025-05-30: I would have kept the shares."


def test_what_was_agreed_goes_before_the_policys_rule(story: Story) -> None:
    story.to_ledger().decided().wait(25)
    ruled(story, ValuationRule.REPORT)
    answered(story, proposed(story, "vera", OTHER), "ivan", accepts=True)
    with pytest.raises(InvalidInput, match="agreed"):
        story.assessed(dt.date(2025, 4, 16))
    assert story.assessed(OTHER).run.valuation_basis == ValuationBasis.AGREED


def test_a_date_that_is_declined_fixes_nothing_and_has_its_reason(story: Story) -> None:
    story.to_ledger().decided().wait(25)
    proposal = proposed(story, "vera", OTHER)
    with pytest.raises(InvalidInput) as refused:
        answered(story, proposal, "ivan", accepts=False, reason="  ")
    assert refused.value.field == "reason"
    answer = answered(story, proposal, "ivan", accepts=False, reason="The fund has no price on that day.")
    assert answer.reason == "The fund has no price on that day."
    assert story.assessed(DAY).run.valuation_basis == ValuationBasis.FIRM


def test_nobody_answers_what_their_own_side_proposed(story: Story) -> None:
    story.to_ledger().wait(25)
    with pytest.raises(Conflict):
        answered(story, proposed(story, "vera"), "vera", accepts=True)
    with pytest.raises(Conflict):
        answered(story, proposed(story, "ivan"), "alma", accepts=True)


@pytest.mark.parametrize("who", ["fiona", "bruno", "otto", "rita", "mina"])
def test_only_the_victim_and_those_who_decide_for_the_firm_take_part(story: Story, who: str) -> None:
    story.to_ledger().wait(25)
    with pytest.raises(NotAllowed):
        proposed(story, who)
    proposal = proposed(story, "vera")
    with pytest.raises(NotAllowed):
        answered(story, proposal, who, accepts=True)


def test_a_side_replaces_its_own_proposal_but_not_the_others(story: Story) -> None:
    story.to_ledger().wait(25)
    first, theirs, second = proposed(story, "vera", OTHER), proposed(story, "ivan"), proposed(story, "vera", DAY)
    assert list(story.case.valuation_proposals.open().order_by("number")) == [theirs, second]
    with pytest.raises(Conflict):
        answered(story, first, "ivan", accepts=True)
    answered(story, second, "ivan", accepts=True)
    assert list(story.case.valuation_proposals.open()) == [theirs]


def test_the_same_words_or_the_same_answer_again_change_nothing(story: Story) -> None:
    story.to_ledger().wait(25)
    proposal = proposed(story, "vera")
    assert proposed(story, "vera") == proposal
    answer = answered(story, proposal, "ivan", accepts=True)
    assert answered(story, proposal, "ivan", accepts=True) == answer
    with pytest.raises(Conflict):
        answered(story, proposal, "ivan", accepts=False, reason="No.")


def test_the_last_agreement_counts(story: Story) -> None:
    story.to_ledger().decided().wait(25)
    answered(story, proposed(story, "vera", OTHER), "ivan", accepts=True)
    story.wait(1)
    answered(story, proposed(story, "ivan", DAY), "vera", accepts=True)
    found = fixed_date(story.case, policy_for(story.case))
    assert found is not None
    assert found.on == DAY


@pytest.mark.parametrize(
    ("on", "reason", "field"),
    [
        (dt.date(2025, 4, 15), "…", "valuation_on"),
        (dt.date(2125, 4, 16), "…", "valuation_on"),
        (DAY, " ", "reason"),
    ],
)
def test_it_refuses_a_date_that_cannot_be_and_one_without_a_reason(
    story: Story, on: dt.date, reason: str, field: str
) -> None:
    story.to_ledger().wait(60)
    with pytest.raises(InvalidInput) as refused:
        proposed(story, "vera", on, reason)
    assert refused.value.field == field


def test_before_the_work_begins_and_after_the_agreement_nothing_is_proposed(story: Story) -> None:
    story.reported()
    with pytest.raises(IllegalTransition):
        proposed(story, "vera", dt.date(2025, 4, 16))
    story.wait(0.6).acknowledged().wait(1).investigating().wait(20).access_confirmed().ledger_imported().decided()
    story.wait(25).assessed().wait(1).offered().wait(2).accepted()
    with pytest.raises(IllegalTransition):
        proposed(story, "ivan")


def test_what_was_settled_has_no_other_date_once_it_is_with_an_outside_body(story: Story) -> None:
    story.to_offer()
    asked = proposed(story, "ivan")
    story.accepted().wait(20).does("vera", "escalate", "No money came.")
    for who in ("ivan", "vera"):
        with pytest.raises(IllegalTransition):
            proposed(story, who, OTHER)
    with pytest.raises(IllegalTransition):
        answered(story, asked, "vera", accepts=True)


def test_a_run_is_no_longer_current_once_another_date_is_agreed(story: Story) -> None:
    story.to_assessment().wait(1)
    assert is_current(story.run)
    answered(story, proposed(story, "vera", OTHER), "ivan", accepts=True)
    assert not is_current(story.run)
    story.wait(1).assessed(DAY, reason="The fund's price was published for this day alone.")
    assert is_current(story.run)


@pytest.mark.parametrize("table", ["assessment_valuationproposal", "assessment_valuationanswer"])
def test_what_was_proposed_and_answered_is_never_edited(story: Story, table: str) -> None:
    story.to_ledger().wait(25)
    answered(story, proposed(story, "vera"), "ivan", accepts=True)
    for statement in (f"update {table} set reason = 'x'", f"delete from {table}"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_rule_is_part_of_what_is_approved_and_business_days_need_a_day(story: Story, alma: Any) -> None:
    firm = story.cast.firm["MINATO"]
    fields = {**DEFAULT_POLICY, "valuation_rule": "report", "valuation_days": 3}
    drafted = draft_policy(firm, actor=alma, **fields)
    before = content_hash(drafted)
    drafted.valuation_days = 4
    assert content_hash(drafted) != before
    for wrong in ({"valuation_rule": "none"}, {"valuation_rule": "someday"}, {"valuation_days": 251}):
        with pytest.raises(InvalidInput):
            draft_policy(firm, actor=alma, **{**fields, **wrong})


def test_entered_prices_need_a_source_and_may_name_files_of_the_case(story: Story) -> None:
    story.to_ledger().decided().wait(25)
    with travel_to(story.at):
        file = add_file(SimpleUploadedFile("fund.csv", b"date,price\n"), actor=story.user("ivan"), case=story.case)
    with pytest.raises(InvalidInput) as refused:
        story.assessed(source=" ")
    assert refused.value.field == "price_reason"
    run = story.assessed(source="Web page of the fund, 30 May", files=[file]).run
    assert run.price_evidence == [{"key": str(file.key), "name": "fund.csv", "sha256": file.sha256}]
    other = Story(story.cast, victim="otto", account="7-1").to_ledger().decided().wait(25)
    with pytest.raises(InvalidInput) as refused:
        other.assessed(files=[file])
    assert refused.value.field == "price_evidence"
    assert clock.now() > run.prepared_at
