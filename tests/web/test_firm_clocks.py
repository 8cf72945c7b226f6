"""The administrator's pages of targets and closed days: shown what it would do, then confirmed."""

import datetime as dt
import re
import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from casetrack.cases.clocks import rulebook_of
from casetrack.cases.models import Case
from casetrack.cases.services import close_days
from casetrack.firms.models import ClockTarget, ClosedDay, Firm
from casetrack.lib.clock import tokyo_date
from casetrack.market.calendars import business_calendar
from casetrack.people.models import User
from tests.builders import Story

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
TARGETS, DAYS = "/en/firm/targets/", "/en/firm/closed-days/"


def business_day(after: int) -> dt.date:
    """The first business day that is at least so many days from today."""
    day = tokyo_date(timezone.now()) + dt.timedelta(days=after)
    while not business_calendar().is_business_day(day):
        day += dt.timedelta(days=1)
    return day


def typed(name: str, day: dt.date | None) -> dict[str, str]:
    parts = (day.year, day.month, day.day) if day else ("", "", "")
    return {f"{name}_{part}": str(value) for part, value in zip(("year", "month", "day"), parts, strict=True)}


def closing(first: dt.date, last: dt.date | None = None, **more: str) -> dict[str, str]:
    return {**typed("first", first), **typed("last", last), "label": "Summer closing", **more}


def hidden(html: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', html))


def test_ada_closes_several_days_after_she_has_seen_what_it_does(story: Story, ada: User, client_of: As) -> None:
    story.at = timezone.now()
    due_at = story.reported().case.due_at
    admin = client_of(ada)
    first = business_day(20)
    key = hidden(admin.get(DAYS).content.decode())["idempotency_key"]
    html = admin.post(DAYS, closing(first, first + dt.timedelta(days=9), idempotency_key=key)).content.decode()
    assert "2 clocks run now. Their deadlines stay as they are." in html  # the receipt's and the first answer's
    assert not ClosedDay.objects.exists()
    sent = hidden(html)
    for _time in range(2):  # the second sending of the same page does nothing
        answer = admin.post(DAYS, sent)
        assert (answer.status_code, answer.headers["Location"]) == (302, f"{DAYS}?year={first.year}")
    days = list(ClosedDay.objects.values_list("day", flat=True))
    assert len(days) == len(set(days)) >= 3
    assert all(business_calendar().is_business_day(day) for day in days)
    page = admin.get(f"{DAYS}?year={first.year}").content.decode()
    assert "Summer closing" in page
    assert Case.objects.get(pk=story.case.pk).due_at == due_at


def test_a_day_to_come_is_taken_out_after_it_was_asked_for(story: Story, ada: User, client_of: As) -> None:
    firm, admin, day = story.cast.firm["MINATO"], client_of(ada), business_day(5)
    close_days(firm, [day], label="Anniversary", actor=ada)
    address = f"{DAYS}{day}/"
    assert address in admin.get(f"{DAYS}?year={day.year}").content.decode()
    assert "The firm would work on this day after all." in admin.get(address).content.decode()
    assert ClosedDay.objects.filter(is_closed=False).count() == 0
    assert admin.post(address).status_code == 302
    assert admin.get(address).status_code == 404
    assert "The firm is not closed on this day." in admin.post(address, follow=True).content.decode()
    assert [one.is_closed for one in ClosedDay.objects.all()] == [True, False]
    # Closed once more, under another name: that one is shown.
    admin.post(DAYS, closing(day, confirmed="1", idempotency_key=str(uuid.uuid4())))
    page = admin.get(f"{DAYS}?year={day.year}").content.decode()
    assert "Summer closing" in page
    assert "Anniversary" not in page


def test_days_of_the_past_stay(story: Story, ada: User, client_of: As) -> None:
    firm = story.cast.firm["MINATO"]
    day = tokyo_date(timezone.now()) - dt.timedelta(days=3)
    ClosedDay.objects.create(firm=firm, day=day, label="Move", decided_at=timezone.now() - dt.timedelta(days=9))
    admin = client_of(ada)
    page = admin.get(f"{DAYS}?year={day.year}").content.decode()
    assert "Move" in page
    assert f"{DAYS}{day}/" not in page
    assert admin.get(f"{DAYS}{day}/").status_code == 404


def test_a_refused_form_keeps_what_was_typed(ada: User, client_of: As) -> None:
    admin, today = client_of(ada), tokyo_date(timezone.now())
    answer = admin.post(DAYS, closing(today))
    html = answer.content.decode()
    assert answer.status_code == 400
    assert "tomorrow at the earliest" in html
    assert 'value="Summer closing"' in html
    assert admin.post(DAYS, {"label": ""}).status_code == 400


@pytest.mark.parametrize(
    ("year", "shown"), [("2025", "Culture Day"), ("2026", "Greenery Day"), ("1999", "Turn of the year"), ("x", "")]
)
def test_national_holidays_stand_beside(ada: User, client_of: As, year: str, shown: str) -> None:
    assert shown in client_of(ada).get(f"{DAYS}?year={year}").content.decode()


def test_ada_changes_a_target_from_a_day_on(story: Story, ada: User, client_of: As) -> None:
    story.at = timezone.now()
    due_at = story.reported().case.due_at
    admin, first = client_of(ada), tokyo_date(timezone.now()) + dt.timedelta(days=10)
    address = f"{TARGETS}submitted/"
    key = hidden(admin.get(address).content.decode())["idempotency_key"]
    html = admin.post(address, {"days": "３", **typed("valid_from", first), "idempotency_key": key}).content.decode()
    assert "1 clock of this kind runs now. Its deadline stays as it is." in html
    assert "customers wait longer" in html
    assert not ClockTarget.objects.exists()
    sent = hidden(html)
    for _time in range(2):
        assert admin.post(address, sent).status_code == 302
    target = ClockTarget.objects.get()
    assert (target.clock, target.days, target.valid_from, target.decided_by) == ("submitted", 3, first, ada)
    page = admin.get(TARGETS).content.decode()
    assert "3 business days from" in page
    assert "3 business days from" in admin.get(address).content.decode()
    assert Case.objects.get(pk=story.case.pk).due_at == due_at


def test_an_empty_target_brings_the_default_back(ada: User, client_of: As) -> None:
    admin, first = client_of(ada), tokyo_date(timezone.now()) + dt.timedelta(days=1)
    address = f"{TARGETS}agreed/"
    admin.post(address, {"days": "2", **typed("valid_from", first), "confirmed": "1"})
    admin.post(address, {"days": "", **typed("valid_from", first), "confirmed": "1"})
    assert rulebook_of(Firm.objects.get(code="MINATO")).course_of("agreed") == [(first, 5)]
    assert "The platform's default from" in admin.get(address).content.decode()


@pytest.mark.parametrize(
    ("days", "ahead", "said"),
    [
        ("0", 3, "at least 1"),
        ("61", 3, "at most 60"),
        ("1.5", 3, "as a whole number"),
        ("1", 3, "The target is that on this day already."),
        ("3", 0, "A target begins tomorrow at the earliest."),
        ("3", 400, "Choose a day within a year."),
    ],
)
def test_what_is_no_target_is_refused_on_the_form(ada: User, client_of: As, days: str, ahead: int, said: str) -> None:
    first = tokyo_date(timezone.now()) + dt.timedelta(days=ahead)
    for confirmed in ({}, {"confirmed": "1"}):
        sent = {"days": days, **typed("valid_from", first), **confirmed}
        answer = client_of(ada).post(f"{TARGETS}submitted/", sent)
        assert answer.status_code == 400
        assert said in answer.content.decode()
        assert f'value="{days}"' in answer.content.decode()


def test_approvers_read_and_nobody_else_finds_anything(
    cast: object, ada: User, alma: User, bruno: User, ivan: User, fiona: User, vera: User, client_of: As
) -> None:
    day = business_day(5)
    client_of(ada).post(DAYS, closing(day, confirmed="1"))
    approver = client_of(alma)
    for address in (TARGETS, f"{DAYS}?year={day.year}"):
        page = approver.get(address).content.decode()
        assert "An administrator of the firm changes them." in page
        assert "See what it would do" not in page
        assert "submitted/" not in page
    assert "Summer closing" in approver.get(f"{DAYS}?year={day.year}").content.decode()
    assert approver.post(DAYS, closing(business_day(9), confirmed="1")).status_code == 404
    for address in (f"{TARGETS}submitted/", f"{DAYS}{day}/"):
        assert approver.get(address).status_code == approver.post(address).status_code == 404
    assert "Summer closing" not in client_of(bruno).get(f"{DAYS}?year={day.year}").content.decode()
    for user in (ivan, fiona, vera):
        assert client_of(user).get(TARGETS).status_code == client_of(user).get(DAYS).status_code == 404
    assert client_of(ada).get(f"{TARGETS}nonsense/").status_code == 404
    assert client_of(ada).get(f"{DAYS}2026-02-30/").status_code == 404
