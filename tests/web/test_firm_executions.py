"""Deciding what each execution was, beside what the victim says."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from casetrack.cases.models import UnauthorizedTrade
from casetrack.cases.services import decide_executions
from casetrack.firms.models import Membership
from casetrack.people.models import Role, User
from tests.builders import ANSWERS_A, DECISIONS_A, HEADER, Cast, Story

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


@pytest.fixture
def imported(story: Story) -> Story:
    return story.to_ledger()


@pytest.fixture
def ivans(client_of: ClientOf, ivan: User) -> Client:
    return client_of(ivan)


def at(story: Story, tail: str = "") -> str:
    return f"/en/firm/cases/{story.case.reference}/accounts/1/executions/{tail}"


def given(story: Story) -> dict[str, str]:
    return {name: e.attribution for name, e in story.executions().items()}


def form(story: Story, **values: str) -> dict[str, str]:
    """What the page sends: each decision, and what it was when the page was made."""
    rows = story.executions()
    sent = {f"decision-{rows[name].pk}": value for name, value in values.items()}
    return sent | {f"was-{rows[name].pk}": rows[name].attribution for name in values}


def listed(response: Any) -> list[str]:
    return re.findall(r'<span class="ct-table__sub">(\w+)</span>', response.content.decode())


def test_the_decisions_of_a_page_are_saved_at_once(ivans: Client, imported: Story) -> None:
    answer = ivans.post(at(imported), form(imported, **DECISIONS_A), follow=True)
    assert "3 decisions are recorded." in answer.content.decode()
    assert {name: given(imported)[name] for name in DECISIONS_A} == DECISIONS_A
    again = ivans.post(at(imported), form(imported, **DECISIONS_A), follow=True)
    assert "Nothing changed." in again.content.decode()


def test_the_ticked_executions_are_set_at_once_and_nothing_without_a_tick(ivans: Client, imported: Story) -> None:
    rows = imported.executions()
    assert ivans.post(at(imported), {"bulk": "1", "bulk_value": "unauthorized"}).status_code == 400
    ivans.post(at(imported), {"bulk": "1", "bulk_value": "unauthorized", "pick": [rows["u1"].pk, rows["c1"].pk]})
    assert given(imported) == {"o1": given(imported)["o1"], "u1": "unauthorized", "c1": "unauthorized", "l1": ""}


def test_what_a_colleague_decided_meanwhile_is_not_overwritten(ivans: Client, imported: Story) -> None:
    mine = form(imported, u1="genuine")
    ivans.post(at(imported), form(imported, u1="unauthorized"))
    response = ivans.post(at(imported), mine)
    assert response.status_code == 409
    assert "Somebody else decided u1 meanwhile." in response.content.decode()
    assert given(imported)["u1"] == "unauthorized"


def test_a_decision_that_the_type_does_not_allow_changes_nothing(ivans: Client, imported: Story) -> None:
    response = ivans.post(at(imported), form(imported, u1="unauthorized", c1="nonsense"))
    assert response.status_code == 400
    assert given(imported)["u1"] == ""


def test_only_an_investigator_decides(client_of: ClientOf, cast: Cast, imported: Story) -> None:
    for name, status in (("fiona", 200), ("alma", 200), ("bruno", 404)):
        client = client_of(cast.user[name])
        response = client.get(at(imported))
        assert response.status_code == status
        assert b'name="decision-' not in response.content
        assert client.post(at(imported), form(imported, u1="unauthorized")).status_code in (400, 403, 404)
    assert given(imported)["u1"] == ""


def test_an_execution_of_another_case_is_refused(ivans: Client, imported: Story, cast: Cast) -> None:
    other = Story(cast, victim="otto", account="0999-0000001").to_ledger()
    assert ivans.post(at(imported), form(other, u1="unauthorized")).status_code == 400
    assert given(other)["u1"] == ""


def test_the_undecided_and_the_differences_are_counted_and_listed(ivans: Client, imported: Story) -> None:
    imported.answered(ANSWERS_A)
    undecided = ivans.get(at(imported), {"show": "undecided"})
    assert listed(undecided) == ["u1", "c1", "l1"]
    assert listed(ivans.get(at(imported), {"show": "differences"})) == []
    ivans.post(at(imported), form(imported, u1="genuine", c1="unauthorized"))
    assert listed(ivans.get(at(imported), {"show": "undecided"})) == ["l1"]
    differing = ivans.get(at(imported), {"show": "differences"})
    assert listed(differing) == ["u1", "c1"]
    assert "Differs from the decision" in differing.content.decode()
    assert listed(ivans.get(at(imported))) == ["o1", "u1", "c1", "l1"]


def test_a_claimed_trade_is_linked_to_an_execution_and_unlinked(
    ivans: Client, client_of: ClientOf, fiona: User, imported: Story
) -> None:
    link = at(imported).replace("executions/", "trades/1/link/")
    ivans.post(link, {"execution": "u1"})
    assert UnauthorizedTrade.objects.get().execution == imported.executions()["u1"]
    client_of(fiona).post(link, {"execution": "c1"})
    assert UnauthorizedTrade.objects.get().execution == imported.executions()["u1"]
    ivans.post(link, {"execution": ""})
    assert UnauthorizedTrade.objects.get().execution is None
    assert ivans.post(link.replace("/1/link", "/9/link"), {"execution": "u1"}).status_code == 404


def test_an_account_without_confirmed_access_has_no_executions_page(ivans: Client, story: Story) -> None:
    story.to_investigation()
    assert ivans.get(at(story)).status_code == 404


def test_the_queries_do_not_grow_with_the_executions(
    client_of: ClientOf, ivan: User, story: Story, django_assert_max_num_queries: Any
) -> None:
    rows = "".join(
        f"{{account}},x{n},2025-04-17T09:{n // 60:02}:{n % 60:02}+09:00,buy,,7992,100,128,,,,,,,,,,\n"
        for n in range(230)
    )
    story.ledger = HEADER + rows
    story.to_ledger()
    client = client_of(ivan)
    seen: list[str] = []
    with django_assert_max_num_queries(30):
        first = client.get(at(story))
    seen += listed(first)
    second = client.get(at(story), {"after": seen[-1]})
    seen += listed(second)
    assert seen == [f"x{n}" for n in range(230)]


def undo(client: Client, story: Story) -> Any:
    return client.get(at(story)).context["undo"]


def test_a_decision_for_many_is_taken_back_once(ivans: Client, imported: Story) -> None:
    rows = imported.executions()
    ivans.post(at(imported), form(imported, c1="genuine"))
    ivans.post(at(imported), {"bulk": "1", "bulk_value": "unauthorized", "pick": [rows["u1"].pk, rows["c1"].pk]})
    act = undo(ivans, imported)
    assert (act.rows, given(imported)["u1"]) == (2, "unauthorized")
    answer = ivans.post(at(imported), {"undo": act.number}, follow=True)
    assert "2 rows are as before." in answer.content.decode()
    ivans.post(at(imported), {"undo": act.number})
    assert (given(imported)["u1"], given(imported)["c1"]) == ("", "genuine")
    assert imported.case.events.filter(action="cases.decisions_undone").count() == 1
    assert undo(ivans, imported) is None


def test_what_a_colleague_decided_since_is_not_taken_back(
    ivans: Client, client_of: ClientOf, imported: Story, cast: Cast
) -> None:
    rows = imported.executions()
    ivans.post(at(imported), {"bulk": "1", "bulk_value": "unauthorized", "pick": [rows["u1"].pk, rows["c1"].pk]})
    act = undo(ivans, imported)
    other = User.objects.create_user("isa@minato.example", None, role=Role.FIRM, is_demo=True)
    Membership.objects.create(user=other, firm=cast.firm["MINATO"], role="investigator", display_name="Isa")
    assert undo(client_of(other), imported) is None
    assert client_of(other).post(at(imported), {"undo": act.number}).status_code == 403
    decide_executions(imported.case, {rows["c1"].pk: "genuine"}, actor=other)
    response = ivans.post(at(imported), {"undo": act.number})
    assert response.status_code == 409
    assert "Somebody else decided c1 since." in response.content.decode()
    assert (given(imported)["u1"], given(imported)["c1"]) == ("unauthorized", "genuine")
