"""The regulator's page: aggregates for regulators, 404 for everyone else, and nobody's name."""

import csv
import io
import json
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from casetrack.audit.models import Entry
from casetrack.ledger.models import Execution
from casetrack.ledger.services import decide
from casetrack.lib import clock
from casetrack.people.models import User
from casetrack.reports.summary import Line
from casetrack.web.regulator.figures import figures_of, labels
from tests.builders import EXAMPLE_B, Cast, Story

pytestmark = pytest.mark.django_db
PAGES = ("summary", "summary-csv", "summary-json")
APRIL = {"first": "2025-04", "last": "2025-04", "by": "month"}


@pytest.fixture
def rita_browser(client_of: Callable[[User], Client], rita: User) -> Client:
    return client_of(rita)


@pytest.fixture
def world(cast: Cast) -> Story:
    """Vera's at MINATO: 200,000 shares of 6182 at 250 opened on margin on 16 April 2025 (50,000,000 yen bought), the
    closing her own mitigation, the fund's sale the firm's. Otto's at AOZORA: 1,000 of 7203 at 2,500 sold (2,500,000)
    and 20,000 of 7992 at 128 bought (2,560,000)."""
    mine = Story(cast).to_ledger().decided()
    story = Story(cast, victim="otto", firm="AOZORA", account="9876-5432109", ledger=EXAMPLE_B, decisions={})
    story.to_ledger()
    taken = list(Execution.objects.filter(execution_id__in=["s1", "b1"]))
    decide(taken, "unauthorized", actor=cast.user["iris"], reason="", at=clock.now())
    return mine


def at(name: str = "summary", language: str = "en") -> str:
    return f"/{language}{reverse(f'regulator:{name}').removeprefix('/ja').removeprefix('/en')}"


def text(response: Any) -> str:
    return str(response.content.decode())


def test_rita_sees_the_figures_of_both_firms(rita_browser: Client, world: Story) -> None:
    html = text(rita_browser.get(at(), APRIL))
    assert "¥2,500,000" in html
    assert "¥52,560,000" in html
    japanese = text(rita_browser.get(at(language="ja"), APRIL))
    assert "2,500,000円" in japanese
    assert "52,560,000円" in japanese


def test_everyone_else_finds_nothing(cast: Cast, client_of: Any, world: Story) -> None:
    for name, user in cast.user.items():
        if name == "rita":
            continue
        browser = client_of(user)
        for page in PAGES:
            assert browser.get(at(page), APRIL).status_code == 404, (name, page)
    assert not Entry.objects.filter(action__startswith="reports.").exists()


def test_a_stranger_is_led_to_the_log_in(client: Client, world: Story) -> None:
    for page in PAGES:
        answer = client.get(at(page), APRIL)
        assert answer.status_code == 302
        assert "/accounts/login/" in answer["Location"]


def test_the_figures_are_only_read(rita_browser: Client) -> None:
    for page in PAGES:
        assert rita_browser.post(at(page), APRIL).status_code == 405


def test_no_name_number_reference_or_firm_is_in_any_rendering(rita_browser: Client, cast: Cast, world: Story) -> None:
    """The figures are of all firms together; whose they are is nobody's business here."""
    names = {str(getattr(v, part)) for v in cast.victim.values() for part in ("family_name", "given_name", "email")}
    names |= {firm.name_ja for firm in cast.firm.values()} | {firm.name_en for firm in cast.firm.values()}
    names |= {world.account, world.account.replace("-", ""), "9876-5432109", "98765432109", world.case.reference}
    for language in ("ja", "en"):
        for page in PAGES:
            body = text(rita_browser.get(at(page, language), APRIL))
            assert not {name for name in names if name in body}, (language, page)


def test_it_says_that_gross_amounts_are_no_loss_and_figures_provisional(rita_browser: Client, world: Story) -> None:
    html = unescape(text(rita_browser.get(at(), APRIL)))
    assert "Provisional figures, as of" in html
    assert "not the customers' loss" in html
    assert "暫定値" in text(rita_browser.get(at(language="ja"), APRIL))


def test_without_a_choice_it_shows_the_year_of_the_wave(rita_browser: Client, world: Story) -> None:
    answer = rita_browser.get(at())
    lines = answer.context["lines"]
    assert [line.period for line in lines] == [f"2025-{month:02}" for month in range(1, 13)]
    assert [line.period for line in lines if line.accesses] == ["2025-04"]


def test_half_months_are_two_rows_for_each_month(rita_browser: Client, world: Story) -> None:
    answer = rita_browser.get(at(), {**APRIL, "by": "half-month"})
    assert [(line.period, line.trades) for line in answer.context["lines"]] == [("2025-04-H1", 0), ("2025-04-H2", 2)]


@pytest.mark.parametrize(
    ("periods", "japanese", "english"),
    [
        (["2025-03", "2025-12"], ["3月", "12月"], ["Mar", "Dec"]),
        (["2025-02-H1", "2025-02-H2"], ["2月前半", "2月後半"], ["Feb (1–15)", "Feb (16–28)"]),
        (["2025-12", "2026-01"], ["2025年12月", "2026年1月"], ["December 2025", "January 2026"]),
    ],
)
def test_an_axis_leaves_out_a_year_that_is_the_same(
    periods: list[str], japanese: list[str], english: list[str]
) -> None:
    with override("ja"):
        assert labels(periods) == japanese
    with override("en"):
        assert labels(periods) == english


def test_the_key_figures_round_amounts_and_say_them_exactly() -> None:
    total = Line("total", 9, 6380, 3505, 161_180_000_000, 143_730_000_000)
    with override("ja"):
        assert [(f["value"], f.get("note")) for f in figures_of(total)] == [
            ("9", None), ("6,380", None), ("3,505", None),
            ("1,611.8億円", "161,180,000,000円"), ("1,437.3億円", "143,730,000,000円"),
        ]  # fmt: skip
    with override("en"):
        assert [f["value"] for f in figures_of(total)] == ["9", "6,380", "3,505", "¥161.18B", "¥143.73B"]


def test_an_empty_period_says_so(rita_browser: Client, world: Story) -> None:
    html = text(rita_browser.get(at(), {**APRIL, "first": "2025-01", "last": "2025-02"}))
    assert "No confirmed access in this period." in html
    assert "<svg" not in html.partition("<main")[2]


def test_an_earlier_day_gives_the_table_as_it_stood(rita_browser: Client, world: Story) -> None:
    """Vera's access was confirmed 21.6 days after 16 April 18:30, on 8 May; Otto's the same; MINATO decided then."""
    before = {**APRIL, "as_of_year": "2025", "as_of_month": "5", "as_of_day": "7"}
    assert rita_browser.get(at(), before).context["is_empty"]
    on = rita_browser.get(at(), {**before, "as_of_day": "8"})
    assert on.context["summary"].total.accesses == 2
    assert on.context["summary"].total.trades == 1


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"first": "2025-05", "last": "2025-04", "by": "month"}, "The last month lies before the first."),
        ({"first": "2024-12", "last": "2025-04", "by": "month"}, "Select first month from the list"),
        ({**APRIL, "by": "week"}, "Select period of each row from the list"),
        ({**APRIL, "as_of_year": "2025", "as_of_month": "2", "as_of_day": "30"}, "There is no 30 February 2025"),
        ({**APRIL, "as_of_year": "2999", "as_of_month": "1", "as_of_day": "1"}, "it cannot be in the future"),
    ],
)
def test_a_wrong_period_is_an_error_beside_its_field(rita_browser: Client, query: dict[str, str], message: str) -> None:
    answer = rita_browser.get(at(), query)
    html = text(answer)
    assert "govuk-error-summary" in html
    assert message in html
    assert answer.context["summary"] is None
    assert not Entry.objects.filter(action__startswith="reports.").exists()
    for page in PAGES[1:]:
        refused = rita_browser.get(at(page), query)
        assert refused.status_code == 400
        assert "govuk-error-summary" in text(refused)


def test_the_downloads_hold_what_the_page_shows(rita_browser: Client, world: Story) -> None:
    answer = rita_browser.get(at("summary-csv"), APRIL)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="casetrack-summary-2025-04-2025-04.csv"'
    assert "no-store" in answer["Cache-Control"]
    assert answer.content == (
        b"\xef\xbb\xbfmonth,firms,accesses,trades,sell_amount,buy_amount\r\n"
        b"2025-04,2,2,2,2500000,52560000\r\ntotal,2,2,2,2500000,52560000\r\n"
    )
    document = json.loads(rita_browser.get(at("summary-json"), APRIL).content)
    (april, total) = document["rows"]
    assert april == {**total, "month": "2025-04"}
    assert total == {
        "month": "total", "firms": 2, "accesses": 2, "trades": 2, "sell_amount": 2500000, "buy_amount": 52560000,
    }  # fmt: skip
    assert document["provisional"] is True
    assert any("not the customers' loss" in note for note in document["notes"])


def test_the_links_of_the_page_download_the_same_table(rita_browser: Client, world: Story) -> None:
    """Also without a choice, and as of the instant that the page shows."""
    for query in ({}, APRIL, {**APRIL, "by": "half-month"}):
        page = rita_browser.get(at(), query)
        (link,) = {part.partition('"')[0] for part in text(page).split('href="') if "summary.csv?" in part[:40]}
        rows = list(csv.reader(io.StringIO(rita_browser.get(link.replace("&amp;", "&")).content.decode("utf-8-sig"))))
        assert [row[0] for row in rows[1:]] == [line.period for line in page.context["summary"].lines]
        assert [int(row[5]) for row in rows[1:]] == [line.buy_amount for line in page.context["summary"].lines]


def test_reading_and_downloading_are_in_the_audit_log(rita_browser: Client, rita: User, world: Story) -> None:
    rita_browser.get(at(), APRIL)
    rita_browser.get(at("summary-csv"), APRIL)
    rita_browser.get(at("summary-json"), APRIL)
    entries = Entry.objects.filter(action__startswith="reports.").order_by("pk")
    assert [(e.action, e.data.get("format")) for e in entries] == [
        ("reports.summary_read", None),
        ("reports.summary_downloaded", "csv"),
        ("reports.summary_downloaded", "json"),
    ]
    assert {(e.actor_id, e.data["from"], e.data["to"], e.data["by"]) for e in entries} == {
        (rita.pk, "2025-04", "2025-04", "month")
    }
