"""What makes it harder for a person is kept with the case, as last said: it decides whether they are vulnerable."""

import importlib

import pytest
from django.db import connection

from casetrack.cases.models import Case
from casetrack.intake.additions import correct_answers
from casetrack.intake.services import submit_draft
from casetrack.intake.steps import HELP
from casetrack.people.models import User
from tests.intake.reports import TOPICS, filled_draft

pytestmark = pytest.mark.django_db


def handed_in(vera: User, *needs: str) -> Case:
    said = {"help": TOPICS["help"] | {"needs": list(needs)}} if needs else {}
    return submit_draft(filled_draft(vera, **said), actor=vera, key=None)


@pytest.mark.parametrize(
    ("needs", "vulnerable"),
    [((), False), (("language",), False), (("other",), False), (("age",), True), (("language", "distress"), True)],
)
def test_the_report_says_who_is_vulnerable(vera: User, needs: tuple[str, ...], vulnerable: bool) -> None:
    case = handed_in(vera, *needs)
    case.refresh_from_db()
    assert (case.needs, case.is_vulnerable) == (list(needs), vulnerable)


def test_what_is_said_later_counts(vera: User) -> None:
    case = handed_in(vera)
    correct_answers(case, HELP, {"needs": ["illness"], "what_helps": ""}, actor=vera)
    case.refresh_from_db()
    assert case.is_vulnerable
    correct_answers(case, HELP, {"needs": [], "what_helps": ""}, actor=vera)
    case.refresh_from_db()
    assert not case.is_vulnerable


def test_cases_of_before_get_what_was_said_last(vera: User) -> None:
    reported, corrected = handed_in(vera, "age"), handed_in(vera, "age", "language")
    correct_answers(corrected, HELP, {"needs": ["language"], "what_helps": ""}, actor=vera)
    silent = handed_in(vera)
    Case.objects.update(needs=[])
    with connection.cursor() as cursor:
        cursor.execute(importlib.import_module("casetrack.cases.migrations.0006_needs").REPORTED)
        cursor.execute(importlib.import_module("casetrack.intake.migrations.0010_needs_as_corrected").CORRECTED)
    needs = dict(Case.objects.values_list("pk", "needs"))
    assert [needs[case.pk] for case in (reported, corrected, silent)] == [["age"], ["language"], []]
