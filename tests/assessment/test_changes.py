"""What changed between two runs of a case, in words."""

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client
from django.utils.translation import override

from casetrack.assessment.changes import changes_between, run_before
from casetrack.assessment.models import Assessment
from casetrack.cases.services import decide_executions
from casetrack.lib.clock import travel_to
from casetrack.people.models import User
from tests.builders import Story

pytestmark = pytest.mark.django_db


def words(before: Assessment, after: Assessment) -> dict[str, tuple[str, str]]:
    with override("en"):
        return {str(c.what): (c.before, c.after) for c in changes_between(before, after)}


def test_the_first_run_has_none_before_it(story: Story) -> None:
    assert run_before(story.to_assessment().run) is None


def test_the_same_run_again_has_changed_nothing(story: Story) -> None:
    first = story.to_assessment().run
    again = story.assessed().run
    assert run_before(again) == first
    assert changes_between(first, again) == []


def test_another_price_changes_the_price_the_component_and_the_loss(story: Story) -> None:
    first = story.to_assessment().run
    # 10,000,000 units at 10,000 a price: 500 yen more are 500,000 yen of the forced sale.
    story.prices["SP500F"] = Decimal(28500)
    found = words(first, story.assessed().run)
    assert found["Valuation of SP500F"] == ("28,000", "28,500")
    assert first.loss + 500_000 == story.run.loss
    assert found["Loss"] == (f"¥{first.loss:,.0f}", f"¥{story.run.loss:,.0f}")
    assert found["Forced liquidation"][0] != found["Forced liquidation"][1]
    assert "Planted issues" not in found
    assert "Valuation date" not in found


def test_an_execution_decided_anew_is_named(story: Story, ivan: User) -> None:
    first = story.to_assessment().run
    with travel_to(story.at):
        decide_executions(story.case, {story.executions()["l1"].pk: "genuine"}, actor=ivan)
    found = words(first, story.assessed(dt.date(2025, 5, 29)).run)
    assert "Executions decided anew: l1" in found
    assert found["Valuation date"] == ("30 May 2025", "29 May 2025")


def test_ivan_sees_the_changes_on_the_statement(story: Story, ivan: User, client_of: object) -> None:
    story.to_assessment()
    story.prices["SP500F"] = Decimal(28500)
    story.assessed()
    client: Client = client_of(ivan)  # type: ignore[operator]
    page = client.get(f"/en/firm/cases/{story.case.reference}/assessments/2/").content.decode()
    assert "What changed since statement of loss 1" in page
    assert "28,500" in page
    assert "What changed" not in client.get(f"/en/firm/cases/{story.case.reference}/assessments/1/").content.decode()


def test_vera_sees_what_changed_since_the_statement_that_she_had_and_no_other(
    story: Story, vera: User, client_of: object
) -> None:
    story.to_offer().countered(Decimal(20_000_000), "…")
    story.prices["SP500F"] = Decimal(28100)
    story.assessed()  # never issued
    story.prices["SP500F"] = Decimal(28500)
    story.assessed().wait(1).offered()
    client: Client = client_of(vera)  # type: ignore[operator]
    with travel_to(story.at):
        page = client.get(f"/en/cases/{story.case.reference}/offers/{story.offer.number}/").content.decode()
    assert "What changed since statement of loss 1" in page
    assert "28,100" not in page


def test_another_reduction_changes_its_share_and_what_was_weighed(story: Story) -> None:
    first = story.to_assessment().run
    found = words(first, story.reduced("0.1").assessed().run)
    assert found["Reduction"] == ("0 %", "10 %")
    assert found["Reasons for the reduction"] == ("", "One-time code typed into a false site, No warning to customers")
