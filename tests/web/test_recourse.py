"""The pages on which vera asks, and those on which the firm answers."""

import uuid
from typing import Any

import pytest

from casetrack.lib.clock import travel_to
from tests.builders import Story

pytestmark = pytest.mark.django_db


@pytest.fixture
def offered(story: Story) -> Story:
    return story.to_offer()


@pytest.mark.parametrize(("tail", "action"), [("reasons", "reasons_asked"), ("second-review", "review_asked")])
def test_vera_asks_once_and_the_case_page_no_longer_offers_it(
    offered: Story, client_of: Any, tail: str, action: str
) -> None:
    own = f"/en/cases/{offered.case.reference}/"
    with travel_to(offered.at):
        vera = client_of(offered.user("vera"))
        assert f"{own}{tail}/" in vera.get(own).content.decode()
        refused = vera.post(f"{own}{tail}/", {"reason": "", "idempotency_key": str(uuid.uuid4())})
        assert "govuk-error-summary" in refused.content.decode()
        sent = {"reason": "Why half?", "idempotency_key": str(uuid.uuid4())}
        for _time in range(2):
            assert vera.post(f"{own}{tail}/", sent)["Location"] == own
        assert f"{own}{tail}/" not in vera.get(own).content.decode()
        assert vera.get(f"{own}{tail}/").status_code == 404
        assert client_of(offered.user("otto")).get(f"{own}{tail}/").status_code == 404
    assert offered.case.events.filter(action=f"negotiation.{action}").count() == 1


def test_ivan_gives_the_reasons_and_does_not_review_his_own_work(offered: Story, client_of: Any) -> None:
    own, firm = f"/en/cases/{offered.case.reference}/", f"/en/firm/cases/{offered.case.reference}/"
    with travel_to(offered.at):
        vera, ivan = client_of(offered.user("vera")), client_of(offered.user("ivan"))
        assert ivan.get(f"{firm}reasons/").status_code == 404
        for tail in ("reasons", "second-review"):
            vera.post(f"{own}{tail}/", {"reason": "Why half?", "idempotency_key": str(uuid.uuid4())})
        assert f"{firm}reasons/" in ivan.get(firm).content.decode()
        assert ivan.post(f"{firm}reasons/", {"reason": ""}).status_code == 400
        assert ivan.post(f"{firm}reasons/", {"reason": "The policy pays half."})["Location"] == firm
        assert "The policy pays half." in vera.get(own).content.decode()
        assert "You took part in this case." in ivan.get(f"{firm}second-review/").content.decode()
        assert ivan.post(f"{firm}second-review/", {"outcome": "upheld", "reason": "x"}).status_code == 403
        assert client_of(offered.user("bruno")).get(f"{firm}second-review/").status_code == 404
