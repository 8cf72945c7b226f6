"""Numbers, money and time as the reader's language writes them."""

import datetime as dt
from decimal import Decimal

import pytest
from django.test import RequestFactory
from django.utils.translation import override

from casetrack.web import formats
from casetrack.web.templatetags.ct import clock_badge, status_badge, translate_url

NOON = dt.datetime(2025, 4, 16, 3, 0, tzinfo=dt.UTC)  # noon in Tokyo


@pytest.mark.parametrize(
    ("value", "ja", "en"),
    [
        (Decimal("1250000"), "1,250,000円", "¥1,250,000"),
        (Decimal("1250000.50"), "1,250,001円", "¥1,250,001"),
        (-1250000, "−1,250,000円", "−¥1,250,000"),
        ("26000000.00", "26,000,000円", "¥26,000,000"),
        (0, "0円", "¥0"),
        (Decimal("1E+6"), "1,000,000円", "¥1,000,000"),
        (None, "—", "—"),
        ("", "—", "—"),
        ("unknown", "—", "—"),
        (Decimal("NaN"), "—", "—"),
    ],
)
def test_money_is_written_exactly(value: object, ja: str, en: str) -> None:
    with override("ja"):
        assert formats.yen(value) == ja
    with override("en"):
        assert formats.yen(value) == en


def test_a_quantity_loses_its_trailing_zeros_only() -> None:
    assert formats.quantity(Decimal("5800000.000000")) == "5,800,000"
    assert formats.quantity(Decimal("0.500")) == "0.5"
    assert formats.quantity(Decimal("-12.25")) == "−12.25"
    assert formats.quantity(None) == "—"


def test_dates_are_those_of_tokyo() -> None:
    late = dt.datetime(2025, 4, 15, 15, 3, tzinfo=dt.UTC)
    with override("ja"):
        assert formats.jp_date(late) == "2025年4月16日"
        assert formats.jp_datetime(late) == "2025年4月16日 0時03分"
    with override("en"):
        assert formats.jp_date(late) == "16 April 2025"
        assert formats.jp_datetime(late) == "16 April 2025, 00:03 JST"
        assert formats.jp_datetime(dt.date(2025, 4, 16)) == "16 April 2025"
    assert formats.jp_date(None) == formats.jp_datetime(None) == "—"


@pytest.mark.parametrize(
    ("value", "ja", "en"),
    [
        ("2025-04", "2025年4月", "April 2025"),
        ("2025-04-H1", "2025年4月前半", "April 2025 (1–15)"),
        ("2024-02-H2", "2024年2月後半", "February 2024 (16–29)"),
    ],
)
def test_a_period_of_the_summary_is_a_month_or_half_of_one(value: str, ja: str, en: str) -> None:
    with override("ja"):
        assert formats.period(value) == ja
    with override("en"):
        assert formats.period(value) == en


@pytest.mark.parametrize(
    ("day", "era"),
    [
        (dt.date(2025, 4, 16), "令和7年"),
        (dt.date(2019, 5, 1), "令和元年"),
        (dt.date(2019, 4, 30), "平成31年"),
        (dt.date(1989, 1, 7), "昭和64年"),
        (dt.date(1900, 1, 1), "—"),
    ],
)
def test_eras_begin_on_their_day(day: dt.date, era: str) -> None:
    with override("ja"):
        assert formats.era(day) == era


@pytest.mark.parametrize(
    ("due_at", "words"),
    [
        (None, "—"),
        (NOON - dt.timedelta(hours=1), "Overdue since today"),
        (NOON - dt.timedelta(days=1), "Overdue by 1 day"),
        (NOON - dt.timedelta(days=12), "Overdue by 12 days"),
        (NOON + dt.timedelta(hours=1), "Due today"),
        (NOON + dt.timedelta(hours=13), "1 day left"),
        (NOON + dt.timedelta(days=5), "5 days left"),
    ],
)
def test_a_clock_says_how_long(due_at: dt.datetime | None, words: str) -> None:
    with override("en"):
        assert words in clock_badge(due_at, NOON)


def test_a_clock_that_waits_says_so() -> None:
    with override("en"):
        assert "Paused" in clock_badge(NOON, NOON, paused=True)


def test_a_status_has_a_word_for_the_public_and_one_for_staff() -> None:
    with override("en"):
        assert "Waiting for your answer" in status_badge("awaiting_victim")
        assert "Awaiting victim" in status_badge("awaiting_victim", staff=True)
        assert "Lapsed" in status_badge("lapsed")
        assert "&lt;b&gt;" in status_badge("done", "<b>")


@pytest.mark.parametrize(
    ("path", "other"),
    [
        ("/ja/?q=a%20b&page=2", "/en/?q=a%20b&page=2"),
        ("/ja/no/such/page", "/en/no/such/page"),
        ("/healthz", "/healthz"),
    ],
)
def test_the_other_language_is_the_same_page(path: str, other: str) -> None:
    request = RequestFactory().get(path)
    with override("ja"):
        assert translate_url(request, "en") == other
        assert translate_url(request, "ja") == path
