"""Several firms in one sitting: a case at each, which their victim sees together and the firms each alone."""

import threading
import uuid
from typing import Any

import pytest
from django.db import connection

from casetrack.cases.models import Case
from casetrack.evidence.models import EvidenceFile
from casetrack.evidence.services import add_file
from casetrack.intake.models import Draft
from casetrack.intake.services import delete_draft, save_step, submit_draft
from casetrack.intake.sittings import Sitting, sitting_of
from casetrack.intake.steps import ACCOUNT, STEPS, TOLD
from casetrack.lib.scope import scoped, system_scope
from casetrack.people.models import User
from tests.builders import Cast
from tests.evidence import files
from tests.intake.reports import ANSWERS, filled_draft

MINATO = {"firm": "MINATO", "number": "0123-4567890", "kinds": ["margin"]}
SECOND = {"firm": "MINATO", "number": "0123-1111111", "kinds": ["nisa"]}
AOZORA = {"firm": "AOZORA", "number": "777-8888888", "kinds": []}
OF_A_FIRM = [name for name in ANSWERS if not STEPS[name].is_common]


def name_accounts(draft: Draft, *rows: dict[str, Any], actor: User) -> Sitting:
    save_step(draft, ACCOUNT, {"rows": list(rows)}, actor=actor)
    draft.refresh_from_db()
    return sitting_of(draft)


def of_two_firms(user: User) -> Sitting:
    """MINATO and AOZORA, all answered; AOZORA froze the account at once."""
    sitting = name_accounts(filled_draft(user), MINATO, SECOND, AOZORA, actor=user)
    for name in OF_A_FIRM:
        save_step(sitting.members[1], STEPS[name], ANSWERS[name], actor=user)
    told = ANSWERS["told"] | {"firm_answer": "frozen", "firm_answer_note": "あおぞらはすぐ凍結した"}
    save_step(sitting.members[1], TOLD, told, actor=user)
    return sitting_of(Draft.objects.get(pk=sitting.lead.pk))


@pytest.mark.django_db
def test_each_firm_that_vera_names_gets_a_draft_and_the_first_stays_where_it_was(vera: User) -> None:
    draft = filled_draft(vera)
    sitting = name_accounts(draft, MINATO, SECOND, AOZORA, actor=vera)
    assert [member.firm_code for member in sitting.members] == ["MINATO", "AOZORA"]
    assert sitting.lead == draft
    assert {owner.firm_code for owner, _step in sitting.unfinished()} == {"AOZORA"}
    assert Draft.objects.visible_to(vera).open().count() == 1


@pytest.mark.django_db
def test_one_case_for_each_firm_with_its_own_accounts_and_answers(vera: User) -> None:
    first = submit_draft(of_two_firms(vera).lead, actor=vera, key=uuid.uuid4())
    second = Case.objects.visible_to(vera).beside(first).get()
    assert [case.firm.code for case in (first, second)] == ["MINATO", "AOZORA"]
    assert [i.number for i in first.incidents.order_by("pk")] == ["0123-4567890", "0123-1111111"]
    assert second.incidents.get().firm_answer == "frozen"
    assert "あおぞら" in str(second.report)
    assert "あおぞら" not in str(first.report)
    assert first.sitting == second.sitting


@pytest.mark.django_db
def test_a_single_case_has_no_others_beside_it(vera: User) -> None:
    first = submit_draft(filled_draft(vera), actor=vera, key=None)
    submit_draft(filled_draft(vera), actor=vera, key=None)
    assert first.sitting is None
    assert not Case.objects.visible_to(vera).beside(first).exists()


@pytest.mark.django_db
def test_the_firms_do_not_learn_of_one_another(vera: User, cast: Cast, client_of: Any) -> None:
    first = submit_draft(of_two_firms(vera).lead, actor=vera, key=None)
    second = Case.objects.visible_to(vera).beside(first).get()
    for who, own, other in (("fiona", first, second), ("bruno", second, first)):
        assert not Case.objects.visible_to(cast.user[who]).beside(own).exists()
        client = client_of(cast.user[who])
        html = client.get(f"/ja/firm/cases/{own.reference}/").content.decode()
        assert other.reference not in html
        assert other.firm.name_ja not in html
        assert client.get(f"/ja/firm/cases/{other.reference}/").status_code == 404


@pytest.mark.django_db
def test_vera_sees_every_reference_on_the_receipt_and_the_others_on_each_case(vera: User, client_of: Any) -> None:
    first = submit_draft(of_two_firms(vera).lead, actor=vera, key=None)
    second = Case.objects.visible_to(vera).beside(first).get()
    for own, other in ((first, second), (second, first)):
        for page in ("", "receipt/"):
            assert other.reference in client_of(vera).get(f"/ja/cases/{own.reference}/{page}").content.decode()


@pytest.mark.django_db
def test_each_firm_gets_the_files_of_its_own_pages(vera: User) -> None:
    sitting = of_two_firms(vera)
    for member, name in zip(sitting.members, ("minato.pdf", "aozora.pdf"), strict=True):
        add_file(files.upload(name, files.PDF), actor=vera, draft_key=member.key)
    first = submit_draft(sitting.lead, actor=vera, key=None)
    second = Case.objects.visible_to(vera).beside(first).get()
    assert [case.evidence.get().name for case in (first, second)] == ["minato.pdf", "aozora.pdf"]


@pytest.mark.django_db
def test_a_firm_taken_out_is_set_aside_and_comes_back_with_its_answers(vera: User) -> None:
    sitting = of_two_firms(vera)
    aozora = sitting.members[1]
    sitting = name_accounts(sitting.lead, MINATO, actor=vera)
    assert (sitting.members, sitting.aside) == ([sitting.lead], [aozora])
    assert sitting.unfinished() == []
    sitting = name_accounts(sitting.lead, MINATO, AOZORA, actor=vera)
    assert sitting.members == [sitting.lead, aozora]
    assert TOLD.read(sitting.answers(aozora))["firm_answer"] == "frozen"


@pytest.mark.django_db
def test_what_is_set_aside_is_not_handed_in_and_then_goes(vera: User) -> None:
    sitting = of_two_firms(vera)
    add_file(files.upload("aozora.pdf", files.PDF), actor=vera, draft_key=sitting.members[1].key)
    sitting = name_accounts(sitting.lead, MINATO, actor=vera)
    submit_draft(sitting.lead, actor=vera, key=None)
    assert [case.firm.code for case in Case.objects.all()] == ["MINATO"]
    assert Draft.objects.get().case is not None
    assert not EvidenceFile.objects.visible_to(vera).exists()


@pytest.mark.django_db
def test_the_firm_named_first_may_be_taken_out_too(vera: User) -> None:
    sitting = of_two_firms(vera)
    sitting = name_accounts(sitting.lead, AOZORA, actor=vera)
    assert sitting.aside == [sitting.lead]
    case = submit_draft(sitting.lead, actor=vera, key=uuid.uuid4())
    assert (case.firm.code, case.incidents.get().firm_answer) == ("AOZORA", "frozen")
    assert submit_draft(Draft.objects.get(pk=sitting.lead.pk), actor=vera, key=uuid.uuid4()) == case
    assert Case.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("interrupted", [False, True])
def test_a_corrected_firm_keeps_what_was_answered(vera: User, interrupted: bool) -> None:
    sitting = name_accounts(filled_draft(vera), MINATO, actor=vera)
    if interrupted:
        save_step(sitting.lead, ACCOUNT, None, actor=vera, typed={"row-0-number": ["?"]})
    sitting = name_accounts(sitting.lead, AOZORA, actor=vera)
    assert (sitting.unfinished(), sitting.aside) == ([], [])
    assert submit_draft(sitting.lead, actor=vera, key=None).firm.code == "AOZORA"


@pytest.mark.django_db
def test_the_same_account_typed_twice_is_one(vera: User) -> None:
    again = MINATO | {"number": "01234567890"}
    sitting = name_accounts(filled_draft(vera), MINATO, again, actor=vera)
    assert submit_draft(sitting.lead, actor=vera, key=None).incidents.count() == 1


@pytest.mark.django_db
def test_what_is_asked_once_is_kept_with_the_draft_that_leads(vera: User) -> None:
    sitting = of_two_firms(vera)
    kept = save_step(sitting.members[1], STEPS["wishes"], {"wishes": ["cash"], "wish_note": ""}, actor=vera)
    assert kept == sitting.lead
    case = submit_draft(sitting.members[1], actor=vera, key=None)
    both = [case, *Case.objects.visible_to(vera).beside(case)]
    assert [one.report["steps"]["wishes"]["wishes"] for one in both] == [["cash"], ["cash"]]


@pytest.mark.django_db
def test_a_deleted_sitting_is_gone_whole(vera: User) -> None:
    sitting = of_two_firms(vera)
    for member in sitting.members:
        add_file(files.upload("a.pdf", files.PDF), actor=vera, draft_key=member.key)
    delete_draft(sitting.lead, actor=vera)
    assert not Draft.objects.exists()
    assert not EvidenceFile.objects.visible_to(vera).exists()


@pytest.mark.django_db(transaction=True)
def test_two_submissions_at_once_make_one_set_of_cases(cast: Cast) -> None:
    vera = cast.user["vera"]
    with system_scope():
        sitting = of_two_firms(vera)
    gate, found = threading.Barrier(2), []

    def press(draft: Draft) -> None:
        try:
            gate.wait()
            with scoped("victim", user_id=vera.pk):
                fresh = Draft.objects.get(pk=draft.pk)
                found.append(submit_draft(fresh, actor=vera, key=uuid.uuid4()).reference)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(draft,)) for draft in sitting.members]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with system_scope():
        assert Case.objects.count() == 2
        assert len(set(found)) == 1
        assert len(found) == 2


@pytest.mark.django_db
def test_the_pages_of_two_firms_follow_one_another(vera: User, client_of: Any) -> None:
    browser = client_of(vera)
    sitting = of_two_firms(vera)
    lead, other = (member.key for member in sitting.members)
    response = browser.post(f"/ja/report/{lead}/files/", {})
    assert response["Location"] == f"/ja/report/{other}/noticed/"
    response = browser.get(f"/ja/report/{other}/wishes/", follow=True)
    assert response.context["draft"] == sitting.lead
    groups = browser.get(f"/ja/report/{other}/", follow=True).context["groups"]
    assert [group["title"] for group in groups if "証券" in group["title"]] == [
        "みなと証券で起きたこと", "あおぞら証券で起きたこと",
    ]  # fmt: skip
    html = browser.get(f"/ja/report/{lead}/check/").content.decode()
    assert "あおぞらはすぐ凍結した" in html
    browser.post(f"/ja/report/{other}/check/", {"declared": "on"})
    assert Case.objects.count() == 2
