"""Junk from outside: a clear answer, never a 500, and nothing of others."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from casetrack.intake.services import start_draft
from casetrack.people.models import User
from tests.builders import Story

pytestmark = pytest.mark.django_db
JUNK = [
    "\x00",
    "a\x00b",
    "\ud7ff\uffff",
    "＝" * 5000,
    "-1",
    "9" * 40,
    "' or 1=1 --",
    "../../etc/passwd",
    "👩‍👩‍👧",
    "\u202egnp.exe",
]
ClientOf = Callable[[User], Client]


@pytest.mark.parametrize("junk", JUNK)
def test_junk_in_the_queues_address_is_answered(story: Story, client_of: ClientOf, junk: str) -> None:
    story.reported()
    client = client_of(story.user("fiona"))
    for name in ("q", "tab", "status", "after", "before"):
        assert client.get(reverse("firm:queue"), {name: junk}).status_code in (200, 400, 404)


@pytest.mark.parametrize("junk", JUNK)
def test_junk_on_the_executions_page_is_answered(story: Story, client_of: ClientOf, junk: str) -> None:
    story.to_ledger()
    client = client_of(story.user("ivan"))
    page = reverse("firm:executions", args=[story.case.reference, 1])
    for name in ("show", "after"):
        assert client.get(page, {name: junk}).status_code in (200, 400, 404)
    first = story.executions()["u1"].pk
    for sent in (
        {f"decision-{first}": junk}, {f"decision-{junk}": "genuine"}, {"bulk": "1", "pick": junk, "bulk_value": junk},
        {f"decision-{first}": "genuine", "reason": junk},
    ):  # fmt: skip
        assert client.post(page, sent).status_code in (200, 302, 400, 404)


@pytest.mark.parametrize("junk", JUNK)
def test_junk_in_every_field_of_the_report_is_answered_and_kept(story: Story, client_of: ClientOf, junk: str) -> None:
    draft = start_draft(actor=story.user("vera"))
    client = client_of(story.user("vera"))
    for step in ("you", "account", "noticed", "told", "log-in", "trades", "files"):
        page = reverse("victim:step", args=[draft.key, step])
        found = client.get(page)
        if found.status_code != 200:
            continue
        names = list(found.context["form"].fields)
        sent = dict.fromkeys(names, junk)
        sent |= {f"{name}_{part}": junk for name in names for part in ("year", "month", "day", "time")}
        sent |= {f"trade-0-{name}": junk for name in ("side", "security", "amount", "quantity")} | {"rows_total": junk}
        assert client.post(page, sent).status_code in (200, 302, 400), step
        assert client.get(page).status_code == 200, step
        assert client.post(page, {**sent, "later": "1"}).status_code in (200, 302, 400), step
    assert client.get(reverse("victim:check-answers", args=[draft.key])).status_code == 200


@pytest.mark.parametrize("junk", JUNK)
def test_junk_in_the_acts_of_a_case_is_answered(story: Story, client_of: ClientOf, junk: str) -> None:
    story.to_offer()
    vera, ivan, alma = (client_of(story.user(name)) for name in ("vera", "ivan", "alma"))
    reference = story.case.reference
    for client, name, arguments, sent in (
        (vera, "victim:messages", [reference], {"body": junk}),
        (vera, "victim:offer-counter", [reference, 1], {"amount": junk, "reason": junk}),
        (vera, "victim:offer-refuse", [reference, 1], {"reason": junk}),
        (ivan, "firm:message", [reference], {"message-body": junk}),
        (ivan, "firm:note", [reference], {"note-body": junk}),
        (ivan, "firm:access", [reference, 1], {"decision": "refute", "reason": junk}),
        (ivan, "firm:assess", [reference], {"valuation_on_year": junk, "price_0": junk}),
        (
            ivan,
            "firm:offer-prepare",
            [reference, 1],
            {"adjustment": junk, "in_kind": junk, "reasons": junk, "valid_until_year": junk},
        ),
        (alma, "firm:offer-withdraw", [reference, 1], {"reason": junk}),
        (alma, "firm:payment", [reference, 1], {"note": junk, "paid_on_year": junk}),
    ):
        answer = client.post(reverse(name, args=arguments), {**sent, "idempotency_key": junk})
        assert answer.status_code in (200, 302, 400, 404), name


@pytest.mark.parametrize("junk", JUNK)
def test_junk_in_the_regulators_period_is_answered(story: Story, client_of: ClientOf, junk: str) -> None:
    client = client_of(story.user("rita"))
    for name in ("first", "last", "by", "as_of_year"):
        query = {"first": "2025-01", "last": "2025-04", "by": "month", name: junk}
        assert client.get(reverse("regulator:summary"), query).status_code in (200, 400, 404)
        assert client.get(reverse("regulator:summary-csv"), query).status_code in (200, 400, 404)
