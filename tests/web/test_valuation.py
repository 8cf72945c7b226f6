"""The pages of both sides on which a valuation date is proposed and answered."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.test import Client

from casetrack.assessment.models import ValuationAnswer, ValuationProposal
from casetrack.assessment.services import propose_date
from casetrack.lib.clock import travel_to
from casetrack.people.models import User
from tests.builders import Cast, Story

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
KEY = "6f2a7f6e-8d3c-4f1a-9a53-0d5c3a8f4c11"
DAY = {"valuation_on_year": "2025", "valuation_on_month": "5", "valuation_on_day": "30"}


@pytest.fixture
def decided(story: Story) -> Story:
    return story.to_ledger().decided().wait(25)


def firms(story: Story, tail: str = "valuation/") -> str:
    return f"/en/firm/cases/{story.case.reference}/{tail}"


def victims(story: Story, tail: str = "valuation/") -> str:
    return f"/en/cases/{story.case.reference}/{tail}"


def proposed(story: Story, who: str) -> ValuationProposal:
    with travel_to(story.at):
        return propose_date(story.case, dt.date(2025, 5, 15), reason="The day of the talk.", actor=story.user(who))


def key_of(html: str) -> str:
    found = re.search(r'name="(?:answer-)?idempotency_key" value="([^"]+)"', html)
    assert found
    return found[1]


def test_the_victim_proposes_and_the_firm_reads_and_accepts(client_of: ClientOf, cast: Cast, decided: Story) -> None:
    veras, ivans = client_of(cast.user["vera"]), client_of(cast.user["ivan"])
    page = veras.get(victims(decided)).content.decode()
    sent = {**DAY, "reason": "I would have kept them.", "idempotency_key": key_of(page)}
    assert veras.post(victims(decided), sent).status_code == 302
    assert veras.post(victims(decided), sent).status_code == 302
    proposal = ValuationProposal.objects.get()
    assert "The customer proposes 30 May 2025" in ivans.get(firms(decided, "")).content.decode()
    seen = ivans.get(firms(decided)).content.decode()
    assert "I would have kept them." in seen
    assert ivans.post(firms(decided, f"valuation/{proposal.number}/"), {"answer": "accept"}).status_code == 302
    assert ValuationAnswer.objects.get().is_accepted
    assert "Agreed date" in veras.get(victims(decided)).content.decode()
    assert "30 May 2025: I would have kept them." in veras.get(victims(decided, "")).content.decode()
    form = ivans.get(firms(decided, "assess/")).content.decode()
    assert "Valuation date 30 May 2025: Agreed between customer and firm." in form
    assert 'value="30"' in form


def test_the_firm_proposes_and_the_victim_declines_with_a_reason(
    client_of: ClientOf, cast: Cast, decided: Story
) -> None:
    veras, ivans = client_of(cast.user["vera"]), client_of(cast.user["ivan"])
    sent = {**DAY, "reason": "The day of our offer."}
    assert ivans.post(firms(decided), sent).status_code == 302
    number = ValuationProposal.objects.get().number
    page = veras.get(victims(decided)).content.decode()
    assert "The day of our offer." in page
    answer = {"answer-answer": "decline", "answer-reason": "", "answer-idempotency_key": key_of(page)}
    refused = veras.post(victims(decided, f"valuation/{number}/"), answer).content.decode()
    assert "There is a problem" in refused
    assert 'href="#id_answer-reason"' in refused
    assert not ValuationAnswer.objects.exists()
    answer["answer-reason"] = "That day is long after."
    assert veras.post(victims(decided, f"valuation/{number}/"), answer).status_code == 302
    assert not ValuationAnswer.objects.get().is_accepted
    assert "That day is long after." in ivans.get(firms(decided)).content.decode()


def test_what_was_typed_stays_when_the_date_cannot_be(client_of: ClientOf, cast: Cast, decided: Story) -> None:
    veras, ivans = client_of(cast.user["vera"]), client_of(cast.user["ivan"])
    early = {**DAY, "valuation_on_year": "2024", "reason": "Because."}
    for html in (
        ivans.post(firms(decided), early).content.decode(),
        veras.post(victims(decided), {**early, "idempotency_key": KEY}).content.decode(),
    ):  # fmt: skip
        assert "The valuation date lies before the first unauthorized access." in html
        assert 'value="2024"' in html
        assert "Because." in html
    assert not ValuationProposal.objects.exists()


def test_intake_reads_and_cannot_propose_and_strangers_find_nothing(
    client_of: ClientOf, cast: Cast, decided: Story
) -> None:
    number = proposed(decided, "vera").number
    fionas = client_of(cast.user["fiona"])
    page = fionas.get(firms(decided))
    assert page.status_code == 200
    assert "Propose to the customer" not in page.content.decode()
    assert fionas.post(firms(decided), {**DAY, "reason": "…"}).status_code == 404
    assert fionas.post(firms(decided, f"valuation/{number}/"), {"answer": "accept"}).status_code == 404
    for name, address in (("bruno", firms(decided)), ("otto", victims(decided)), ("rita", firms(decided))):
        assert client_of(cast.user[name]).get(address).status_code == 404, name


def test_nobody_answers_their_own_by_its_address(client_of: ClientOf, cast: Cast, decided: Story) -> None:
    number = proposed(decided, "vera").number
    sent = {"answer-answer": "accept", "answer-idempotency_key": KEY}
    veras = client_of(cast.user["vera"])
    assert veras.post(victims(decided, f"valuation/{number}/"), sent).status_code == 404
    assert not ValuationAnswer.objects.exists()


def test_a_run_at_another_date_than_agreed_asks_for_the_reason_and_keeps_the_rest(
    client_of: ClientOf, cast: Cast, decided: Story
) -> None:
    ivans = client_of(cast.user["ivan"])
    number = proposed(decided, "vera").number
    ivans.post(firms(decided, f"valuation/{number}/"), {"answer": "accept"})
    names = {code: n for n, code in ivans.get(firms(decided, "assess/")).context["form"].securities.items()}
    sent = {**DAY, names["SP500F"]: "28000", "price_reason": "Web page of the fund"}
    refused = ivans.post(firms(decided, "assess/"), sent)
    assert refused.status_code == 400
    html = refused.content.decode()
    assert 'href="#id_valuation_reason"' in html
    assert "Both sides agreed on 15 May 2025." in html
    assert 'value="28000"' in html
    done = ivans.post(firms(decided, "assess/"), {**sent, "valuation_reason": "The fund was closed that day."})
    assert done.status_code == 302
    assert decided.case.assessments.get().valuation_reason == "The fund was closed that day."


def test_a_policy_is_drafted_with_a_rule_and_shows_it(client_of: ClientOf, cast: Cast, story: Story) -> None:
    almas = client_of(cast.user["alma"])
    sent = {
        "valid_from_year": "2025", "valid_from_month": "1", "valid_from_day": "1", "method": "cash",
        "valuation_rule": "first_trade", "valuation_days": "５",
    }  # fmt: skip
    answer = almas.post("/en/firm/policies/draft/", sent, follow=True)
    html = answer.content.decode()
    assert "The day of the first unauthorized trade" in html
    assert "and 5 business days" in html
    wrong = almas.post("/en/firm/policies/2/edit/", {**sent, "valuation_rule": "none"})
    assert wrong.status_code == 400
    assert 'href="#id_valuation_rule' in wrong.content.decode()
