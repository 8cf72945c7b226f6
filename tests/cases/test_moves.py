"""Moves of a case through its services: what each role may do, when, and what it leaves behind."""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casetrack.audit.models import Entry
from casetrack.cases.models import Case
from casetrack.cases.services import assign_case, perform
from casetrack.cases.workflow import ACTIONS, Status, is_legal
from casetrack.lib.errors import DomainError, IllegalTransition, InvalidInput, NotAllowed
from casetrack.mediation.services import decline_case
from casetrack.people.models import User
from tests.builders import Cast, Story

pytestmark = pytest.mark.django_db


def test_vera_reports_and_fiona_acknowledges_and_assigns_ivan(story: Story, ivan: User) -> None:
    story.reported().wait(0.5).acknowledged()
    assert story.case.status == Status.ACKNOWLEDGED
    assert story.case.assigned_to == ivan
    actions = list(Entry.objects.filter(chain=story.case.reference).order_by("seq").values_list("action", flat=True))
    assert actions == ["cases.submitted", "cases.acknowledged", "cases.assigned"]


def test_every_step_stands_in_the_timeline_and_in_the_audit_log(story: Story) -> None:
    story.to_end()
    events = list(story.case.events.order_by("at", "id").values_list("action", flat=True))
    entries = list(Entry.objects.filter(chain=story.case.reference).order_by("seq").values_list("action", flat=True))
    assert sorted(events) == sorted(entries)
    assert story.case.status == Status.CLOSED


def test_a_victim_cannot_acknowledge_the_own_case(story: Story, vera: User) -> None:
    story.reported()
    with pytest.raises(NotAllowed):
        perform(story.case, "acknowledge", actor=vera)


def test_bruno_cannot_touch_a_case_of_minato(story: Story, bruno: User) -> None:
    story.to_investigation()
    with pytest.raises(NotAllowed):
        decline_case(story.case, actor=bruno, reason="x")


def test_ivan_cannot_start_before_the_case_is_acknowledged(story: Story, ivan: User) -> None:
    story.reported()
    with pytest.raises(IllegalTransition):
        perform(story.case, "investigate", actor=ivan)


def test_alma_declines_only_with_a_reason(story: Story, alma: User) -> None:
    story.to_investigation()
    with pytest.raises(InvalidInput):
        decline_case(story.case, actor=alma, reason="  ")
    decline_case(story.case, actor=alma, reason="Own device.")
    assert story.case.status == Status.DECLINED
    assert story.case.events.get(action="cases.declined").reason == "Own device."


def test_a_reason_reaches_the_audit_log_only_as_a_hash(story: Story, alma: User) -> None:
    story.to_investigation().does("alma", "decline", "Secret reason")
    entry = Entry.objects.get(chain=story.case.reference, action="cases.declined")
    assert "Secret" not in str(entry.data)
    assert entry.data["reason_hash"]


@pytest.mark.parametrize("action", [a.name for a in ACTIONS.values() if a.service])
def test_no_action_with_its_own_service_goes_through_the_generic_door(story: Story, alma: User, action: str) -> None:
    story.reported()
    with pytest.raises(NotAllowed):
        perform(story.case, action, actor=alma, reason="x")


def test_a_case_is_assigned_only_to_the_firms_own_caseworkers(story: Story, fiona: User, bruno: User) -> None:
    story.reported()
    with pytest.raises(InvalidInput):
        assign_case(story.case, bruno, actor=fiona)


def test_the_database_refuses_an_unknown_status(story: Story) -> None:
    story.reported()
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=story.case.pk).update(status="forgotten")


def test_nothing_of_a_case_can_be_deleted(story: Story) -> None:
    story.reported()
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=story.case.pk)._raw_delete("default")  # type: ignore[attr-defined]
    with pytest.raises(IntegrityError), transaction.atomic():
        story.case.events.all()._raw_delete("default")  # type: ignore[attr-defined]


GENERIC = [a.name for a in ACTIONS.values() if not a.service]
PEOPLE = ["vera", "otto", "fiona", "ivan", "alma", "bruno", "rita"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(GENERIC)), max_size=12))
def test_no_sequence_of_acts_leaves_the_table(cast: Cast, acts: list[tuple[str, str]]) -> None:
    """Whoever does whatever: the status only moves along a row of the table, and the events replay to it."""
    story = Story(cast).reported()
    for who, action in acts:
        before = story.case.status
        try:
            perform(story.case, action, actor=cast.user[who], reason="because")
        except DomainError:
            story.case.refresh_from_db()
            assert story.case.status == before
        else:
            assert is_legal(ACTIONS[action], before, breached=True)
            assert story.case.status == ACTIONS[action].target
    replayed = ""
    for event in story.case.events.exclude(to_status="").order_by("id"):
        assert event.from_status == replayed
        replayed = event.to_status
    assert replayed == story.case.status
