"""The firm's queue: what stands in it, how it is narrowed, searched and turned over page by page."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from casetrack.assessment.services import approve_reduction
from casetrack.cases.models import Case
from casetrack.lib import references
from casetrack.lib.clock import tokyo, travel_to
from casetrack.negotiation.proposal import at_amount
from casetrack.negotiation.services import approve_offer, prepare_offer
from casetrack.people.models import User
from tests.builders import Cast, Story

pytestmark = pytest.mark.django_db
QUEUE = "/en/firm/"
NOW = tokyo(2025, 6, 2, 10)


def many(cast: Cast, count: int, **fields: Any) -> list[Case]:
    """Cases of MINATO, two at each instant, so that only the key tells them apart."""
    return Case.objects.bulk_create(
        Case(
            **{
                "reference": references.make(2025, 500_000 + n),
                "firm": cast.firm["MINATO"],
                "victim": cast.victim["otto"],
                "victim_user": cast.user["otto"],
                "opened_by": "victim",
                "opened_at": tokyo(2025, 5, 1) + dt.timedelta(hours=n // 2),
                **fields,
            }
        )
        for n in range(count)
    )


def shown(response: Any) -> list[str]:
    found = [case.reference for case in response.context["page"].rows]
    for reference in found:
        assert reference in response.content.decode()
    return found


def counts(response: Any) -> dict[str, int]:
    return {tab.key: tab.count for tab in response.context["tabs"]}


@pytest.fixture
def fionas(client_of: Callable[[User], Client], fiona: User) -> Client:
    return client_of(fiona)


def test_who_has_no_firm_finds_no_queue(client_of: Callable[[User], Client], cast: Cast) -> None:
    for name in ("vera", "rita", "mina"):
        assert client_of(cast.user[name]).get(QUEUE).status_code == 404
    assert Client().get(QUEUE).status_code == 302
    for name in ("fiona", "ivan", "alma", "bruno"):
        assert client_of(cast.user[name]).get(QUEUE).status_code == 200


def test_bruno_sees_nothing_of_minato(client_of: Callable[[User], Client], bruno: User, story: Story) -> None:
    story.reported()
    bruno_s = client_of(bruno)
    response = bruno_s.get(QUEUE)
    assert shown(response) == []
    assert set(counts(response).values()) == {0}
    for text in (story.case.reference, "0123-4567890"):
        found = bruno_s.post(QUEUE, {"q": text}, follow=True)
        assert shown(found) == []


def test_an_empty_queue_says_so(fionas: Client) -> None:
    assert "There is no case in this list." in fionas.get(QUEUE).content.decode()


def test_the_queue_shows_the_oldest_case_first_with_its_age(fionas: Client, cast: Cast, story: Story) -> None:
    story.reported()
    many(cast, 3)
    with travel_to(NOW):
        response = fionas.get(QUEUE)
    assert shown(response)[0] == story.case.reference
    assert len(shown(response)) == 4
    html = response.content.decode()
    assert "47 days" in html
    assert "髙橋 恵" in html


def test_each_tab_counts_what_it_lists(fionas: Client, cast: Cast, story: Story) -> None:
    story.reported().acknowledged()
    numbers = iter(range(5))
    for fields in (
        {}, {"assigned_to": cast.user["fiona"]}, {"due_at": NOW - dt.timedelta(days=1)}, {"status": "closed"},
        {"status": "withdrawn", "due_at": NOW - dt.timedelta(days=1)},
    ):  # fmt: skip
        case = many(cast, 1, reference=references.make(2025, 600_000 + next(numbers)), **fields)[0]
        assert case.pk
    with travel_to(NOW):
        first = fionas.get(QUEUE)
        assert counts(first)["open"] == 4
        assert counts(first)["new"] == 3
        assert counts(first)["mine"] == 1
        assert counts(first)["ended"] == 2
        for key, count in counts(first).items():
            assert len(shown(fionas.get(QUEUE, {"tab": key}))) == count, key
        assert shown(fionas.get(QUEUE, {"tab": "nonsense"})) == shown(first)


def test_a_status_narrows_the_list(fionas: Client, cast: Cast, story: Story) -> None:
    story.reported().acknowledged()
    many(cast, 2)
    assert shown(fionas.get(QUEUE, {"status": "acknowledged"})) == [story.case.reference]
    assert len(shown(fionas.get(QUEUE, {"status": "submitted"}))) == 2
    assert shown(fionas.get(QUEUE, {"status": "closed"})) == []
    assert len(shown(fionas.get(QUEUE, {"status": "nonsense"}))) == 3


@pytest.mark.parametrize("lower", [False, True])
def test_a_whole_reference_opens_its_case(fionas: Client, story: Story, lower: bool) -> None:
    story.reported()
    text = story.case.reference.lower() if lower else story.case.reference
    answer = fionas.post(QUEUE, {"q": f"  {text} "})
    assert answer.headers["Location"] == f"/en/firm/cases/{story.case.reference}/"


@pytest.mark.parametrize("typed", ["0123-4567890", "01234567890", "０１２３－４５６７８９０", " 0123 4567890 "])
def test_a_whole_account_number_opens_its_case_however_it_is_typed(fionas: Client, story: Story, typed: str) -> None:
    story.reported()
    answer = fionas.post(QUEUE, {"q": typed})
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/en/firm/cases/{story.case.reference}/"


@pytest.mark.parametrize("typed", ["4567890", "CT-2025-000001", "CT-2025-999999-9", "-", "高橋", "%"])
def test_a_part_or_a_slip_finds_nothing_and_says_what_is_needed(fionas: Client, story: Story, typed: str) -> None:
    story.reported()
    response = fionas.post(QUEUE, {"q": typed})
    assert response.status_code == 200
    assert shown(response) == []
    assert "Enter either one whole." in response.content.decode()


def test_two_cases_of_one_account_are_listed_and_its_number_is_in_no_address(
    fionas: Client, story: Story, cast: Cast
) -> None:
    story.reported()
    other = Story(cast, victim="otto").reported()
    answer = fionas.post(QUEUE, {"q": story.account}, follow=True)
    assert shown(answer) == [story.case.reference, other.case.reference]
    assert not any("4567890" in url for url, _status in answer.redirect_chain)


def test_pages_never_repeat_or_skip_a_case_in_either_direction(fionas: Client, cast: Cast) -> None:
    wanted = [case.reference for case in many(cast, 120)]
    seen, response, steps = [], fionas.get(QUEUE), 0
    pages = [shown(response)]
    seen += pages[0]
    while url := response.context["page"].later:
        response = fionas.get(QUEUE + url)
        pages.append(shown(response))
        seen += pages[-1]
        steps += 1
        assert steps < 5
    assert seen == wanted
    for page in reversed(pages[:-1]):
        response = fionas.get(QUEUE + response.context["page"].earlier)
        assert shown(response) == page
    assert response.context["page"].earlier == ""


def test_a_case_that_arrives_between_two_pages_moves_nothing(fionas: Client, cast: Cast) -> None:
    wanted = [case.reference for case in many(cast, 60)]
    first = fionas.get(QUEUE)
    many(cast, 1, reference=references.make(2025, 700_000), opened_at=tokyo(2025, 4, 1))
    second = fionas.get(QUEUE + first.context["page"].later)
    assert shown(first) + shown(second) == wanted


def test_an_edge_that_is_unknown_begins_at_the_start(fionas: Client, cast: Cast) -> None:
    many(cast, 3)
    assert len(shown(fionas.get(QUEUE, {"after": "CT-2025-999999-9"}))) == 3
    assert len(shown(fionas.get(QUEUE, {"before": "x"}))) == 3


def test_the_number_of_queries_does_not_grow_with_the_cases(
    fionas: Client, cast: Cast, django_assert_max_num_queries: Any
) -> None:
    many(cast, 60, assigned_to=cast.user["ivan"])
    with django_assert_max_num_queries(20):
        response = fionas.get(QUEUE)
    assert len(shown(response)) == 50


def test_an_unread_message_of_the_victim_is_marked_until_the_case_is_opened(fionas: Client, story: Story) -> None:
    story.reported().says("vera", "Is there any news?")
    assert "New message" in fionas.get(QUEUE).content.decode()
    fionas.get(f"/en/firm/cases/{story.case.reference}/")
    assert "New message" not in fionas.get(QUEUE).content.decode()


def test_no_primary_key_of_a_case_stands_in_an_address(fionas: Client, story: Story) -> None:
    story.reported()
    links = re.findall(r'href="(/en/firm/[^"]*)"', fionas.get(QUEUE).content.decode())
    assert f"/en/firm/cases/{story.case.reference}/" in links
    assert not [link for link in links if re.search(r"/\d+/", link)]


def test_alma_finds_what_waits_for_her_decision_and_ivan_has_no_such_list(client_of: Any, cast: Cast) -> None:
    almas, ivans = client_of(cast.user["alma"]), client_of(cast.user["ivan"])

    def listed() -> list[str]:
        return [case.reference for case in almas.get("/en/firm/?tab=waiting").context["page"].rows]

    story = Story(cast).to_ledger()
    assert listed() == []
    story.reduction_proposed()
    assert listed() == [story.case.reference]
    assert "Waits for your decision" in almas.get("/en/firm/").content.decode()
    assert "Waits for your decision" not in ivans.get("/en/firm/?tab=waiting").content.decode()
    with travel_to(story.at):
        approve_reduction(story.reduction, actor=cast.user["alma"])
    story.decided().wait(25).assessed()
    with travel_to(story.at):
        offer = prepare_offer(
            story.case, story.run, proposal=at_amount(story.run, story.run.due), reasons="…", actor=cast.user["ivan"],
            valid_until=story.at + dt.timedelta(days=14),
        )  # fmt: skip
    assert listed() == [story.case.reference]
    with travel_to(story.at):
        approve_offer(offer, actor=cast.user["alma"])
    assert listed() == []
    story.offer = offer
    story.accepted()
    assert listed() == [story.case.reference]
    story.countersigned()
    assert listed() == []
