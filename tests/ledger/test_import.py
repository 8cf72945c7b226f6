"""Importing a ledger: what a file adds, changes, leaves alone."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casetrack.audit.models import Entry
from casetrack.firms.models import Firm
from casetrack.ledger.models import Account, Attribution, Execution, ExecutionRevision, ImportBatch, Source
from casetrack.ledger.services import ImportReport, decide, import_ledger, preview_ledger, rejected_csv
from casetrack.lib import clock
from casetrack.people.models import User
from tests.builders import Cast
from tests.ledger.files import file, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def minato(cast: Cast) -> Firm:
    return cast.firm["MINATO"]


def give(firm: Firm, *rows: dict[str, str], **options: bool) -> ImportReport:
    return import_ledger(firm, "ledger.csv", file(*rows), actor=User.objects.system(), **options)  # type: ignore[arg-type]


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.accepted, report.duplicate, report.superseded, report.rejected


def decided(ivan: User, value: str) -> None:
    decide(list(Execution.objects.all()), value, actor=ivan, reason="", at=clock.now())


def test_a_file_brings_accounts_and_executions(minato: Firm) -> None:
    report = give(minato, row(), row(execution_id="b2", account="999-1"))
    assert counts(report) == (2, 0, 0, 0)
    assert {account.number for account in Account.objects.filter(firm=minato)} == {"0123-4567890", "999-1"}
    bought = Execution.objects.get(execution_id="b1")
    assert (bought.quantity, bought.price, bought.attribution) == (Decimal(20000), Decimal(128), "")
    assert bought.executed_at == clock.tokyo(2025, 4, 16, 9, 3)


def test_a_stored_account_number_is_encrypted_and_found_however_it_is_written(minato: Firm) -> None:
    give(minato, row())
    assert counts(give(minato, row(account="０１２３４５６７８９０".replace("０１", "０１ ")))) == (0, 1, 0, 0)
    account = Account.objects.get()
    assert "0123" not in account.number_encrypted


def test_the_same_file_again_changes_nothing(minato: Firm) -> None:
    rows = [row(attribution="unauthorized"), row(execution_id="", price="130"), row(execution_id="", price="130")]
    assert counts(give(minato, *rows)) == (3, 0, 0, 0)
    before = list(Execution.objects.order_by("pk").values())
    assert counts(give(minato, *rows)) == (0, 3, 0, 0)
    assert list(Execution.objects.order_by("pk").values()) == before
    assert not ExecutionRevision.objects.exists()
    assert Attribution.objects.count() == 1


def test_a_row_twice_in_one_file_is_stored_once(minato: Firm) -> None:
    assert counts(give(minato, row(), row(account="01234567890"))) == (1, 1, 0, 0)


def test_a_changed_row_supersedes_and_the_old_facts_are_kept(minato: Firm) -> None:
    first = give(minato, row(price="128"))
    assert counts(give(minato, row(price="129", fees="600"))) == (0, 0, 1, 0)
    execution = Execution.objects.get()
    assert (execution.price, execution.fees) == (Decimal(129), Decimal(600))
    old = ExecutionRevision.objects.get()
    assert (old.price, old.fees, old.batch) == (Decimal(128), None, first.batch)
    assert old.superseded_at == execution.recorded_at
    assert counts(give(minato, row(price="129.0", fees="600.00"))) == (0, 1, 0, 0)


def test_two_firms_may_use_the_same_numbers(minato: Firm, cast: Cast) -> None:
    give(minato, row())
    assert counts(give(cast.firm["AOZORA"], row())) == (1, 0, 0, 0)
    assert Account.objects.count() == 2


def test_an_attribution_comes_from_the_file_or_from_the_type_or_is_open(minato: Firm) -> None:
    give(
        minato,
        row(attribution="unauthorized"),
        row(execution_id="b2"),
        row(execution_id="o", type="opening_position", price=""),
    )
    found = {a.execution.execution_id: (a.value, a.source) for a in Attribution.objects.select_related("execution")}
    assert found == {"b1": ("unauthorized", Source.FILE), "o": ("genuine", Source.RULE)}
    assert list(Execution.objects.undecided().values_list("execution_id", flat=True)) == ["b2"]


def test_an_attribution_alone_is_a_new_decision_and_no_revision(minato: Firm) -> None:
    give(minato, row())
    report = give(minato, row(attribution="unauthorized"))
    assert (counts(report), report.reattributed) == ((0, 0, 0, 0), 1)
    assert Execution.objects.get().attribution == "unauthorized"
    assert not ExecutionRevision.objects.exists()
    give(minato, row(attribution="genuine"))
    values = Attribution.objects.order_by("id").values_list("value", flat=True)
    assert list(values) == ["unauthorized", "genuine"]


def test_an_empty_attribution_takes_nothing_back(minato: Firm) -> None:
    give(minato, row(attribution="unauthorized"))
    assert counts(give(minato, row())) == (0, 1, 0, 0)
    assert Execution.objects.get().attribution == "unauthorized"


def test_a_persons_decision_stays_and_the_file_is_a_conflict(minato: Firm, ivan: User) -> None:
    give(minato, row())
    decided(ivan, "unauthorized")
    report = give(minato, row(attribution="genuine"))
    assert (counts(report), report.conflicts) == ((0, 1, 0, 0), [(2, "b1")])
    report = give(minato, row(attribution="genuine", price="129"))
    assert (counts(report), report.conflicts) == ((0, 0, 1, 0), [(2, "b1")])
    assert Execution.objects.get().attribution == "unauthorized"
    assert give(minato, row(attribution="unauthorized", price="129")).conflicts == []


def test_what_a_person_took_back_no_file_brings_again(minato: Firm, ivan: User) -> None:
    give(minato, row(attribution="unauthorized"))
    decided(ivan, "")
    assert give(minato, row(attribution="unauthorized")).conflicts == [(2, "b1")]
    assert Execution.objects.get().attribution == ""


def test_a_new_type_that_the_attribution_does_not_allow_opens_the_question_again(minato: Firm) -> None:
    give(minato, row(type="sell", attribution="liquidation"))
    assert counts(give(minato, row(type="buy"))) == (0, 0, 1, 0)
    assert Execution.objects.get().attribution == ""
    latest = Attribution.objects.order_by("-id")[0]
    assert (latest.value, latest.source) == ("", Source.RULE)


def test_a_new_type_that_a_persons_decision_does_not_allow_is_rejected(minato: Firm, ivan: User) -> None:
    give(minato, row(type="sell"))
    decided(ivan, "liquidation")
    assert counts(give(minato, row(type="buy"))) == (0, 0, 0, 1)
    assert Execution.objects.get().type == "sell"


def test_bad_rows_are_left_out_or_keep_the_whole_file_out(minato: Firm) -> None:
    rows = (row(), row(execution_id="b2", price="?"))
    assert counts(give(minato, *rows, all_or_nothing=True)) == (0, 0, 0, 1)
    assert not Execution.objects.exists()
    assert not ImportBatch.objects.exists()
    assert counts(give(minato, *rows)) == (1, 0, 0, 1)


def test_a_preview_says_the_same_and_stores_nothing(minato: Firm) -> None:
    give(minato, row())
    rows = (row(price="129"), row(execution_id="b2"), row(execution_id="b3", price="?"), row(execution_id="b2"))
    seen = preview_ledger(minato, file(*rows))
    assert Execution.objects.count() == 1
    assert counts(seen) == counts(give(minato, *rows)) == (1, 1, 1, 1)


def test_an_upload_to_one_account_takes_only_its_rows(minato: Firm) -> None:
    give(minato, row())
    account = Account.objects.get()
    data = file(row(execution_id="b2"), row(execution_id="b3", account="999"))
    report = import_ledger(minato, "x.csv", data, actor=User.objects.system(), account=account)
    assert counts(report) == (1, 0, 0, 1)
    assert Account.objects.count() == 1
    head, bad = rejected_csv(report)
    assert head[:3] == ["line", "reason", "account"]
    assert bad[:3] == [3, "account: This row is of another account.", "999"]


def test_an_import_is_in_the_audit_log_without_names_and_numbers(minato: Firm) -> None:
    report = give(minato, row(), row(execution_id="b2", price="?"))
    assert report.batch is not None
    entry = Entry.objects.get(action="ledger.imported")
    assert (entry.chain, entry.firm_code, entry.actor_role) == ("platform", "MINATO", "system")
    assert (entry.data["accepted"], entry.data["rejected"]) == (1, 1)
    assert "ledger.csv" not in str(entry.data)
    assert "0123" not in str(entry.data)


def test_order_within_an_instant_is_that_of_the_file(minato: Firm) -> None:
    give(minato, row(execution_id="z"), row(execution_id="a"), row(execution_id="m"))
    assert [e.execution_id for e in Execution.objects.in_order()] == ["z", "a", "m"]


def test_the_number_of_queries_does_not_grow_with_the_file(minato: Firm, ivan: User) -> None:
    def queries(count: int) -> list[int]:
        rows = [row(account=f"{count}-{i % 7}", execution_id=f"e{i}", attribution="genuine") for i in range(count)]
        asked = []
        for change in ({}, {}, {"price": "130"}, {"attribution": "unauthorized"}):
            with CaptureQueriesContext(connection) as seen:
                give(minato, *({**r, **change} for r in rows))
            asked.append(len(seen))
        decided(ivan, "genuine")
        with CaptureQueriesContext(connection) as seen:
            assert len(give(minato, *({**r, "attribution": "unauthorized"} for r in rows)).conflicts) == count
        return [*asked, len(seen)]

    assert queries(20) == queries(400)


FACTS = st.fixed_dictionaries(
    {
        "execution_id": st.sampled_from(["", "a", "b", "c"]),
        "account": st.sampled_from(["1", "2"]),
        "price": st.sampled_from(["1", "2", "?"]),
        "attribution": st.sampled_from(["", "genuine", "unauthorized"]),
    }
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(FACTS, max_size=6), max_size=3))
def test_whatever_came_before_a_file_twice_changes_nothing(minato: Firm, files: list[list[dict[str, str]]]) -> None:
    """And the present attribution always repeats the latest decision."""
    for cells in files:
        rows = [row(**given) for given in cells]
        give(minato, *rows)
        before = list(Execution.objects.order_by("pk").values())
        history = Attribution.objects.count()
        again = give(minato, *rows)
        assert again.changes == 0
        assert list(Execution.objects.order_by("pk").values()) == before
        assert Attribution.objects.count() == history
    for execution in Execution.objects.all():
        latest = execution.attributions.order_by("-recorded_at", "-id").first()
        assert execution.attribution == (latest.value if latest else "")
