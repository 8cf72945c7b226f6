"""Public doors do not open for those who knock without end."""

import uuid
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils.translation import override

from casetrack.lib.clock import tokyo, travel_to
from casetrack.people.models import User
from casetrack.web.limits import API, COUNTED_WHEN_READ, DOORS
from tests.house.test_urls import patterns

pytestmark = pytest.mark.django_db
NOON = tokyo(2025, 6, 2, 12)
ONE = dict.fromkeys(DOORS.values(), ((1, 600, "address"),))
SENT = {
    "accounts/signup/": {"email": "new@example.com", "password1": "a long and good sentence"},
    "accounts/signup/passkey/": {"email": "new@example.com"},
    "accounts/login/": {"login": "new@example.com", "password": "x"},
    "accounts/confirm-email/": {"code": "ABCD-EFGH"},
    "accounts/password/reset/": {"email": "new@example.com"},
    "accounts/password/reset/confirm/": {"code": "ABCD-EFGH"},
    "accounts/2fa/webauthn/login/": {"credential": "{}"},
    "accounts/2fa/authenticate/": {"code": "123456"},
}


@pytest.mark.parametrize("path", SENT)
@pytest.mark.parametrize(("language", "said"), [("en", "Try again in 10 minutes."), ("ja", "10分後にもう一度")])
def test_a_door_closes_and_says_when_it_opens_again(path: str, language: str, said: str, settings: Any) -> None:
    settings.DOOR_LIMITS = ONE
    browser = Client()
    with travel_to(NOON):
        assert browser.post(f"/{language}/{path}", SENT[path]).status_code != 429
        answer = browser.post(f"/{language}/{path}", SENT[path])
    assert answer.status_code == 429
    assert answer["Retry-After"] == "600"
    assert said in answer.content.decode()
    with travel_to(NOON.replace(minute=10)):
        cache.delete_pattern("allauth*") if hasattr(cache, "delete_pattern") else None
        assert browser.get(f"/{language}/{path}").status_code != 429


@pytest.mark.parametrize("path", ["report/", "claim/", "bank/change/", "bank/not-me/", "uploads/"])
def test_a_person_is_counted_whatever_network_they_come_from(
    path: str, settings: Any, client_of: Any, vera: User, otto: User
) -> None:
    settings.DOOR_LIMITS = dict.fromkeys(DOORS.values(), ((1, 600, "person"),))
    with travel_to(NOON):
        for place, expected in (("192.0.2.1", False), ("192.0.2.2", True)):
            answer = client_of(vera).post(f"/en/{path}", REMOTE_ADDR=place)
            assert (answer.status_code == 429) is expected
        assert client_of(otto).post(f"/en/{path}", REMOTE_ADDR="192.0.2.1").status_code != 429


def test_another_network_is_counted_for_itself(settings: Any) -> None:
    settings.DOOR_LIMITS = ONE
    path = "/en/accounts/login/"
    with travel_to(NOON):
        codes = [
            Client().post(path, SENT["accounts/login/"], REMOTE_ADDR=f"192.0.2.{n}").status_code for n in (1, 2, 1)
        ]
    assert codes == [200, 200, 429]


def test_reading_the_page_is_never_counted(settings: Any) -> None:
    settings.DOOR_LIMITS = ONE
    assert [Client().get("/en/accounts/login/").status_code for _ in range(5)] == [200] * 5


def test_allauths_own_limits_show_the_same_page(db: None) -> None:
    sent = SENT["accounts/signup/"]
    answers = [Client().post("/ja/accounts/signup/", sent) for _ in range(2)]
    assert answers[1].status_code == 429
    assert answers[1]["Retry-After"] == "60"
    assert "しばらくお待ちください" in answers[1].content.decode()


def test_a_program_gets_json(settings: Any) -> None:
    settings.DOOR_LIMITS = ONE
    path = "/en/accounts/login/"
    answers = [Client().post(path, SENT["accounts/login/"], headers={"Accept": "application/json"}) for _ in range(2)]
    assert answers[1].json()["code"] == "too_many"


# What a stranger may send without being counted: nothing is guessed, stored, or mailed there.
UNCOUNTED = {
    "account_logout": "nobody is signed in",
    "account_complete_password_reset": "leads back to the first page; with a code shown, django-allauth counts it",
}


def test_every_form_that_a_stranger_may_send_is_counted(db: None) -> None:
    key, samples = uuid.uuid4(), {"reference": "CT-2025-000001-1", "number": 1, "version": 1, "place": 1, "pk": 1}
    taken = set()
    for name, arguments in patterns(get_resolver()):
        space = name.split(":")[0]
        if space in {"api", "firm", "mediator", "regulator"} and name not in DOORS:
            continue  # these open to nobody without a log-in: tests/house/test_urls
        sample = {argument: samples.get(argument, key) for argument in arguments}
        with override("en"):
            path = reverse(name, kwargs={name: "you" if name in ("step", "topic") else sample[name] for name in sample})
        answer = Client(raise_request_exception=False).post(path)
        if answer.status_code not in (401, 403, 404, 405) and "/accounts/login/" not in answer.get("Location", ""):
            taken.add(name)
    assert {"account_login", "account_signup", "account_reset_password", "check"} <= taken
    assert taken - set(DOORS) == set(UNCOUNTED)


def test_every_door_of_the_table_is_a_real_address(settings: Any) -> None:
    spaces = {name: get_resolver().namespace_dict[name][1].reverse_dict for name in ("victim", "firm")}
    assert API in settings.DOOR_LIMITS
    for name in set(DOORS) - COUNTED_WHEN_READ - {"check"}:
        space, _colon, short = name.rpartition(":")
        assert short in (spaces[space] if space else get_resolver().reverse_dict), name
        assert DOORS[name] in settings.DOOR_LIMITS
