"""The demo world holds together: nothing in it says what could not have been."""

import pytest

from casetrack.assessment.models import Assessment
from casetrack.cases.clocks import BREACHED
from casetrack.cases.models import Case, Event
from casetrack.demo.world import load_world
from casetrack.lib import clock
from casetrack.lib.scope import system_scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def _world() -> None:
    with system_scope():
        load_world()


@pytest.mark.usefixtures("_world")
def test_no_loss_was_assessed_by_a_policy_before_it_was_published() -> None:
    runs = Assessment.objects.select_related("policy")
    assert all(run.policy.published_at and run.policy.published_at < run.prepared_at for run in runs)
    assert all(run.policy.summary_ja and run.policy.summary_en for run in runs)


@pytest.mark.usefixtures("_world")
def test_every_case_that_is_overdue_says_so_in_its_history() -> None:
    overdue = [case for case in Case.objects.select_related("firm") if case.is_breached(clock.now())]
    assert overdue
    for case in overdue:
        assert Event.objects.filter(case=case, action=BREACHED, is_public=True).exists(), case.reference
