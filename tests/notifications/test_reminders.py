"""Vera is reminded once of what waits for her, before it is too late, and not of what she has done."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core import mail
from django.db import connections

from casetrack.cases.timeline import timeline
from casetrack.demo.cast import Cast, make_cast
from casetrack.lib import clock
from casetrack.lib.clock import tokyo, travel_to
from casetrack.lib.scope import system_scope
from casetrack.negotiation.services import refuse_offer, withdraw_offer
from casetrack.notifications import services
from casetrack.notifications.models import Delivery, HowTold
from casetrack.notifications.notices import choose_mails, notices_of
from casetrack.notifications.reminders import OFFER, QUESTION, remind
from casetrack.people.models import User
from tests.builders import Story

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def reminders(story: Story, action: str) -> int:
    return story.case.events.filter(action=action).count()


def mails_to_vera(now: dt.datetime) -> list[mail.EmailMessage]:
    mail.outbox.clear()
    services.drain(now)
    return [message for message in mail.outbox if message.to == ["vera@example.com"]]


@pytest.fixture
def offered(cast: Cast) -> Story:
    """An offer of twelve days ago that lapses tomorrow night."""
    return Story(cast, at=clock.now() - 60 * DAY).to_offer()


@pytest.fixture
def asked(cast: Cast) -> Story:
    """A question of a fortnight ago: five business days are over, whatever holidays there were."""
    story = Story(cast, at=clock.now() - 20 * DAY).to_investigation()
    story.at = clock.now() - 14 * DAY
    return story.does("ivan", "ask_victim", "4月17日の売却はご自身ですか。")


def test_over_new_year_three_business_days_before_an_offer_lapses(story: Story) -> None:
    """It lapses on Tuesday 6 January 2026 at 17:00. No business days: 31 December to 3 January, Sunday the 4th.
    Business days after Monday 29 December: the 30th, the 5th, the 6th, so the reminder is due on the 29th; after
    Friday the 26th and the weekend there are four."""
    story.to_assessment()
    story.at = tokyo(2025, 12, 19, 17)
    story.offered(days=18)
    assert story.offer.valid_until == tokyo(2026, 1, 6, 17)
    for early in (tokyo(2025, 12, 19, 18), tokyo(2025, 12, 26, 23, 59), tokyo(2025, 12, 28, 18)):
        assert remind(early) == 0
    assert remind(tokyo(2025, 12, 29, 9, 5)) == 1
    for later in (tokyo(2025, 12, 29, 10, 5), tokyo(2026, 1, 5, 9, 5), tokyo(2026, 1, 6, 18)):
        assert remind(later) == 0
    assert reminders(story, OFFER) == 1


def test_over_new_year_five_business_days_after_a_question(story: Story) -> None:
    """Asked on Thursday 25 December 2025. Business days after it: 26, 29 and 30 December, 5 and 6 January."""
    story.to_investigation()
    story.at = tokyo(2025, 12, 25, 15)
    story.does("ivan", "ask_victim", "?")
    for early in (tokyo(2025, 12, 31, 12), tokyo(2026, 1, 4, 12), tokyo(2026, 1, 5, 18, 5)):
        assert remind(early) == 0
    assert remind(tokyo(2026, 1, 6, 9, 5)) == 1
    assert remind(tokyo(2026, 1, 19, 9, 5)) == 0
    assert reminders(story, QUESTION) == 1


def test_an_offer_of_today_is_no_reminder_of_itself(story: Story) -> None:
    """Made on Monday 1 December 2025 for two days: the mail about the offer is enough on that day."""
    story.to_assessment()
    story.at = tokyo(2025, 12, 1, 10)
    story.offered(days=2)
    assert remind(tokyo(2025, 12, 1, 18, 5)) == 0
    assert remind(tokyo(2025, 12, 2, 9, 5)) == 1


def test_a_second_question_has_a_reminder_of_its_own(story: Story) -> None:
    story.to_investigation()
    story.at = tokyo(2025, 12, 1, 10)
    story.does("ivan", "ask_victim", "?")
    assert remind(tokyo(2025, 12, 8, 9, 5)) == 1
    story.at = tokyo(2025, 12, 8, 12)
    story.does("vera", "answer_firm", "はい").does("ivan", "ask_victim", "では、いつ？")
    assert remind(tokyo(2025, 12, 12, 18, 5)) == 0
    assert remind(tokyo(2025, 12, 15, 9, 5)) == 1


def test_what_is_answered_or_taken_back_is_not_reminded_of(offered: Story, cast: Cast) -> None:
    other = Story(cast, victim="otto", account="999", at=clock.now() - 60 * DAY).to_offer()
    refuse_offer(offered.offer, reason="足りません。", actor=cast.user["vera"])
    withdraw_offer(other.offer, reason="計算を見直します。", actor=cast.user["alma"])
    assert remind(clock.now()) == 0


def test_an_answered_question_and_a_withdrawn_case_are_left_alone(asked: Story, cast: Cast) -> None:
    asked.at = clock.now()
    asked.does("vera", "withdraw")
    assert remind(clock.now()) == 0


def test_a_victim_without_a_log_in_cannot_be_reminded(asked: Story) -> None:
    asked.case.victim_user = None
    asked.case.save(update_fields=["victim_user"])
    assert remind(clock.now()) == 0


@pytest.mark.parametrize(
    ("language", "subject"), [("en", "A reminder about your case (casetrack)"), ("ja", "お知らせ")]
)
def test_the_mail_is_in_her_language_and_says_nothing(offered: Story, vera: User, language: str, subject: str) -> None:
    User.objects.filter(pk=vera.pk).update(language=language)
    remind(clock.now())
    (message,) = mails_to_vera(clock.now())
    assert subject in message.subject
    text = message.subject + str(message.body)
    assert offered.case.reference not in text
    assert "http" not in text
    assert "みなと" not in text
    assert "提案" not in text
    assert "offer" not in text
    assert mails_to_vera(clock.now() + DAY) == []


def test_it_stands_in_her_notices_and_in_both_timelines(asked: Story, vera: User, ivan: User) -> None:
    remind(clock.now())
    services.drain(clock.now())
    assert notices_of(vera)[0].action == QUESTION
    for user in (vera, ivan):
        assert timeline(asked.case, user=user)[-1].at == clock.now()


def test_who_wants_no_mails_has_the_notice_alone(asked: Story, vera: User) -> None:
    choose_mails(HowTold.NEVER, actor=vera)
    remind(clock.now())
    assert mails_to_vera(clock.now() + DAY) == []
    assert notices_of(vera)[0].action == QUESTION


def test_at_night_it_waits_for_the_morning(asked: Story) -> None:
    night = clock.now().astimezone(clock.TOKYO).replace(hour=23)
    with travel_to(night):
        remind(night)
        assert mails_to_vera(night) == []
        assert len(mails_to_vera(night + dt.timedelta(hours=8))) == 1


def test_what_she_answers_before_the_mail_goes_out_needs_no_mail(asked: Story, vera: User) -> None:
    choose_mails(HowTold.DAILY, actor=vera)
    remind(clock.now())
    assert mails_to_vera(clock.now()) == []
    asked.at = clock.now() + dt.timedelta(hours=1)
    asked.does("vera", "answer_firm", "はい、私です。")
    assert mails_to_vera(clock.now() + DAY) == []
    assert Delivery.objects.get(action=QUESTION).status == "kept"


WORKERS = 4


@pytest.mark.django_db(transaction=True)
def test_workers_that_remind_at_once_remind_once() -> None:
    now = clock.now()
    with system_scope():
        cast = make_cast(password=None)
        stories = [Story(cast, account=f"90-{number}", at=now - 20 * DAY).to_investigation() for number in range(3)]
        for story in stories:
            story.does("ivan", "ask_victim", "?")
    together = Barrier(WORKERS)

    def work() -> int:
        try:
            together.wait()
            given = remind(now)
            services.drain(now)
            return given
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WORKERS) as pool:
        given = [done.result() for done in [pool.submit(work) for _ in range(WORKERS)]]
    services.drain(now)
    with system_scope():
        assert sum(given) == len(stories)
        assert all(reminders(story, QUESTION) == 1 for story in stories)
        assert Delivery.objects.filter(action=QUESTION).count() == len(stories)
