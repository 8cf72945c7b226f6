"""What of people reaches the log of the process when something breaks, and what a second sending does."""

import io
import logging
import logging.config
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client

from casetrack.correspondence.models import Message
from casetrack.people.models import BankAccount, User, Victim
from tests.builders import Story
from tests.cases.test_bank import DETAILS

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


def test_a_row_that_the_database_refused_is_not_written_to_the_log(vera: User) -> None:
    out = io.StringIO()
    told: Any = settings.LOGGING["formatters"]["line"]
    handler = logging.StreamHandler(out)
    configurator = logging.config.DictConfigurator({"version": 1})
    handler.setFormatter(configurator.configure_formatter(dict(told)))
    logger = logging.Logger("test")
    logger.addHandler(handler)
    victim = Victim.objects.of_user(vera).get()
    typed = "\n".join(("Secret", "Place"))
    try:
        with transaction.atomic():
            Victim.objects.filter(pk=victim.pk).update(address=typed, postcode=None)
    except IntegrityError:
        logger.exception("broken")
    said = out.getvalue()
    assert "IntegrityError" in said
    assert "Traceback" in said
    assert typed not in said
    assert "Failing row" not in said


def test_a_number_that_was_mended_after_going_back_is_saved(story: Story, client_of: ClientOf) -> None:
    client, key = client_of(story.reported().user("vera")), str(uuid.uuid4())
    for number in ("0123456", "0123456", "7654321"):
        client.post("/en/bank/change/", {**DETAILS, "number": number, "idempotency_key": key})
    assert [account.number for account in BankAccount.objects.order_by("pk")] == ["0123456", "7654321"]


def test_a_letter_sent_twice_is_one_and_another_text_is_another(story: Story, client_of: ClientOf) -> None:
    client, key = client_of(story.reported().user("vera")), str(uuid.uuid4())
    for body in ("Please call me.", "Please call me.", "Please do not call me."):
        client.post(f"/en/cases/{story.case.reference}/messages/", {"body": body, "idempotency_key": key})
    assert Message.objects.filter(case=story.case).count() == 2
