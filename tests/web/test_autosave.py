"""What is typed is kept while it is typed: never lost, never over something newer, never at the price of answers."""

from typing import Any

import pytest
from django.test import Client

from casetrack.cases.models import Case
from casetrack.intake.models import Draft
from casetrack.intake.services import start_draft, typed_in
from casetrack.intake.steps import NOTICED, YOU, unfinished
from casetrack.people.models import User
from tests.intake.reports import TYPED, filled_draft

pytestmark = pytest.mark.django_db
NOTE = "noticed_note"


@pytest.fixture(autouse=True)
def _english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def laptop(client_of: Any, vera: User) -> Client:
    return client_of(vera)


@pytest.fixture
def phone(client_of: Any, vera: User) -> Client:
    return client_of(vera)


@pytest.fixture
def draft(vera: User) -> Draft:
    return start_draft(actor=vera)


def address(draft: Draft, step: str = "noticed") -> str:
    return f"/en/report/{draft.key}/{step}/"


def opened(client: Client, draft: Draft) -> dict[str, str]:
    """The hidden fields of a page just opened."""
    context = client.get(address(draft)).context
    return {"tab_seen": context["version"], "tab_name": str(context["tab"]), "tab_turn": "0"}


def types(client: Client, draft: Draft, tab: dict[str, str], text: str) -> Any:
    tab["tab_turn"] = str(int(tab["tab_turn"]) + 1)
    return client.post(f"{address(draft)}autosave/", tab | {NOTE: text})


def note(draft: Draft) -> list[str]:
    draft.refresh_from_db()
    return typed_in(draft, NOTICED).get(NOTE, [])


def test_what_she_types_is_kept_and_shown_on_another_device(laptop: Client, phone: Client, draft: Draft) -> None:
    answer = types(laptop, draft, opened(laptop, draft), "An app told me")

    assert answer.status_code == 200
    assert answer.json()["message"].startswith("Saved at ")
    assert "An app told me" in phone.get(address(draft)).content.decode()


def test_each_device_may_go_on_while_the_other_only_looks(laptop: Client, phone: Client, draft: Draft) -> None:
    there = opened(laptop, draft)
    for text in ("An", "An app", "An app told me"):
        assert types(laptop, draft, there, text).status_code == 200

    assert types(phone, draft, opened(phone, draft), "An app told me. Then").status_code == 200
    assert note(draft) == ["An app told me. Then"]


def test_an_old_tab_does_not_write_over_the_newer_text(laptop: Client, phone: Client, draft: Draft) -> None:
    old, new = opened(laptop, draft), opened(phone, draft)
    types(phone, draft, new, "from the phone")

    answer = types(laptop, draft, old, "from the laptop")

    assert answer.status_code == 409
    assert "another device" in answer.json()["message"]
    assert note(draft) == ["from the phone"]


def test_nor_does_its_button_at_the_first_press(laptop: Client, phone: Client, draft: Draft) -> None:
    old = opened(laptop, draft)
    types(phone, draft, opened(phone, draft), "from the phone")

    shown = laptop.post(address(draft), old | {NOTE: "from the laptop"})

    assert shown.status_code == 200
    assert "from the laptop" in shown.content.decode()
    assert note(draft) == ["from the phone"]
    knowing = {"tab_seen": shown.context["version"], "tab_name": str(shown.context["tab"])}
    laptop.post(address(draft), knowing | {NOTE: "from the laptop"})
    assert note(draft) == ["from the laptop"]


def test_the_same_text_twice_changes_nothing(laptop: Client, draft: Draft) -> None:
    tab = opened(laptop, draft)
    first = types(laptop, draft, tab, "once").json()["version"]
    draft.refresh_from_db()
    before = draft.saved_at

    assert types(laptop, draft, {**tab, "tab_name": "another"}, "once").json()["version"] == first
    draft.refresh_from_db()
    assert draft.saved_at == before


def test_a_sending_that_was_overtaken_is_dropped(laptop: Client, draft: Draft) -> None:
    tab = opened(laptop, draft)
    types(laptop, draft, {**tab, "tab_turn": "7"}, "the later text")

    assert types(laptop, draft, {**tab, "tab_turn": "3"}, "the later").status_code == 200
    assert note(draft) == ["the later text"]


def test_an_answer_that_got_lost_does_not_make_a_stranger_of_the_tab(laptop: Client, draft: Draft) -> None:
    tab = opened(laptop, draft)
    types(laptop, draft, tab, "one")  # its answer, with the new version, never arrives

    assert types(laptop, draft, tab, "one two").status_code == 200
    assert note(draft) == ["one two"]


def test_finished_answers_stay_finished_while_they_are_changed(laptop: Client, vera: User) -> None:
    draft = filled_draft(vera)
    tab = opened(laptop, draft)
    types(laptop, draft, tab, "half a sen")

    draft.refresh_from_db()
    assert not unfinished(draft.answers)
    assert note(draft) == ["half a sen"]
    assert "You began to change this part" in laptop.get(f"/en/report/{draft.key}/check/").content.decode()

    laptop.post(address(draft), {**TYPED["noticed"], **tab})
    assert "You began to change this part" not in laptop.get(f"/en/report/{draft.key}/check/").content.decode()


def test_signed_out_it_waits_until_she_is_back(laptop: Client, draft: Draft, vera: User) -> None:
    tab = opened(laptop, draft)
    laptop.logout()

    answer = types(laptop, draft, tab, "typed after the session ended")

    assert answer.status_code == 401
    assert note(draft) == []
    laptop.force_login(vera, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "typed after the session ended" in laptop.get(address(draft)).content.decode()
    assert note(draft) == ["typed after the session ended"]


def test_what_waited_is_forgotten_when_the_same_page_has_sent_more(laptop: Client, draft: Draft, vera: User) -> None:
    tab = opened(laptop, draft)
    laptop.logout()
    types(laptop, draft, tab, "old")
    laptop.force_login(vera, backend="allauth.account.auth_backends.AuthenticationBackend")
    types(laptop, draft, tab, "old and new")

    laptop.get(address(draft))

    assert note(draft) == ["old and new"]


def test_nobody_else_writes_into_her_report(client_of: Any, otto: User, draft: Draft) -> None:
    assert types(client_of(otto), draft, {"tab_turn": "0"}, "mine").status_code == 404
    assert note(draft) == []


@pytest.mark.parametrize("step", ["files", "nothing"])
def test_a_page_without_text_keeps_none(laptop: Client, draft: Draft, step: str) -> None:
    assert laptop.post(f"{address(draft, step)}autosave/", {"x": "y"}).status_code == 404


def test_too_much_is_refused_in_words(laptop: Client, draft: Draft) -> None:
    answer = types(laptop, draft, opened(laptop, draft), "x" * 200_001)

    assert answer.status_code == 422
    assert "Hand in long texts as files" in answer.json()["message"]


def test_a_report_that_was_handed_in_takes_no_more(laptop: Client, vera: User) -> None:
    draft = filled_draft(vera)
    tab = opened(laptop, draft)
    laptop.post(
        f"/en/report/{draft.key}/check/",
        {"declared": "on", "idempotency_key": "6f1b6f6e-7d5b-4d5e-9f0e-0c7f0a4f8f11"},
    )
    assert Case.objects.filter(draft=draft).exists()

    assert types(laptop, draft, tab, "late").status_code == 409


def test_the_page_of_another_step_is_no_conflict(laptop: Client, phone: Client, draft: Draft) -> None:
    tab = opened(laptop, draft)
    phone.post(f"{address(draft, YOU.identifier)}autosave/", {"family_name": "髙橋", "tab_turn": "1"})

    assert types(laptop, draft, tab, "meanwhile").status_code == 200


def test_a_page_opened_again_says_when_it_was_saved_last(laptop: Client, draft: Draft) -> None:
    assert "Last saved on" not in laptop.get(address(draft)).content.decode()
    types(laptop, draft, opened(laptop, draft), "An app told me")
    assert "Last saved on" in laptop.get(address(draft)).content.decode()
