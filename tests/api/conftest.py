import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from casetrack.demo.cast import Cast
from casetrack.lib import clock
from casetrack.people.models import User
from tests.builders import Story


class Api:
    """A program that speaks to the API as somebody."""

    def __init__(self, client: Client, language: str = "en") -> None:
        self.client = client
        self.language = language

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", query, headers={"accept-language": self.language})

    def post(self, path: str, body: Any = None, *, key: str = "") -> Any:
        headers = {"accept-language": self.language, **({"idempotency-key": key} if key else {})}
        return self.client.post(f"/api/v1/{path}", body or {}, content_type="application/json", headers=headers)


@pytest.fixture
def api(client_of: Callable[[User], Client]) -> Callable[..., Api]:
    def as_user(user: User, language: str = "en") -> Api:
        return Api(client_of(user), language)

    return as_user


@pytest.fixture
def recent(cast: Cast) -> Story:
    """A case whose offer, once told, may still be answered today."""
    return Story(cast, at=clock.now() - dt.timedelta(days=50))
