"""Reports that the firm takes down on the telephone."""

import uuid

import pytest

from casetrack.audit.models import Entry
from casetrack.cases.incidents import import_incidents
from casetrack.cases.models import Case
from casetrack.cases.timeline import timeline
from casetrack.firms.models import Membership
from casetrack.intake.calls import MOST_CALLS, begin_call, open_calls
from casetrack.intake.claims import claim_case, issue_code
from casetrack.intake.models import Draft
from casetrack.intake.services import save_step, start_draft, submit_draft
from casetrack.intake.steps import STEPS
from casetrack.lib.errors import Conflict, DomainError, InvalidInput, NotAllowed
from casetrack.people.models import User, Victim
from tests.builders import Cast
from tests.cases.test_import_incidents import file, row
from tests.intake.reports import ANSWERS

pytestmark = pytest.mark.django_db


def taken(actor: User, firm: str = "MINATO", identified: str = "called_back") -> Draft:
    """A finished report that somebody of the firm took down."""
    draft = begin_call(identified, "03-1234-5678 に折り返し", actor=actor)
    answers = {**ANSWERS, "account": {"rows": [{"firm": firm, "number": "555-0001", "kinds": []}]}}
    for name, given in answers.items():
        save_step(draft, STEPS[name], given, actor=actor)
    return draft


def test_fiona_takes_a_report_and_the_case_is_her_firms(fiona: User, cast: Cast) -> None:
    case = submit_draft(taken(fiona), actor=fiona, key=uuid.uuid4())
    assert (case.firm, case.status, case.opened_by) == (cast.firm["MINATO"], "acknowledged", "firm")
    assert case.victim_user is None
    assert case.victim.user is None
    assert case.victim.name == "髙橋 恵"
    assert case.incidents.get().claimed_trades.count() == 1
    event = case.events.get(action="cases.taken_by_telephone")
    assert "03-1234-5678" in event.reason
    entry = Entry.objects.get(chain=case.reference, action="cases.taken_by_telephone")
    assert "1234" not in str(entry.data)


def test_sent_twice_it_is_one_case(fiona: User) -> None:
    draft, key = taken(fiona), uuid.uuid4()
    assert submit_draft(draft, actor=fiona, key=key) == submit_draft(draft, actor=fiona, key=key)
    assert submit_draft(draft, actor=fiona, key=uuid.uuid4()) == Case.objects.get()
    assert Victim.objects.filter(family_name="髙橋", user=None).count() == 1


def test_the_caller_takes_it_over_and_does_not_read_how_she_was_identified(fiona: User, otto: User) -> None:
    case = submit_draft(taken(fiona), actor=fiona, key=uuid.uuid4())
    code = issue_code(case, "telephone", actor=fiona)
    assert claim_case(case.reference, code, actor=otto, key=uuid.uuid4()) == case
    case.refresh_from_db()
    assert Case.objects.visible_to(otto).filter(pk=case.pk).exists()
    assert all("03-1234-5678" not in row.note for row in timeline(case, user=otto))
    assert any("03-1234-5678" in row.note for row in timeline(case, user=fiona))


def test_a_caller_of_whom_nobody_is_sure_gets_the_code_by_post_alone(fiona: User) -> None:
    case = submit_draft(taken(fiona, identified="not_yet"), actor=fiona, key=uuid.uuid4())
    with pytest.raises(InvalidInput):
        issue_code(case, "telephone", actor=fiona)
    assert issue_code(case, "post", actor=fiona)


def test_a_caller_who_names_anothers_account_does_not_get_that_customers_case(fiona: User, cast: Cast) -> None:
    called = submit_draft(taken(fiona), actor=fiona, key=uuid.uuid4())
    report = import_incidents(cast.firm["MINATO"], file(row(account="555-0001")), actor=User.objects.system())
    assert (report.opened, report.corrected) == (1, 0)
    incident = called.incidents.get()
    assert (incident.access, incident.account) == ("reported", None)


def test_fiona_can_leave_parts_open_until_they_are_answered(fiona: User) -> None:
    draft = begin_call("not_yet", "", actor=fiona)
    with pytest.raises(InvalidInput):
        submit_draft(draft, actor=fiona, key=uuid.uuid4())


def test_nobody_takes_a_report_for_another_firm(fiona: User) -> None:
    with pytest.raises(DomainError):
        submit_draft(taken(fiona, firm="AOZORA"), actor=fiona, key=uuid.uuid4())
    assert not Case.objects.exists()


def test_who_has_left_the_firm_since_hands_nothing_in(fiona: User) -> None:
    draft = taken(fiona)
    Membership.objects.filter(user=fiona).update(is_active=False)
    with pytest.raises(NotAllowed):
        submit_draft(draft, actor=User.objects.get(pk=fiona.pk), key=uuid.uuid4())
    assert not Case.objects.exists()
    assert not Victim.objects.filter(family_name="髙橋", user=None).exists()


@pytest.mark.parametrize("who", ["vera", "rita", "mina"])
def test_only_a_firms_caseworkers_take_reports(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        begin_call("asked", "", actor=cast.user[who])


def test_ivan_neither_sees_nor_writes_what_fiona_took_down(fiona: User, ivan: User) -> None:
    draft = taken(fiona)
    assert not Draft.objects.visible_to(ivan).exists()
    with pytest.raises(NotAllowed):
        save_step(draft, STEPS["wishes"], None, actor=ivan, typed={})
    with pytest.raises(NotAllowed):
        submit_draft(draft, actor=ivan, key=uuid.uuid4())


def test_it_must_be_said_how_the_caller_was_identified(fiona: User) -> None:
    with pytest.raises(InvalidInput):
        begin_call("", "", actor=fiona)


def test_there_is_a_limit_to_calls_that_were_only_begun(fiona: User, vera: User) -> None:
    for _place in range(MOST_CALLS):
        begin_call("asked", "", actor=fiona)
    with pytest.raises(Conflict):
        begin_call("asked", "", actor=fiona)
    assert open_calls(fiona).count() == MOST_CALLS
    start_draft(actor=vera)
