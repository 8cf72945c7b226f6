"""A typed trade of which vera does not know in which of her accounts it was."""

import re
import uuid
from typing import Any

import pytest

from casetrack.cases.models import Case, UnauthorizedTrade
from casetrack.cases.services import move
from casetrack.intake.models import Draft, UnplacedTrade
from casetrack.intake.placing import is_unplaced, place_trade
from casetrack.intake.services import save_step, submit_draft
from casetrack.intake.steps import ACCOUNT, TRADES
from casetrack.lib.crypto import account_index
from casetrack.lib.errors import Conflict, InvalidInput, NotAllowed
from casetrack.people.models import User
from tests.builders import Cast
from tests.intake.reports import ANSWERS, filled_draft

pytestmark = pytest.mark.django_db
NUMBERS = ("111-0001", "222-0002")


def two_accounts(vera: User, *, said: str = "") -> Draft:
    """A report on two accounts with two trades: one in the second account, one in `said` (empty: not known)."""
    draft = filled_draft(vera)
    rows = [{"firm": "MINATO", "number": number, "kinds": []} for number in NUMBERS]
    save_step(draft, ACCOUNT, {"rows": rows}, actor=vera)
    trade = {**ANSWERS["trades"]["rows"][0]}
    trades = [{**trade, "account": said}, {**trade, "account": account_index("MINATO", NUMBERS[1])}]
    save_step(draft, TRADES, {"known": "known", "rows": trades}, actor=vera)
    return draft


@pytest.fixture
def case(vera: User, ivan: User) -> Case:
    """The report with the trade whose account is not known, at the firm."""
    case = submit_draft(two_accounts(vera), actor=vera, key=uuid.uuid4())
    for action in ("acknowledge", "investigate"):
        move(case, action, actor=ivan)
    return case


@pytest.fixture
def trade(case: Case) -> UnauthorizedTrade:
    return UnplacedTrade.objects.get().trade


def test_it_says_so_and_stands_with_the_first_account(case: Case, trade: UnauthorizedTrade) -> None:
    assert is_unplaced(trade)
    assert trade.incident == case.incidents.order_by("pk").first()
    assert case.claimed_trades.count() == 2


def test_a_trade_whose_account_was_said_is_no_such_trade(vera: User) -> None:
    draft = two_accounts(vera, said=account_index("MINATO", NUMBERS[0]))
    case = submit_draft(draft, actor=vera, key=uuid.uuid4())
    assert not UnplacedTrade.objects.exists()
    assert [incident.claimed_trades.count() for incident in case.incidents.order_by("pk")] == [1, 1]


def test_with_one_account_there_is_nothing_to_find_out(vera: User) -> None:
    submit_draft(filled_draft(vera), actor=vera, key=uuid.uuid4())
    assert not UnplacedTrade.objects.exists()


def test_both_sides_see_it(case: Case, trade: UnauthorizedTrade, client_of: Any, ivan: User, vera: User) -> None:
    assert "You did not know the account of this trade" in seen(client_of(vera), f"/en/cases/{case.reference}/")
    page = seen(client_of(ivan), f"/en/firm/cases/{case.reference}/")
    assert page.count("Account not known") == 1
    assert "/accounts/1/trades/1/account/" in page


def test_ivan_finds_out_the_account_and_both_sides_see_that(
    case: Case, trade: UnauthorizedTrade, client_of: Any, ivan: User, vera: User
) -> None:
    address = f"/en/firm/cases/{case.reference}/accounts/1/trades/1/account/"
    refused = client_of(ivan).post(address, {})
    assert refused.status_code == 400
    for _twice in range(2):
        assert client_of(ivan).post(address, {"account": "2"}).status_code in (302, 404)
    trade.refresh_from_db()
    assert trade.incident == case.incidents.order_by("pk").last()
    assert not is_unplaced(UnauthorizedTrade.objects.get(pk=trade.pk))
    assert case.events.filter(action="intake.trade_placed").count() == 1
    assert "Account not known" not in seen(client_of(ivan), f"/en/firm/cases/{case.reference}/")
    page = seen(client_of(vera), f"/en/cases/{case.reference}/")
    assert "You did not know" not in page
    assert "The firm found out in which account a trade of your report was" in page


def test_the_same_twice_changes_nothing_and_another_word_is_refused(
    case: Case, trade: UnauthorizedTrade, ivan: User
) -> None:
    first, second = case.incidents.order_by("pk")
    for _twice in range(2):
        place_trade(UnauthorizedTrade.objects.get(pk=trade.pk), first, actor=ivan)
    with pytest.raises(Conflict):
        place_trade(trade, second, actor=ivan)
    assert case.events.filter(action="intake.trade_placed").count() == 1


@pytest.mark.parametrize("who", ["fiona", "alma", "vera", "bruno"])
def test_nobody_but_an_investigator_of_the_firm_says_it(
    case: Case, trade: UnauthorizedTrade, cast: Cast, client_of: Any, who: str
) -> None:
    with pytest.raises(NotAllowed):
        place_trade(trade, trade.incident, actor=cast.user[who])
    address = f"/en/firm/cases/{case.reference}/accounts/1/trades/1/account/"
    assert client_of(cast.user[who]).post(address, {"account": "2"}).status_code == 404
    assert is_unplaced(UnauthorizedTrade.objects.get(pk=trade.pk))


def test_an_account_of_another_case_is_none(case: Case, trade: UnauthorizedTrade, otto: User, ivan: User) -> None:
    other = submit_draft(filled_draft(otto), actor=otto, key=uuid.uuid4())
    with pytest.raises(InvalidInput):
        place_trade(trade, other.incidents.get(), actor=ivan)


def seen(client: Any, address: str) -> str:
    """The words of a page, in one line."""
    return re.sub(r"\s+", " ", client.get(address).content.decode())
