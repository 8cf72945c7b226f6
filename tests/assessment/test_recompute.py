"""A run that was stored once: the same digits today and in years to come, by the rules of its own version."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from casetrack.assessment.models import AssessedAccount, Assessment
from casetrack.assessment.services import recompute
from casetrack.assessment.services.inputs import digest
from casetrack.calc.loss import METHOD_VERSION, METHODS
from casetrack.calc.loss.inputs import ATTRIBUTIONS
from tests.builders import Story

# Written once, by the version that each names. They are never written anew: whoever changes the rules adds a version.
STORED = sorted((Path(__file__).parents[1] / "data" / "runs").glob("*.json"))


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return found


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_a_stored_run_still_has_its_hash_and_its_digits(path: Path) -> None:
    run = read(path)
    assert digest(run["inputs"]) == run["inputs_sha256"]
    again = METHODS[run["method_version"]](run["inputs"])
    assert again == run["result"]
    assert json.dumps(again, sort_keys=True) == json.dumps(run["result"], sort_keys=True)


def test_the_stored_runs_have_every_type_of_event_and_every_component() -> None:
    runs = [read(path) for path in STORED]
    assert {event["type"] for run in runs for event in run["inputs"]["events"]} == set(ATTRIBUTIONS)
    components = {line["component"] for run in runs for line in run["result"]["lines"]}
    assert components == set(runs[0]["result"]["components"])
    assert any(run["result"]["restoration"]["reopen"] for run in runs)
    assert any(run["result"]["ignored"] for run in runs)


def test_the_version_of_today_is_among_the_rules_that_are_kept() -> None:
    assert METHOD_VERSION in METHODS


@pytest.mark.django_db
@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_in_the_database_it_is_computed_again_to_the_same_digits_and_a_changed_one_is_named(
    path: Path, story: Story
) -> None:
    story.to_assessment()
    stored = read(path)
    run = Assessment.objects.get(pk=story.run.pk)
    run.pk, run.number, run.method_version = None, 2, stored["method_version"]
    run.save()
    kept = {name: stored[name] for name in ("inputs", "inputs_sha256", "result")}
    row = AssessedAccount.objects.create(assessment=run, case=story.case, incident=story.incident, **kept)
    assert recompute(run) == []
    with connection.cursor() as cursor:
        cursor.execute("select inputs::text from assessment_assessedaccount where id = %s", [row.pk])
        assert digest(json.loads(cursor.fetchone()[0])) == stored["inputs_sha256"]
    forged = {**stored["result"], "loss": "1"}
    other = Assessment.objects.get(pk=story.run.pk)
    other.pk, other.number, other.method_version = None, 3, stored["method_version"]
    other.save()
    AssessedAccount.objects.create(
        assessment=other, case=story.case, incident=story.incident, **{**kept, "result": forged}
    )
    assert recompute(other) == [story.incident.masked]
