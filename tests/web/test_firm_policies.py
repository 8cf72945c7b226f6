"""The pages of a firm's policies."""

from collections.abc import Callable

import pytest
from django.test import Client

from casetrack.assessment.examples import EXAMPLES
from casetrack.assessment.models import CompensationPolicy, Simulation
from casetrack.assessment.services import run_simulation
from casetrack.audit.models import Entry
from casetrack.people.models import User
from tests.builders import Story

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
AT = "/en/firm/policies/"


def typed(**changed: str) -> dict[str, str]:
    """A draft that pays everything, as typed."""
    fields = {
        "valid_from_year": "2025", "valid_from_month": "4", "valid_from_day": "1", "method": "cash",
        "ratio_planted": "100", "ratio_own_holdings": "１００", "ratio_liquidation": "100", "ratio_margin": "100",
        "ratio_costs": "100", "ratio_income": "", "ratio_withdrawals": "100", "solatium": "0円",
        "reduction_code_typed": "20",
    }  # fmt: skip
    return {**fields, **changed}


def second() -> CompensationPolicy:
    return CompensationPolicy.objects.get(firm__code="MINATO", version=2)


def test_ada_drafts_simulates_and_hands_on_and_alma_publishes(
    story: Story, ada: User, alma: User, client_of: As
) -> None:
    story.to_assessment()
    admin, approver = client_of(ada), client_of(alma)
    assert admin.post(f"{AT}draft/", typed()).status_code == 302
    policy = second()
    assert (policy.ratios["own_holdings"], policy.reductions, policy.status) == ("1", {"code_typed": "0.2"}, "draft")
    admin.post(f"{AT}2/simulate/")
    assert "0 of 0 cases" in admin.get(f"{AT}2/").content.decode()
    run_simulation(Simulation.objects.get().pk)
    page = admin.get(f"{AT}2/").content.decode()
    assert "It would change 1 case of 1, by ¥13,985,000 in all." in page
    assert story.case.reference in page
    listed = admin.get(f"{AT}2/changes.csv")
    assert listed.content.decode("utf-8-sig").splitlines() == [
        "Case,Due today,With this version,Difference", f"{story.case.reference},14009500,27994500,13985000",
    ]  # fmt: skip
    admin.post(f"{AT}2/propose/")
    assert "Approve and publish" not in admin.get(f"{AT}2/").content.decode()
    assert "Approve and publish" in approver.get(f"{AT}2/").content.decode()
    approver.post(f"{AT}2/approve/")
    policy.refresh_from_db()
    assert (policy.status, policy.approved_by) == ("published", alma)
    assert "Edit the draft" not in admin.get(f"{AT}2/").content.decode()
    assert admin.get(f"{AT}2/edit/").status_code == 404


def test_a_draft_that_cannot_hold_keeps_what_was_typed(ada: User, client_of: As) -> None:
    answer = client_of(ada).post(f"{AT}draft/", typed(ratio_planted="150", valid_until_year="2024",
                                                      valid_until_month="1", valid_until_day="1"))  # fmt: skip
    html = answer.content.decode()
    assert answer.status_code == 400
    assert 'value="150"' in html
    assert "Planted issues" in html
    assert CompensationPolicy.objects.filter(firm__code="MINATO").count() == 1


def test_a_version_without_limits_says_that_it_reduces_nothing_unless_it_decides_each_case(
    ada: User, client_of: As
) -> None:
    admin = client_of(ada)
    admin.post(f"{AT}draft/", typed(reduction_code_typed=""))
    assert admin.get(f"{AT}2/changes.csv").status_code == 404
    page = admin.get(f"{AT}2/").content.decode()
    assert "This policy reduces nothing." in page
    assert "any share may be proposed" not in page
    admin.post(f"{AT}2/edit/", typed(reduction_code_typed="", is_individual="on"))
    assert "any share may be proposed" in admin.get(f"{AT}2/").content.decode()


def test_another_firm_finds_no_list_of_what_a_version_would_change(ada: User, bruno: User, client_of: As) -> None:
    client_of(ada).post(f"{AT}draft/", typed())
    client_of(ada).post(f"{AT}2/simulate/")
    run_simulation(Simulation.objects.get().pk)
    assert client_of(ada).get(f"{AT}2/changes.csv").status_code == 200
    assert client_of(bruno).get(f"{AT}2/changes.csv").status_code == 404


@pytest.mark.parametrize("slug", EXAMPLES)
def test_every_template_opens_as_a_form(ada: User, client_of: As, slug: str) -> None:
    html = client_of(ada).get(f"{AT}draft/?from={slug}").content.decode()
    assert EXAMPLES[slug].source.split(";")[0] in html
    unstated = html.partition("does not state")[2].partition("</p>")[0]
    assert "the valuation date" in unstated
    assert ("Forced liquidation" in unstated) == ("liquidation" in EXAMPLES[slug].unstated)
    assert ("how much a reduction may take away" in unstated) == ("reductions" in EXAMPLES[slug].unstated)


def test_a_policy_is_returned_only_with_a_reason(ada: User, alma: User, client_of: As) -> None:
    client_of(ada).post(f"{AT}draft/", typed())
    client_of(ada).post(f"{AT}2/simulate/")
    run_simulation(Simulation.objects.get().pk)
    client_of(ada).post(f"{AT}2/propose/")
    approver = client_of(alma)
    assert approver.post(f"{AT}2/return/", {"reason": " "}).status_code == 400
    assert approver.post(f"{AT}2/return/", {"reason": "Too little."}).status_code == 302
    assert second().status == "draft"
    assert "Too little." in client_of(ada).get(f"{AT}2/").content.decode()
    assert "Too little." not in str(list(Entry.objects.values_list("data", flat=True)))
    client_of(ada).post(f"{AT}2/propose/")
    assert second().returned_because == ""


def test_who_may_not_make_policies_reads_them_and_other_firms_find_nothing(
    ada: User, ivan: User, bruno: User, vera: User, client_of: As
) -> None:
    client_of(ada).post(f"{AT}draft/", typed())
    investigator = client_of(ivan)
    assert "Version 1" in investigator.get(AT).content.decode()
    assert "Prepare the next version" not in investigator.get(AT).content.decode()
    assert investigator.get(f"{AT}draft/").status_code == investigator.post(f"{AT}2/approve/").status_code == 404
    assert "100 %" not in client_of(bruno).get(f"{AT}2/").content.decode()  # AOZORA's own second version
    assert client_of(vera).get(AT).status_code == 404
