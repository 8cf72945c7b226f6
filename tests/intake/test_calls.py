"""Reports that the firm takes down on the telephone."""

import threading
import uuid

import pytest
from django.db import connection

from casetrack.audit.models import Entry
from casetrack.cases.incidents import import_incidents
from casetrack.cases.models import Case
from casetrack.cases.timeline import timeline
from casetrack.firms.models import Membership
from casetrack.intake.calls import MOST_CALLS, begin_call, hold_of, open_calls, take_over_call
from casetrack.intake.claims import claim_case, issue_code
from casetrack.intake.locks import TakenOver
from casetrack.intake.models import Draft
from casetrack.intake.services import delete_draft, save_step, start_draft, submit_draft
from casetrack.intake.steps import STEPS
from casetrack.lib import clock
from casetrack.lib.errors import Conflict, DomainError, InvalidInput, NotAllowed
from casetrack.lib.scope import system_scope
from casetrack.notifications.models import Delivery
from casetrack.notifications.services import drain
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


def test_ivan_sees_what_fiona_took_down_and_writes_nothing_in_it(fiona: User, ivan: User) -> None:
    draft = taken(fiona)
    assert open_calls(ivan).get() == draft
    with pytest.raises(TakenOver):
        save_step(draft, STEPS["wishes"], None, actor=ivan, typed={})
    with pytest.raises(TakenOver):
        submit_draft(draft, actor=ivan, key=uuid.uuid4())
    with pytest.raises(TakenOver):
        delete_draft(draft, actor=ivan)


@pytest.mark.parametrize("who", ["bruno", "vera", "rita", "mina"])
def test_nobody_outside_the_firm_sees_or_takes_over_what_fiona_took_down(cast: Cast, fiona: User, who: str) -> None:
    draft, somebody = taken(fiona), cast.user[who]
    assert not Draft.objects.visible_to(somebody).exists()
    for write in (
        lambda: save_step(draft, STEPS["wishes"], None, actor=somebody, typed={}),
        lambda: submit_draft(draft, actor=somebody, key=uuid.uuid4()),
        lambda: delete_draft(draft, actor=somebody),
        lambda: take_over_call(draft, hold_of(draft), actor=somebody),
    ):
        with pytest.raises(NotAllowed):
            write()
    draft.refresh_from_db()
    assert draft.user == fiona


def test_who_administers_the_firm_but_no_cases_sees_none(fiona: User, ivan: User) -> None:
    taken(fiona)
    Membership.objects.filter(user=ivan).update(role="admin")
    assert not Draft.objects.visible_to(User.objects.get(pk=ivan.pk)).exists()


def test_ivan_takes_it_over_and_then_fiona_writes_no_more(fiona: User, ivan: User) -> None:
    draft = taken(fiona)
    take_over_call(draft, hold_of(draft), actor=ivan)
    save_step(draft, STEPS["you"], ANSWERS["you"], actor=ivan)
    with pytest.raises(TakenOver) as told:
        save_step(Draft.objects.get(pk=draft.pk), STEPS["wishes"], None, actor=fiona, typed={})
    assert str(ivan.membership) in str(told.value)
    assert submit_draft(draft, actor=ivan, key=uuid.uuid4()).opened_by == "firm"


def test_fiona_is_told_of_it_once(fiona: User, ivan: User) -> None:
    draft = taken(fiona)
    seen = hold_of(draft)
    for _twice in range(2):
        take_over_call(draft, seen, actor=ivan)
    entry = Entry.objects.get(action="intake.call_taken_over")
    assert (entry.subject, entry.data) == (f"user:{fiona.pk}", {"draft": str(draft.key)})
    drain(clock.now())
    assert Delivery.objects.get(action="intake.call_taken_over").recipient == fiona
    assert Draft.objects.get().held_before == fiona


def test_who_was_asked_about_fiona_does_not_take_it_from_ivan(fiona: User, ivan: User, cast: Cast) -> None:
    draft = taken(fiona)
    seen = hold_of(draft)
    take_over_call(draft, seen, actor=ivan)
    with pytest.raises(TakenOver):
        take_over_call(Draft.objects.get(pk=draft.pk), seen, actor=cast.user["alma"])
    assert Draft.objects.get().user == ivan


def test_what_was_handed_in_is_not_taken_over(fiona: User, ivan: User) -> None:
    draft = taken(fiona)
    submit_draft(draft, actor=fiona, key=uuid.uuid4())
    with pytest.raises(Conflict):
        take_over_call(draft, hold_of(draft), actor=ivan)


def test_a_report_of_veras_is_no_call(vera: User, fiona: User) -> None:
    draft = start_draft(actor=vera)
    assert not open_calls(fiona).exists()
    with pytest.raises(NotAllowed):
        take_over_call(draft, "", actor=fiona)


def test_who_went_to_another_firm_leaves_the_report_behind(fiona: User, cast: Cast) -> None:
    draft = taken(fiona)
    Membership.objects.filter(user=fiona).update(firm=cast.firm["AOZORA"])
    moved = User.objects.get(pk=fiona.pk)
    assert not Draft.objects.visible_to(moved).exists()
    with pytest.raises(NotAllowed):
        save_step(draft, STEPS["wishes"], None, actor=moved, typed={})


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_it_over_at_once_one_has_it(cast: Cast) -> None:
    with system_scope():
        draft = taken(cast.user["fiona"])
    seen, gate, told = hold_of(draft), threading.Barrier(2), []

    def take(actor: User) -> None:
        try:
            gate.wait()
            with system_scope():
                take_over_call(Draft.objects.get(pk=draft.pk), seen, actor=actor)
        except TakenOver as error:
            told.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=[who]) for who in (cast.user["ivan"], cast.user["alma"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with system_scope():
        assert len(told) == 1
        assert Entry.objects.filter(action="intake.call_taken_over").count() == 1


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
