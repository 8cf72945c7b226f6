"""Vera brings the list of her broker: rows, the file as evidence, columns that she named, and what becomes claims."""

import datetime as dt
from decimal import Decimal

import pytest

from casetrack.evidence.models import EvidenceFile
from casetrack.intake.marks import mark_many
from casetrack.intake.models import ColumnMapping, Draft
from casetrack.intake.services import save_step, submit_draft
from casetrack.intake.steps import ACCOUNT, KNOWN, TRADES
from casetrack.intake.trades import accounts_of, bring_trades, drop_trades, map_columns, read_file, remembered
from casetrack.ledger.parsers import brokers
from casetrack.lib.errors import Conflict, InvalidInput, NotAllowed
from casetrack.people.models import User
from tests.intake.reports import filled_draft

pytestmark = pytest.mark.django_db
# Columns of no known broker.
LIST = """いつ,何を,どちら,いくつ,ひとつ,全部
2025/04/15,トヨタ自動車,売,100,"2,500","250,000"
2025/04/16,ゆうちょ銀行,買,300,"1,000","300,000"
2025/04/16,ゆうちょ銀行,買,300,"1,000","300,000"
""".encode("cp932")
MAPPING = {"traded_on": 0, "security_name": 1, "side": 2, "quantity": 3, "price": 4, "amount": 5}


@pytest.fixture
def draft(vera: User) -> Draft:
    return filled_draft(vera)


@pytest.fixture
def known(vera: User) -> None:
    map_columns(LIST, MAPPING, actor=vera)


def test_an_unknown_list_asks_which_column_is_what_and_remembers_it_for_her_alone(vera: User, otto: User) -> None:
    with pytest.raises(brokers.UnknownFormat):
        read_file(LIST, actor=vera)
    map_columns(LIST, MAPPING, actor=vera)
    found = read_file(LIST.replace(b"2025/04/15", b"2025/04/14"), actor=vera)
    assert [trade.traded_on.day for trade in found.trades] == [14, 16, 16]
    assert remembered(brokers.columns(LIST), otto) is None
    with pytest.raises(brokers.UnknownFormat):
        read_file(LIST, actor=otto)


def test_of_the_file_only_a_hash_of_the_column_names_is_remembered(vera: User, known: None) -> None:
    kept = ColumnMapping.objects.get()
    assert kept.columns == MAPPING
    assert not any(name in str(vars(kept)) for name in ("いつ", "トヨタ", "250"))


def test_the_rows_and_the_file_are_kept_and_the_part_is_finished(draft: Draft, vera: User, known: None) -> None:
    assert bring_trades(draft, "list.csv", LIST, actor=vera) == 3
    first = draft.brought_trades.order_by("pk")[0]
    assert (first.traded_on, first.side, first.security, first.quantity, first.amount) == (
        dt.date(2025, 4, 15), "sell", "トヨタ自動車", Decimal(100), Decimal(250000),
    )  # fmt: skip
    assert EvidenceFile.objects.get(draft_key=draft.key).name == "list.csv"
    draft.refresh_from_db()
    assert TRADES.is_complete(draft.answers)


def test_the_same_file_again_changes_nothing_and_answers_stay(draft: Draft, vera: User, known: None) -> None:
    bring_trades(draft, "list.csv", LIST, actor=vera)
    mark_many(draft, "no", actor=vera, day=dt.date(2025, 4, 16))
    assert bring_trades(draft, "list (1).csv", LIST, actor=vera) == 0
    assert draft.brought_trades.filter(answer="no").count() == 2
    assert EvidenceFile.objects.filter(draft_key=draft.key).count() == 1


def test_a_longer_list_adds_only_what_is_new(draft: Draft, vera: User, known: None) -> None:
    bring_trades(draft, "list.csv", LIST, actor=vera)
    longer = LIST + '2025/04/17,ゆうちょ銀行,売,600,"1,100","660,000"\n'.encode("cp932")
    assert bring_trades(draft, "longer.csv", longer, actor=vera) == 1
    assert EvidenceFile.objects.filter(draft_key=draft.key).count() == 2


def test_a_list_without_a_trade_is_not_kept(draft: Draft, vera: User, known: None) -> None:
    header = LIST.split(b"\n")[0]
    with pytest.raises(InvalidInput, match="no trade"):
        bring_trades(draft, "empty.csv", header + b"\n", actor=vera)
    assert not EvidenceFile.objects.filter(draft_key=draft.key).exists()


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\x00\x00\x00", b"", b"hello", b"\xff\xfe\x00\x01"])
def test_what_is_no_table_is_refused(vera: User, content: bytes) -> None:
    with pytest.raises(InvalidInput):
        read_file(content, actor=vera)


def test_a_number_that_no_trade_has_costs_its_row_and_not_the_report(draft: Draft, vera: User, known: None) -> None:
    """As when a column of order numbers was taken for the number of shares."""
    large = LIST.replace(b",100,", b",20250416093000123456,")
    assert [problem.cause for problem in read_file(large, actor=vera).problems] == ["too_large"]
    assert bring_trades(draft, "list.csv", large, actor=vera) == 2
    mark_many(draft, "no", actor=vera, day=dt.date(2025, 4, 16))
    assert submit_draft(draft, actor=vera, key=None).incidents.get().claimed_trades.count() == 2


def test_otto_brings_nothing_into_veras_draft(draft: Draft, otto: User) -> None:
    map_columns(LIST, MAPPING, actor=otto)
    with pytest.raises(NotAllowed):
        bring_trades(draft, "list.csv", LIST, actor=otto)


def test_taken_out_again_the_part_is_not_finished(draft: Draft, vera: User, known: None) -> None:
    bring_trades(draft, "list.csv", LIST, actor=vera)
    assert drop_trades(draft, actor=vera) == 3
    draft.refresh_from_db()
    assert not TRADES.is_complete(draft.answers)


def test_the_firm_gets_the_claims_and_the_whole_list_as_a_file(draft: Draft, vera: User, known: None) -> None:
    bring_trades(draft, "list.csv", LIST, actor=vera)
    mark_many(draft, "no", actor=vera, day=dt.date(2025, 4, 16))
    case = submit_draft(draft, actor=vera, key=None)
    claims = case.claimed_trades.values_list("side", "security", "quantity", "amount", "incident")
    incident = case.incidents.get().pk
    assert list(claims) == [("buy", "ゆうちょ銀行", 300, 300000, incident)] * 2
    assert case.evidence.get().name == "list.csv"
    with pytest.raises(Conflict):
        bring_trades(draft, "list.csv", LIST, actor=vera)


def two_accounts(vera: User) -> tuple[Draft, list[str]]:
    draft = filled_draft(vera)
    rows = ACCOUNT.read(draft.answers)["rows"]
    second = {**rows[0], "number": "0123-7654321"}
    draft = save_step(draft, ACCOUNT, {"rows": [*rows, second]}, actor=vera)
    return draft, list(accounts_of(draft))


def test_at_two_accounts_each_list_stands_with_its_own(vera: User, known: None) -> None:
    draft, (first, second) = two_accounts(vera)
    assert bring_trades(draft, "second.csv", LIST, actor=vera, account=second) == 3
    assert bring_trades(draft, "second.csv", LIST, actor=vera, account=second) == 0
    assert bring_trades(draft, "first.csv", LIST, actor=vera, account=first) == 3
    draft.brought_trades.filter(account=second).update(answer="no")
    case = submit_draft(draft, actor=vera, key=None)
    assert [incident.claimed_trades.count() for incident in case.incidents.order_by("pk")] == [0, 3]


def test_at_two_accounts_each_typed_trade_stands_with_its_own(vera: User, known: None) -> None:
    draft, (first, second) = two_accounts(vera)
    row = {
        "side": "buy", "security": "6182", "traded_on": None, "quantity": None, "amount": None, "on_margin": "",
    }  # fmt: skip
    rows = [row | {"account": second}, row | {"account": first}, row | {"account": second}, row | {"account": ""}]
    rows.append(row | {"account": "of an account that was taken out again"})
    save_step(draft, TRADES, {"known": KNOWN, "rows": rows}, actor=vera)
    case = submit_draft(draft, actor=vera, key=None)
    assert [incident.claimed_trades.count() for incident in case.incidents.order_by("pk")] == [3, 2]


@pytest.mark.parametrize("account", ["", "of somebody else"])
def test_at_two_accounts_a_list_of_neither_is_refused(account: str, vera: User, known: None) -> None:
    draft, _indexes = two_accounts(vera)
    with pytest.raises(InvalidInput) as refused:
        bring_trades(draft, "list.csv", LIST, actor=vera, account=account)
    assert refused.value.field == "account"


def test_a_list_from_before_the_accounts_were_named_is_the_same_list(vera: User, known: None) -> None:
    draft = filled_draft(vera)
    kept, draft.answers = draft.answers, {}
    draft.save()
    assert bring_trades(draft, "list.csv", LIST, actor=vera) == 3
    draft.refresh_from_db()
    draft.answers = kept | draft.answers
    draft.save()
    assert bring_trades(draft, "list.csv", LIST, actor=vera, account=next(iter(accounts_of(draft)))) == 0
