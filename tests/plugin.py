"""Real servers for the suite: a throwaway PostgreSQL and Redis, started before Django's settings are read.

Loaded by `-p tests.plugin` (a conftest would be too late). The tests connect as the application's role, which owns
nothing; migrations run once, as the owner, into a template from which each worker's database is made.

TEST_DATABASE_URL (a superuser of a server kept for tests; it gets the two roles, a template, a database per worker)
and TEST_REDIS_URL (a server kept for tests: all its database numbers are used) replace what is started here.
"""

import atexit
import base64
import os
from urllib.parse import urlsplit, urlunsplit

import hypothesis
import pytest

from casetrack.local import folders
from casetrack.local.roles import APP, OWNER, url, url_like
from casetrack.local.servers import start_postgres, start_redis

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
PASSWORD = "casetrack-tests"  # of the two roles, on a server that asks for one

hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=False)
hypothesis.settings.load_profile("ci")


def _start() -> None:
    folder = folders.make("ct-suite-")
    folder.chmod(0o711)  # where PostgreSQL must run as nobody, it passes through
    os.environ["CASETRACK_TEST"] = "1"
    os.environ["CASETRACK_VAR"] = str(folder / "var")
    os.environ["EMAIL_BACKEND"] = "django.core.mail.backends.locmem.EmailBackend"
    os.environ["SECRET_KEY"] = "tests"
    os.environ["CASETRACK_INDEX_KEY"] = "tests"
    os.environ["CASETRACK_FIELD_KEYS"] = base64.urlsafe_b64encode(b"t" * 32).decode()
    os.environ["CASETRACK_SIGNING_KEY"] = base64.b64encode(b"t" * 32).decode()
    for name in ("DEBUG", "CASETRACK_DEMO", "HTTPS", "BEHIND_PROXY", "ALLOWED_HOSTS", "STATIC_ROOT", "EVIDENCE_DIR"):
        os.environ.pop(name, None)
    atexit.register(folders.remove, folder)
    server = os.environ.get("TEST_DATABASE_URL")
    if not server:
        postgres = start_postgres(folder, throwaway=True)
        atexit.register(postgres.stop)
        server = url("postgres", "postgres", postgres.folder)
    os.environ["CASETRACK_TEST_SERVER"] = server
    os.environ["DATABASE_URL"] = url_like(server, "casetrack_test", APP, PASSWORD)
    os.environ["DATABASE_OWNER_URL"] = url_like(server, "casetrack_test", OWNER, PASSWORD)
    redis_url = os.environ.get("TEST_REDIS_URL")
    if not redis_url:
        redis = start_redis(folder)
        atexit.register(redis.stop)
        redis_url = f"unix://{redis.folder / 'redis.sock'}"
    os.environ["CASETRACK_TEST_REDIS"] = redis_url
    os.environ["REDIS_URL"] = _redis_database(0)


def _redis_database(number: int) -> str:
    server = os.environ["CASETRACK_TEST_REDIS"]
    if server.startswith("unix:"):
        return f"{server.partition('?')[0]}?db={number}"
    return urlunsplit(urlsplit(server)._replace(path=f"/{number}"))


if not WORKER:
    _start()
else:  # a worker has the controller's servers, and a Redis database of its own
    os.environ["REDIS_URL"] = _redis_database(int(WORKER.removeprefix("gw")) + 1)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Fixtures of ours are registered after pytest-django's, which so give way."""
    from tests import database

    if not WORKER:
        database.begin()
        config.add_cleanup(database.end)
    config.pluginmanager.register(database)
