"""A firm's administrator decides about its clocks: for those that begin after it, and never about those that run."""

import datetime as dt
import importlib
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, transaction

from casetrack.audit.models import Entry
from casetrack.calc.clocks import TOKYO
from casetrack.cases.clocks import due_at, rulebook_of
from casetrack.cases.forecast import day_before, effects, running_clocks, with_closed, with_target
from casetrack.cases.models import Case
from casetrack.cases.services import close_days, open_day, set_target
from casetrack.cases.services.firm_clocks import days_to_close
from casetrack.firms.models import ClockTarget, ClosedDay, Firm
from casetrack.lib.clock import tokyo, travel_to
from casetrack.lib.errors import Conflict, DomainError, InvalidInput, NotAllowed
from casetrack.negotiation.good_faith import good_faith_of
from casetrack.people.models import User
from tests.builders import Story

pytestmark = pytest.mark.django_db
NOW = tokyo(2025, 4, 16, 9)  # a Wednesday
MIGRATION = importlib.import_module("casetrack.firms.migrations.0005_dated_decisions")


@pytest.fixture
def firm(story: Story) -> Firm:
    return story.cast.firm["MINATO"]


def day_of(at: dt.datetime | None) -> dt.date | None:
    return at.astimezone(TOKYO).date() if at else None


def on(day: int, month: int = 4) -> dt.date:
    return dt.date(2025, month, day)


def test_a_closed_day_holds_for_the_next_report_and_not_for_the_one_before(story: Story, firm: Firm, ada: User) -> None:
    """Reported on Wednesday 16 April, due on the 17th. That day is closed an hour later: the next one is due on the
    18th, the first stays, also when its deadline is derived anew."""
    story.at = NOW
    before = Story(story.cast, account="90-1", at=NOW).reported()
    with travel_to(NOW + dt.timedelta(hours=1)):
        close_days(firm, [on(17)], label="Anniversary", actor=ada)
    after = Story(story.cast, account="90-2", at=NOW + dt.timedelta(hours=2)).reported()
    assert (day_of(before.case.due_at), day_of(after.case.due_at)) == (on(17), on(18))
    for told in (before, after):
        case = Case.objects.get(pk=told.case.pk)
        assert due_at(case) == case.due_at
    with travel_to(NOW + dt.timedelta(hours=3)):
        open_day(firm, on(17), actor=ada)
    last = Story(story.cast, account="90-3", at=NOW + dt.timedelta(hours=4)).reported()
    assert day_of(last.case.due_at) == on(17)
    assert day_of(due_at(Case.objects.get(pk=after.case.pk))) == on(18)


def test_a_new_target_changes_nothing_in_the_ledger_of_the_past(story: Story, firm: Firm, ada: User) -> None:
    story.to_assessment().wait(1).offered().wait(1).accepted()
    before = good_faith_of(story.case, story.at)
    with travel_to(story.at):
        for name in rulebook_of(firm).defaults:
            set_target(firm, name, 1 if name != "submitted" else 2, valid_from=day_of(story.at + dt.timedelta(days=1))
                       or on(1), actor=ada)  # fmt: skip
        close_days(firm, [on(2, 7)], label="x", actor=ada)
    case = Case.objects.get(pk=story.case.pk)
    assert good_faith_of(case, story.at) == before
    later = Story(story.cast, account="90-8", at=story.at + dt.timedelta(days=1)).reported()
    assert later.case.due_at is not None
    assert rulebook_of(later.case.firm).targets_at(later.at)["submitted"] == 2


def test_a_target_begins_on_its_day_and_the_default_can_come_back(story: Story, firm: Firm, ada: User) -> None:
    with travel_to(NOW):
        set_target(firm, "submitted", 4, valid_from=on(18), actor=ada)
        set_target(firm, "submitted", None, valid_from=on(1, 5), actor=ada)
    book = rulebook_of(firm)
    assert book.course_of("submitted") == [(on(18), 4), (on(1, 5), 1)]
    days = [book.targets_at(at)["submitted"] for at in (tokyo(2025, 4, 17, 23), tokyo(2025, 4, 18), tokyo(2025, 5, 1))]
    assert days == [1, 4, 1]
    entry = Entry.objects.filter(action="firms.target_set").earliest("id")
    assert (entry.firm_code, entry.actor_id, entry.data) == (
        "MINATO", ada.pk, {"clock": "submitted", "before": 1, "after": 4, "valid_from": "2025-04-18"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "days", "valid_from", "field"),
    [
        ("nonsense", 3, on(17), "clock"),
        ("submitted", 0, on(17), "days"),
        ("submitted", 61, on(17), "days"),
        ("submitted", 1, on(17), "days"),  # it is one day already
        ("submitted", None, on(17), "days"),
        ("submitted", 3, on(16), "valid_from"),
        ("submitted", 3, dt.date(2026, 4, 18), "valid_from"),
    ],
)
def test_it_refuses_what_is_no_target(
    firm: Firm, ada: User, name: str, days: int | None, valid_from: dt.date, field: str
) -> None:
    with travel_to(NOW), pytest.raises(InvalidInput) as refused:
        set_target(firm, name, days, valid_from=valid_from, actor=ada)
    assert refused.value.field == field
    assert not ClockTarget.objects.exists()


def test_several_days_are_closed_at_once_without_those_that_are_none(firm: Firm, ada: User) -> None:
    """28 April to 7 May 2025 has the business days 28, 30 April, 1, 2, 7 May; 1 May is closed already."""
    with travel_to(NOW):
        close_days(firm, [on(1, 5)], label="Anniversary", actor=ada)
        found = days_to_close(firm, on(28), on(7, 5))
        assert found == [on(28), on(30), on(2, 5), on(7, 5)]
        close_days(firm, found, label=" Move of the office ", actor=ada)
    assert set(ClosedDay.objects.filter(label="Move of the office").values_list("day", flat=True)) == set(found)
    entry = Entry.objects.filter(action="firms.days_closed").latest("id")
    assert entry.data == {"days": ["2025-04-28", "2025-04-30", "2025-05-02", "2025-05-07"]}


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (on(16), on(18), "first"),  # today
        (on(20), on(18), "last"),
        (on(19), on(20), "first"),  # a weekend
        (on(17), on(27, 5), "last"),  # 41 days
        (dt.date(2036, 1, 7), dt.date(2036, 1, 8), "last"),
    ],
)
def test_it_refuses_what_cannot_be_closed(firm: Firm, first: dt.date, last: dt.date, field: str) -> None:
    with travel_to(NOW), pytest.raises(InvalidInput) as refused:
        days_to_close(firm, first, last)
    assert refused.value.field == field


def test_who_decides_and_what_has_changed_meanwhile(firm: Firm, ada: User, alma: User, bruno: User) -> None:
    with travel_to(NOW):
        for actor in (alma, bruno):
            with pytest.raises(NotAllowed):
                close_days(firm, [on(17)], label="x", actor=actor)
            with pytest.raises(NotAllowed):
                set_target(firm, "submitted", 3, valid_from=on(17), actor=actor)
            with pytest.raises(NotAllowed):
                open_day(firm, on(17), actor=actor)
        close_days(firm, [on(17)], label="x", actor=ada)
        refusals: list[tuple[object, type[DomainError]]] = [
            (lambda: close_days(firm, [on(17)], label="x", actor=ada), InvalidInput),
            (lambda: close_days(firm, [on(17), on(18)], label="x", actor=ada), Conflict),
            (lambda: close_days(firm, [on(18)], label="  ", actor=ada), InvalidInput),
            (lambda: open_day(firm, on(18), actor=ada), Conflict),
        ]
        for write, kind in refusals:
            with pytest.raises(kind):
                write()  # type: ignore[operator]
    with travel_to(tokyo(2025, 4, 17)), pytest.raises(Conflict):
        open_day(firm, on(17), actor=ada)
    assert ClosedDay.objects.count() == 1


@pytest.mark.parametrize("model", [ClockTarget, ClosedDay])
def test_a_decision_is_never_changed(firm: Firm, ada: User, model: type[ClockTarget] | type[ClosedDay]) -> None:
    with travel_to(NOW):
        set_target(firm, "submitted", 3, valid_from=on(17), actor=ada)
        close_days(firm, [on(17)], label="x", actor=ada)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        model.objects.update(decided_at=NOW)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        model.objects.all().delete()


def test_the_database_holds_the_span_of_a_target(firm: Firm) -> None:
    with pytest.raises(DatabaseError, match="firms_clock_target_days"):
        ClockTarget.objects.create(firm=firm, clock="submitted", days=61, valid_from=on(17), decided_at=NOW)


def test_before_saving_it_is_said_what_would_change(story: Story, firm: Firm, ada: User) -> None:
    """A clock that begins on Wednesday 16 April over a closed Thursday; one of 5 instead of 3 days from Monday 21."""
    book = rulebook_of(firm)
    begins = day_before(on(17), book.calendar, NOW)
    assert begins == tokyo(2025, 4, 16, 12)
    found = {effect.clock: effect for effect in effects(book, with_closed(book, [on(17)], NOW), begins)}
    assert set(found) == set(book.defaults)
    assert (day_of(found["submitted"].before), day_of(found["submitted"].after)) == (on(17), on(18))
    assert day_before(on(21), book.calendar, NOW) == tokyo(2025, 4, 18, 12)
    (only,) = effects(book, with_target(book, "acknowledged", 5, on(21), NOW), tokyo(2025, 4, 21, 12))
    assert (only.clock, day_of(only.before), day_of(only.after)) == ("acknowledged", on(24), on(28))


def test_it_counts_the_clocks_that_run_now(story: Story, firm: Firm) -> None:
    story.to_investigation()
    Story(story.cast, account="90-2").to_investigation().does("ivan", "ask_victim", "?")
    Story(story.cast, account="90-3").reported()
    Story(story.cast, firm="AOZORA", account="90-4").reported()
    found = running_clocks(firm)
    assert {name: count for name, count in found.items() if count} == {
        "submitted": 1, "investigating": 2, "first_answer": 3,
    }  # fmt: skip


def test_what_was_set_before_decisions_had_a_date_holds_from_the_beginning(firm: Firm) -> None:
    class Firms:
        objects = SimpleNamespace(using=lambda alias: [firm])

    models = {"Firm": Firms, "ClockTarget": ClockTarget, "ClosedDay": ClosedDay}
    apps = SimpleNamespace(get_model=lambda app, name: models[name])
    firm.clock_targets, firm.closed_days = {"submitted": 2, "agreed": 400}, [on(2, 5), on(1, 5)]  # type: ignore[attr-defined]
    MIGRATION.carry_over(apps, SimpleNamespace(connection=SimpleNamespace(alias="default")))
    book = rulebook_of(Firm.objects.get(pk=firm.pk))
    targets = book.targets_at(tokyo(2024, 1, 1))
    assert (targets["submitted"], targets["agreed"], targets["acknowledged"]) == (2, 60, 3)
    assert book.closed_at(tokyo(2024, 1, 1)) == {on(1, 5), on(2, 5)}
