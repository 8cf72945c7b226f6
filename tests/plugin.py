"""Real servers for the suite: a throwaway PostgreSQL and Redis, started before Django's settings are read.

Loaded by `-p tests.plugin` (a conftest would be too late). The tests connect as the application's role, which owns
nothing; migrations run once, as the owner, into a template from which each worker's database is made.
"""

import atexit
import base64
import os
import shutil
import tempfile
from pathlib import Path

import hypothesis
import pytest

from casetrack.local.roles import APP, OWNER, url
from casetrack.local.servers import start_postgres, start_redis

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")

hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=False)
hypothesis.settings.load_profile("ci")


def _start() -> None:
    folder = Path(tempfile.mkdtemp(prefix="ct-test-"))
    os.environ["CASETRACK_TEST"] = "1"
    os.environ["CASETRACK_VAR"] = str(folder / "var")
    os.environ["EMAIL_BACKEND"] = "django.core.mail.backends.locmem.EmailBackend"
    os.environ["SECRET_KEY"] = "tests"
    os.environ["CASETRACK_INDEX_KEY"] = "tests"
    os.environ["CASETRACK_FIELD_KEYS"] = base64.urlsafe_b64encode(b"t" * 32).decode()
    os.environ["CASETRACK_SIGNING_KEY"] = base64.b64encode(b"t" * 32).decode()
    for name in ("DEBUG", "CASETRACK_DEMO", "HTTPS"):
        os.environ.pop(name, None)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    given = os.environ.get("TEST_DATABASE_FOLDER")
    if not given:
        postgres = start_postgres(folder, throwaway=True)
        atexit.register(postgres.stop)
        given = str(postgres.folder)
    os.environ["CASETRACK_TEST_SOCKETS"] = given
    os.environ["DATABASE_URL"] = url(APP, "casetrack_test", given)
    os.environ["DATABASE_OWNER_URL"] = url(OWNER, "casetrack_test", given)
    redis_url = os.environ.get("TEST_REDIS_URL")
    if not redis_url:
        redis = start_redis(folder)
        atexit.register(redis.stop)
        redis_url = f"unix://{redis.folder / 'redis.sock'}"
    os.environ["REDIS_URL"] = os.environ["CASETRACK_TEST_REDIS"] = redis_url


if not WORKER:
    _start()
else:  # a worker has the controller's servers, and a Redis database of its own
    number = int(WORKER.removeprefix("gw")) + 1
    os.environ["REDIS_URL"] = f"{os.environ['CASETRACK_TEST_REDIS']}?db={number}"


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Fixtures of ours are registered after pytest-django's, which so give way."""
    from tests import database

    config.pluginmanager.register(database)
