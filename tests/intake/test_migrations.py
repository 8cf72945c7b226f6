"""What migrations make of drafts that wait."""

import importlib
import json
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from casetrack.intake.calls import begin_call
from casetrack.intake.models import Draft
from casetrack.intake.services import start_draft, submit_draft, typed_in
from casetrack.intake.steps import ACCOUNT
from casetrack.lib.crypto import encrypt
from casetrack.people.models import User
from tests.intake.test_calls import taken

CALLS = importlib.import_module("casetrack.intake.migrations.0011_calls_of_the_firm")
MIGRATION = importlib.import_module("casetrack.intake.migrations.0006_accounts_as_rows")


@pytest.mark.django_db
def test_a_draft_for_one_account_becomes_one_for_several(vera: User) -> None:
    draft = start_draft(actor=vera)
    typed = {"firm": ["MINATO"], "number": ["0123-4567890"], "kinds": ["nisa", "margin"]}
    facts = {"firm": "MINATO", "number": encrypt("0123-4567890"), "kinds": ["nisa", "margin"]}
    draft.answers = {"account": {"facts": facts, "typed": encrypt(json.dumps(typed))}}
    draft.save()
    for _time in range(2):
        MIGRATION.forwards(apps, SimpleNamespace(connection=connection))
    draft = Draft.objects.get()
    row = {"firm": "MINATO", "number": "0123-4567890", "kinds": ["nisa", "margin"]}
    assert ACCOUNT.read(draft.answers) == {"rows": [row]}
    assert typed_in(draft, ACCOUNT)["row-0-kinds"] == ["nisa", "margin"]
    assert draft.firm_code == "MINATO"


@pytest.mark.django_db
def test_reports_by_telephone_become_their_firms(fiona: User, vera: User) -> None:
    waiting, done, own = begin_call("asked", "", actor=fiona), taken(fiona), start_draft(actor=vera)
    submit_draft(done, actor=fiona, key=None)
    Draft.objects.update(firm=None, held_since=None)
    for _time in range(2):
        CALLS.forwards(apps, SimpleNamespace(connection=connection))
    for draft in (waiting, done):
        draft.refresh_from_db()
        assert (draft.firm, draft.held_since) == (fiona.membership.firm, draft.started_at)
    own.refresh_from_db()
    assert own.firm is None
