"""The good-faith ledger on both sides' pages."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from casetrack.lib.clock import travel_to
from casetrack.negotiation.good_faith import good_faith_of
from casetrack.people.models import User
from tests.builders import Story
from tests.negotiation.test_good_faith import haggled

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


def page(client: Client, story: Story, name: str) -> bytes:
    with travel_to(story.at), override("en"):
        answer = client.get(reverse(name, args=[story.case.reference]))
    assert answer.status_code == 200
    return bytes(answer.content)


def body(html: bytes) -> str:
    """What both sides share: from the heading to the download, without the chart's ids made by chance."""
    text = html.decode()
    text = text[text.index("<h1") : text.index("Download as CSV")]
    text = re.sub(r'<a class="govuk-button[^>]*>', "", text)
    return re.sub(r"\b([td])[0-9a-f]{8}\b", r"\1", text)


def test_both_sides_see_the_very_same_rows(client_of: ClientOf, story: Story) -> None:
    haggled(story)
    veras = body(page(client_of(story.user("vera")), story, "victim:good-faith"))
    for name in ("fiona", "ivan", "alma"):
        assert body(page(client_of(story.user(name)), story, "firm:good-faith")) == veras
    assert "targets, not law" in veras
    assert "<svg" in veras


def test_both_sides_download_the_very_same_bytes(client_of: ClientOf, story: Story) -> None:
    haggled(story)
    veras = page(client_of(story.user("vera")), story, "victim:good-faith-csv")
    assert page(client_of(story.user("ivan")), story, "firm:good-faith-csv") == veras
    assert "Offer approved and opened" in veras.decode("utf-8-sig")


def test_a_reason_that_looks_like_a_formula_is_none_in_a_spreadsheet(client_of: ClientOf, story: Story) -> None:
    story.to_assessment().wait(1).offered(reasons="=1+1")
    lines = page(client_of(story.user("vera")), story, "victim:good-faith-csv").decode("utf-8-sig")
    assert "'=1+1" in lines


def test_the_case_pages_lead_to_it(client_of: ClientOf, story: Story) -> None:
    story.reported()
    for name, side in (("vera", "victim"), ("ivan", "firm")):
        with override("en"):
            address = reverse(f"{side}:good-faith", args=[story.case.reference])
        assert address in page(client_of(story.user(name)), story, f"{side}:case").decode()


@pytest.mark.parametrize(("who", "side"), [("otto", "victim"), ("ivan", "victim"), ("bruno", "firm"), ("vera", "firm")])
@pytest.mark.parametrize("name", ["good-faith", "good-faith-csv"])
def test_nobody_else_finds_it(client_of: ClientOf, story: Story, who: str, side: str, name: str) -> None:
    story.reported()
    assert client_of(story.user(who)).get(reverse(f"{side}:{name}", args=[story.case.reference])).status_code == 404


def test_it_costs_the_same_queries_however_long_the_case(
    story: Story, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    assert haggled(story).case.firm  # the pages come with it
    with django_assert_max_num_queries(4):  # type: ignore[attr-defined]
        good_faith_of(story.case, story.at)
