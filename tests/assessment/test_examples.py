"""Each template as a golden case: the worked examples of assessment.md under what the firm published."""

import pytest

from casetrack.assessment.examples import EXAMPLES
from casetrack.assessment.models import CompensationPolicy
from casetrack.assessment.services import draft_policy
from casetrack.calc.loss import assess
from casetrack.people.models import User
from tests.builders import Cast
from tests.calc.documents import buy, cash, document, margin_close, margin_open, opening, sell

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
# A: margin 26,000,000; liquidation 1,990,000; costs 4,500; loss 27,994,500.
# B: planted 376,000; own holdings 200,000; costs 1,400; loss 577,400.
GOLDEN = {
    # A: 13,000,000 + 995,000 + 4,500 + 10,000; B: 188,000 + 0 + 1,400 + 10,000.
    "sbi": ("14009500", "199400"),
    "rakuten": ("14009500", "199400"),
    # A: 13,000,000 + 995,000 + 4,500; B: 188,000 + 100,000 + 1,400.
    "matsui": ("13999500", "289400"),
    # Restoration is worth the loss.
    "nomura-base": ("27994500", "577400"),
    "nomura-individual": ("27994500", "577400"),
    # As SBI's, without the solatium.
    "neotrade-2025": ("13999500", "189400"),
    # Nothing is fixed beforehand: what is paid is the offer's, with its reasons.
    "neotrade-2026": ("0", "0"),
}


@pytest.mark.parametrize("slug", EXAMPLES)
def test_the_worked_examples_under_each_template(slug: str) -> None:
    policy = CompensationPolicy(**EXAMPLES[slug].fields)
    under = [assess({**given, "policy": policy.as_input(policy.method)})["due"] for given in (EXAMPLE_A, EXAMPLE_B)]
    assert tuple(under) == GOLDEN[slug]


def test_every_template_has_a_golden_case() -> None:
    assert EXAMPLES.keys() == GOLDEN.keys()


@pytest.mark.django_db
@pytest.mark.parametrize("slug", EXAMPLES)
def test_every_template_is_a_draft_that_holds(cast: Cast, alma: User, slug: str) -> None:
    draft = draft_policy(cast.firm["MINATO"], actor=alma, **EXAMPLES[slug].fields)
    assert draft.status == "draft"
    assert EXAMPLES[slug].source.startswith("https://")
