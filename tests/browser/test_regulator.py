"""The regulator's page in a real browser, in both languages, on a wide screen and on a telephone."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from casetrack.cases.incidents import COLUMNS, import_incidents
from casetrack.ledger.services import import_ledger
from casetrack.lib.scope import system_scope
from casetrack.people.models import User
from tests.browser.conftest import LOOKS
from tests.builders import Cast
from tests.ledger.files import file, row

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Month of 2025: accesses, accounts that traded, millions of yen sold and bought in each of them.
WAVE = {1: (2, 1, 40, 35), 2: (1, 1, 50, 30), 3: (9, 5, 26, 25), 4: (24, 14, 105, 93), 5: (16, 11, 100, 90)}


@pytest.fixture
def rita(transactional_db: None, cast: Cast) -> User:
    """Rita, when both firms have found what WAVE says."""
    found: dict[str, list[str]] = {"MINATO": [], "AOZORA": []}
    ledger: dict[str, list[dict[str, str]]] = {"MINATO": [], "AOZORA": []}
    for month, (accesses, traded, sell, buy) in WAVE.items():
        for n in range(accesses):
            code, number = ("MINATO", "AOZORA")[n % 2], f"{month:02}-{n:05}"
            at = f"2025-{month:02}-{n % 27 + 1:02}T09:{n:02}:00+09:00"
            cells = {"account": number, "first_access_at": at, "vector": "phishing"}
            found[code].append(",".join(cells.get(name, "") for name in COLUMNS))
            if n < traded:
                whole = {"account": number, "executed_at": at, "attribution": "unauthorized", "quantity": "10000"}
                ledger[code].append(row(**whole, execution_id="s", type="sell", price=f"{sell * 100}"))
                ledger[code].append(row(**whole, execution_id="b", type="buy", price=f"{buy * 100}"))
    with system_scope():
        for code, firm in cast.firm.items():
            import_incidents(firm, "\n".join([",".join(COLUMNS), *found[code]]).encode(), actor=User.objects.system())
            import_ledger(firm, "ledger.csv", file(*ledger[code]), actor=User.objects.system())
    return cast.user["rita"]


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_the_page_in_every_state(
    rita: User,
    open_as: Callable[..., Page],
    check: Callable[[Page], None],
    shot: Callable[[Page, str], None],
    language: str,
    width: str,
) -> None:
    page = open_as(rita, language=language, width=width)
    for name, query in {
        "year": "",
        "months": "?first=2025-01&last=2025-05&by=month",
        "half-months": "?first=2025-03&last=2025-04&by=half-month",
        "empty": "?first=2025-11&last=2025-12&by=month",
        "error": "?first=2025-05&last=2025-04&by=month&as_of_year=2025&as_of_month=2&as_of_day=30",
    }.items():
        answer = page.goto(f"regulator/{query}")
        assert answer is not None
        assert answer.status == 200
        check(page)
        shot(page, f"regulator-{language}-{width}-{name}")


def test_a_period_is_chosen_and_downloaded(rita: User, open_as: Callable[..., Page], tmp_path: Any) -> None:
    page = open_as(rita, language="en")
    page.goto("regulator/")
    page.select_option("[name=first]", "2025-04")
    page.select_option("[name=last]", "2025-05")
    with page.expect_navigation():
        page.click("main form button")
    # April: 14 accounts, each 105 million sold and 93 million bought; May: 11, each 100 and 90 million.
    assert "¥2,570,000,000" in page.inner_text("main")
    assert "¥2,292,000,000" in page.inner_text("main")
    with page.expect_download() as downloading:
        page.click("a[href*='summary.csv']")
    downloading.value.save_as(tmp_path / "summary.csv")
    assert (tmp_path / "summary.csv").read_bytes().decode("utf-8-sig").splitlines() == [
        "month,firms,accesses,trades,sell_amount,buy_amount",
        "2025-04,2,24,14,1470000000,1302000000",
        "2025-05,2,16,11,1100000000,990000000",
        "total,2,40,25,2570000000,2292000000",
    ]


def test_it_serves_without_scripts(rita: User, open_as: Callable[..., Page]) -> None:
    page = open_as(rita, language="ja", javascript=False)
    page.goto("regulator/?first=2025-01&last=2025-05&by=month")
    assert page.locator("main svg:visible").count() == 2
    assert page.locator("main tbody tr").count() == 5
