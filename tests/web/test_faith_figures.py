"""The pages of good faith in figures: a firm's managers see their own, a regulator all without small groups."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from casetrack.audit.models import Entry
from casetrack.demo.cast import Cast
from casetrack.people.models import User
from casetrack.reports.good_faith import OWN_CLOCKS, Figures, Times
from casetrack.reports.publishing import MEASURES, published
from tests.builders import Story

pytestmark = pytest.mark.django_db
SPRING = {"first": "2025-04", "last": "2025-06"}


def lines(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


@pytest.fixture
def world(cast: Cast) -> Story:
    """Six cases at MINATO, one of them up to its offer; one at AOZORA."""
    for number in range(5):
        Story(cast, account=f"90-{number}").to_investigation().wait(3).access_confirmed()
    Story(cast, victim="otto", firm="AOZORA", account="9876-5432109").to_investigation()
    return Story(cast).to_offer()


def test_a_manager_sees_the_firms_own_figures(world: Story, client_of: Any, alma: User) -> None:
    response = client_of(alma).get(reverse("firm:figures"), SPRING)
    assert response.status_code == 200
    found = response.context["found"]
    assert found.firm_id == world.case.firm_id
    assert (found.time_of("first_answer").ended, found.time_of("submitted").ended, found.offers) == (6, 6, 1)
    assert "<svg" in response.content.decode()
    file = lines(client_of(alma).get(reverse("firm:figures-csv"), SPRING))
    assert len(file) == 1 + len(OWN_CLOCKS) * 6 + 6
    assert all(len(line) == 3 for line in file)


def test_other_firms_managers_see_theirs(world: Story, client_of: Any, bruno: User) -> None:
    found = client_of(bruno).get(reverse("firm:figures"), SPRING).context["found"]
    assert (found.time_of("submitted").ended, found.time_of("first_answer").ended, found.offers) == (1, 0, 0)


@pytest.mark.parametrize("who", ["fiona", "ivan", "vera", "rita"])
@pytest.mark.parametrize("name", ["figures", "figures-csv"])
def test_nobody_else_finds_them(cast: Cast, client_of: Any, who: str, name: str) -> None:
    assert client_of(cast.user[who]).get(reverse(f"firm:{name}")).status_code == 404


@pytest.mark.parametrize("period", [{"first": "2025-06", "last": "2025-04"}, {"first": "x", "last": ""}])
@pytest.mark.parametrize(
    ("who", "name"),
    [
        ("alma", "firm:figures"),
        ("alma", "firm:figures-csv"),
        ("rita", "regulator:good-faith"),
        ("rita", "regulator:good-faith-csv"),
    ],
)
def test_months_the_wrong_way_round_are_refused(
    cast: Cast, client_of: Any, period: dict[str, str], who: str, name: str
) -> None:
    assert client_of(cast.user[who]).get(reverse(name), period).status_code == 400


def test_a_regulator_sees_every_firm_without_small_groups(world: Story, client_of: Any, rita: User) -> None:
    response = client_of(rita).get(reverse("regulator:good-faith"), SPRING)
    assert response.status_code == 200
    by_code = {one.firm.code: one.values for one in response.context["found"]}
    assert by_code["MINATO"]["first_answer_in_time"].number is not None
    assert by_code["MINATO"]["accepted"].number is None
    assert by_code["MINATO"]["offers"].is_few
    assert by_code["AOZORA"]["in_time"].is_few
    file = lines(client_of(rita).get(reverse("regulator:good-faith-csv"), SPRING))
    assert len(file) == 1 + 2 * len(MEASURES)
    assert world.case.reference not in str(file)
    assert set(Entry.objects.filter(actor_id=rita.pk).values_list("action", flat=True)) == {
        "reports.good_faith_read",
        "reports.good_faith_downloaded",
    }


@pytest.mark.parametrize("who", ["alma", "vera"])
def test_the_regulators_page_is_the_regulators(cast: Cast, client_of: Any, who: str) -> None:
    for name in ("good-faith", "good-faith-csv"):
        assert client_of(cast.user[who]).get(reverse(f"regulator:{name}")).status_code == 404


def test_from_five_cases_on_a_value_is_given_and_of_none_there_is_none() -> None:
    def values(cases: int) -> Any:
        times = (Times("first_answer", cases, cases, Decimal(3), Decimal(5), cases),)
        return published(Figures(1, times=times, offers=cases, offer_cases=cases, reasoned=cases))

    assert [values(cases)["first_answer"].is_few for cases in (0, 1, 4, 5)] == [False, True, True, False]
    assert values(4)["reasoned"].number is None
    assert values(5)["reasoned"].number == 1
    assert values(0)["reasoned"].number is None
    assert values(5)["offers"].number == 5


def test_the_pages_cost_the_same_with_more_cases(
    world: Story, cast: Cast, client_of: Any, alma: User, rita: User, django_assert_max_num_queries: Any
) -> None:
    for user, name, most in ((alma, "firm:figures", 24), (rita, "regulator:good-faith", 29)):
        browser = client_of(user)
        browser.get(reverse(name), SPRING)
        with django_assert_max_num_queries(most):
            browser.get(reverse(name), SPRING)
