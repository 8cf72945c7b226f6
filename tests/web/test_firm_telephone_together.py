"""A report by telephone in the hands of several colleagues: nothing is lost, and no two write at once."""

from typing import Any

import pytest
from django.test import Client

from casetrack.cases.models import Case
from casetrack.intake.calls import begin_call, hold_of, take_over_call
from casetrack.intake.models import Draft
from casetrack.intake.services import typed_in
from casetrack.intake.steps import NOTICED
from casetrack.people.models import User
from tests.intake.test_calls import taken
from tests.web.test_firm_telephone import START, key_in

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
NOTE = "noticed_note"


@pytest.fixture(autouse=True)
def _english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def hers(client_of: Any, fiona: User) -> Client:
    return client_of(fiona)


@pytest.fixture
def his(client_of: Any, ivan: User) -> Client:
    return client_of(ivan)


@pytest.fixture
def draft(fiona: User) -> Draft:
    return begin_call("asked", "", actor=fiona)


def address(draft: Draft, step: str = "noticed/") -> str:
    return f"{START}{draft.key}/{step}"


def opened(client: Client, draft: Draft) -> dict[str, str]:
    """The hidden fields of a page just opened."""
    context = client.get(address(draft)).context
    return {"tab_seen": context["version"], "tab_name": str(context["tab"]), "tab_turn": "0"}


def types(client: Client, draft: Draft, tab: dict[str, str], text: str) -> Any:
    tab["tab_turn"] = str(int(tab["tab_turn"]) + 1)
    return client.post(address(draft, "noticed/autosave/"), tab | {NOTE: text})


def note(draft: Draft) -> list[str]:
    draft.refresh_from_db()
    return typed_in(draft, NOTICED).get(NOTE, [])


def take_over(client: Client, draft: Draft) -> Any:
    seen = client.get(address(draft, "take-over/")).context["form"]["seen"].value()
    return client.post(address(draft, "take-over/"), {"seen": seen})


def test_what_fiona_types_is_kept_while_she_types(hers: Client, draft: Draft) -> None:
    page = hers.get(address(draft)).content.decode()
    assert f'data-autosave="{address(draft, "noticed/autosave/")}"' in page

    answer = types(hers, draft, opened(hers, draft), "He says")

    assert answer.json()["message"].startswith("Saved at ")
    assert note(draft) == ["He says"]


def test_an_old_window_does_not_write_over_a_newer_one(hers: Client, draft: Draft) -> None:
    old, new = opened(hers, draft), opened(hers, draft)
    types(hers, draft, new, "newer")

    assert types(hers, draft, old, "older").status_code == 409
    shown = hers.post(address(draft), old | {NOTE: "older"})
    assert "older" in shown.content.decode()
    assert note(draft) == ["newer"]


def test_signed_out_it_waits_until_fiona_is_back(hers: Client, draft: Draft, fiona: User) -> None:
    tab = opened(hers, draft)
    hers.logout()
    assert types(hers, draft, tab, "after the session").status_code == 401
    assert note(draft) == []

    hers.force_login(fiona, backend=BACKEND)

    assert "after the session" in hers.get(address(draft)).content.decode()
    assert note(draft) == ["after the session"]


def test_the_button_pressed_while_signed_out_loses_nothing_either(hers: Client, draft: Draft, fiona: User) -> None:
    tab = opened(hers, draft)
    hers.logout()
    answer = hers.post(address(draft), tab | {NOTE: "pressed too late"})
    assert "/accounts/login/" in answer["Location"]

    hers.force_login(fiona, backend=BACKEND)
    page = hers.get(address(draft))

    assert "You had been signed out" in page.content.decode()
    assert note(draft) == ["pressed too late"]


def test_what_fiona_typed_signed_out_is_not_put_over_what_ivan_wrote(
    hers: Client, draft: Draft, fiona: User, ivan: User
) -> None:
    tab = opened(hers, draft)
    hers.logout()
    types(hers, draft, tab, "hers")
    take_over_call(draft, hold_of(draft), actor=ivan)
    hers.force_login(fiona, backend=BACKEND)

    assert hers.get(address(draft))["Location"] == address(draft, "take-over/")
    assert note(draft) == []


def test_ivan_finds_it_in_the_list_with_the_caller_and_who_has_it(his: Client, fiona: User) -> None:
    draft = taken(fiona)
    page = his.get(START).content.decode()
    assert "髙橋 恵" in page
    assert str(fiona.membership) in page
    assert address(draft, "take-over/") in page


def test_until_he_takes_it_over_every_page_asks_him_first(his: Client, draft: Draft) -> None:
    for path in ("", "noticed/", "check/", "delete/"):
        assert his.get(address(draft, path))["Location"] == address(draft, "take-over/")
    assert his.post(address(draft, "delete/"))["Location"] == address(draft, "take-over/")
    assert Draft.objects.exists()


def test_he_takes_it_over_and_fiona_is_told_with_her_words_kept_in_sight(
    hers: Client, his: Client, draft: Draft, ivan: User
) -> None:
    tab = opened(hers, draft)
    assert take_over(his, draft)["Location"] == address(draft, "")

    said = types(hers, draft, tab, "still typing")
    assert said.status_code == 409
    assert str(ivan.membership) in said.json()["message"]
    page = hers.post(address(draft), tab | {NOTE: "still typing"}).content.decode()
    assert "still typing" in page
    assert address(draft, "take-over/") in page
    assert "Taken over from you" in hers.get(START).content.decode()
    assert note(draft) == []


def test_fiona_takes_it_back_and_saves_what_she_had_typed(hers: Client, his: Client, draft: Draft) -> None:
    tab = opened(hers, draft)
    take_over(his, draft)
    hers.post(address(draft), tab | {NOTE: "still typing"})

    take_over(hers, draft)
    hers.post(address(draft), tab | {NOTE: "still typing"})

    assert note(draft) == ["still typing"]


def test_the_same_answer_sent_twice_takes_it_over_once(his: Client, draft: Draft, ivan: User) -> None:
    seen = his.get(address(draft, "take-over/")).context["form"]["seen"].value()
    for _twice in range(2):
        assert his.post(address(draft, "take-over/"), {"seen": seen})["Location"] == address(draft, "")
    assert Draft.objects.get().user == ivan


def test_a_question_that_is_out_of_date_takes_nothing_over(
    client_of: Any, cast: Any, his: Client, draft: Draft, ivan: User
) -> None:
    alma = client_of(cast.user["alma"])
    seen = alma.get(address(draft, "take-over/")).context["form"]["seen"].value()
    take_over(his, draft)

    answer = alma.post(address(draft, "take-over/"), {"seen": seen}, follow=True)

    assert "took this report over meanwhile" in answer.content.decode()
    assert Draft.objects.get().user == ivan


def test_a_question_without_its_answer_is_asked_again(his: Client, draft: Draft, fiona: User) -> None:
    assert his.post(address(draft, "take-over/")).status_code == 400
    assert Draft.objects.get().user == fiona


def test_ivan_hands_in_what_fiona_began(his: Client, fiona: User) -> None:
    draft = taken(fiona)
    take_over(his, draft)
    page = his.get(address(draft, "check/")).content.decode()
    answer = his.post(address(draft, "check/"), {"idempotency_key": key_in(page), "declared": "on"})
    assert answer["Location"] == f"/en/firm/cases/{Case.objects.get().reference}/code/"


def test_of_a_report_handed_in_meanwhile_fiona_is_led_to_its_case(hers: Client, his: Client, fiona: User) -> None:
    draft = taken(fiona)
    page = hers.get(address(draft, "check/")).content.decode()
    take_over(his, draft)
    his_page = his.get(address(draft, "check/")).content.decode()
    his.post(address(draft, "check/"), {"idempotency_key": key_in(his_page), "declared": "on"})
    led = f"/en/firm/cases/{Case.objects.get().reference}/"

    assert hers.post(address(draft, "check/"), {"idempotency_key": key_in(page), "declared": "on"})["Location"] == led
    assert hers.post(address(draft), {NOTE: "late"})["Location"] == led
    assert hers.get(address(draft, "take-over/"), follow=True).redirect_chain[-1][0] == led
    assert types(hers, draft, {"tab_turn": "0"}, "late").status_code == 409
