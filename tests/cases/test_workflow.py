"""The workflow's table, without a database."""

import pytest

from casetrack.cases.workflow import ACTIONS, ENDED, STAFF_NAMES, Status, actions_for, is_legal


def test_every_status_has_a_public_and_a_staff_name() -> None:
    assert set(STAFF_NAMES) == set(Status)
    assert all(str(status.label) for status in Status)


def test_every_status_but_the_first_is_reached_by_an_action() -> None:
    reached = {action.target for action in ACTIONS.values()}
    assert set(Status) - reached == {Status.SUBMITTED}


def test_no_status_is_a_trap() -> None:
    assert all(any(status in action.sources for action in ACTIONS.values()) for status in Status)


@pytest.mark.parametrize("status", ENDED)
def test_an_ended_case_is_only_reopened_or_escalated(status: Status) -> None:
    names = {a.name for a in ACTIONS.values() if status in a.sources}
    assert names <= {"reopen", "escalate"}


def test_a_victim_escalates_an_investigation_only_when_its_clock_is_breached() -> None:
    escalate = ACTIONS["escalate"]
    assert not is_legal(escalate, Status.INVESTIGATING, breached=False)
    assert is_legal(escalate, Status.INVESTIGATING, breached=True)
    assert is_legal(escalate, Status.NEGOTIATING, breached=False)


def test_a_stranger_may_do_nothing_anywhere() -> None:
    assert [a for s in Status for a in actions_for([""], s, breached=True)] == []


def test_a_decline_and_a_reopening_need_a_reason() -> None:
    assert all(ACTIONS[name].reason for name in ("decline", "reopen", "close", "escalate", "ask_victim"))
