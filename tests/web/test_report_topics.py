"""The pages of the optional topics, without JavaScript."""

import unicodedata
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from casetrack.intake.models import Draft
from casetrack.intake.services import start_draft
from casetrack.intake.steps import STEPS
from casetrack.lib import postcodes
from casetrack.people.models import User
from casetrack.web.forms.fields import KanaField, PhoneField, PostcodeField, TextField
from tests.intake.reports import TOPICS, filled_draft

FULL_WIDTH = str.maketrans("0123456789-", "０１２３４５６７８９－")
ROW = {"rows_total": "1", "row-0-channel": "telephone", "row-0-said": "凍結できません"}


@pytest.fixture(autouse=True)
def _english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def browser(client_of: Any, vera: User) -> Client:
    return client_of(vera)


@pytest.fixture
def draft(vera: User) -> Draft:
    return start_draft(actor=vera)


def page(draft: Draft, step: str) -> str:
    return f"/en/report/{draft.key}/{step}/"


@given(st.from_regex(r"[0-9]{3}-?[0-9]{4}", fullmatch=True), st.booleans(), st.sampled_from(["", "〒", " "]))
def test_a_postcode_is_understood_however_it_is_typed(code: str, wide: bool, before: str) -> None:
    typed = before + (code.translate(FULL_WIDTH) if wide else code)
    assert PostcodeField(label="Postcode").clean(typed) == f"{code[:3]}-{code[-4:]}"


@given(st.from_regex(r"0[789]0-[1-9][0-9]{3}-[0-9]{4}", fullmatch=True), st.booleans(), st.sampled_from(["-", "", " "]))
def test_a_mobile_number_is_written_one_way_however_it_is_typed(number: str, wide: bool, between: str) -> None:
    typed = number.replace("-", between)
    assert PhoneField(label="Telephone").clean(typed.translate(FULL_WIDTH) if wide else typed) == number


@given(st.text(st.characters(min_codepoint=0x3041, max_codepoint=0x3093), min_size=1, max_size=20))
def test_a_reading_in_hiragana_becomes_katakana_and_stays_it(kana: str) -> None:
    field = KanaField(label="Reading")
    once = field.clean(kana)
    assert field.clean(once) == once
    assert all(unicodedata.name(letter).startswith("KATAKANA") for letter in once)


@given(st.text(max_size=60))
def test_whatever_is_typed_into_kana_postcode_or_telephone_gives_a_value_or_a_sentence(text: str) -> None:
    for field in (KanaField(label="k"), PostcodeField(label="p"), PhoneField(label="t")):
        words: list[str] = []
        try:
            value = field.clean(text)
        except ValidationError as error:
            words, value = error.messages, ""
        assert value or words


@pytest.mark.parametrize("name", ["髙橋", "山﨑", "𠮷田", "神\ufa19", "O’Brien"])
def test_names_stay_as_they_were_typed(name: str) -> None:
    assert TextField(label="Name").clean(name) == name


def test_postcodes_of_one_town_of_several_and_of_none() -> None:
    assert postcodes.find("1540023") == ("東京都", "世田谷区", "若林")
    assert postcodes.find("452-0961") == ("愛知県", "清須市", "")
    assert postcodes.find("498-0000") == ("愛知県", "", "")
    assert postcodes.find("9999999") is None


@pytest.mark.django_db
def test_vera_has_her_address_found_and_what_she_typed_stays(browser: Client, draft: Draft) -> None:
    typed = {"lives": "japan", "postcode": "１５４ー００２３", "building": "髙砂荘 2号", "find": "1"}
    response = browser.post(page(draft, "address"), typed, follow=True)
    form = response.context["form"]
    found = {name: form[name].value() for name in ("prefecture", "city", "street", "building", "postcode")}
    assert found == {
        "prefecture": "東京都", "city": "世田谷区", "street": "若林", "building": "髙砂荘 2号",
        "postcode": "１５４ー００２３",
    }  # fmt: skip


@pytest.mark.django_db
def test_a_postcode_that_is_none_says_so_and_loses_nothing(browser: Client, draft: Draft) -> None:
    typed = {"lives": "japan", "postcode": "999-9999", "street": "若林1-2-3", "find": "1"}
    response = browser.post(page(draft, "address"), typed, follow=True)
    assert "No address is known for this postcode" in response.content.decode()
    assert response.context["form"]["street"].value() == "若林1-2-3"


@pytest.mark.django_db
def test_area_and_number_are_not_overwritten_by_the_search(browser: Client, draft: Draft) -> None:
    typed = {"lives": "japan", "postcode": "1540023", "street": "若林1-2-3", "find": "1"}
    assert browser.post(page(draft, "address"), typed, follow=True).context["form"]["street"].value() == "若林1-2-3"


@pytest.mark.django_db
def test_a_postcode_does_not_matter_abroad_however_wrong(browser: Client, draft: Draft) -> None:
    response = browser.post(page(draft, "address"), {"lives": "abroad", "postcode": "10115", "abroad": "Berlin"})
    assert response.status_code == 302
    response = browser.post(page(draft, "address"), {"lives": "japan", "postcode": "10115"})
    assert response.context["problems"][0][0] == "id_postcode"


@pytest.mark.django_db
def test_the_name_is_asked_for_only_if_somebody_speaks_for_her(browser: Client, draft: Draft) -> None:
    assert browser.post(page(draft, "representative"), {"kind": "nobody"}).status_code == 302
    response = browser.post(page(draft, "representative"), {"kind": "lawyer"})
    assert response.context["problems"] == [("id_name", "Enter the name of the person who speaks for you")]


@pytest.mark.django_db
def test_talks_are_added_and_taken_out_by_buttons(browser: Client, draft: Draft) -> None:
    response = browser.post(page(draft, "talks"), ROW | {"add": "1"})
    assert response["Location"].endswith("#last-row")
    rows = browser.get(page(draft, "talks")).context["form"].rows
    assert [row["said"].value() for row in rows] == ["凍結できません", None]
    second = ROW | {"rows_total": "2", "row-1-channel": "chat", "row-1-said": "待ってください", "remove": "0"}
    rows = browser.post(page(draft, "talks"), second, follow=True).context["form"].rows
    assert [row["said"].value() for row in rows] == ["待ってください"]


@pytest.mark.django_db
def test_an_error_in_a_row_is_named_by_its_talk(browser: Client, draft: Draft) -> None:
    response = browser.post(page(draft, "talks"), ROW | {"rows_total": "2", "row-1-channel": "chat"})
    assert response.context["problems"] == [("id_row-1-said", "Talk 2: Enter what was answered")]


@pytest.mark.django_db
def test_an_empty_row_beside_a_wrong_one_is_not_blamed(browser: Client, draft: Draft) -> None:
    response = browser.post(page(draft, "talks"), {"rows_total": "2", "row-0-said": "凍結できません"})
    assert response.context["problems"] == [("id_row-0-channel_0", "Talk 1: Select how you talked")]
    assert not response.context["form"].rows[1].errors


@pytest.mark.django_db
def test_one_account_must_be_there_and_the_same_not_twice(browser: Client, draft: Draft) -> None:
    response = browser.post(page(draft, "account"), {"rows_total": "2"})
    assert [target for target, _sentence in response.context["problems"]] == ["id_row-0-firm", "id_row-0-number"]
    twice = {
        "rows_total": "2", "row-0-firm": "MINATO", "row-0-number": "0123-4567890", "row-1-firm": "MINATO",
        "row-1-number": "０１２３４５６７８９０",
    }  # fmt: skip
    response = browser.post(page(draft, "account"), twice)
    assert [target for target, _sentence in response.context["problems"]] == ["id_row-1-number"]


@pytest.mark.django_db
@pytest.mark.parametrize("step", ["talks", "bodies", "help", "before", "wishes", "consents", "happened", "margin"])
def test_an_optional_page_may_be_left_empty_and_leads_back_to_the_list(
    browser: Client, draft: Draft, step: str
) -> None:
    response = browser.post(page(draft, step), {"rows_total": "1"})
    assert response["Location"] == f"/en/report/{draft.key}/"
    draft.refresh_from_db()
    assert STEPS[step].is_complete(draft.answers)


@pytest.mark.django_db
def test_the_last_page_shows_every_topic_and_names_what_is_set_aside(browser: Client, vera: User) -> None:
    draft = filled_draft(vera, **TOPICS)
    html = browser.get(page(draft, "check")).content.decode()
    for word in (
        "若林1-2-3",
        "髙橋 一郎",
        "サポート 山本様",
        "世田谷警察署",
        "R7-123",
        "警告メール",
        "元に戻してほしい",
    ):
        assert word in html
    assert 'id="set-aside"' not in html
    browser.post(page(draft, "told"), {"firm_answer": "not_asked"})
    response = browser.get(page(draft, "check"))
    assert [step.identifier for _firm, step in response.context["aside"]] == ["talks"]
    assert "サポート 山本様" not in response.content.decode()


def test_the_list_of_pages_names_what_is_set_aside_and_leads_back(browser: Client, vera: User) -> None:
    draft = filled_draft(vera, **TOPICS)
    there = f"/ja/report/{draft.key}/"
    assert 'id="set-aside"' not in browser.get(there).content.decode()
    browser.post(page(draft, "told"), {"firm_answer": "not_asked"})
    html = browser.get(there).content.decode()
    assert 'id="set-aside"' in html
    assert "証券会社とのやり取り" in html[html.index('id="set-aside"') :]


def test_the_pages_that_are_needed_are_counted_as_in_the_list(browser: Client, vera: User) -> None:
    draft = filled_draft(vera)
    assert "6 of the 6 parts that are needed are done." in browser.get(f"/en/report/{draft.key}/").content.decode()
    assert "Part 1 of 6" in browser.get(page(draft, "you")).content.decode()
    assert "Part 6 of 6" in browser.get(page(draft, "trades")).content.decode()
    assert browser.get(page(draft, "files")).context["place"] == 0
