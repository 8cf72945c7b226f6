"""The code from the firm's page to the customer's."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from casetrack.cases.incidents import import_incidents
from casetrack.cases.models import Case
from casetrack.people.models import User
from tests.builders import Cast, Story
from tests.cases.test_import_incidents import file, row

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]


@pytest.fixture
def found(cast: Cast) -> Case:
    import_incidents(cast.firm["MINATO"], file(row()), actor=User.objects.system())
    return Case.objects.get()


def code_in(html: str) -> str:
    match = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", html)
    assert match
    return match[0]


@pytest.mark.parametrize("channel", ["telephone", "post"])
def test_fiona_makes_a_code_and_otto_enters_it(
    found: Case, fiona: User, otto: User, client_of: As, channel: str
) -> None:
    staff = client_of(fiona)
    address = f"/en/firm/cases/{found.reference}/code/"
    assert address in staff.get(f"/en/firm/cases/{found.reference}/").content.decode()
    made = staff.post(address, {"channel": channel})
    code = code_in(made.content.decode())
    assert "no-store" in made["Cache-Control"]
    assert code not in staff.get(address).content.decode()
    his = client_of(otto)
    page = his.get("/en/claim/").content.decode()
    key = re.search(r'name="idempotency_key" value="([^"]+)"', page)
    assert key
    sent = {"reference": found.reference, "code": code, "idempotency_key": key[1]}
    for _twice in range(2):
        answer = his.post("/en/claim/", sent)
        assert answer.status_code == 302
        assert found.reference in answer["Location"]
    assert his.get(answer["Location"]).status_code == 200


def test_the_letter_is_in_the_customers_language(found: Case, fiona: User, client_of: As) -> None:
    answer = client_of(fiona).post(f"/en/firm/cases/{found.reference}/code/", {"channel": "post"}).content.decode()
    assert 'lang="ja"' in answer
    assert "コード" in answer


def test_a_wrong_code_keeps_what_was_typed(found: Case, otto: User, client_of: As) -> None:
    his = client_of(otto)
    answer = his.post("/en/claim/", {"reference": found.reference, "code": "0000", "idempotency_key": ""})
    html = answer.content.decode()
    assert found.reference in html
    assert 'value="0000"' in html
    assert "do not fit together" in html


def test_nothing_chosen_is_said(found: Case, fiona: User, client_of: As) -> None:
    answer = client_of(fiona).post(f"/en/firm/cases/{found.reference}/code/", {})
    assert answer.status_code == 400
    assert "Select how the customer gets the code" in answer.content.decode()


def test_bruno_finds_no_page_and_vera_none_of_the_firms(found: Case, bruno: User, vera: User, client_of: As) -> None:
    for user in (bruno, vera):
        assert client_of(user).get(f"/en/firm/cases/{found.reference}/code/").status_code == 404
    assert client_of(bruno).get("/en/claim/").status_code == 404


def test_a_case_of_veras_own_offers_no_code(story: Story, fiona: User, client_of: As) -> None:
    case = story.reported().case
    staff = client_of(fiona)
    assert "/code/" not in staff.get(f"/en/firm/cases/{case.reference}/").content.decode()
    assert "taken this case over already" in staff.get(f"/en/firm/cases/{case.reference}/code/").content.decode()
