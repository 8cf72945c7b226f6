"""Ivan proposes help on its page, alma approves and pays it, and vera reads it on her case."""

from typing import Any

import pytest

from casetrack.lib.clock import travel_to
from casetrack.negotiation.models import InterimMeasure
from tests.builders import Story

pytestmark = pytest.mark.django_db
TYPED = {
    "kind": "provisional_payment", "amount": "500,000", "reason": "For the rent", "basis": "no_loss_compensation",
    "reference": "法務 41",
}  # fmt: skip


def at(story: Story, tail: str = "") -> str:
    return f"/en/firm/cases/{story.case.reference}/interim/{tail}"


def test_from_the_proposal_to_the_payment(story: Story, client_of: Any) -> None:
    story.to_ledger()
    ivan, alma, vera = (client_of(story.user(name)) for name in ("ivan", "alma", "vera"))
    own, day = f"/en/cases/{story.case.reference}/", story.at.date()
    with travel_to(story.at):
        refused = ivan.post(at(story), TYPED | {"amount": "much"})
        assert refused.status_code == 400
        assert 'value="much"' in refused.content.decode()
        assert ivan.post(at(story), TYPED)["Location"] == at(story)
        assert "For the rent" not in vera.get(own).content.decode()
        assert "Approve the help" in alma.get(at(story)).content.decode()
        alma.post(at(story, "1/approve/"))
        assert "Provisional payment: ¥500,000" in vera.get(own).content.decode()
        sent = {"paid_on_year": day.year, "paid_on_month": day.month, "paid_on_day": day.day}
        unknown = alma.post(at(story, "1/pay/"), sent)
        assert unknown.status_code == 400
        assert "The customer has not entered bank details." in unknown.content.decode()
        alma.post(at(story, "1/pay/"), sent | {"note": "Copy of the passbook."})
        assert "Copy of the passbook." in alma.get(at(story)).content.decode()
        assert "Copy of the passbook." not in vera.get(own).content.decode()
        assert "Paid on" in vera.get(own).content.decode()
    assert InterimMeasure.objects.get().status == "paid"


def test_a_proposal_is_returned_with_a_reason(story: Story, client_of: Any) -> None:
    story.to_ledger()
    ivan, alma = client_of(story.user("ivan")), client_of(story.user("alma"))
    with travel_to(story.at):
        ivan.post(at(story), TYPED)
        assert ivan.get(at(story, "1/return/")).status_code == 404
        assert alma.post(at(story, "1/return/"), {"reason": ""}).status_code == 400
        alma.post(at(story, "1/return/"), {"reason": "How much is the rent?"})
        assert "How much is the rent?" in ivan.get(at(story)).content.decode()


@pytest.mark.parametrize("who", ["vera", "bruno", "rita"])
def test_nobody_else_has_these_pages(story: Story, client_of: Any, who: str) -> None:
    story.to_ledger()
    assert client_of(story.user(who)).get(at(story)).status_code == 404
