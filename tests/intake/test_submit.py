"""Drafts and what becomes of them: one case each, whoever presses the button how often."""

import threading
import uuid

import pytest
from django.db import connection

from casetrack.audit.models import Entry
from casetrack.cases.models import Case
from casetrack.evidence.models import EvidenceFile
from casetrack.evidence.services import add_file
from casetrack.intake.models import Draft
from casetrack.intake.services import delete_draft, save_step, start_draft, submit_draft, typed_in
from casetrack.intake.steps import STEPS
from casetrack.lib.errors import Conflict, InvalidInput, NotAllowed
from casetrack.lib.scope import scoped, system_scope
from casetrack.people.models import User, Victim
from tests.builders import Cast
from tests.evidence import files
from tests.intake.reports import ANSWERS, filled_draft


@pytest.mark.django_db
def test_vera_hands_in_her_report_and_a_case_stands_at_her_firm(vera: User, fiona: User) -> None:
    draft = filled_draft(vera)
    add_file(files.upload("report.pdf", files.PDF), actor=vera, draft_key=draft.key)
    case = submit_draft(draft, actor=vera, key=uuid.uuid4())
    incident = case.incidents.get()
    assert (case.firm.code, case.status, case.victim_user) == ("MINATO", "submitted", vera)
    assert (incident.number, incident.kinds, incident.access) == ("0123-4567890", ["specified", "margin"], "reported")
    assert (incident.firm_answer, incident.vector, incident.mfa_offered) == ("refused", "phishing", "used")
    trade = case.claimed_trades.get()
    assert (trade.security, trade.quantity, trade.on_margin) == ("6182", 200000, True)
    assert case.evidence.get().name == "report.pdf"
    assert Case.objects.visible_to(fiona).get() == case


@pytest.mark.django_db
def test_her_profile_is_what_she_wrote(vera: User) -> None:
    submit_draft(filled_draft(vera, you={"telephone": "03-1234-5678"}), actor=vera, key=None)
    victim = Victim.objects.of_user(vera).get()
    assert (victim.name, victim.kana, victim.telephone) == ("髙橋 恵", "タカハシ メグミ", "03-1234-5678")


@pytest.mark.django_db
def test_nothing_personal_and_no_account_number_lies_in_the_log_or_in_the_report(vera: User) -> None:
    draft = filled_draft(vera)
    add_file(files.upload("secret-name.pdf", files.PDF), actor=vera, draft_key=draft.key)
    case = submit_draft(draft, actor=vera, key=uuid.uuid4())
    log = str(list(Entry.objects.values_list("data", "subject")))
    assert not any(word in log for word in ("髙橋", "4567890", "secret-name", "090-1234"))
    assert "4567890" not in str(case.report)
    assert case.report["steps"]["noticed"]["noticed_note"] == "通知で知った"
    draft.refresh_from_db()
    assert draft.answers == {}


@pytest.mark.django_db
def test_the_second_press_of_the_button_gives_the_same_case(vera: User) -> None:
    draft, key = filled_draft(vera), uuid.uuid4()
    first = submit_draft(draft, actor=vera, key=key)
    assert submit_draft(draft, actor=vera, key=key) == first
    assert submit_draft(Draft.objects.get(pk=draft.pk), actor=vera, key=uuid.uuid4()) == first
    assert Case.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same_key", [True, False], ids=["the same form twice", "two devices"])
def test_two_submissions_at_once_make_one_case(cast: Cast, same_key: bool) -> None:
    vera = cast.user["vera"]
    with system_scope():
        draft = filled_draft(vera)
    gate, found = threading.Barrier(2), []
    keys = [uuid.UUID(int=1), uuid.UUID(int=1 if same_key else 2)]

    def press(key: uuid.UUID) -> None:
        try:
            gate.wait()
            with scoped("victim", user_id=vera.pk):
                found.append(submit_draft(Draft.objects.get(pk=draft.pk), actor=vera, key=key).reference)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with system_scope():
        assert [case.reference for case in Case.objects.all()] == found[:1]
    assert len(found) == 2
    assert len(set(found)) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("name", list(ANSWERS))
def test_an_unfinished_step_is_refused_and_named(vera: User, name: str) -> None:
    draft = filled_draft(vera)
    save_step(draft, STEPS[name], None, actor=vera, typed={"x": ["half"]})
    with pytest.raises(InvalidInput) as caught:
        submit_draft(draft, actor=vera, key=uuid.uuid4())
    assert caught.value.field == name
    assert not Case.objects.exists()


@pytest.mark.django_db
def test_a_firm_that_is_gone_is_refused_at_the_end(vera: User, cast: Cast) -> None:
    draft = filled_draft(vera)
    cast.firm["MINATO"].is_active = False
    cast.firm["MINATO"].save()
    with pytest.raises(InvalidInput, match="Choose the firm again"):
        submit_draft(draft, actor=vera, key=uuid.uuid4())


@pytest.mark.django_db
def test_saving_one_step_leaves_what_another_device_saved(vera: User) -> None:
    draft = start_draft(actor=vera)
    telephone, computer = Draft.objects.get(pk=draft.pk), Draft.objects.get(pk=draft.pk)
    save_step(telephone, STEPS["you"], ANSWERS["you"], actor=vera)
    save_step(computer, STEPS["noticed"], ANSWERS["noticed"], actor=vera)
    draft.refresh_from_db()
    assert set(draft.answers) == {"you", "noticed"}


@pytest.mark.django_db
def test_what_was_typed_is_kept_though_wrong_and_lies_encrypted(vera: User) -> None:
    draft = start_draft(actor=vera)
    save_step(draft, STEPS["account"], None, actor=vera, typed={"row-0-number": ["???"], "row-0-firm": ["MINATO"]})
    assert typed_in(draft, STEPS["account"])["row-0-number"] == ["???"]
    assert "???" not in str(draft.answers)
    assert not STEPS["account"].is_complete(draft.answers)


@pytest.mark.django_db
def test_a_draft_is_its_owners_alone(vera: User, otto: User, fiona: User) -> None:
    draft = filled_draft(vera)
    assert [Draft.objects.visible_to(user).count() for user in (vera, otto, fiona)] == [1, 0, 0]
    for write in (
        lambda: save_step(draft, STEPS["you"], ANSWERS["you"], actor=otto),
        lambda: delete_draft(draft, actor=otto),
        lambda: submit_draft(draft, actor=otto, key=uuid.uuid4()),
    ):
        with pytest.raises(NotAllowed):
            write()


@pytest.mark.django_db
def test_fiona_cannot_begin_a_report(fiona: User) -> None:
    with pytest.raises(NotAllowed):
        start_draft(actor=fiona)


@pytest.mark.django_db
def test_a_deleted_draft_is_gone_with_its_files(vera: User) -> None:
    draft = filled_draft(vera)
    add_file(files.upload("a.pdf", files.PDF), actor=vera, draft_key=draft.key)
    delete_draft(Draft.objects.get(pk=draft.pk), actor=vera)
    assert not Draft.objects.exists()
    assert not EvidenceFile.objects.visible_to(vera).exists()
    with pytest.raises(Conflict):
        save_step(draft, STEPS["you"], ANSWERS["you"], actor=vera)


@pytest.mark.django_db
def test_what_was_handed_in_is_neither_changed_nor_deleted(vera: User) -> None:
    draft = filled_draft(vera)
    submit_draft(draft, actor=vera, key=uuid.uuid4())
    with pytest.raises(Conflict):
        save_step(draft, STEPS["you"], ANSWERS["you"], actor=vera)
    with pytest.raises(Conflict):
        delete_draft(draft, actor=vera)


@pytest.mark.django_db
def test_ten_open_drafts_are_enough(vera: User) -> None:
    for _ in range(10):
        start_draft(actor=vera)
    with pytest.raises(Conflict):
        start_draft(actor=vera)
