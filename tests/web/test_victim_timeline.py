"""The timeline in words, for the victim and for the firm."""

import re
from pathlib import Path

import pytest
from django.utils.translation import override

from casetrack.cases.timeline import SENTENCES, timeline
from casetrack.cases.workflow import ACTIONS
from casetrack.people.models import User
from tests.builders import Story

CODE = Path(__file__).resolve().parents[2] / "casetrack"
WRITTEN = re.compile(r'write_event\([^"]*?f?"([a-z]+\.[a-z_]+)"', re.DOTALL)


def test_every_step_that_is_written_has_its_sentences() -> None:
    written = {action.done for action in ACTIONS.values()}
    for file in CODE.rglob("*.py"):
        written |= set(WRITTEN.findall(file.read_text()))
    assert written - set(SENTENCES) == set()


@pytest.mark.django_db
def test_vera_reads_her_own_steps_as_you_and_the_firms_under_its_name(story: Story, vera: User) -> None:
    story.to_payment()
    with override("en"):
        rows = timeline(story.case, user=vera)
        assert {row.who for row in rows} == {"You", "Minato Securities"}
        assert str(rows[0].title) == "You handed in your report"
        assert not any("prepar" in str(row.title) for row in rows)


@pytest.mark.django_db
def test_ivan_reads_who_did_it_and_what_vera_does_not_see(story: Story, vera: User, ivan: User) -> None:
    story.to_offer()
    staff, victim = timeline(story.case, user=ivan), timeline(story.case, user=vera)
    assert len(staff) > len(victim)
    assert any("Ivan 井上" in row.who for row in staff)
    assert not any("Ivan" in row.who for row in victim)


@pytest.mark.django_db
def test_why_the_access_was_confirmed_stays_with_the_firm_and_why_it_was_refuted_does_not(
    story: Story, vera: User, ivan: User
) -> None:
    story.to_ledger()
    why = story.case.events.get(action="cases.access_confirmed").reason
    assert why
    assert why in [row.note for row in timeline(story.case, user=ivan)]
    assert why not in [row.note for row in timeline(story.case, user=vera)]
    story.does("alma", "decline", "The orders came from your own device.")
    assert "The orders came from your own device." in [row.note for row in timeline(story.case, user=vera)]
