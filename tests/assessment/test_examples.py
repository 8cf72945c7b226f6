"""Each template as a golden case: the worked examples of assessment.md under what the firm published."""

import datetime as dt
from typing import Any

import pytest

from casetrack.assessment.examples import EXAMPLES
from casetrack.assessment.models import CompensationPolicy
from casetrack.assessment.services import draft_policy, policy_for, publish_policy
from casetrack.calc.loss import assess
from casetrack.cases.models import Case
from casetrack.people.models import User
from tests.builders import Cast, Story
from tests.calc.documents import buy, cash, document, event, margin_close, margin_open, opening, sell

EXAMPLE_A = document(
    [
        opening("SP500F", "20000000", unit="10000"),
        margin_open("unauthorized", "6182", "long", "200000", "250"),
        margin_close("mitigation", "6182", "long", "200000", "250", "120", fees="1000", interest="3500"),
        sell("liquidation", "SP500F", "10000000", "26010"),
    ],
    {"SP500F": "28000"},
)
EXAMPLE_B = document(
    [
        opening("7203", "1000"),
        cash("100000"),
        sell("unauthorized", "7203", "1000", "2500", fees="500"),
        buy("unauthorized", "7992", "20000", "128", fees="600"),
        sell("mitigation", "7992", "12000", "112", fees="300"),
    ],
    {"7203": "2700", "7992": "105"},
)
# Every component at once: own shares sold, a planted issue sold by the hijacker, sold by the customer and still held, a
# dividend missed and one on the planted issue, money taken out.
EXAMPLE_D = document(
    [
        opening("7203", "1000"),
        cash("100000"),
        sell("unauthorized", "7203", "1000", "2500", fees="500"),
        buy("unauthorized", "7992", "20000", "128", fees="601"),
        sell("unauthorized", "7992", "5000", "110", fees="100"),
        sell("mitigation", "7992", "7000", "101", fees="300"),
        event("income", "missed", security="7203", amount="30000"),
        event("income", "unauthorized", security="7992", amount="4000"),
        event("cash_out", "unauthorized", amount="70001"),
    ],
    {"7203": "2700", "7992": "95"},
)
# Neotrade's base to the letter, contract values of purchases less those of sales: nothing is held any more, one of the
# two issues was sold with a gain, and half of the base ends in half a yen.
EXAMPLE_E = document(
    [
        cash("2000000"),
        buy("unauthorized", "7992", "10000", "128"),
        buy("unauthorized", "6182", "1000", "250.001"),
        sell("unauthorized", "6182", "1000", "310"),
        sell("mitigation", "7992", "10000", "112"),
    ]
)
# A: margin 26,000,000; liquidation 1,990,000; costs 4,500; loss 27,994,500.
# B: planted 376,000; own holdings 200,000; costs 1,400; loss 577,400.
# D: planted (128 - 110) x 5,000 = 90,000 and (128 - 101) x 7,000 = 189,000 and, still held, (128 - 95) x 8,000 =
#    264,000, together 543,000: bought for 2,560,000, sold for 550,000 + 707,000, the rest worth 760,000; own holdings
#    (2,700 - 2,500) x 1,000 = 200,000; costs 500 + 601 + 100 + 300 = 1,501; income 30,000 - 4,000 = 26,000; withdrawals
#    70,001; loss 840,502.
# E: bought for 1,280,000 + 250,001, sold for 310,000 + 1,120,000: planted 100,001, which is the loss.
GOLDEN = {
    # A: 13,000,000 + 995,000 + 4,500 + 10,000; B: 188,000 + 0 + 1,400 + 10,000;
    # D: 271,500 + 0 + 1,501 + 0 + 70,001 + 10,000; E: 50,000.5, which is 50,001, + 10,000.
    "sbi": ("14009500", "199400", "353002", "60001"),
    "rakuten": ("14009500", "199400", "353002", "60001"),
    # A: 13,000,000 + 995,000 + 4,500; B: 188,000 + 100,000 + 1,400; D: 271,500 + 100,000 + 1,501 + 0 + 70,001.
    "matsui": ("13999500", "289400", "443002", "50001"),
    # Restoration is worth the loss.
    "nomura-base": ("27994500", "577400", "840502", "100001"),
    "nomura-individual": ("27994500", "577400", "840502", "100001"),
    # As SBI's, without the solatium: dividends (26,000 in D) are not covered.
    "neotrade-2025": ("13999500", "189400", "343002", "50001"),
    # Nothing is fixed beforehand: what is paid is the offer's, with its reasons.
    "neotrade-2026": ("0", "0", "0", "0"),
}


def due_under(slug: str, given: dict[str, Any], reduction: str = "0") -> str:
    policy = CompensationPolicy(**EXAMPLES[slug].fields)
    due: str = assess({**given, "policy": policy.as_input(policy.method, reduction=reduction)})["due"]
    return due


@pytest.mark.parametrize("slug", EXAMPLES)
def test_the_worked_examples_under_each_template(slug: str) -> None:
    under = [due_under(slug, given) for given in (EXAMPLE_A, EXAMPLE_B, EXAMPLE_D, EXAMPLE_E)]
    assert tuple(under) == GOLDEN[slug]


def test_nomura_may_reduce_what_it_restores() -> None:
    # 0.3 x 840,502 = 252,150.6, which is 252,151; 840,502 - 252,151 = 588,351. Refused altogether: 0.
    assert due_under("nomura-base", EXAMPLE_D, "0.3") == "588351"
    assert due_under("nomura-base", EXAMPLE_D, "1") == "0"


def test_what_a_notice_names_as_a_ground_can_reduce_and_nothing_else() -> None:
    """Nomura and Neotrade look at the care of ID and password; Neotrade since 2026 at the security features used."""
    care = {"password_shared", "password_reused", "code_typed"}
    grounds = {slug: set(example.fields["reductions"]) for slug, example in EXAMPLES.items()}
    assert grounds["nomura-base"] == grounds["nomura-individual"] == care
    assert grounds["neotrade-2026"] == {*care, "mfa_declined"}
    for slug in ("sbi", "rakuten", "matsui", "neotrade-2025"):
        assert not grounds[slug]
        assert "reductions" in EXAMPLES[slug].unstated


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("slugs", "day", "holds"),
    [
        (("nomura-base", "nomura-individual"), dt.date(2024, 12, 31), None),
        (("nomura-base", "nomura-individual"), dt.date(2025, 1, 1), "nomura-base"),
        (("nomura-base", "nomura-individual"), dt.date(2025, 6, 28), "nomura-base"),
        (("nomura-base", "nomura-individual"), dt.date(2025, 6, 29), "nomura-individual"),
        (("neotrade-2025", "neotrade-2026"), dt.date(2026, 1, 9), "neotrade-2025"),
        (("neotrade-2025", "neotrade-2026"), dt.date(2026, 1, 10), "neotrade-2026"),
        (("neotrade-2026", "neotrade-2025"), dt.date(2026, 1, 9), "neotrade-2025"),
        (("neotrade-2026", "neotrade-2025"), dt.date(2026, 1, 10), "neotrade-2026"),
    ],
)
def test_the_day_of_the_incident_decides_between_two_of_a_firm(
    cast: Cast, slugs: tuple[str, str], day: dt.date, holds: str | None
) -> None:
    firm, system = cast.firm["AOZORA"], User.objects.system()
    made = {publish_policy(firm, actor=system, **EXAMPLES[slug].fields).pk: slug for slug in slugs}
    covering = CompensationPolicy.objects.filter(firm=firm).covering(day).first()
    assert (made[covering.pk] if covering else None) == holds


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("at", "holds"),
    [("2026-01-09T23:59:00+09:00", "neotrade-2025"), ("2026-01-10T00:00:00+09:00", "neotrade-2026")],
)
def test_the_day_is_that_of_tokyo(story: Story, at: str, holds: str) -> None:
    """Midnight in Tokyo is 15:00 UTC of the day before."""
    story.to_ledger()
    system, moment = User.objects.system(), dt.datetime.fromisoformat(at)
    made = {
        publish_policy(story.case.firm, actor=system, **EXAMPLES[slug].fields).pk: slug
        for slug in ("neotrade-2025", "neotrade-2026")
    }
    story.case.incidents.update(first_access_at=moment.astimezone(dt.UTC))
    assert made[policy_for(Case.objects.get(pk=story.case.pk)).pk] == holds


def test_every_template_has_a_golden_case() -> None:
    assert EXAMPLES.keys() == GOLDEN.keys()


@pytest.mark.django_db
@pytest.mark.parametrize("slug", EXAMPLES)
def test_every_template_is_a_draft_that_holds(cast: Cast, alma: User, slug: str) -> None:
    draft = draft_policy(cast.firm["MINATO"], actor=alma, **EXAMPLES[slug].fields)
    assert draft.status == "draft"
    assert EXAMPLES[slug].source.startswith("https://")
