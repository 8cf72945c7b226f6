"""Knocking without end at the doors that programs use, from behind a proxy, and while the cache is away."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from casetrack.intake.services import start_draft
from casetrack.people.models import User
from casetrack.web.limits import API, DOORS
from tests.builders import Story

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
AWAY = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}}


@pytest.fixture
def once(settings: Any) -> None:
    """Every door opens once for a person and an address."""
    settings.DOOR_LIMITS = dict.fromkeys([*DOORS.values(), API], ((1, 600, "person"), (1, 600, "address")))


def test_pieces_of_files_are_counted_whatever_upload_they_name(once: None, client_of: ClientOf, vera: User) -> None:
    client = client_of(vera)
    codes = [
        client.put(f"/en/uploads/{uuid.uuid4()}/", b"x", headers={"Upload-Offset": "0"}).status_code for _ in range(2)
    ]
    assert codes == [404, 429]


def test_what_is_typed_is_counted_signed_in_and_signed_out(once: None, client_of: ClientOf, vera: User) -> None:
    """Each of these is kept in the database: a session of 100 kB for anybody who asks."""
    draft = start_draft(actor=vera)
    for client, place in ((client_of(vera), "192.0.2.1"), (Client(), "192.0.2.2")):
        page = f"/en/report/{draft.key}/you/"
        codes = [client.post(page, {"name": "X"}, REMOTE_ADDR=place).status_code for _ in range(2)]
        assert codes == [302 if place == "192.0.2.2" else 200, 429]
        assert client.get(page, REMOTE_ADDR=place).status_code in (200, 302)


def test_writes_of_the_api_are_counted_and_told_as_a_problem(once: None, client_of: ClientOf, story: Story) -> None:
    client = client_of(story.reported().user("vera"))
    path = f"/api/v1/cases/{story.case.reference}/messages/"
    first, second = (client.post(path, {"body": "Hello"}, content_type="application/json") for _ in range(2))
    assert first.status_code == 201
    assert second.status_code == 429
    assert second["Content-Type"] == "application/problem+json"
    assert second.json()["code"] == "too_many"
    assert int(second["Retry-After"]) > 0
    assert client.get(path).status_code == 200


def test_checks_from_behind_the_proxy_are_counted_by_who_stands_before_it(once: None, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    sent = {"reference": "X", "fingerprint": "Y"}
    codes = [
        Client().post("/en/check/", sent, headers={"X-Forwarded-For": f"{said}, {seen}"}).status_code
        for said, seen in (("9.9.9.9", "192.0.2.1"), ("9.9.9.9", "192.0.2.2"), ("8.8.8.8", "192.0.2.1"))
    ]
    assert codes == [404, 404, 429], "what the sender says of himself does not count"


def test_without_a_proxy_of_ours_the_forwarded_address_is_not_believed(once: None) -> None:
    codes = [
        Client().post("/en/claim/", headers={"X-Forwarded-For": f"192.0.2.{place}"}).status_code for place in (1, 2)
    ]
    assert codes == [302, 429]


def test_one_network_of_ipv6_is_one_address(once: None) -> None:
    codes = [
        Client().post("/en/claim/", REMOTE_ADDR=address).status_code
        for address in ("2001:db8::1", "2001:db8::2", "2001:db8:1::1")
    ]
    assert codes == [302, 429, 302]


def test_without_the_cache_nothing_is_guessed_and_the_rest_goes_on(
    client_of: ClientOf, story: Story, settings: Any
) -> None:
    client = client_of(story.reported().user("vera"))
    settings.CACHES = AWAY
    assert client.post("/en/claim/", {"reference": "X", "code": "Y"}).status_code == 429
    assert Client().post("/en/accounts/login/", {"login": "a@example.com", "password": "x"}).status_code == 429
    assert Client().post("/en/check/", {"reference": "X", "fingerprint": "Y"}).status_code == 404
    assert client.post(f"/en/cases/{story.case.reference}/messages/", {"body": "I am here."}).status_code in (200, 302)
    assert client.post("/en/report/").status_code == 302
