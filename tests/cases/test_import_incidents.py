"""Accounts that a firm itself found compromised, as a file."""

import csv
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casetrack.audit.models import Entry
from casetrack.audit.services import first_broken_entry
from casetrack.cases.incidents import COLUMNS, IncidentsReport, import_incidents
from casetrack.cases.models import Access, AccessDecision, Case, CompromisedAccount, Vector
from casetrack.cases.services import confirm_access, refute_access
from casetrack.cases.workflow import Status
from casetrack.firms.models import Firm
from casetrack.ledger.models import Account
from casetrack.lib import clock
from casetrack.people.models import User, Victim
from tests.builders import Cast, Story

pytestmark = pytest.mark.django_db

FOUND = {
    "account": "555-0001",
    "customer_name": "佐藤 一郎",
    "customer_name_kana": "サトウ イチロウ",
    "email": "ichiro@example.com",
    "language": "ja",
    "first_access_at": "2025-03-20T14:00:00+09:00",
    "detected_at": "2025-03-21T09:00:00+09:00",
    "frozen_at": "2025-03-21T09:30:00+09:00",
    "vector": "infostealer",
}
VERAS = {"account": "0123-4567890", "customer_name": "高橋　恵", "customer_name_kana": "タカハシ メグミ"}


def row(**cells: str) -> dict[str, str]:
    return {**FOUND, **cells}


def file(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> bytes:
    return "\n".join([",".join(columns), *(",".join(r.get(name, "") for name in columns) for r in rows)]).encode()


@pytest.fixture
def minato(cast: Cast) -> Firm:
    return cast.firm["MINATO"]


def give(firm: Firm, *rows: dict[str, str]) -> tuple[int, int, int, int]:
    """Opened, corrected, duplicate, rejected."""
    return counts(import_incidents(firm, file(*rows), actor=User.objects.system()))


def counts(report: IncidentsReport) -> tuple[int, int, int, int]:
    return report.opened, report.corrected, report.duplicate, len(report.rejections)


def test_a_row_opens_a_confirmed_case_and_invites_the_victim(minato: Firm) -> None:
    assert give(minato, row()) == (1, 0, 0, 0)
    case = Case.objects.get()
    assert (case.status, case.opened_by, case.victim_user) == (Status.ACKNOWLEDGED, "firm", None)
    assert case.due_at is not None
    assert (case.victim.name, case.victim.kana, case.victim.email) == (
        "佐藤 一郎",
        "サトウ イチロウ",
        "ichiro@example.com",
    )
    incident = case.incidents.get()
    assert (incident.access, incident.vector, incident.masked) == (Access.CONFIRMED, Vector.INFOSTEALER, "••••001")
    assert incident.first_access_at == clock.tokyo(2025, 3, 20, 14)
    assert incident.account is not None
    assert incident.account.number == "555-0001"
    decision = AccessDecision.objects.get()
    assert (decision.access, decision.first_access_at) == (Access.CONFIRMED, incident.first_access_at)


def test_the_steps_stand_in_timeline_and_audit_log_as_if_taken_one_by_one(minato: Firm) -> None:
    give(minato, row())
    case = Case.objects.get()
    steps = ["cases.opened_by_firm", "cases.access_confirmed", "cases.victim_invited"]
    assert list(case.events.order_by("id").values_list("action", flat=True)) == steps
    entries = Entry.objects.filter(chain=case.reference).order_by("seq")
    assert list(entries.values_list("action", flat=True)) == steps
    assert {(e.actor_role, e.firm_code) for e in entries} == {("system", "MINATO")}
    assert entries[0].data["to"] == "acknowledged"
    assert entries[1].data["incident"] == case.incidents.get().pk
    assert first_broken_entry() is None


def test_the_same_file_again_changes_nothing(minato: Firm) -> None:
    rows = (row(), row(account="555-0002", first_access_at=""), row(account="555-0003", detected_at=""))
    assert give(minato, *rows) == (3, 0, 0, 0)
    entries = Entry.objects.count()
    assert give(minato, *rows) == (0, 0, 3, 0)
    assert (Case.objects.count(), Entry.objects.count()) == (3, entries)


def test_the_same_row_twice_in_one_file_opens_one_case(minato: Firm) -> None:
    assert give(minato, row(), row(account="５５５ ０００１")) == (1, 0, 1, 0)


def test_another_first_access_of_an_open_case_corrects_it(minato: Firm) -> None:
    give(minato, row(first_access_at=""))
    assert give(minato, row(first_access_at="2025-03-19T08:00:00+09:00", vector="phishing")) == (0, 1, 0, 0)
    incident = CompromisedAccount.objects.get()
    assert (incident.first_access_at, incident.vector) == (clock.tokyo(2025, 3, 19, 8), Vector.PHISHING)
    assert AccessDecision.objects.count() == 2


def test_an_empty_cell_takes_back_nothing(minato: Firm) -> None:
    give(minato, row())
    later = row(first_access_at="", detected_at="2025-03-25T09:00:00+09:00", frozen_at="", vector="")
    assert give(minato, later) == (0, 1, 0, 0)
    incident = CompromisedAccount.objects.get()
    assert incident.first_access_at == clock.tokyo(2025, 3, 20, 14)
    assert incident.detected_at == clock.tokyo(2025, 3, 25, 9)
    assert incident.frozen_at == clock.tokyo(2025, 3, 21, 9, 30)
    assert incident.vector == Vector.INFOSTEALER
    assert give(minato, later) == (0, 0, 1, 0)


def test_a_file_reads_as_its_rows_one_after_the_other(minato: Firm) -> None:
    first, second = row(), row(first_access_at="2025-03-18T08:00:00+09:00")
    assert give(minato, first, second, first) == (1, 1, 1, 0)
    assert CompromisedAccount.objects.get().first_access_at == clock.tokyo(2025, 3, 18, 8)
    assert give(minato, first, second) == (0, 0, 2, 0)


def test_what_a_person_corrected_or_refuted_an_old_file_does_not_bring_back(minato: Firm, ivan: User) -> None:
    give(minato, row())
    Case.objects.update(status=Status.INVESTIGATING)
    incident = CompromisedAccount.objects.get()
    confirm_access(incident, first_access_at=clock.tokyo(2025, 3, 1), actor=ivan)
    assert give(minato, row()) == (0, 0, 1, 0)
    refute_access(incident, actor=ivan, reason="Her own tablet.")
    assert give(minato, row()) == (0, 0, 1, 0)
    incident.refresh_from_db()
    assert incident.access == Access.REFUTED


def test_an_account_whose_case_has_ended_gets_a_new_one(minato: Firm) -> None:
    give(minato, row())
    Case.objects.update(status=Status.CLOSED)
    assert give(minato, row(), row(first_access_at="2025-06-01T08:00:00+09:00")) == (1, 0, 1, 0)
    assert Account.objects.count() == 1
    assert Case.objects.count() == 2


def test_the_other_firms_account_of_the_same_number_is_another(minato: Firm, cast: Cast) -> None:
    give(minato, row())
    assert give(cast.firm["AOZORA"], row()) == (1, 0, 0, 0)


def test_veras_own_report_is_confirmed_when_the_name_is_hers(story: Story, minato: Firm) -> None:
    story.reported()
    assert give(minato, row(**VERAS, email="")) == (0, 1, 0, 0)
    incident = story.incident
    assert incident.access == Access.CONFIRMED
    assert incident.account is not None
    actions = list(story.case.events.order_by("id").values_list("action", flat=True))
    assert actions == ["cases.submitted", "cases.access_confirmed", "cases.found_by_firm"]


def test_veras_own_report_is_confirmed_when_the_address_is_hers(story: Story, minato: Firm) -> None:
    story.reported()
    assert give(minato, row(account=story.account, email="Vera@example.com")) == (0, 1, 0, 0)


def test_ottos_report_of_veras_account_number_stays_a_claim(cast: Cast, minato: Firm) -> None:
    """Who merely knows the number gets neither the confirmation nor the ledger."""
    claim = Story(cast, victim="otto").reported()
    assert give(minato, row(**VERAS, email="vera@example.com")) == (1, 0, 0, 0)
    assert claim.incident.access == Access.REPORTED
    assert claim.incident.account is None


def test_a_case_that_an_investigator_linked_is_corrected_whatever_the_name(story: Story, minato: Firm) -> None:
    story.to_investigation().access_confirmed()
    assert give(minato, row(account=story.account)) == (0, 1, 0, 0)
    assert story.incident.first_access_at == clock.tokyo(2025, 3, 20, 14)


BAD = [
    ({"account": "-"}, "account: this is missing."),
    ({"account": "1" * 41}, "account: this is longer than 40 characters."),
    ({"first_access_at": "", "detected_at": ""}, "first_access_at or detected_at must be there."),
    ({"first_access_at": "2025-03-20T14:00:00"}, "first_access_at: “2025-03-20T14:00:00” is not a time with offset"),
    ({"detected_at": "0001-01-01T00:00:00+09:00"}, "detected_at: “0001"),
    ({"detected_at": "2999-01-01T00:00:00+09:00"}, "detected_at: this time lies in the future."),
    ({"vector": "magic"}, "vector: “magic” is not one of"),
    ({"language": "fr"}, "language: “fr” is neither ja nor en."),
    ({"email": "nobody"}, "email: this is no e-mail address."),
    ({"customer_name": "x" * 81}, "customer_name: this is longer than 80 characters."),
    ({"customer_name": "a,b"}, "The row has 10 cells, the header 9."),
]


@pytest.mark.parametrize(("cells", "reason"), BAD, ids=[str(cells) for cells, _reason in BAD])
def test_a_bad_row_is_rejected_with_its_line_and_reason(minato: Firm, cells: dict[str, str], reason: str) -> None:
    data = file(row(account="1"), row(**cells), row(account="2"))
    report = import_incidents(minato, data, actor=User.objects.system())
    assert counts(report) == (2, 0, 0, 1)
    line, said, _cells = report.rejections[0]
    assert line == 3
    assert said.startswith(reason)


@pytest.mark.parametrize(
    "data", [b"", b"\xff", b"account,vector\n", b"customer_name,detected_at\n", b"account,account,detected_at\n"]
)
def test_what_is_no_file_of_incidents_is_one_rejection_at_line_one(minato: Firm, data: bytes) -> None:
    report = import_incidents(minato, data, actor=User.objects.system())
    assert [line for line, _reason, _cells in report.rejections] == [1]


def test_a_file_may_hold_the_account_and_the_instant_alone(minato: Firm) -> None:
    assert counts(
        import_incidents(minato, file(row(), columns=("detected_at", "account")), actor=User.objects.system())
    ) == (1, 0, 0, 0)
    assert CompromisedAccount.objects.get().vector == Vector.UNKNOWN


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.booleans())
def test_junk_never_raises(minato: Firm, data: bytes, below_a_header: bool) -> None:
    head = ",".join(COLUMNS).encode() + b"\n"
    import_incidents(minato, head + data if below_a_header else data, actor=User.objects.system())


def test_no_personal_value_enters_the_audit_log(minato: Firm) -> None:
    give(minato, row())
    log = " ".join(str(entry.data) + entry.subject for entry in Entry.objects.all())
    for value in ("佐藤", "ichiro", "555-0001", "5550001"):
        assert value not in log


def test_the_command_counts_and_keeps_rejected_rows(
    minato: Firm, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "found.csv"
    path.write_bytes(file(row(), row(account="2", vector="magic")))
    with pytest.raises(SystemExit) as end:
        call_command("import_incidents", str(path), "--firm", "MINATO")
    assert end.value.code == 2
    assert "found.csv: 1 accepted, 0 duplicate, 0 corrected, 1 rejected" in capsys.readouterr().out
    with path.with_name("found.csv.rejected.csv").open(encoding="utf-8-sig", newline="") as lines:
        (bad,) = csv.DictReader(lines)
    assert (bad["line"], bad["account"], bad["vector"]) == ("3", "2", "magic")
    path.write_bytes(file(row()))
    call_command("import_incidents", str(path), "--firm", "MINATO")
    assert not path.with_name("found.csv.rejected.csv").exists()
    with pytest.raises(CommandError, match="There is no firm with the code X"):
        call_command("import_incidents", str(path), "--firm", "X")


def test_hundreds_of_rows_need_few_queries(minato: Firm, django_assert_max_num_queries: object) -> None:
    rows = [row(account=f"7-{number:05}") for number in range(300)]
    with django_assert_max_num_queries(30):  # type: ignore[operator]
        assert give(minato, *rows) == (300, 0, 0, 0)
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        assert give(minato, *rows) == (0, 0, 300, 0)
    assert Victim.objects.filter(family_name="佐藤 一郎").count() == 300
