"""Running an assessment: what blocks it, what it asks for, what it shows."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from casetrack.assessment.models import Assessment
from casetrack.people.models import User
from tests.builders import Cast, Story

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
DAY = {"valuation_on_year": "2025", "valuation_on_month": "5", "valuation_on_day": "30"}


@pytest.fixture
def ivans(client_of: ClientOf, ivan: User) -> Client:
    return client_of(ivan)


def at(story: Story, tail: str = "assess/") -> str:
    return f"/en/firm/cases/{story.case.reference}/{tail}"


def price_fields(response: Any) -> dict[str, str]:
    """Names of the price fields by security."""
    return {code: name for name, code in response.context["form"].securities.items()}


def test_undecided_executions_block_and_are_named(ivans: Client, story: Story) -> None:
    story.to_ledger()
    page = ivans.get(at(story))
    html = page.content.decode()
    assert "3 executions since the first access are not yet decided" in html
    for name in ("u1", "c1", "l1"):
        assert name in html
    assert "show=undecided" in html
    refused = ivans.post(at(story), DAY)
    assert refused.status_code in (400, 409)
    assert not Assessment.objects.exists()


def test_a_price_that_is_missing_is_named_and_what_was_typed_stays(ivans: Client, story: Story) -> None:
    story.to_ledger().decided()
    fields = price_fields(ivans.get(at(story)))
    typed = {**DAY, fields["6182"]: "118", "price_reason": ""}
    refused = ivans.post(at(story), typed)
    assert refused.status_code in (400, 409)
    html = refused.content.decode()
    assert "There is a problem" in html
    assert "SP500F" in html
    assert 'value="118"' in html
    assert not Assessment.objects.exists()
    priced = {**typed, fields["SP500F"]: "２８，０００"}
    unnamed = ivans.post(at(story), priced)
    assert unnamed.status_code == 400
    assert "Enter where the entered prices were found" in unnamed.content.decode()
    done = ivans.post(at(story), {**priced, "price_reason": "Web page of the fund, 30 May"})
    assert done.status_code == 302, done.content.decode()
    run = Assessment.objects.get()
    assert run.loss == 27_994_500
    assert "Web page of the fund, 30 May" in ivans.get(at(story, "assessments/1/")).content.decode()
    assert (run.reduction, run.reduced_by) == (0, None)


def test_the_31st_of_april_is_no_valuation_date(ivans: Client, story: Story) -> None:
    story.to_ledger().decided()
    refused = ivans.post(at(story), {**DAY, "valuation_on_month": "4", "valuation_on_day": "31"})
    assert refused.status_code == 400
    assert refused.context["form"].errors["valuation_on"]
    assert 'value="31"' in refused.content.decode()


def test_only_an_investigator_assesses(client_of: ClientOf, cast: Cast, story: Story) -> None:
    story.to_ledger().decided()
    for name, status in (("ivan", 200), ("fiona", 404), ("alma", 404), ("bruno", 404)):
        assert client_of(cast.user[name]).get(at(story)).status_code == status, name


def test_the_statement_shows_every_line_both_methods_and_the_check(
    client_of: ClientOf, cast: Cast, story: Story
) -> None:
    story.to_assessment()
    for name in ("fiona", "ivan", "alma"):
        html = client_of(cast.user[name]).get(at(story, "assessments/1/")).content.decode()
        for amount in ("27,994,500", "14,009,500", "28,004,500", "26,000,000", "1,990,000"):
            assert amount in html
    assert client_of(cast.user["ivan"]).get(at(story, "assessments/2/")).status_code == 404


def test_a_run_computed_again_has_the_same_digits(ivans: Client, story: Story) -> None:
    story.to_assessment()
    answer = ivans.post(at(story, "assessments/1/recompute/"), follow=True)
    assert "the same digits" in answer.content.decode()
    Assessment.objects.get()


def test_a_run_says_when_facts_have_changed_since(ivans: Client, story: Story) -> None:
    story.to_assessment()
    before = ivans.get(at(story, "assessments/1/")).content.decode()
    assert "Facts have changed" not in before
    assert "assessments/1/offer/" in before
    ivans.post(at(story, "do/revise/"), {"reason": "c1 was not mitigation."})
    rows = story.executions()
    ivans.post(
        at(story, "accounts/1/executions/"), {"bulk": "1", "bulk_value": "unauthorized", "pick": [rows["c1"].pk]}
    )
    after = ivans.get(at(story, "assessments/1/")).content.decode()
    assert "Facts have changed" in after
    assert "assessments/1/offer/" not in after
