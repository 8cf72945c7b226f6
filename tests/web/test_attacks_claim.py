"""Codes by which a case is taken over: guessed, stolen, and used twice."""

import datetime as dt
import threading
import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from casetrack.cases.incidents import import_incidents
from casetrack.cases.models import Case
from casetrack.cases.services.bank import change_bank_account
from casetrack.cases.workflow import Status
from casetrack.intake.claims import issue_code
from casetrack.intake.models import ClaimCode
from casetrack.lib import clock
from casetrack.lib.scope import scoped, system_scope
from casetrack.people.bank import payment_block
from casetrack.people.models import User
from tests.builders import Cast
from tests.cases.test_bank import DETAILS
from tests.cases.test_import_incidents import file, row

ClientOf = Callable[[User], Client]


@pytest.fixture
def found(cast: Cast) -> Case:
    """A case of somebody at MINATO whom nobody knows here yet."""
    import_incidents(cast.firm["MINATO"], file(row()), actor=User.objects.system())
    return Case.objects.select_related("firm", "victim").get()


@pytest.mark.django_db
def test_after_a_wrong_code_the_right_one_is_taken_on_the_same_page(
    found: Case, fiona: User, otto: User, client_of: ClientOf
) -> None:
    code, key, client = issue_code(found, "post", actor=fiona), str(uuid.uuid4()), client_of(otto)
    for typed, expected in (("0000-0000-0000", 200), (code, 302)):
        sent = {"reference": found.reference, "code": typed, "idempotency_key": key}
        assert client.post("/en/claim/", sent).status_code == expected


@pytest.mark.django_db
def test_one_key_cannot_hide_guesses_from_the_count(found: Case, fiona: User, otto: User, client_of: ClientOf) -> None:
    issue_code(found, "post", actor=fiona)
    key, client = str(uuid.uuid4()), client_of(otto)
    for place in range(5):
        sent = {"reference": found.reference, "code": f"0000-0000-000{place}", "idempotency_key": key}
        assert client.post("/en/claim/", sent).status_code == 200
    assert ClaimCode.objects.get().ended_at is not None


@pytest.mark.django_db
def test_a_thief_with_a_stolen_letter_is_not_paid_before_the_details_have_cooled_off(
    found: Case, fiona: User, otto: User, client_of: ClientOf
) -> None:
    """Details that were entered before any agreement are payable at once; then the agreed case is claimed."""
    change_bank_account(DETAILS, actor=otto)
    assert payment_block(otto, "MINATO", clock.now()) is None
    code = issue_code(found, "post", actor=fiona)
    Case.objects.filter(pk=found.pk).update(status=Status.AGREED)
    client_of(otto).post("/en/claim/", {"reference": found.reference, "code": code, "idempotency_key": uuid.uuid4()})
    assert Case.objects.get().victim_user == otto
    block = payment_block(otto, "MINATO", clock.now())
    assert block is not None
    assert block.until is not None
    assert block.until > clock.now() + dt.timedelta(hours=71)


@pytest.mark.django_db
def test_a_case_that_nobody_opened_and_one_without_a_code_are_answered_in_the_same_words(
    found: Case, fiona: User, otto: User, client_of: ClientOf
) -> None:
    client, answers = client_of(otto), []
    for reference in ("CT-2025-000000-0", found.reference, found.reference):
        answer = client.post("/en/claim/", {"reference": reference, "code": "0000-0000-0000", "idempotency_key": ""})
        answers.append([str(said) for _field, said in answer.context["problems"]])
        issue_code(found, "post", actor=fiona)
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.django_db(transaction=True)
def test_a_code_made_anew_while_the_old_one_is_tried_holds_nobody_up() -> None:
    from casetrack.demo.cast import make_cast

    with system_scope():
        cast = make_cast(password=None)
        import_incidents(cast.firm["MINATO"], file(row()), actor=User.objects.system())
        case = Case.objects.select_related("firm").get()
        issue_code(case, "post", actor=cast.user["fiona"])
    failed: list[BaseException] = []

    def run(act: Callable[[], object]) -> None:
        try:
            for _ in range(12):
                act()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    def make() -> None:
        with scoped("firm", firm_id=case.firm_id, user_id=cast.user["fiona"].pk):
            issue_code(Case.objects.select_related("firm").get(), "post", actor=cast.user["fiona"])

    def guess() -> None:
        from casetrack.intake.claims import _try

        with scoped("victim", user_id=cast.user["otto"].pk):
            _try(case.reference, "0" * 12, cast.user["otto"])

    threads = [threading.Thread(target=run, args=[act]) for act in (make, guess, make, guess)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
