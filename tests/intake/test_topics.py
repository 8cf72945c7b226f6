"""The optional topics: what a victim may add, what is set aside when another answer changes, and who reads it."""

import uuid
from typing import Any

import pytest

from casetrack.intake.additions import answers_now, correct_answers
from casetrack.intake.services import save_step, submit_draft
from casetrack.intake.steps import STEPS, aside, unfinished
from casetrack.lib.errors import InvalidInput
from casetrack.people.models import User, Victim
from casetrack.web.report import words
from tests.intake.reports import TOPICS, filled_draft

pytestmark = pytest.mark.django_db
STORED = {name: {"facts": STEPS[name].pack(answers)} for name, answers in TOPICS.items()}


def test_every_topic_is_optional() -> None:
    assert {name for name, step in STEPS.items() if step.is_optional} == {*TOPICS, "files"}


@pytest.mark.parametrize("name", list(TOPICS))
def test_what_vera_adds_comes_back_as_it_went_in(name: str) -> None:
    assert STEPS[name].read(STORED) == TOPICS[name]


@pytest.mark.parametrize("name", list(TOPICS))
def test_a_topic_begun_and_wrong_hinders_until_it_is_right(vera: User, name: str) -> None:
    draft = filled_draft(vera)
    save_step(draft, STEPS[name], None, actor=vera, typed={"x": ["half"]})
    assert [step.identifier for step in unfinished(draft.answers)] == [name]


def test_vera_hands_in_all_topics_and_her_report_holds_them(vera: User) -> None:
    case = submit_draft(filled_draft(vera, **TOPICS), actor=vera, key=uuid.uuid4())
    assert set(TOPICS) < set(case.report["steps"])
    assert case.report["steps"]["talks"]["rows"][0]["said"] == "凍結できません"


def test_her_address_becomes_part_of_her_profile(vera: User) -> None:
    submit_draft(filled_draft(vera, address=TOPICS["address"]), actor=vera, key=None)
    victim = Victim.objects.of_user(vera).get()
    assert (victim.postcode, victim.address) == ("154-0023", "東京都世田谷区若林1-2-3")


def test_a_report_without_address_leaves_the_one_that_is_known(vera: User) -> None:
    submit_draft(filled_draft(vera, address=TOPICS["address"]), actor=vera, key=None)
    submit_draft(filled_draft(vera), actor=vera, key=None)
    assert Victim.objects.of_user(vera).get().postcode == "154-0023"


def test_otto_lives_abroad_and_his_postcode_of_before_is_set_aside(otto: User) -> None:
    abroad = TOPICS["address"] | {"lives": "abroad", "abroad": "Hauptstraße 1, Berlin, Germany"}
    case = submit_draft(filled_draft(otto, address=abroad), actor=otto, key=None)
    victim = Victim.objects.of_user(otto).get()
    assert (victim.postcode, victim.address) == ("", "Hauptstraße 1, Berlin, Germany")
    assert "154-0023" not in str(case.report)


def test_talks_are_set_aside_when_she_did_not_tell_the_firm_and_come_back(vera: User) -> None:
    draft = filled_draft(vera, talks=TOPICS["talks"])
    told = STEPS["told"].read(draft.answers)
    save_step(draft, STEPS["told"], told | {"firm_answer": "not_asked"}, actor=vera)
    assert [step.identifier for step in aside(draft.answers)] == ["talks"]
    assert STEPS["told"].read(draft.answers)["told_firm_at"] is None
    assert set(STEPS["told"].set_aside(draft.answers)) == {"told_firm_at", "freeze_asked_at"}
    save_step(draft, STEPS["told"], told, actor=vera)
    assert aside(draft.answers) == []
    assert STEPS["talks"].read(draft.answers) == TOPICS["talks"]


def test_what_is_set_aside_is_not_handed_in(vera: User) -> None:
    draft = filled_draft(vera, talks=TOPICS["talks"], told={"firm_answer": "not_asked"})
    case = submit_draft(draft, actor=vera, key=None)
    assert "talks" not in case.report["steps"]
    assert case.report["steps"]["told"]["told_firm_at"] == ""
    assert case.incidents.get().told_firm_at is None


def test_a_wrong_answer_that_is_set_aside_hinders_nothing(vera: User) -> None:
    draft = filled_draft(vera, told={"firm_answer": "not_asked"})
    save_step(draft, STEPS["talks"], None, actor=vera, typed={"row-0-said": [""]})
    assert unfinished(draft.answers) == []


def test_a_representative_needs_a_name_and_nobody_needs_none() -> None:
    facts = STORED["representative"]["facts"] | {"name": ""}
    with pytest.raises(InvalidInput):
        STEPS["representative"].read({"representative": {"facts": facts}})
    nobody = {"representative": {"facts": facts | {"kind": "nobody"}}}
    assert STEPS["representative"].read(nobody)["relation"] == ""


def test_fiona_reads_the_report_in_words_and_the_needs_first(vera: User, fiona: User, client_of: Any) -> None:
    case = submit_draft(filled_draft(vera, **TOPICS), actor=vera, key=None)
    told = words.for_staff(case, answers_now(case))
    assert told["needs"]
    assert "help" not in {section.identifier for section in told["sections"]}
    html = client_of(fiona).get(f"/ja/firm/cases/{case.reference}/").content.decode()
    assert html.index('id="needs"') < html.index('id="report"')
    for word in (
        "電話は夕方にお願いします",
        "若林1-2-3",
        "髙橋 一郎",
        "世田谷警察署",
        "26,000,000円",
        "凍結できません",
    ):
        assert word in html


def test_what_is_said_or_taken_back_later_stands_before_the_call_too(vera: User, fiona: User, client_of: Any) -> None:
    case = submit_draft(filled_draft(vera), actor=vera, key=None)
    page = f"/ja/firm/cases/{case.reference}/"
    assert 'id="needs"' not in client_of(fiona).get(page).content.decode()
    correct_answers(case, STEPS["help"], TOPICS["help"], actor=vera)
    correct_answers(case, STEPS["representative"], TOPICS["representative"], actor=vera)
    html = client_of(fiona).get(page).content.decode()
    before = html[html.index('id="needs"') : html.index('class="ct-panes"')]
    assert all(word in before for word in ("電話は夕方にお願いします", "髙橋 一郎", "03-1234-5678", "後で提出する"))
    correct_answers(case, STEPS["help"], {"needs": [], "what_helps": ""}, actor=vera)
    correct_answers(case, STEPS["representative"], {"kind": "nobody"}, actor=vera)
    assert 'id="needs"' not in client_of(fiona).get(page).content.decode()


def test_the_number_of_a_consultation_is_kept_and_handed_in(vera: User) -> None:
    """The public page on the police says to ask for it."""
    row = TOPICS["bodies"]["rows"][0] | {"state": "consulted"}
    case = submit_draft(filled_draft(vera, bodies={"rows": [row]}), actor=vera, key=None)
    assert case.report["steps"]["bodies"]["rows"][0]["number"] == "R7-123"


def test_a_refusal_is_handed_in_with_its_reason(vera: User, fiona: User, client_of: Any) -> None:
    row = TOPICS["bodies"]["rows"][0] | {"state": "refused", "refusal": "被害者は証券会社だと言われた"}
    case = submit_draft(filled_draft(vera, bodies={"rows": [row]}), actor=vera, key=None)
    told = case.report["steps"]["bodies"]["rows"][0]
    assert (told["refusal"], told["number"]) == ("被害者は証券会社だと言われた", "R7-123")
    html = client_of(fiona).get(f"/ja/firm/cases/{case.reference}/").content.decode()
    assert "被害者は証券会社だと言われた" in html


@pytest.mark.parametrize("kinds", [["nisa"], ["specified", "general"], []])
def test_whatever_the_account_money_that_the_firm_demands_can_be_told(vera: User, kinds: list[str]) -> None:
    account = {"rows": [{"firm": "MINATO", "number": "0123-4567890", "kinds": kinds}]}
    case = submit_draft(filled_draft(vera, account=account, margin=TOPICS["margin"]), actor=vera, key=None)
    assert case.report["steps"]["margin"]["demanded_amount"] == "26000000"


@pytest.mark.parametrize("who", ["bruno", "otto", "rita", "mina"])
def test_nobody_else_reads_her_address(cast: Any, client_of: Any, vera: User, who: str) -> None:
    case = submit_draft(filled_draft(vera, **TOPICS), actor=vera, key=None)
    stranger = client_of(cast.user[who])
    for address in (f"/ja/firm/cases/{case.reference}/", f"/ja/cases/{case.reference}/receipt/"):
        assert "若林1-2-3" not in stranger.get(address, follow=True).content.decode()
