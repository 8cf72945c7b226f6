"""A policy is drafted, simulated on real cases, approved by a second person, published, and never edited again."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from casetrack.assessment.models import CompensationPolicy, Simulation
from casetrack.assessment.services import (
    approve_policy,
    ask_simulation,
    discard_policy,
    draft_policy,
    edit_policy,
    policy_for,
    propose_policy,
    return_policy,
    run_simulation,
)
from casetrack.audit.models import Entry
from casetrack.lib.errors import Conflict, InvalidInput, NotAllowed
from casetrack.people.models import User
from tests.builders import Cast, Story

pytestmark = pytest.mark.django_db
ALL = {"planted": "1", "own_holdings": "1", "liquidation": "1", "margin": "1", "costs": "1", "withdrawals": "1"}
FULL = {"method": "cash", "ratios": ALL, "solatium": 0, "valid_from": dt.date(2025, 4, 1)}


@pytest.fixture
def draft(cast: Cast, ada: User) -> CompensationPolicy:
    return draft_policy(cast.firm["MINATO"], actor=ada, **FULL)


def simulated(policy: CompensationPolicy, actor: User) -> Simulation:
    return run_simulation(ask_simulation(policy, actor=actor).pk)


def test_ada_drafts_alma_approves_and_the_next_incident_is_held_to_it(
    story: Story, draft: CompensationPolicy, ada: User, alma: User
) -> None:
    story.to_ledger()
    assert policy_for(story.case).version == 1
    simulated(draft, ada)
    propose_policy(draft, actor=ada)
    assert policy_for(story.case).version == 1
    approve_policy(draft, actor=alma)
    assert policy_for(story.case) == draft
    assert (draft.prepared_by, draft.approved_by) == (ada, alma)
    actions = Entry.objects.filter(action__startswith="assessment.policy_", subject="MINATO v2").order_by("pk")
    assert [a.removeprefix("assessment.policy_") for a in actions.values_list("action", flat=True)] == [
        "drafted", "proposed", "published",
    ]  # fmt: skip


def test_the_simulation_says_what_would_change_case_by_case(story: Story, draft: CompensationPolicy, ada: User) -> None:
    # Example A: loss 27,994,500 (margin 26,000,000, liquidation 1,990,000, costs 4,500), all of it paid by the draft;
    # by the present policy 13,000,000 + 995,000 + 4,500 + 10,000 = 14,009,500.
    story.to_assessment()
    found = simulated(draft, ada)
    assert (found.total, found.done, found.failed, found.changed) == (1, 1, 0, 1)
    assert found.rows == [[story.case.reference, "14009500", "27994500"]]
    assert (found.before, found.after, found.difference) == (14009500, 27994500, Decimal(13985000))


@pytest.mark.parametrize(
    ("limits", "after"),
    [
        # What the draft pays is the whole loss of 27,994,500, of which 20, 10 and 0 percent are taken off.
        ({"code_typed": "0.5"}, "22395600"),
        ({"code_typed": "0.1"}, "25195050"),
        ({}, "27994500"),
    ],
)
def test_a_simulation_takes_a_reduction_as_far_as_the_draft_allows_it(
    story: Story, draft: CompensationPolicy, ada: User, limits: dict[str, str], after: str
) -> None:
    edit_policy(draft, actor=ada, **{**FULL, "reductions": limits})
    story.to_ledger().decided().wait(25).reduced("0.2").assessed()
    found = simulated(draft, ada)
    assert [after_it for _case, _before, after_it in found.rows] == [after]


def test_a_simulation_leaves_out_other_periods_settled_cases_and_other_firms(
    story: Story, cast: Cast, draft: CompensationPolicy, ada: User
) -> None:
    story.to_end()
    assert simulated(draft, ada).total == 0
    Story(cast, account="77-1").wait(1).to_assessment()
    assert simulated(draft, ada).total == 1
    edit_policy(draft, actor=ada, **{**FULL, "valid_from": dt.date(2026, 1, 10)})
    assert simulated(draft, ada).total == 0


def test_nobody_approves_what_nobody_has_seen(draft: CompensationPolicy, ada: User) -> None:
    with pytest.raises(InvalidInput):
        propose_policy(draft, actor=ada)
    simulated(draft, ada)
    edit_policy(draft, actor=ada, **{**FULL, "solatium": 5000})
    with pytest.raises(InvalidInput):
        propose_policy(draft, actor=ada)


def test_a_simulation_of_an_older_wording_is_not_finished(draft: CompensationPolicy, ada: User) -> None:
    asked = ask_simulation(draft, actor=ada)
    edit_policy(draft, actor=ada, **{**FULL, "solatium": 5000})
    assert run_simulation(asked.pk).finished_at is None


def test_who_prepared_it_does_not_approve_it(draft: CompensationPolicy, ada: User, alma: User) -> None:
    simulated(draft, ada)
    propose_policy(draft, actor=ada)
    with pytest.raises(NotAllowed):
        approve_policy(draft, actor=ada)
    return_policy(draft, actor=alma, reason="Too little for holdings.")
    edit_policy(draft, actor=alma, **FULL)
    propose_policy(draft, actor=alma)
    with pytest.raises(NotAllowed):
        approve_policy(draft, actor=alma)
    assert approve_policy(draft, actor=ada).status == "published"


@pytest.mark.parametrize("name", ["fiona", "ivan", "bruno", "vera", "rita"])
def test_only_the_firms_administrators_and_approvers_make_policies(
    cast: Cast, draft: CompensationPolicy, name: str
) -> None:
    user = cast.user[name]
    for write in (
        lambda: draft_policy(cast.firm["MINATO"], actor=user, **FULL),
        lambda: edit_policy(draft, actor=user, **FULL),
        lambda: ask_simulation(draft, actor=user),
        lambda: propose_policy(draft, actor=user),
        lambda: approve_policy(draft, actor=user),
        lambda: discard_policy(draft, actor=user),
    ):
        with pytest.raises(NotAllowed):
            write()


def test_there_is_one_draft_at_a_time(cast: Cast, draft: CompensationPolicy, alma: User) -> None:
    with pytest.raises(Conflict):
        draft_policy(cast.firm["MINATO"], actor=alma, **FULL)
    discard_policy(draft, actor=alma)
    assert draft_policy(cast.firm["MINATO"], actor=alma, **FULL).version == 3


def test_a_published_policy_is_never_edited_not_even_by_sql(draft: CompensationPolicy, ada: User, alma: User) -> None:
    simulated(draft, ada)
    approve_policy(propose_policy(draft, actor=ada), actor=alma)
    with pytest.raises(Conflict):
        edit_policy(draft, actor=ada, **FULL)
    with pytest.raises(DatabaseError, match="never edited"), transaction.atomic():
        CompensationPolicy.objects.filter(pk=draft.pk).update(solatium=1)
    with pytest.raises(DatabaseError, match="refused"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("delete from assessment_compensationpolicy where id = %s", [draft.pk])


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"ratios": {"planted": "1.5"}}, "ratios"),
        ({"ratios": {"luck": "0.5"}}, "ratios"),
        ({"ratios": {"planted": "NaN"}}, "ratios"),
        ({"reductions": {"no_warning": "0.5"}}, "reductions"),
        ({"method": "luck"}, "method"),
        ({"valid_until": dt.date(2024, 1, 1)}, "valid_until"),
        ({"solatium": Decimal("0.5")}, "solatium"),
    ],
)
def test_what_cannot_hold_is_refused_by_its_field(
    cast: Cast, alma: User, fields: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        draft_policy(cast.firm["MINATO"], actor=alma, **{**FULL, **fields})
    assert refusal.value.field == field


def test_a_choice_is_made_when_the_loss_is_assessed(
    story: Story, ada: User, alma: User, draft: CompensationPolicy
) -> None:
    edit_policy(draft, actor=ada, **{**FULL, "method": "choice"})
    simulated(draft, ada)
    approve_policy(propose_policy(draft, actor=ada), actor=alma)
    story.to_ledger().decided().wait(25)
    with pytest.raises(InvalidInput) as refusal:
        story.assessed()
    assert refusal.value.field == "method"
    assert story.assessed(method="restoration").run.due == 27994500
