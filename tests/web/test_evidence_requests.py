"""The pages on which the firm asks for evidence and the victim answers."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from casetrack.evidence.models import EvidenceFile, Request
from casetrack.evidence.services import ask_for
from casetrack.lib import clock
from casetrack.people.models import User
from casetrack.web.formats import jp_date
from tests.builders import Story
from tests.evidence import files
from tests.evidence.files import upload

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


@pytest.fixture
def asked(story: Story, ivan: User) -> Request:
    day = clock.tokyo_date(clock.now()) + dt.timedelta(days=7)
    return ask_for(story.to_investigation().case, "Trade report", why="To check", due_on=day, actor=ivan)


def page_of(asked: Request) -> str:
    return reverse("victim:evidence-request", args=[asked.case.reference, asked.key])


def test_ivan_asks_by_form_and_vera_finds_it_on_her_case_and_among_her_files(
    story: Story, client_of: ClientOf, ivan: User, vera: User
) -> None:
    case = story.to_investigation().case
    day = clock.tokyo_date(clock.now()) + dt.timedelta(days=7)
    sent = {"what": "Trade report", "due_on_year": day.year, "due_on_month": day.month, "due_on_day": day.day}
    assert client_of(ivan).post(reverse("firm:evidence-ask", args=[case.reference]), sent).status_code == 302
    for page in ("victim:case", "victim:evidence"):
        assert "Trade report" in client_of(vera).get(reverse(page, args=[case.reference])).content.decode()


def test_what_is_asked_for_stands_at_the_top_of_her_case_and_on_the_list_of_her_cases(
    asked: Request, client_of: ClientOf, vera: User
) -> None:
    client = client_of(vera)
    html = client.get(reverse("victim:case", args=[asked.case.reference])).content.decode()
    assert html.index('id="standing"') < html.index('id="asked"') < html.index('id="letters"')
    with override("en"):
        said = f"The firm asks you for something. Please hand it in by {jp_date(asked.due_on)}."
        assert said in client.get(reverse("victim:home")).content.decode()
        client.post(page_of(asked), {"words": "I never got one"})
        assert said not in client.get(reverse("victim:home")).content.decode()


def test_a_day_that_is_over_is_refused_beside_its_field_and_what_was_typed_stays(
    story: Story, client_of: ClientOf, ivan: User
) -> None:
    address = reverse("firm:evidence-ask", args=[story.to_investigation().case.reference])
    sent = {"what": "Trade report", "due_on_year": 2020, "due_on_month": 1, "due_on_day": 1}
    answer = client_of(ivan).post(address, sent)
    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["due_on"])
    assert "Trade report" in answer.content.decode()


def test_vera_answers_with_a_file_without_javascript(asked: Request, client_of: ClientOf, vera: User) -> None:
    answer = client_of(vera).post(page_of(asked), {"uploads": upload("a.pdf", files.PDF), "words": ""})
    assert answer.status_code == 302
    asked.refresh_from_db()
    assert asked.answered_at
    assert EvidenceFile.objects.get().request == asked


def test_a_refused_file_answers_nothing_and_her_words_stay(asked: Request, client_of: ClientOf, vera: User) -> None:
    answer = client_of(vera).post(page_of(asked), {"uploads": upload("a.pdf", files.EXE), "words": "see the file"})
    assert answer.status_code == 200
    assert "see the file" in answer.content.decode()
    asked.refresh_from_db()
    assert asked.is_open


def test_the_same_answer_sent_twice_is_one_answer(asked: Request, client_of: ClientOf, vera: User) -> None:
    client = client_of(vera)
    assert client.post(page_of(asked), {"words": "I never got one"}).status_code == 302
    assert client.get(page_of(asked)).status_code == 302
    assert client.post(page_of(asked), {"words": "I never got one"}).status_code == 302
    other = client.post(page_of(asked), {"words": "something else"})
    assert (other.status_code, "something else" in other.content.decode()) == (200, True)
    assert asked.case.events.filter(action="evidence.request_answered").count() == 1


def test_otto_finds_no_request_of_veras_and_bruno_takes_none_back(
    asked: Request, client_of: ClientOf, otto: User, bruno: User, ivan: User
) -> None:
    assert client_of(otto).get(page_of(asked)).status_code == 404
    assert client_of(otto).post(page_of(asked), {"words": "x"}).status_code == 404
    address = reverse("firm:evidence-withdraw", args=[asked.case.reference, asked.key])
    assert client_of(bruno).post(address).status_code == 404
    asked.refresh_from_db()
    assert asked.is_open
    client_of(ivan).post(address)
    asked.refresh_from_db()
    assert asked.withdrawn_at


def test_what_was_taken_back_is_no_longer_hers_to_answer(
    asked: Request, client_of: ClientOf, vera: User, ivan: User
) -> None:
    client_of(ivan).post(reverse("firm:evidence-withdraw", args=[asked.case.reference, asked.key]))
    assert client_of(vera).get(page_of(asked)).status_code == 404
    listed = client_of(vera).get(reverse("victim:evidence", args=[asked.case.reference])).content.decode()
    assert "Trade report" not in listed
