"""Pages keep to the Content-Security-Policy: nothing inline, nothing from elsewhere."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR) / "templates"
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.html"))
FORBIDDEN = {
    "an inline style": r"<style\b|\sstyle\s*=",
    "an inline script": r"<script\b(?![^>]*\bsrc\s*=)(?![^>]*type=\"application/json\")",
    "an event attribute": r"<[^>]*\son[a-z]+\s*=",
    "hx-on": r"hx-on|hx-vals\s*=\s*[\"']js:",
    "a script address": r"javascript:",
    "something from elsewhere": r"<(?:script|link|img|iframe|form)\b[^>]*\s(?:src|href|action)\s*=\s*.?(?:https?:)?//",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_holds_nothing_that_the_policy_forbids(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    text = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", text, flags=re.S)
    found = [what for what, pattern in FORBIDDEN.items() if re.search(pattern, text, re.I)]
    assert not found, f"{name}: {', '.join(found)}"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_writes_the_colon_of_its_language_after_a_word(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert re.findall(r"{% translate \"[^\"]*\" %}: ", text) == [], "use {% colon %}"


def test_the_policy_allows_nothing_inline() -> None:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    allowed = {source for sources in directives.values() for source in sources}
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:"} & allowed
    assert directives["default-src"] == ["'self'"]
