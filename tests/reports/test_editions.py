"""Editions of the summary: numbered, kept, never changed."""

import datetime as dt
import hashlib

import pytest
from django.db import IntegrityError, transaction

from casetrack.audit.models import Entry
from casetrack.people.models import User
from casetrack.reports import exporters
from casetrack.reports.models import SummaryEdition
from casetrack.reports.services import compile_summary, publish_edition
from casetrack.reports.summary import Summary
from tests.builders import Story

pytestmark = pytest.mark.django_db


def april(rita: User) -> Summary:
    return compile_summary(dt.date(2025, 4, 1), dt.date(2025, 4, 1), actor=rita)


def test_an_edition_keeps_rows_and_the_hash_of_its_csv(story: Story, rita: User) -> None:
    story.to_ledger().decided()
    summary = april(rita)
    edition = publish_edition(summary, "csv", actor=rita)
    assert edition.number == 1
    assert edition.rows[-1]["buy_amount"] == 50000000
    assert edition.sha256 == hashlib.sha256(exporters.to_csv(summary)).hexdigest()
    entry = Entry.objects.get(action="reports.summary_downloaded")
    assert (entry.actor_id, entry.data["edition"], entry.data["format"]) == (rita.pk, 1, "csv")


def test_the_same_figures_are_the_same_edition_and_new_ones_the_next(story: Story, rita: User) -> None:
    first = publish_edition(april(rita), "json", actor=rita)
    assert publish_edition(april(rita), "json", actor=rita) == first
    story.to_ledger().decided()
    second = publish_edition(april(rita), "json", actor=rita)
    assert (second.number, SummaryEdition.objects.count()) == (2, 2)
    first.refresh_from_db()
    assert first.rows[-1]["buy_amount"] == 0


def test_an_edition_can_neither_change_nor_go(rita: User) -> None:
    edition = publish_edition(april(rita), "json", actor=rita)
    edition.rows = []
    for change in (edition.save, edition.delete):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()
