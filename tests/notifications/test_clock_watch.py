"""A firm's clock is warned of once, its breach is marked once, and both sides are told of the breach."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.core import mail
from django.db import connections

from casetrack.cases.services import answer_extension, request_extension
from casetrack.cases.side_clocks import COUNTER_ANSWER, FIRST_ANSWER, SECOND_REVIEW
from casetrack.cases.timeline import timeline
from casetrack.demo.cast import Cast, make_cast
from casetrack.lib import clock
from casetrack.lib.clock import tokyo, travel_to
from casetrack.lib.scope import system_scope
from casetrack.negotiation.services import ask_review
from casetrack.notifications import services
from casetrack.notifications.clock_watch import BREACHED, WARNED, watch
from casetrack.people.models import User
from tests.builders import Story

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def told(story: Story) -> list[tuple[str, str]]:
    steps = story.case.events.filter(action__in=[WARNED, BREACHED]).order_by("pk")
    return [(step.action.removeprefix("cases.clock_"), step.clock) for step in steps]


def test_one_business_day_before_and_once_it_has_run_out(story: Story) -> None:
    """Begun on Friday 18 April 2025, over Golden Week: the investigation is due on Wednesday 21 May, the first answer
    on Monday 12 May; the business day before is Friday the 9th."""
    story.to_investigation()
    for early in (story.at, tokyo(2025, 5, 8, 23, 59)):
        assert watch(early) == 0
    assert watch(tokyo(2025, 5, 9, 9)) == 1
    for again in (tokyo(2025, 5, 9, 10), tokyo(2025, 5, 12, 23, 59)):
        assert watch(again) == 0
    assert watch(tokyo(2025, 5, 13, 0, 5)) == 1
    assert watch(tokyo(2025, 5, 20, 9)) == 1
    assert watch(tokyo(2025, 5, 22, 9)) == 1
    assert watch(tokyo(2025, 7, 1, 9)) == 0
    assert told(story) == [
        ("warned", FIRST_ANSWER),
        ("breached", FIRST_ANSWER),
        ("warned", "investigating"),
        ("breached", "investigating"),
    ]


def test_what_was_done_in_time_is_neither_warned_of_nor_marked(story: Story) -> None:
    story.to_investigation().wait(3).access_confirmed()
    assert watch(tokyo(2025, 5, 13, 9)) == 0


def test_a_new_report_is_warned_of_on_its_last_day_and_not_on_its_first(story: Story) -> None:
    story.reported()
    assert watch(story.at) == 0
    assert watch(tokyo(2025, 4, 17, 9)) == 1
    assert watch(tokyo(2025, 4, 18, 9)) == 1
    assert told(story) == [("warned", "submitted"), ("breached", "submitted")]


def test_a_clock_that_stands_still_is_left_alone(story: Story) -> None:
    story.to_investigation().does("ivan", "ask_victim", "いつお気づきですか。")
    assert watch(tokyo(2025, 6, 1, 9)) == 0


def test_more_time_gives_a_later_day_and_a_warning_of_its_own(story: Story) -> None:
    story.to_investigation().wait(3).access_confirmed()
    assert watch(tokyo(2025, 5, 20, 9)) == 1
    with travel_to(tokyo(2025, 5, 20, 10)):
        request_extension(story.case, 5, reason="回答待ちです。", actor=story.user("ivan"))
        answer_extension(story.case, 1, agrees=True, actor=story.user("vera"))
    assert watch(tokyo(2025, 5, 22, 9)) == 0
    assert watch(tokyo(2025, 5, 27, 9)) == 1
    assert watch(tokyo(2025, 5, 29, 9)) == 1
    assert told(story) == [("warned", "investigating"), ("warned", "investigating"), ("breached", "investigating")]


def test_an_open_offer_waits_for_the_victim_and_a_counter_offer_for_the_firm(story: Story) -> None:
    story.to_assessment().wait(1).offered(days=60)
    assert watch(story.at + 50 * DAY) == 0
    story.wait(1).countered(Decimal(30_000_000), "値下がり分も含めてください。")
    watch(story.at + 30 * DAY)
    assert set(told(story)) == {("breached", COUNTER_ANSWER), ("breached", "negotiating")}


def test_a_second_review_of_a_declined_case_is_watched(story: Story) -> None:
    story.to_investigation().wait(3).does("alma", "decline", "理由です。")
    with travel_to(story.at):
        ask_review(story.case, "もう一度見てください。", actor=story.user("vera"))
    assert watch(story.at + 3 * DAY) == 0
    watch(story.at + 60 * DAY)
    assert told(story) == [("breached", SECOND_REVIEW)]


def test_both_sides_are_told_of_a_breach_and_only_the_firm_of_the_warning(cast: Cast, vera: User) -> None:
    story = Story(cast, at=clock.now() - 60 * DAY).to_investigation()
    services.drain(clock.now())
    mail.outbox.clear()
    warned_at = clock.now()
    watch(warned_at)
    services.drain(clock.now() + DAY)
    assert {message.to[0] for message in mail.outbox} == {"ivan@minato.example", "vera@example.com"}
    for message in mail.outbox:
        assert "http" not in message.body
        assert story.case.reference not in message.subject + message.body
    titles = [str(row.title) for row in timeline(story.case, user=vera)]
    assert "A target day of the firm has passed" in titles or "証券会社の目標の期日を過ぎました" in titles


def test_nobody_assigned_means_the_intake_is_warned(cast: Cast) -> None:
    now = clock.now()
    Story(cast, account="90-1", at=now - 10 * DAY).reported()
    services.drain(now)
    mail.outbox.clear()
    watch(now)
    services.drain(now + DAY)
    assert {message.to[0] for message in mail.outbox} >= {"fiona@minato.example"}
    assert "ivan@minato.example" not in {message.to[0] for message in mail.outbox}


def test_what_needs_nothing_costs_a_constant_number_of_queries(cast: Cast, django_assert_max_num_queries: Any) -> None:
    for number in range(4):
        Story(cast, account=f"90-{number}").to_investigation()
    with django_assert_max_num_queries(9):
        assert watch(tokyo(2025, 4, 21, 9)) == 0


WORKERS = 4


@pytest.mark.django_db(transaction=True)
def test_workers_that_watch_at_once_mark_once() -> None:
    now = tokyo(2025, 5, 22, 9)
    with system_scope():
        cast = make_cast(password=None)
        stories = [Story(cast, account=f"90-{number}").to_investigation() for number in range(3)]
    together = Barrier(WORKERS)

    def work() -> int:
        try:
            together.wait()
            return watch(now)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WORKERS) as pool:
        written = [done.result() for done in [pool.submit(work) for _ in range(WORKERS)]]
    assert sum(written) == 6
    with system_scope():
        assert all(told(story) == [("breached", "investigating"), ("breached", FIRST_ANSWER)] for story in stories)
