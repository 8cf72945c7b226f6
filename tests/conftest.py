"""Personas. The suite runs under the application's role; a test's own reads and writes are in the system's scope,
requests through `client_of` in the scope of whoever sends them."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import translation

from casetrack.demo.cast import Cast, make_cast
from casetrack.lib.scope import system_scope
from casetrack.people.models import User
from tests.builders import Story


@pytest.fixture(autouse=True)
def _no_counts_of_other_tests() -> None:
    """Rate limits count in the cache, which is not rolled back."""
    cache.clear()


@pytest.fixture(autouse=True)
def _system_scope(request: pytest.FixtureRequest) -> Iterator[None]:
    """Non-transactional database tests run in the system's scope (their transaction holds it)."""
    marker = request.node.get_closest_marker("django_db")
    uses_db = marker is not None or "db" in request.fixturenames
    transactional = (marker is not None and marker.kwargs.get("transaction")) or any(
        name in request.fixturenames for name in ("transactional_db", "live_server")
    )
    if not uses_db or transactional:
        yield
        return
    request.getfixturevalue("db")
    with connection.cursor() as cursor:
        cursor.execute("select set_config('app.audience', 'system', true)")
    yield


@pytest.fixture(autouse=True)
def _language() -> None:
    """A request leaves its language behind in the thread: each test begins with the platform's."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture
def cast(db: None) -> Cast:
    """Both firms and everybody, with passwords that cannot be used: `client_of` signs in."""
    with system_scope():
        return make_cast(password=None)


@pytest.fixture
def vera(cast: Cast) -> User:
    return cast.user["vera"]


@pytest.fixture
def otto(cast: Cast) -> User:
    return cast.user["otto"]


@pytest.fixture
def sora(cast: Cast) -> User:
    return cast.user["sora"]


@pytest.fixture
def fiona(cast: Cast) -> User:
    return cast.user["fiona"]


@pytest.fixture
def ivan(cast: Cast) -> User:
    return cast.user["ivan"]


@pytest.fixture
def alma(cast: Cast) -> User:
    return cast.user["alma"]


@pytest.fixture
def ada(cast: Cast) -> User:
    """MINATO's administrator."""
    return cast.user["ada"]


@pytest.fixture
def bruno(cast: Cast) -> User:
    return cast.user["bruno"]


@pytest.fixture
def rita(cast: Cast) -> User:
    return cast.user["rita"]


@pytest.fixture
def mina(cast: Cast) -> User:
    return cast.user["mina"]


@pytest.fixture
def story(cast: Cast) -> Story:
    """Vera's case at MINATO, not yet reported."""
    return Story(cast)


@pytest.fixture
def client_of(settings: object) -> Callable[[User], Client]:
    """A browser-less client signed in as somebody (staff personas pass the second factor as in the demo)."""
    settings.DEMO = True  # type: ignore[attr-defined]

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in
