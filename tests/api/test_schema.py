from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.test import Client


def test_the_committed_schema_is_that_of_the_code() -> None:
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    committed = (Path(settings.BASE_DIR) / "docs" / "openapi.yaml").read_text(encoding="utf-8")
    assert out.getvalue() == committed, "run: manage.py spectacular --file docs/openapi.yaml"


def test_anybody_may_read_the_schema(db: None) -> None:
    answer = Client().get("/api/v1/schema/")
    assert answer.status_code == 200
    assert b"/api/v1/cases/{reference}/" in answer.content


def test_the_page_has_nothing_inline(db: None) -> None:
    page = Client().get("/api/v1/docs/").content.decode()
    assert 'id="swagger-ui"' in page
    assert "<style" not in page
    assert "style=" not in page
    assert "<script>" not in page
