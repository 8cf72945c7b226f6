"""Each part that was settled has a clock of its own for its payment, whatever becomes of the others."""

import datetime as dt
import importlib
import os
from collections.abc import Callable
from functools import partial
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from casetrack.calc.clocks import Clock, add_business_days
from casetrack.cases.clocks import BREACHED
from casetrack.cases.models import Case, Event
from casetrack.cases.services import answer_extension, perform, request_extension
from casetrack.cases.side_clocks import PART_PAYMENT, side_clocks_of
from casetrack.cases.timeline import timeline
from casetrack.demo.cast import Cast
from casetrack.demo.story import ENDINGS
from casetrack.lib.clock import travel_to
from casetrack.lib.errors import DomainError
from casetrack.lib.scope import system_scope
from casetrack.local.roles import url_like
from casetrack.market.calendars import business_calendar
from casetrack.negotiation import good_faith_words as words
from casetrack.negotiation.good_faith import good_faith_of
from casetrack.negotiation.models import Payment, Settlement
from casetrack.negotiation.services import confirm_receipt, deny_receipt, fail_payment, record_payment, show_payment
from casetrack.notifications.clock_watch import WARNED, watch
from casetrack.people.models import User
from tests.builders import Story

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
MIGRATION = importlib.import_module("casetrack.cases.migrations.0010_steps_of_a_part")


def two_parts(cast: Cast) -> tuple[Story, Settlement, Settlement]:
    """Vera has accepted two parts a day apart, and both can be paid."""
    story = Story(cast).to_assessment().wait(1)
    story.part_offered("costs", "solatium").wait(1).accepted().countersigned().cleared()
    first = story.settlement
    story.part_offered("liquidation").wait(1).accepted().countersigned().cleared().wait(4)
    return story, first, story.settlement


@pytest.fixture
def both(cast: Cast) -> tuple[Story, Settlement, Settlement]:
    return two_parts(cast)


def clocks(case: Case, now: dt.datetime) -> list[Clock]:
    events = list(case.events.order_by("at", "id"))
    return [clock for clock in side_clocks_of(case, events, now) if clock.name == PART_PAYMENT]


def running(case: Case, now: dt.datetime) -> set[int | None]:
    return {clock.part for clock in clocks(case, now) if clock.ended_at is None}


ACTS: dict[str, Callable[[Settlement, Callable[[str], User], dt.date], object]] = {
    "pay": lambda part, who, today: record_payment(
        part, amount=part.amount, paid_on=today, actor=who("alma"), note="Account checked."
    ),
    "fail": lambda part, who, _today: fail_payment(part.payments.live().get(), actor=who("alma"), reason="…"),
    "deny": lambda part, who, _today: deny_receipt(part.payments.live().get(), actor=who("vera"), reason="…"),
    "show": lambda part, who, _today: show_payment(part.payments.live().get(), actor=who("alma"), reason="…"),
    "confirm": lambda part, who, _today: confirm_receipt(part.payments.live().get(), actor=who("vera")),
}


def does(story: Story, what: str, part: Settlement) -> None:
    part = Settlement.objects.select_related("case__firm", "offer").get(pk=part.pk)
    with travel_to(story.wait(0.1).at):
        ACTS[what](part, story.user, story.at.date())


def test_one_part_is_missed_while_the_money_of_the_other_comes_back(both: Any) -> None:
    story, first, second = both
    for what, part in (("pay", first), ("pay", second), ("deny", first), ("fail", second)):
        does(story, what, part)
    assert running(story.case, story.at) == {1, 2}
    does(story, "show", first)
    assert running(story.case, story.at) == {2}, "the firm has shown one payment; the other came back to it"
    does(story, "pay", second)
    assert running(story.case, story.at) == set()


def test_money_of_one_part_that_came_back_is_no_answer_about_the_other(both: Any) -> None:
    story, first, second = both
    for what, part in (("pay", first), ("pay", second), ("deny", second), ("confirm", first)):
        does(story, what, part)
    assert running(story.case, story.at) == {2}


def test_each_part_is_due_by_the_day_on_which_it_was_agreed(both: Any) -> None:
    story, first, second = both
    due = {clock.part: clock.due_at for clock in clocks(story.case, story.at)}
    assert due == {
        part.offer.number: add_business_days(part.agreed_at, 5, business_calendar()) for part in (first, second)
    }


def test_neither_a_question_nor_more_time_for_the_rest_holds_the_money_of_a_part(both: Any) -> None:
    story, *_parts = both
    before = [(clock.part, clock.due_at) for clock in clocks(story.case, story.at)]
    with travel_to(story.at):
        request_extension(story.case, 9, reason="…", actor=story.user("ivan"))
        answer_extension(story.case, 1, agrees=True, actor=story.user("vera"))
    assert [(clock.part, clock.due_at) for clock in clocks(story.case, story.at)] == before


def test_each_part_is_warned_of_and_marked_by_itself(both: Any) -> None:
    """Agreed on Wednesday 4 and Thursday 5 June 2025: due on Wednesday the 11th and Thursday the 12th."""
    story, first, second = both
    assert [clock.due_at and clock.due_at.date() for clock in clocks(story.case, story.at)] == [
        add_business_days(part.agreed_at, 5, business_calendar()).date() for part in (first, second)
    ]
    ends = [clock.due_at for clock in clocks(story.case, story.at) if clock.due_at]
    for at in (ends[0] - HOUR, ends[0] + HOUR, ends[1] + HOUR, ends[1] + 2 * HOUR):
        watch(at)
    told = story.case.events.filter(action__in=(WARNED, BREACHED), clock=PART_PAYMENT).order_by("pk")
    assert [(step.action, step.offer) for step in told] == [
        (WARNED, 1), (WARNED, 2), (BREACHED, 1), (BREACHED, 2),
    ]  # fmt: skip
    marked = [row for row in good_faith_of(story.case, ends[1] + HOUR).rows if row.action == BREACHED]
    assert [row.due_at for row in marked if row.about.endswith(("提案 1", "提案 2"))] == ends


def test_timeline_and_ledger_say_which_part_a_step_is_of(both: Any) -> None:
    story, first, _second = both
    does(story, "pay", first)
    notes = {row.note for row in timeline(story.case, user=story.user("vera"))}
    assert {"提案 1", "提案 2"} <= notes
    ended = [row for row in good_faith_of(story.case, story.at).rows if row.of == PART_PAYMENT]
    assert [row.part for row in ended] == [1]
    waiting = [row for row in good_faith_of(story.case, story.at).pending if row.of == PART_PAYMENT]
    assert [row.part for row in waiting] == [2]
    assert [str(words.waiting(row).what) for row in waiting] == ["合意した一部を支払う：提案 2"]
    with travel_to(story.at + 30 * DAY):
        watch(story.at + 30 * DAY)
    said = {str(words.shown(row).what) for row in good_faith_of(story.case, story.at + 30 * DAY).rows}
    assert any(what.endswith("：提案 2）") for what in said), said


BESIDE = ("decline", "reopen", "ask_victim", "answer_firm", "withdraw", "escalate")
any_act = st.tuples(st.sampled_from([*ACTS, *ACTS, *BESIDE]), st.integers(0, 1))


def test_whatever_becomes_of_two_parts_each_clock_runs_while_its_own_money_is_due(cast: Cast) -> None:
    """The steps alone say what the rows of payments say: a part waits for the firm until it has a payment that neither
    came back nor is missed. Replayed up to any step, they give the same clocks as they gave then."""
    story, *parts = two_parts(cast)
    began = story.at

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(acts=st.lists(any_act, max_size=12))
    @example(acts=[("pay", 0), ("pay", 1), ("deny", 0), ("fail", 1), ("show", 0)])
    @example(acts=[("pay", 0), ("pay", 1), ("deny", 1), ("fail", 0), ("pay", 0), ("confirm", 1)])
    @example(acts=[("pay", 0), ("deny", 0), ("fail", 0), ("pay", 0), ("deny", 0), ("confirm", 0), ("decline", 0)])
    def play(acts: list[tuple[str, int]]) -> None:
        with transaction.atomic():
            story.at, seen = began, []
            case = Case.objects.get(pk=story.case.pk)
            for what, place in acts:
                attempt(story, case, what, parts[place])
                assert running(case, story.at) == unpaid(parts)
                seen.append((story.at, [(clock.part, clock.started_at) for clock in clocks(case, story.at)]))
            for at, then in seen:
                assert [(clock.part, clock.started_at) for clock in clocks(case, at)] == then
            for clock in clocks(case, story.at):
                assert clock.due_at == add_business_days(clock.started_at, 5, business_calendar())
            without_numbers(case, story.at, unpaid(parts))
            transaction.set_rollback(True)

    play()


def attempt(story: Story, case: Case, what: str, part: Settlement) -> None:
    try:
        with transaction.atomic():
            if what in ACTS:
                does(story, what, part)
                return
            who = "vera" if what in ("answer_firm", "withdraw", "escalate") else "alma"
            act = ENDINGS.get(what, partial(perform, action=what))
            with travel_to(story.wait(0.1).at):
                act(case, actor=story.user("ivan" if what == "ask_victim" else who), reason="…")
    except (DomainError, Payment.DoesNotExist):
        return


def unpaid(parts: list[Settlement]) -> set[int]:
    settled = {payment.settlement_id for payment in Payment.objects.live().filter(denied_at=None)}
    return {part.offer.number for part in parts if part.pk not in settled}


def without_numbers(case: Case, now: dt.datetime, waiting: set[int]) -> None:
    """Steps that say no number: as many clocks run as parts wait, where no money is missed. Of two parts, of which one
    is missed, such steps do not tell the one from the other."""
    events = list(case.events.order_by("at", "id"))
    for event in events:
        event.offer = None
    found = [c for c in side_clocks_of(case, events, now) if c.name == PART_PAYMENT and c.ended_at is None]
    assert len(found) == len(waiting) or any(event.action.endswith("receipt_denied") for event in events)


@pytest.mark.django_db(transaction=True)
def test_old_steps_get_the_number_that_their_entry_in_the_audit_log_has(cast: Cast) -> None:
    with system_scope():
        story, first, _second = two_parts(cast)
        does(story, "pay", first)
    with psycopg.connect(url_like(os.environ["DATABASE_OWNER_URL"], str(connection.settings_dict["NAME"]))) as owner:
        owner.execute("select set_config('app.audience', 'system', true)")
        owner.execute("alter table cases_event disable trigger append_only")
        assert owner.execute("update cases_event set offer = null where offer is not null").rowcount == 3
        owner.execute(MIGRATION.FORWARDS)
    with system_scope():
        steps = Event.objects.filter(case=story.case, offer__isnull=False).order_by("pk")
        assert [(step.action.rpartition(".")[2], step.offer) for step in steps] == [
            ("part_agreed", 1), ("part_agreed", 2), ("part_paid", 1),
        ]  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            Event.objects.filter(case=story.case).update(offer=None)
