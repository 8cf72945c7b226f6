"""The case page of the back office: who may do what there, success and refusal side by side."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from casetrack.audit.models import Entry
from casetrack.cases import permissions
from casetrack.cases.models import Case
from casetrack.correspondence.models import Message, Note
from casetrack.lib.clock import travel_to
from casetrack.people.models import User
from tests.builders import Cast, Story

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


def at(story: Story, tail: str = "") -> str:
    return f"/en/firm/cases/{story.case.reference}/{tail}"


def again(story: Story) -> Case:
    return Case.objects.get(pk=story.case.pk)


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


@pytest.mark.parametrize("tail", [
    "", "do/decline/", "accounts/1/access/", "accounts/1/ledger/", "accounts/1/executions/", "assess/",
    "assessments/1/", "assessments/1/offer/", "offers/1/", "offers/1/reject/", "offers/1/withdraw/", "payment/",
])  # fmt: skip
def test_everything_of_minato_is_not_there_for_bruno(client_of: ClientOf, cast: Cast, story: Story, tail: str) -> None:
    story.to_settlement()
    for name in ("bruno", "iris", "vera", "rita", "mina"):
        assert client_of(cast.user[name]).get(at(story, tail)).status_code == 404


@pytest.mark.parametrize("tail", [
    "do/acknowledge/", "assign/", "messages/", "notes/", "accounts/1/number/", "accounts/1/executions/",
    "accounts/1/trades/1/link/", "assessments/1/recompute/", "offers/1/approve/", "offers/1/discard/",
])  # fmt: skip
def test_bruno_can_write_nothing_there_either(client_of: ClientOf, bruno: User, story: Story, tail: str) -> None:
    story.to_offer()
    before = Entry.objects.count()
    assert client_of(bruno).post(at(story, tail), {"body": "x"}).status_code == 404
    assert Entry.objects.count() == before


def test_a_reference_that_is_mistyped_is_not_there(client_of: ClientOf, fiona: User, story: Story) -> None:
    story.reported()
    slip = story.case.reference[:-1] + str((int(story.case.reference[-1]) + 1) % 10)
    assert client_of(fiona).get(f"/en/firm/cases/{slip}/").status_code == 404


@pytest.mark.parametrize("station", ["reported", "to_investigation", "to_assessment", "to_offer", "to_payment"])
def test_the_buttons_are_the_actions_that_the_person_has_now(
    client_of: ClientOf, cast: Cast, story: Story, station: str
) -> None:
    getattr(story, station)()
    with travel_to(story.at):
        for name in ("fiona", "ivan", "alma"):
            response = client_of(cast.user[name]).get(at(story))
            has = {str(a.label) for a in permissions.available_actions(cast.user[name], again(story), story.at)}
            labels = {str(button["label"]) for button in response.context["buttons"]}
            assert labels == has - {"Approve an offer"}, name
            for label in labels:
                assert label in response.content.decode()


def test_fiona_acknowledges_once_and_not_twice(client_of: ClientOf, fiona: User, story: Story) -> None:
    story.reported()
    fionas = client_of(fiona)
    answer = fionas.post(at(story, "do/acknowledge/"), follow=True)
    assert again(story).status == "acknowledged"
    assert "Acknowledge" in said(answer)[0]
    second = fionas.post(at(story, "do/acknowledge/"), follow=True)
    assert "not possible now" in said(second)[0]
    assert again(story).status == "acknowledged"


def test_an_act_that_the_role_may_not_do_is_refused(client_of: ClientOf, fiona: User, story: Story) -> None:
    story.reported().acknowledged()
    client_of(fiona).post(at(story, "do/investigate/"))
    assert again(story).status == "acknowledged"


@pytest.mark.parametrize("name", ["assess", "offer", "agree", "record_payment", "confirm_receipt", "nonsense"])
def test_an_act_with_a_service_of_its_own_is_not_done_by_this_door(
    client_of: ClientOf, alma: User, story: Story, name: str
) -> None:
    story.to_offer()
    assert client_of(alma).post(at(story, f"do/{name}/"), {"reason": "x"}).status_code == 404


def test_declining_needs_reasons_which_the_victim_reads(
    client_of: ClientOf, alma: User, vera: User, story: Story
) -> None:
    story.to_investigation()
    almas, page = client_of(alma), at(story, "do/decline/")
    assert "The victim reads them" in almas.get(page).content.decode()
    refused = almas.post(page, {"reason": "  "})
    assert refused.status_code == 400
    assert refused.context["form"].errors["reason"]
    assert again(story).status == "investigating"
    almas.post(page, {"reason": "The log shows your own device."})
    assert again(story).status == "declined"
    assert "your own device" in client_of(vera).get(f"/en/cases/{story.case.reference}/").content.decode()


def test_a_question_to_the_victim_needs_words(client_of: ClientOf, fiona: User, story: Story) -> None:
    story.to_investigation()
    assert client_of(fiona).post(at(story, "do/ask_victim/"), {"reason": ""}).status_code == 400
    assert again(story).status == "investigating"
    client_of(fiona).post(at(story, "do/ask_victim/"), {"reason": "Which device was it?"})
    assert again(story).status == "awaiting_victim"


def assignee(client: Client, story: Story, name: str) -> str:
    html = client.get(at(story)).content.decode()
    found = re.search(rf'<option value="(\w+)"[^>]*>{name} ', html)
    assert found, html
    return found[1]


def test_a_case_is_given_to_a_colleague_taken_and_given_up(
    client_of: ClientOf, fiona: User, ivan: User, story: Story
) -> None:
    story.reported().does("fiona", "acknowledge")
    fionas = client_of(fiona)
    fionas.post(at(story, "assign/"), {"assignee": assignee(fionas, story, "Ivan")})
    assert again(story).assigned_to == ivan
    fionas.post(at(story, "assign/"), {"me": "1"})
    assert again(story).assigned_to == fiona
    fionas.post(at(story, "assign/"), {"assignee": ""})
    assert again(story).assigned_to is None


def test_a_new_case_is_acknowledged_and_assigned_by_one_click(
    client_of: ClientOf, fiona: User, ivan: User, story: Story
) -> None:
    story.reported()
    fionas = client_of(fiona)
    fionas.post(at(story, "do/acknowledge/"), {"assignee": assignee(fionas, story, "Ivan")})
    assert (again(story).status, again(story).assigned_to) == ("acknowledged", ivan)


def test_nobody_of_another_firm_can_be_chosen(client_of: ClientOf, fiona: User, story: Story) -> None:
    story.reported()
    assert "Bruno" not in client_of(fiona).get(at(story)).content.decode()
    assert client_of(fiona).post(at(story, "assign/"), {"assignee": "999999"}).status_code == 400
    assert again(story).assigned_to is None


def test_a_message_reaches_the_victim_and_a_note_does_not(
    client_of: ClientOf, fiona: User, vera: User, story: Story
) -> None:
    story.reported()
    fionas = client_of(fiona)
    fionas.post(at(story, "messages/"), {"message-body": "We have your report."})
    fionas.post(at(story, "notes/"), {"note-body": "Looks like the wave of April."})
    page = fionas.get(at(story)).content.decode()
    assert "We have your report." in page
    assert "Looks like the wave of April." in page
    hers = client_of(vera)
    seen = "".join(hers.get(f"/en/cases/{story.case.reference}/{tail}").content.decode() for tail in ("", "messages/"))
    assert "We have your report." in seen
    assert "wave of April" not in seen


@pytest.mark.parametrize(("tail", "kind"), [("messages/", "message"), ("notes/", "note")])
def test_an_empty_message_or_note_is_refused_and_named(
    client_of: ClientOf, fiona: User, story: Story, tail: str, kind: str
) -> None:
    story.reported()
    response = client_of(fiona).post(at(story, tail), {f"{kind}-body": " \n "})
    assert response.status_code == 400
    assert "There is a problem" in response.content.decode()
    assert f'href="#id_{kind}-body"' in response.content.decode()
    assert not Message.objects.exists()
    assert not Note.objects.exists()


def test_the_full_number_is_for_investigator_and_approver_and_each_reading_is_logged(
    client_of: ClientOf, cast: Cast, story: Story
) -> None:
    story.reported()
    for name, may in (("fiona", False), ("ivan", True), ("alma", True)):
        read = Entry.objects.filter(action="cases.account_number_read")
        before, client = read.count(), client_of(cast.user[name])
        page = client.get(at(story)).content.decode()
        assert "0123-4567890" not in page
        assert ("accounts/1/number/" in page) == may
        answer = client.post(at(story, "accounts/1/number/"), follow=True)
        assert ("0123-4567890" in answer.content.decode()) == may
        assert read.count() == before + may
    assert client_of(cast.user["ivan"]).post(at(story, "accounts/2/number/")).status_code == 404
    assert client_of(cast.user["ivan"]).get(at(story, "accounts/1/number/")).status_code == 405


def test_what_the_firm_says_among_itself_is_on_no_shared_cache(client_of: ClientOf, fiona: User, story: Story) -> None:
    story.reported()
    assert "no-store" in client_of(fiona).get(at(story)).headers["Cache-Control"]


def test_an_access_is_confirmed_with_its_first_instant_or_refuted_with_a_reason(
    client_of: ClientOf, ivan: User, story: Story
) -> None:
    story.to_investigation()
    ivans, page = client_of(ivan), at(story, "accounts/1/access/")
    refused = ivans.post(page, {"decision": "refute"})
    assert refused.status_code == 400
    assert story.incident.access == "reported"
    assert ivans.post(page, {"decision": "confirm"}).status_code == 400
    instant = {"first_access_at_year": "2025", "first_access_at_month": "4", "first_access_at_day": "16"}
    ivans.post(page, {"decision": "confirm", **instant, "first_access_at_time": "8:55"})
    assert story.incident.access == "confirmed"
    assert story.incident.first_access_at == story.first_access_at
    ivans.post(page, {"decision": "refute", "reason": "It was the son."})
    assert story.incident.access == "refuted"
    assert "It was the son." in ivans.get(page).content.decode()


def test_only_an_investigator_decides_on_an_access(client_of: ClientOf, cast: Cast, story: Story) -> None:
    story.to_investigation()
    for name in ("fiona", "alma"):
        answer = client_of(cast.user[name]).post(at(story, "accounts/1/access/"), {"decision": "refute", "reason": "x"})
        assert answer.status_code in (400, 403, 404)
    assert story.incident.access == "reported"


def test_the_case_page_has_a_bounded_number_of_queries(
    client_of: ClientOf, ivan: User, story: Story, django_assert_max_num_queries: Any
) -> None:
    story.to_offer()
    for n in range(12):
        story.says("vera", f"Letter {n}")
    ivans = client_of(ivan)
    ivans.get(at(story))
    with django_assert_max_num_queries(59):
        assert ivans.get(at(story)).status_code == 200
